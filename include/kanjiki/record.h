/*
 * record.h - one line of key and value for people and machines
 *
 * The log line of a mail and the output of `kanjikictl --json` are built with this, field by field, as logfmt
 * (key=value key="two words") or as one JSON object. What strangers wrote is made harmless: control characters
 * and invalid UTF-8 are escaped, so that a mail can forge neither a line nor a field.
 *
 * Threads: one record is used by one thread at a time.
 */
#ifndef KJ_RECORD_H
#define KJ_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "kanjiki/buf.h"

enum kj_record_format { KJ_RECORD_LOGFMT, KJ_RECORD_JSON };

struct kj_record {
	enum kj_record_format format;
	struct kj_buf buf;
	bool comma; /* a separator is due before the next field or element */
};

/* kj_record_open - begin a record of at most max_bytes; kj_record_close - end it, and hand out its text, which
 * belongs to the record until kj_record_free() */
void kj_record_open(struct kj_record *record, enum kj_record_format format, size_t max_bytes);
const char *kj_record_close(struct kj_record *record);
void kj_record_free(struct kj_record *record);

/* One field each. A NULL string is left out in logfmt and null in JSON. Scores are centipoints. */
void kj_record_str(struct kj_record *record, const char *key, const char *value);
void kj_record_int(struct kj_record *record, const char *key, int64_t value);
void kj_record_bool(struct kj_record *record, const char *key, bool value);
void kj_record_centi(struct kj_record *record, const char *key, int32_t centi);

/*
 * Lists and nested objects. In JSON they nest as usual (key is NULL for an element of a list). logfmt is flat:
 * use them with KJ_RECORD_JSON only.
 */
void kj_record_begin(struct kj_record *record, const char *key, char bracket); /* '[' or '{' */
void kj_record_end(struct kj_record *record, char bracket);		       /* ']' or '}' */

#endif
