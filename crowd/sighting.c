/*
 * sighting.c - a sighting as bytes
 *
 * All numbers in network order, texts with a length byte in front. A version comes first, so that a host of another
 * version is not misread.
 */
#include "kanjiki/sighting.h"

#include <endian.h>

#include "kanjiki/err.h"
#include "kanjiki/utf8.h"

#define FORMAT_VERSION 1

void kj_sighting_text(char out[KJ_SIGHTING_TEXT], const char *text)
{
	/* With all of a character that begins within. */
	size_t len = strnlen(text, KJ_SIGHTING_TEXT + 3), at = 0, end = 0;

	if (len >= KJ_SIGHTING_TEXT) {
		while (end < KJ_SIGHTING_TEXT) {
			at = end;
			kj_utf8_next(text, len, &end);
		}
		/* The last one may be whole, but then there is no room for the NUL. */
		len = at;
	}
	memcpy(out, text, len);
	memset(out + len, 0, KJ_SIGHTING_TEXT - len);
}

void kj_sighting_add_key(struct kj_sighting *sighting, enum kj_signal signal, uint64_t key, uint32_t name)
{
	for (unsigned i = 0; i < sighting->key_count; i++)
		if (sighting->keys[i].signal == signal && sighting->keys[i].key == key)
			return;
	if (sighting->key_count < KJ_SIGHTING_KEYS)
		sighting->keys[sighting->key_count++] = (struct kj_sighting_key){signal, key, name};
}

struct writer {
	uint8_t *out;
	size_t len;
};

static void put(struct writer *writer, uint64_t value, unsigned bytes)
{
	while (bytes--)
		writer->out[writer->len++] = (uint8_t)(value >> (8 * bytes));
}

static void put_bytes(struct writer *writer, const void *data, size_t len)
{
	put(writer, len, 1);
	memcpy(writer->out + writer->len, data, len);
	writer->len += len;
}

size_t kj_sighting_encode(const struct kj_sighting *sighting, uint8_t out[KJ_SIGHTING_BYTES])
{
	struct writer writer = {out, 0};
	const char *const texts[] = {sighting->domain, sighting->helo, sighting->subject};

	put(&writer, FORMAT_VERSION, 1);
	put(&writer, sighting->mail, 8);
	put(&writer, (uint64_t)sighting->time_s, 8);
	put(&writer, (uint64_t)sighting->since_s, 8);
	put(&writer, sighting->flags, 1);
	put_bytes(&writer, sighting->client.bytes,
	    sighting->client.family == 4 ? 4 : sighting->client.family == 6 ? 16 : 0);
	for (unsigned i = 0; i < 3; i++)
		put_bytes(&writer, texts[i], strnlen(texts[i], KJ_SIGHTING_TEXT - 1));
	put(&writer, sighting->sketch.runs, 2);
	put_bytes(&writer, sighting->sketch.at, sighting->sketch.runs ? KJ_SKETCH_LEN : 0);
	put(&writer, sighting->key_count, 1);
	for (unsigned i = 0; i < sighting->key_count; i++) {
		put(&writer, sighting->keys[i].signal, 1);
		put(&writer, sighting->keys[i].key, 8);
		put(&writer, sighting->keys[i].name, 4);
	}
	return writer.len;
}

struct reader {
	const uint8_t *data;
	size_t len, at;
	bool bad;
};

static uint64_t get(struct reader *reader, unsigned bytes)
{
	uint64_t value = 0;

	if (reader->len - reader->at < bytes) {
		reader->bad = true;
		return 0;
	}
	while (bytes--)
		value = value << 8 | reader->data[reader->at++];
	return value;
}

/* A run of bytes of at most max, to out, which is all zeros; its length. */
static size_t get_bytes(struct reader *reader, void *out, size_t max)
{
	size_t len = get(reader, 1);

	if (len > max || len > reader->len - reader->at) {
		reader->bad = true;
		return 0;
	}
	memcpy(out, reader->data + reader->at, len);
	reader->at += len;
	return len;
}

/* A text with a NUL in it is not ours. Others need not be UTF-8: a HELO is as it was given. */
static void get_text(struct reader *reader, char out[KJ_SIGHTING_TEXT])
{
	size_t len = get_bytes(reader, out, KJ_SIGHTING_TEXT - 1);

	reader->bad |= strlen(out) != len;
}

static void get_client(struct reader *reader, struct kj_addr *ret_addr)
{
	uint8_t bytes[16] = {0};
	size_t len = get_bytes(reader, bytes, sizeof bytes);

	if (len == 4 || len == 16)
		*ret_addr = kj_addr_from_bytes(len == 4 ? 4 : 6, bytes);
	/* Nor is a mapped IPv4 address, which has the short form. */
	reader->bad |= len != (ret_addr->family == 4 ? 4 : ret_addr->family == 6 ? 16 : 0);
}

static void get_keys(struct reader *reader, struct kj_sighting *sighting)
{
	unsigned count = (unsigned)get(reader, 1);

	if (count > KJ_SIGHTING_KEYS)
		reader->bad = true;
	for (unsigned i = 0; i < count && !reader->bad; i++) {
		unsigned signal = (unsigned)get(reader, 1);
		uint64_t key = get(reader, 8);
		uint32_t name = (uint32_t)get(reader, 4);

		if (signal >= KJ_SIGNALS || signal == KJ_SIGNAL_BODY)
			reader->bad = true;
		else
			kj_sighting_add_key(sighting, (enum kj_signal)signal, key, name);
	}
	reader->bad |= sighting->key_count != count; /* one of them twice */
}

int kj_sighting_decode(const uint8_t *data, size_t len, struct kj_sighting *ret_sighting)
{
	struct reader reader = {data, len, 0, false};
	struct kj_sighting sighting;
	char *const texts[] = {sighting.domain, sighting.helo, sighting.subject};

	memset(&sighting, 0, sizeof sighting);
	if (get(&reader, 1) != FORMAT_VERSION)
		return -KJ_EINVAL;
	sighting.mail = get(&reader, 8);
	sighting.time_s = (int64_t)get(&reader, 8);
	sighting.since_s = (int64_t)get(&reader, 8);
	sighting.flags = (unsigned)get(&reader, 1);
	get_client(&reader, &sighting.client);
	for (unsigned i = 0; i < 3; i++)
		get_text(&reader, texts[i]);
	sighting.sketch.runs = (uint16_t)get(&reader, 2);
	if (get_bytes(&reader, sighting.sketch.at, KJ_SKETCH_LEN) != (sighting.sketch.runs ? KJ_SKETCH_LEN : 0))
		return -KJ_EINVAL;
	get_keys(&reader, &sighting);
	if (reader.bad || reader.at != len || sighting.time_s < 0 || sighting.time_s > UINT32_MAX)
		return -KJ_EINVAL;
	*ret_sighting = sighting;
	return 0;
}
