/*
 * fuzz_share.c - what comes from Redis: the protocol, the shapes of the replies, sealed sightings
 *
 * Input: one byte that says what is due, then replies as they came. The same input is then read as a sighting that
 * another host sealed, since no fuzzer gets through a seal.
 */
#include "fuzz.h"

#include <string.h>

#include "kanjiki/clock.h"
#include "store/share_reply.h"
#include "store/share_talk.h"

static void on_sighting(void *context, const struct kj_sighting *sighting)
{
	uint64_t *count = context;

	if (sighting->key_count > KJ_SIGHTING_KEYS || memchr(sighting->domain, 0, KJ_SIGHTING_TEXT) == NULL)
		abort();
	*count += 1;
}

static void fill(struct kj_cycle *cycle, uint8_t what)
{
	struct kj_sighting sighting = {.mail = what, .time_s = 1800000000, .domain = "example.net"};

	cycle->first = what & 1;
	cycle->told_count = what >> 1 & 3;
	for (unsigned i = 0; i < cycle->told_count; i++) {
		cycle->told[i] = (struct kj_told){.domain = i, .time_s = 1800000000};
		cycle->told[i].len = kj_sighting_encode(&sighting, cycle->told[i].data);
	}
	cycle->question_count = what >> 3 & 3;
	for (unsigned i = 0; i < cycle->question_count; i++)
		cycle->questions[i] = i;
}

/* One cycle; the replies come in two pieces. */
static void talk_once(struct kj_talk *talk, struct kj_cycle *cycle, const uint8_t *data, size_t size)
{
	const char *commands = NULL;
	struct kj_reason reason = {""};
	size_t len = 0, half = size / 2;

	if (kj_talk_begin(talk, cycle, &commands, &len) < 0 || len == 0)
		abort();
	if (kj_talk_hear(talk, cycle, data, half, &reason) == 0)
		kj_talk_hear(talk, cycle, data + half, size - half, &reason);
	kj_talk_end(talk);
}

/* The input as the value of an entry: sealed by another host, so that it is opened and read. */
static void hear_sealed(struct kj_talk *talk, struct kj_cycle *cycle, const struct kj_seal *seal, const uint8_t *data, size_t size)
{
	static const uint8_t other[KJ_SEAL_HOST] = {1};
	char replies[KJ_SIGHTING_BYTES + 256];
	size_t len;

	if (size > KJ_SIGHTING_BYTES)
		size = KJ_SIGHTING_BYTES;
	memset(cycle, 0, sizeof *cycle);
	/* The page of what is to be forgotten comes in the first cycle only. */
	len = (size_t)snprintf(replies, sizeof replies,
	    "*1\r\n*2\r\n+k\r\n*1\r\n*2\r\n+5-1\r\n*2\r\n+s\r\n$%zu\r\n", size + KJ_SEAL_EXTRA);
	if (kj_seal_close(seal, other, data, size, (uint8_t *)replies + len) < 0)
		abort();
	len += size + KJ_SEAL_EXTRA;
	memcpy(replies + len, "\r\n", 2);
	talk_once(talk, cycle, (uint8_t *)replies, len + 2);
	if (cycle->heard + cycle->refused != 1)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kj_seal seal;
	uint64_t heard = 0;
	struct kj_talk_config config = {.user = "", .password = "", .prefix = "k:", .seal = &seal,
	    .clock = kj_clock_system(), .sighting = on_sighting, .context = &heard};
	struct kj_talk *talk;
	struct kj_cycle *cycle = calloc(1, sizeof *cycle);

	kj_seal_init(&seal, "secret", "k:");
	talk = kj_talk_new(&config);
	if (!talk || !cycle)
		abort();
	if (size) {
		fill(cycle, data[0]);
		talk_once(talk, cycle, data + 1, size - 1);
		/* What the first cycle heard is in what the second says. */
		fill(cycle, 1);
		talk_once(talk, cycle, data + 1, size - 1);
	}
	kj_talk_free(talk);
	heard = 0;
	talk = kj_talk_new(&config);
	if (!talk)
		abort();
	memset(cycle, 0, sizeof *cycle);
	talk_once(talk, cycle, (const uint8_t *)"*0\r\n*-1\r\n", 9);
	hear_sealed(talk, cycle, &seal, data, size);
	if (heard != cycle->heard)
		abort();
	kj_talk_free(talk);
	free(cycle);
	return 0;
}
