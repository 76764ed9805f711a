/*
 * share_hear.c - what the replies of a cycle mean
 *
 * An error ends the connection: nothing of what was to be told counts as told, and all of it is said again, which
 * does no harm. An entry of the stream that is not ours is passed over and counted.
 */
#include <endian.h>

#include "kanjiki/err.h"
#include "share_talk_private.h"

/* An error in Redis' words, without what could disturb a log. */
static int fail_said(const struct kj_reply *reply, struct kj_reason *reason)
{
	char said[200];
	size_t len = reply->len < sizeof said - 1 ? reply->len : sizeof said - 1;
	bool old;

	for (size_t i = 0; i < len; i++)
		said[i] = reply->text[i] < ' ' || reply->text[i] > '~' ? '?' : reply->text[i];
	said[len] = '\0';
	old = strncmp(said, "ERR unknown command", 19) == 0 || strncmp(said, "ERR syntax error", 16) == 0;
	return kj_fail(reason, KJ_EIO, "%sRedis says: %s", old ? "Redis 6.2 or later is needed; this " : "", said);
}

static int fail_more(struct kj_reason *reason)
{
	return kj_fail(reason, KJ_EINVAL, "Redis replied more than was asked for");
}

static int fail_shape(struct kj_reason *reason)
{
	return kj_fail(reason, KJ_EINVAL, "Redis replied something else than what was asked for");
}

static int hear_done(
    struct kj_talk *talk, struct kj_cycle *cycle, const struct kj_reply *reply, struct kj_reason *reason)
{
	(void)talk, (void)cycle, (void)reply, (void)reason;
	return 0;
}

static int hear_last(
    struct kj_talk *talk, struct kj_cycle *cycle, const struct kj_reply *reply, struct kj_reason *reason)
{
	(void)cycle;
	if (reply->kind != KJ_REPLY_LIST)
		return fail_shape(reason);
	talk->missing = reply->count == 0;
	return 0;
}

static int hear_length(
    struct kj_talk *talk, struct kj_cycle *cycle, const struct kj_reply *reply, struct kj_reason *reason)
{
	if (reply->kind != KJ_REPLY_NUMBER)
		return fail_shape(reason);
	cycle->lost = talk->missing && reply->number < KJ_TALK_STREAM;
	return 0;
}

/* Redis writes scores as decimal numbers; ours are whole seconds. 0 for none and for what we never wrote. */
static int64_t score(const struct kj_reply *reply)
{
	int64_t value = 0;

	if (reply->kind != KJ_REPLY_TEXT || reply->len == 0 || reply->len > 15)
		return 0;
	for (size_t i = 0; i < reply->len; i++) {
		if (reply->text[i] < '0' || reply->text[i] > '9')
			return 0;
		value = value * 10 + (reply->text[i] - '0');
	}
	return value;
}

static int hear_scores(
    struct kj_talk *talk, struct kj_cycle *cycle, const struct kj_reply *reply, struct kj_reason *reason)
{
	(void)talk;
	if (reply->kind != KJ_REPLY_LIST || reply->count != cycle->question_count)
		return fail_shape(reason);
	for (unsigned i = 0; i < reply->count; i++)
		cycle->since_s[i] = score(reply->items[i]);
	return 0;
}

static int hear_stale(
    struct kj_talk *talk, struct kj_cycle *cycle, const struct kj_reply *reply, struct kj_reason *reason)
{
	(void)cycle;
	if (reply->kind != KJ_REPLY_LIST || reply->count > KJ_TALK_STALE)
		return fail_shape(reason);
	for (unsigned i = 0; i < reply->count; i++)
		if (reply->items[i]->len == sizeof *talk->stale)
			memcpy(talk->stale[talk->stale_count++], reply->items[i]->text, sizeof *talk->stale);
	/* A full page: there is probably another one. */
	if (talk->stale_count == KJ_TALK_STALE)
		talk->purge_at_ms = 0;
	return 0;
}

/* --- Sightings --------------------------------------------------------------------------------------------- */

static bool is_id(const struct kj_reply *reply)
{
	size_t digits = strspn(reply->text, "0123456789");

	return reply->kind == KJ_REPLY_TEXT && reply->len < KJ_TALK_ID_LEN && digits && reply->text[digits] == '-' &&
	       digits + 1 + strspn(reply->text + digits + 1, "0123456789") == reply->len && digits + 1 < reply->len;
}

/* The value of field "s"; NULL if there is none. */
static const struct kj_reply *sealed_of(const struct kj_reply *fields)
{
	if (fields->kind != KJ_REPLY_LIST)
		return NULL;
	for (unsigned i = 0; i + 1 < fields->count; i += 2)
		if (fields->items[i]->len == 1 && fields->items[i]->text[0] == 's')
			return fields->items[i + 1];
	return NULL;
}

static int unseal(const struct kj_talk *talk, const struct kj_reply *sealed, struct kj_sighting *ret_sighting)
{
	const uint8_t *data = (const uint8_t *)sealed->text;
	uint8_t encoded[KJ_SIGHTING_BYTES];
	uint64_t host;

	if (sealed->len > sizeof encoded + KJ_SEAL_EXTRA ||
	    kj_seal_open(talk->config.seal, data, sealed->len, encoded) < 0 ||
	    kj_sighting_decode(encoded, sealed->len - KJ_SEAL_EXTRA, ret_sighting) < 0)
		return -KJ_EINVAL;
	memcpy(&host, kj_seal_host(data, sealed->len), sizeof host);
	ret_sighting->host = be64toh(host);
	return 0;
}

static void hear_entry(struct kj_talk *talk, struct kj_cycle *cycle, const struct kj_reply *fields)
{
	const struct kj_reply *sealed = sealed_of(fields);
	const uint8_t *host = sealed ? kj_seal_host((const uint8_t *)sealed->text, sealed->len) : NULL;
	struct kj_sighting sighting;

	if (host && memcmp(host, talk->config.host, KJ_SEAL_HOST) == 0)
		return; /* our own */
	if (!host || unseal(talk, sealed, &sighting) < 0) {
		cycle->refused++;
		return;
	}
	cycle->heard++;
	talk->config.sighting(talk->config.context, &sighting);
}

static int hear_entries(
    struct kj_talk *talk, struct kj_cycle *cycle, const struct kj_reply *entries, struct kj_reason *reason)
{
	for (unsigned i = 0; i < entries->count; i++) {
		const struct kj_reply *entry = entries->items[i];

		if (entry->kind != KJ_REPLY_LIST || entry->count != 2 || !is_id(entry->items[0]))
			return fail_shape(reason);
		hear_entry(talk, cycle, entry->items[1]);
		snprintf(talk->last_id, sizeof talk->last_id, "%s", entry->items[0]->text);
	}
	cycle->more = entries->count == KJ_TALK_READ;
	return 0;
}

/* Nothing, or a list of one stream: its key and its entries. */
static int hear_read(
    struct kj_talk *talk, struct kj_cycle *cycle, const struct kj_reply *reply, struct kj_reason *reason)
{
	const struct kj_reply *stream = reply->kind == KJ_REPLY_LIST && reply->count == 1 ? reply->items[0] : NULL;
	int rc = 0;

	if (stream && stream->kind == KJ_REPLY_LIST && stream->count == 2 && stream->items[1]->kind == KJ_REPLY_LIST)
		rc = hear_entries(talk, cycle, stream->items[1], reason);
	else if (reply->kind != KJ_REPLY_NONE)
		rc = fail_shape(reason);
	if (rc == 0 && cycle->lost) {
		snprintf(talk->last_id, sizeof talk->last_id, "%s", KJ_TALK_BEGINNING);
		cycle->more = true;
	}
	return rc;
}

/* --- All replies ------------------------------------------------------------------------------------------- */

static int (*const hear[])(struct kj_talk *talk, struct kj_cycle *cycle, const struct kj_reply *reply,
    struct kj_reason *reason) = {
    [KJ_EXPECT_DONE] = hear_done,
    [KJ_EXPECT_LAST] = hear_last,
    [KJ_EXPECT_LENGTH] = hear_length,
    [KJ_EXPECT_SCORES] = hear_scores,
    [KJ_EXPECT_STALE] = hear_stale,
    [KJ_EXPECT_READ] = hear_read,
};

int kj_talk_hear(struct kj_talk *talk, struct kj_cycle *cycle, const void *data, size_t len, struct kj_reason *reason)
{
	const struct kj_reply *reply = NULL;
	int rc;

	if (kj_replies_feed(talk->replies, data, len) < 0)
		return fail_more(reason);
	while (talk->expected_at < talk->expected_count) {
		rc = kj_replies_next(talk->replies, &reply, reason);
		if (rc <= 0)
			return rc;
		if (reply->kind == KJ_REPLY_ERROR)
			return fail_said(reply, reason);
		rc = hear[talk->expected[talk->expected_at++]](talk, cycle, reply, reason);
		if (rc < 0)
			return rc;
	}
	return kj_replies_rest(talk->replies) ? fail_more(reason) : 1;
}
