/*
 * redis.c - the memory of the recent traffic, and the Redis through which hosts share it
 *
 * What a single value cannot tell: settings that need each other, or mean nothing together. None of these sentences
 * shows a password or a secret.
 */
#include "build.h"

/* The group as the file has it; NULL if it is not there. */
static const struct kj_node *find_group(const struct kj_node *conf, const struct kj_block *block)
{
	for (const struct kj_node *node = conf->children; node; node = node->next)
		if (node->block == block)
			return node;
	return NULL;
}

static void check_memory(struct kj_build *build, const struct kj_node *crowd)
{
	size_t bytes = build->top.settings.crowd_bytes;
	const struct kj_node *at = kj_schema_find(crowd, offsetof(struct kj_conf_top, settings.crowd_bytes));

	if (at && bytes && bytes < KJ_CONF_CROWD_MIN)
		kj_complain_at(&build->sink, &at->value->place,
		    "crowd: \"memory\" (%s) must be 1MiB at least, or 0 for no memory of the recent traffic",
		    at->value->text);
}

static unsigned count_characters(const char *text)
{
	unsigned count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

static bool is_empty(const struct kj_value *value)
{
	return value->kind == KJ_VALUE_STRING && !*value->text;
}

/* A secret whose value was complained about is not missing too. */
static void check_secret(struct kj_build *build, const struct kj_node *server, const struct kj_node *secret)
{
	const struct kj_share_config *share = &build->top.settings.share;

	if (*share->secret && count_characters(share->secret) < KJ_CONF_SECRET_MIN)
		kj_complain_at(&build->sink, &secret->value->place,
		    "redis: \"secret\" must have %u characters at least; make one with: openssl rand -hex 16",
		    KJ_CONF_SECRET_MIN);
	else if (*share->server && !*share->secret && (!secret || is_empty(secret->value)))
		kj_complain_at(&build->sink, &server->value->place,
		    "redis: \"server\" needs a \"secret\", the same on all hosts: without it whoever "
		    "gets at the Redis could "
		    "read who writes to whom, and invent mails; make one with: openssl rand -hex 16");
}

static void check_tls(struct kj_build *build, const struct kj_node *tls, const struct kj_node *ca_file)
{
	const struct kj_share_config *share = &build->top.settings.share;

	if (share->tls && strncmp(share->server, "unix:", 5) == 0)
		kj_complain_at(&build->sink, &tls->value->place,
		    "redis: there is no TLS over a unix socket; leave out \"tls\", or give a host as server");
	if (*share->ca_file && *share->ca_file != '/')
		kj_complain_at(&build->sink, &ca_file->value->place,
		    "redis: \"ca-file\" (%s) must have an absolute path", share->ca_file);
	else if (*share->ca_file && !share->tls)
		kj_complain_at(&build->sink, &ca_file->value->place,
		    "redis: \"ca-file\" means nothing without \"tls = yes\"");
}

#define FIND(group, field) kj_schema_find(group, offsetof(struct kj_conf_top, settings.share.field))

void kj_build_check_crowd(struct kj_build *build, const struct kj_node *conf)
{
	const struct kj_node *crowd = find_group(conf, &kj_block_crowd), *redis = find_group(conf, &kj_block_redis);

	if (build->sink.full)
		return;
	if (crowd)
		check_memory(build, crowd);
	if (!redis)
		return;
	check_secret(build, FIND(redis, server), FIND(redis, secret));
	check_tls(build, FIND(redis, tls), FIND(redis, ca_file));
}
