/*
 * record.c - logfmt and JSON (RFC 8259) lines
 */
#include "kanjiki/record.h"

#include "kanjiki/centi.h"
#include "kanjiki/utf8.h"

void kj_record_open(struct kj_record *record, enum kj_record_format format, size_t max_bytes)
{
	*record = (struct kj_record){.format = format, .buf = KJ_BUF_INIT(max_bytes)};
	if (format == KJ_RECORD_JSON)
		kj_buf_add_char(&record->buf, '{');
}

const char *kj_record_close(struct kj_record *record)
{
	if (record->format == KJ_RECORD_JSON)
		kj_buf_add_char(&record->buf, '}');
	return kj_buf_str(&record->buf);
}

void kj_record_free(struct kj_record *record)
{
	kj_buf_free(&record->buf);
}

/* A double-quoted string; the escapes are JSON's in both formats. */
static void add_quoted(struct kj_buf *buf, const char *value)
{
	size_t len = strlen(value);
	char bytes[4];

	kj_buf_add_char(buf, '"');
	for (size_t pos = 0; pos < len;) {
		uint32_t code = kj_utf8_next(value, len, &pos);

		if (code == '"' || code == '\\')
			kj_buf_printf(buf, "\\%c", (char)code);
		else if (code == '\n')
			kj_buf_add_str(buf, "\\n");
		else if (code == '\t')
			kj_buf_add_str(buf, "\\t");
		else if (kj_utf8_is_order(code))
			kj_buf_printf(buf, "\\u%04x", (unsigned)code);
		else
			kj_buf_add(buf, bytes, kj_utf8_put(code, bytes));
	}
	kj_buf_add_char(buf, '"');
}

/* logfmt: a value of plain printable ASCII without blanks, quotes or '=' needs no quotes. */
static bool is_bare(const char *value)
{
	if (!*value)
		return false;
	for (; *value; value++)
		if (*value <= ' ' || *value >= 0x7f || *value == '"' || *value == '\\' || *value == '=')
			return false;
	return true;
}

static void add_key(struct kj_record *record, const char *key)
{
	bool json = record->format == KJ_RECORD_JSON;

	if (record->comma)
		kj_buf_add_char(&record->buf, json ? ',' : ' ');
	record->comma = true;
	if (!key)
		return;
	if (json) {
		add_quoted(&record->buf, key);
		kj_buf_add_char(&record->buf, ':');
	} else {
		kj_buf_printf(&record->buf, "%s=", key);
	}
}

void kj_record_str(struct kj_record *record, const char *key, const char *value)
{
	bool json = record->format == KJ_RECORD_JSON;

	if (!value && !json)
		return;
	add_key(record, key);
	if (!value)
		kj_buf_add_str(&record->buf, "null");
	else if (!json && is_bare(value))
		kj_buf_add_str(&record->buf, value);
	else
		add_quoted(&record->buf, value);
}

void kj_record_int(struct kj_record *record, const char *key, int64_t value)
{
	add_key(record, key);
	kj_buf_printf(&record->buf, "%lld", (long long)value);
}

void kj_record_bool(struct kj_record *record, const char *key, bool value)
{
	add_key(record, key);
	kj_buf_add_str(&record->buf, value ? "true" : "false");
}

void kj_record_centi(struct kj_record *record, const char *key, int32_t centi)
{
	char text[KJ_CENTI_STRLEN];

	add_key(record, key);
	kj_buf_add_str(&record->buf, kj_centi_format(centi, text));
}

void kj_record_begin(struct kj_record *record, const char *key, char bracket)
{
	add_key(record, key);
	kj_buf_add_char(&record->buf, bracket);
	record->comma = false;
}

void kj_record_end(struct kj_record *record, char bracket)
{
	kj_buf_add_char(&record->buf, bracket);
	record->comma = true;
}
