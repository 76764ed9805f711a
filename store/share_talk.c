/*
 * share_talk.c - the commands of a cycle; share_hear.c has the replies
 *
 * All domains of a cycle go into one ZADD for each set, all questions into one ZMSCORE. The sightings of others are
 * asked for last, so that an answer to a question comes with all that was told before it.
 */
#include "share_talk.h"

#include <endian.h>
#include <hiredis/hiredis.h>

#include "kanjiki/clock.h"
#include "kanjiki/err.h"
#include "share_talk_private.h"

#define CHECK_MS     5000
#define PURGE_MS     3600000
#define FORGET_S     ((int64_t)180 * 86400)
#define OUT_MAX	     ((size_t)2 << 20)
#define ARENA_MAX    ((size_t)8 << 20)
#define REPLIES_MAX  ((size_t)8 << 20)
#define READ_TEXT    "1000"
#define STREAM_TEXT  "200000"
#define STALE_TEXT   "1000"

_Static_assert(KJ_TALK_READ == 1000 && KJ_TALK_STREAM == 200000 && KJ_TALK_STALE == 1000, "texts and numbers agree");

static char *joined(const char *prefix, const char *name)
{
	size_t size = strlen(prefix) + strlen(name) + 1;
	char *key = malloc(size);

	if (key)
		snprintf(key, size, "%s%s", prefix, name);
	return key;
}

struct kj_talk *kj_talk_new(const struct kj_talk_config *config)
{
	struct kj_talk *talk = calloc(1, sizeof *talk);

	if (!talk)
		return NULL;
	talk->config = *config;
	talk->user = strdup(config->user);
	talk->password = strdup(config->password);
	talk->stream = joined(config->prefix, "sightings");
	talk->first = joined(config->prefix, "first");
	talk->last = joined(config->prefix, "last");
	talk->out = KJ_BUF_INIT(OUT_MAX);
	snprintf(talk->last_id, sizeof talk->last_id, "%s", KJ_TALK_BEGINNING);
	if (talk->user && talk->password && talk->stream && talk->first && talk->last)
		return talk;
	kj_talk_free(talk);
	return NULL;
}

void kj_talk_free(struct kj_talk *talk)
{
	if (!talk)
		return;
	kj_talk_end(talk);
	kj_buf_free(&talk->out);
	free(talk->user);
	free(talk->password);
	free(talk->stream);
	free(talk->first);
	free(talk->last);
	free(talk);
}

/* --- One command ------------------------------------------------------------------------------------------- */

static void arg(struct kj_talk *talk, const void *data, size_t len)
{
	struct kj_args *args = &talk->args;

	/* A table that is too short is a mistake of ours; `broken` ends the cycle without harm. */
	if (args->count == KJ_TALK_ARGS || !data) {
		talk->broken = true;
		return;
	}
	args->at[args->count] = data;
	args->len[args->count++] = len;
}

static void text(struct kj_talk *talk, const char *string)
{
	arg(talk, string, string ? strlen(string) : 0);
}

static void number(struct kj_talk *talk, int64_t value)
{
	text(talk, kj_arena_printf(talk->arena, "%lld", (long long)value));
}

/* Big endian, so that all machines mean the same. */
static void domain(struct kj_talk *talk, uint64_t hash)
{
	uint64_t bytes = htobe64(hash);

	arg(talk, kj_arena_dup(talk->arena, &bytes, sizeof bytes), sizeof bytes);
}

static void texts(struct kj_talk *talk, const char *const strings[])
{
	for (; *strings; strings++)
		text(talk, *strings);
}

#define TEXTS(talk, ...) texts(talk, (const char *const[]){__VA_ARGS__, NULL})

/* Put the command behind the others, and note what its reply will be. */
static void finish(struct kj_talk *talk, enum kj_expect expect)
{
	struct kj_args *args = &talk->args;
	char *command = NULL;
	int len = redisFormatCommandArgv(&command, (int)args->count, args->at, args->len);

	if (len < 0 || talk->expected_count == KJ_TALK_EXPECTED)
		talk->broken = true;
	else
		talk->expected[talk->expected_count++] = (uint8_t)expect;
	if (len >= 0) {
		kj_buf_add(&talk->out, command, (size_t)len);
		redisFreeCommand(command);
	}
	args->count = 0;
}

/* --- What is due ------------------------------------------------------------------------------------------- */

static void introduce(struct kj_talk *talk)
{
	if (talk->password[0]) {
		text(talk, "AUTH");
		if (talk->user[0])
			text(talk, talk->user);
		text(talk, talk->password);
		finish(talk, KJ_EXPECT_DONE);
	}
	/* A Redis that is too old for us shall say so at once, not when the first mail comes. */
	TEXTS(talk, "ZMSCORE", talk->first, "");
	finish(talk, KJ_EXPECT_DONE);
}

/* Is what was read last still there? If not, and the stream is too short to have been trimmed, then it was lost. */
static void check(struct kj_talk *talk)
{
	TEXTS(talk, "XRANGE", talk->stream, talk->last_id, talk->last_id, "COUNT", "1");
	finish(talk, KJ_EXPECT_LAST);
	TEXTS(talk, "XLEN", talk->stream);
	finish(talk, KJ_EXPECT_LENGTH);
}

static int tell_one(struct kj_talk *talk, const struct kj_told *told)
{
	size_t len = told->len + KJ_SEAL_EXTRA;
	uint8_t *sealed = kj_arena_alloc(talk->arena, len);

	if (!sealed)
		return -KJ_ENOMEM;
	if (kj_seal_close(talk->config.seal, talk->config.host, told->data, told->len, sealed) < 0)
		return -KJ_EIO;
	TEXTS(talk, "XADD", talk->stream, "MAXLEN", "~", STREAM_TEXT, "*", "s");
	arg(talk, sealed, len);
	finish(talk, KJ_EXPECT_DONE);
	return 0;
}

static void note_domains(struct kj_talk *talk, const struct kj_cycle *cycle, bool first)
{
	TEXTS(talk, "ZADD", first ? talk->first : talk->last, first ? "LT" : "GT");
	for (unsigned i = 0; i < cycle->told_count; i++) {
		const struct kj_told *told = &cycle->told[i];

		if (!told->domain)
			continue;
		number(talk, first ? told->since_s : told->time_s);
		domain(talk, told->domain);
	}
	if (talk->args.count == 3)
		talk->args.count = 0; /* none of them has a domain */
	else
		finish(talk, KJ_EXPECT_DONE);
}

static int tell(struct kj_talk *talk, const struct kj_cycle *cycle)
{
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < cycle->told_count; i++)
		rc = tell_one(talk, &cycle->told[i]);
	if (rc == 0 && cycle->told_count) {
		note_domains(talk, cycle, true);
		note_domains(talk, cycle, false);
	}
	return rc;
}

static void ask(struct kj_talk *talk, const struct kj_cycle *cycle)
{
	if (!cycle->question_count)
		return;
	TEXTS(talk, "ZMSCORE", talk->first);
	for (unsigned i = 0; i < cycle->question_count; i++)
		domain(talk, cycle->questions[i]);
	finish(talk, KJ_EXPECT_SCORES);
}

static void forget(struct kj_talk *talk, const char *key)
{
	TEXTS(talk, "ZREM", key);
	for (unsigned i = 0; i < talk->stale_count; i++)
		arg(talk, talk->stale[i], sizeof talk->stale[i]);
	finish(talk, KJ_EXPECT_DONE);
}

/* A page of what is to be forgotten, or forget the page of the cycle before. */
static void purge(struct kj_talk *talk, int64_t now_ms)
{
	if (talk->stale_count) {
		forget(talk, talk->first);
		forget(talk, talk->last);
		talk->stale_count = 0;
	} else if (now_ms >= talk->purge_at_ms) {
		talk->purge_at_ms = now_ms + PURGE_MS;
		TEXTS(talk, "ZRANGEBYSCORE", talk->last, "-inf");
		number(talk, kj_clock_wall_s(talk->config.clock) - FORGET_S);
		TEXTS(talk, "LIMIT", "0", STALE_TEXT);
		finish(talk, KJ_EXPECT_STALE);
	}
}

int kj_talk_begin(struct kj_talk *talk, struct kj_cycle *cycle, const char **ret_data, size_t *ret_len)
{
	int64_t now_ms = kj_clock_mono_ms(talk->config.clock);
	int rc;

	kj_talk_end(talk);
	talk->arena = kj_arena_new(ARENA_MAX);
	talk->replies = talk->arena ? kj_replies_new(talk->arena, REPLIES_MAX) : NULL;
	if (!talk->replies)
		return -KJ_ENOMEM;
	cycle->more = cycle->lost = false;
	cycle->heard = cycle->refused = 0;
	if (cycle->first)
		introduce(talk);
	if ((cycle->first || now_ms >= talk->check_at_ms) && strcmp(talk->last_id, KJ_TALK_BEGINNING) != 0) {
		talk->check_at_ms = now_ms + CHECK_MS;
		check(talk);
	}
	rc = tell(talk, cycle);
	ask(talk, cycle);
	purge(talk, now_ms);
	TEXTS(talk, "XREAD", "COUNT", READ_TEXT, "STREAMS", talk->stream, talk->last_id);
	finish(talk, KJ_EXPECT_READ);
	if (rc < 0 || talk->broken || talk->out.truncated)
		return rc < 0 ? rc : -KJ_ENOMEM;
	*ret_data = talk->out.data;
	*ret_len = talk->out.len;
	return 0;
}

void kj_talk_end(struct kj_talk *talk)
{
	kj_replies_free(talk->replies);
	kj_arena_free(talk->arena);
	talk->replies = NULL;
	talk->arena = NULL;
	talk->broken = talk->missing = false;
	talk->args.count = talk->expected_count = talk->expected_at = 0;
	talk->out.truncated = false;
	kj_buf_clear(&talk->out);
}
