/*
 * share_talk_private.h - what share_talk.c writes down for share_hear.c
 */
#ifndef KJ_SHARE_TALK_PRIVATE_H
#define KJ_SHARE_TALK_PRIVATE_H

#include "kanjiki/buf.h"
#include "share_reply.h"
#include "share_talk.h"

#define KJ_TALK_READ	  1000 /* sightings in one cycle */
#define KJ_TALK_STALE	  1000 /* domains forgotten in one */
#define KJ_TALK_ARGS	  (KJ_TALK_QUESTIONS + 8) /* the longest command: so many questions, or two for each that is told */
#define KJ_TALK_EXPECTED  (KJ_TALK_TOLD + 16)
#define KJ_TALK_ID_LEN	  48 /* "1526919030474-55": two numbers of 64 bits */
#define KJ_TALK_BEGINNING "0-0"

/* What the reply to a command is. */
enum kj_expect {
	KJ_EXPECT_DONE,	  /* whatever, but no error */
	KJ_EXPECT_LAST,	  /* the entry that was read last, or none */
	KJ_EXPECT_LENGTH, /* of the stream */
	KJ_EXPECT_SCORES,
	KJ_EXPECT_STALE, /* domains to be forgotten */
	KJ_EXPECT_READ,	 /* what others told */
};

struct kj_args {
	const char *at[KJ_TALK_ARGS];
	size_t len[KJ_TALK_ARGS];
	unsigned count;
};

struct kj_talk {
	struct kj_talk_config config;
	char *user, *password;
	char *stream, *first, *last; /* keys */

	char last_id[KJ_TALK_ID_LEN]; /* of the stream, as far as it was read */
	int64_t check_at_ms, purge_at_ms;
	char stale[KJ_TALK_STALE][8];
	unsigned stale_count;

	/* Of the cycle. */
	struct kj_arena *arena;
	struct kj_replies *replies;
	struct kj_buf out;
	struct kj_args args;
	uint8_t expected[KJ_TALK_EXPECTED];
	unsigned expected_count, expected_at;
	bool broken;  /* the commands could not be written */
	bool missing; /* what was read last is not there any more */
};

#endif
