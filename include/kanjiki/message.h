/*
 * message.h - what the mail says
 *
 * A message is read once, at its end: header fields as the MTA passed them, and the body. What comes out is
 * plain, immutable and lives in the message's arena: decoded fields, the Received chain, the MIME parts, and the
 * text in UTF-8 - visible, hidden and quoted kept apart. Nothing in it fails on a stranger's input: what could
 * not be understood is left out and noted in `marks`.
 */
#ifndef KJ_MESSAGE_H
#define KJ_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kanjiki/phone.h"
#include "kanjiki/received.h"
#include "kanjiki/text.h"
#include "kanjiki/url.h"
#include "kanjiki/wallet.h"

struct kj_arena;

struct kj_field {
	const char *name;  /* as sent */
	const char *value; /* as sent, folded lines kept, without the final line end; a leading blank is kept */
};

struct kj_message_limits {
	size_t body_bytes;   /* read no more of the body. Default 1 MiB */
	size_t text_bytes;   /* keep no more decoded text, per stream. Default 256 KiB */
	unsigned depth;	     /* nested parts. Default 32 */
	unsigned parts;	     /* in all. Default 256 */
	unsigned fields;     /* header fields. Default 1000 */
	unsigned received;   /* Received lines read. Default 50 */
};

/* kj_message_limits_default - the defaults above */
extern const struct kj_message_limits kj_message_limits_default;

/* Things noticed while reading; evidence, never errors. */
enum kj_message_mark {
	KJ_MARK_BODY_CUT = 1 << 0,	/* the body was longer than body_bytes */
	KJ_MARK_TEXT_CUT = 1 << 1,	/* a text stream was longer than text_bytes */
	KJ_MARK_DEPTH = 1 << 2,		/* nested deeper than depth; or HTML that costs too much to parse */
	KJ_MARK_PARTS = 1 << 3,		/* more parts than parts */
	KJ_MARK_FIELDS = 1 << 4,	/* more header fields than fields */
	KJ_MARK_BAD_ENCODING = 1 << 5,	/* broken base64 or quoted-printable */
	KJ_MARK_BAD_CHARSET = 1 << 6,	/* bytes invalid in the declared charset; it was guessed */
	KJ_MARK_NO_CHARSET = 1 << 7,	/* 8-bit text without a declared charset; it was guessed */
	KJ_MARK_BAD_MIME = 1 << 8,	/* missing or unterminated boundary */
	KJ_MARK_RECEIVED = 1 << 9,	/* more Received lines than received */
	KJ_MARK_URLS = 1 << 10,		/* more hosts in URLs than KJ_URLS_MAX, or more URLs than are read */
	KJ_MARK_WALLETS = 1 << 11,	/* KJ_WALLETS_MAX wallets; there may be more */
	KJ_MARK_PHONES = 1 << 12,	/* KJ_PHONES_MAX telephone numbers; there may be more */
	KJ_MARK_BLOBS = 1 << 13,	/* as many blocks of base64 in the text as are decoded; there may be more */
};

/* kj_message_mark_name - the word for the mark of bit number `bit` ("bad-charset"), for logs; NULL behind the last */
const char *kj_message_mark_name(unsigned bit);

struct kj_part {
	const char *type;     /* "text/plain", lower case */
	const char *charset;  /* as declared, lower case; "" if none */
	const char *boundary; /* of a multipart, as sent; "" if none */
	const char *encoding; /* "base64", lower case; "" if none */
	const char *filename; /* decoded; "" if none */
	unsigned depth;	      /* 0 is the message itself */
	bool attachment;      /* Content-Disposition: attachment; its text is not in the streams */
};

struct kj_message {
	const struct kj_field *fields;
	unsigned field_count;
	const struct kj_part *parts; /* in order of appearance, the whole tree */
	unsigned part_count;
	const struct kj_received *received; /* newest first, as far as the MTA passed them */
	unsigned received_count;

	/* Decoded header fields, UTF-8; "" where the field is missing. */
	const char *subject;
	const char *from_name;	 /* display name of the first From mailbox */
	const char *from_addr;	 /* its addr-spec, domain in lower case */
	const char *message_id;	 /* without angle brackets */
	int64_t date_s;		 /* Date in seconds since 1970; -1 if missing or unreadable */

	/* The text. Parts are joined by an empty line; block elements of HTML break lines. Of
	 * multipart/alternative both texts are read, but a text/plain that says the same as its HTML only once. A block of
	 * base64 in a text that is text itself is decoded and stands behind the visible text. */
	struct kj_text visible; /* what a reader sees as the sender's own words */
	struct kj_text hidden;	/* HTML text a reader does not see */
	struct kj_text quoted;	/* "> " lines, blockquotes, message/rfc822 parts: other people's words */
	struct kj_text comments; /* of HTML, a line each; conditional ones of Outlook are among them */

	const struct kj_url *urls; /* in the order of appearance; links where the text behind them ends */
	unsigned url_count;
	const struct kj_phone *phones; /* of the visible text */
	unsigned phone_count;
	const struct kj_wallet *wallets; /* of the visible text, by their place in it */
	unsigned wallet_count;

	bool is_list;	/* List-Id, List-Post or Precedence: list */
	bool is_auto;	/* Auto-Submitted other than no, or multipart/report */
	bool is_reply;	/* In-Reply-To or References */
	unsigned links; /* <a href> and bare URLs seen */
	unsigned marks; /* enum kj_message_mark */
};

/*
 * kj_message_read - read a whole message
 *
 * Takes:  arena for all of it; the fields in order (strings borrowed for the arena's life); the body as it came
 *         (borrowed likewise; it may be cut, then body_cut is true).
 * Gives:  *ret_message in the arena.
 * Errors: -KJ_ENOMEM only.
 * Threads: safe, one arena per call.
 */
int kj_message_read(struct kj_arena *arena, const struct kj_field *fields, unsigned field_count, const char *body,
    size_t body_len, bool body_cut, const struct kj_message_limits *limits, const struct kj_message **ret_message);

/* kj_message_field - value of the first field of that name (any case), or NULL */
const char *kj_message_field(const struct kj_message *message, const char *name);

/*
 * kj_message_encode - text as it may stand in an unstructured header field
 *
 * Printable ASCII is its own form; anything else becomes encoded words (RFC 2047), joined by blanks, blanks at its end
 * included. Invalid UTF-8 becomes U+FFFD. Returns NULL when the arena is full.
 */
const char *kj_message_encode(struct kj_arena *arena, const char *text);

/*
 * kj_message_split - cut a mail as it lies in a file into fields and body
 *
 * Takes:  the bytes of the mail (CRLF or LF), borrowed; an mbox "From " line in front is passed over.
 * Gives:  fields in the arena, and where the body begins.
 * Errors: -KJ_ENOMEM only; a mail without header has no fields.
 */
int kj_message_split(struct kj_arena *arena, const char *data, size_t len, struct kj_field **ret_fields,
    unsigned *ret_field_count, size_t *ret_body_offset);

#endif
