/*
 * fuzz_crowd_load.c - the memory of the crowd from a damaged file, and then used
 *
 * Input: the time at which it is used (4 bytes), how it is to be read (1 byte), and either edits of a whole and good
 * file (each three bytes for the place and one for the value), or what stands behind the head of a file. The good
 * file is made here, so that it always has the form of the day.
 */
#include "fuzz.h"

#include <string.h>

#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/crowd.h"

#define BYTES	 KJ_CROWD_BYTES_MIN
#define DUMP_MAX ((size_t)1 << 20)
#define HEAD	 32
#define MAILS	 30
#define START	 1800000000

static const struct kj_hash_key crowd_key = {0x6b616e6a696b6931, 0x63726f7764313939};

/* Mail n: three of a kind, and all of one subject, so that there are singles, clusters, and one that is estimated. */
static struct kj_sighting mail_of(unsigned n, uint32_t time_s)
{
	struct kj_sighting sighting = {.mail = n + 1, .time_s = time_s, .flags = n % 8};
	const uint8_t client[4] = {192, 0, 2, (uint8_t)n};

	sighting.client = kj_addr_from_bytes(4, client);
	snprintf(sighting.domain, sizeof sighting.domain, "d%u.example", n);
	snprintf(sighting.helo, sizeof sighting.helo, "ary%u.localhost", n);
	for (unsigned signal = 0; signal < KJ_SIGNALS; signal++)
		if (signal != KJ_SIGNAL_BODY)
			kj_sighting_add_key(&sighting, (enum kj_signal)signal, signal == KJ_SIGNAL_SUBJECT ? 0 : n / 3, n);
	sighting.sketch.runs = 1;
	memset(sighting.sketch.at, (int)(n / 3), KJ_SKETCH_LEN);
	return sighting;
}

static int to_buf(void *context, const void *data, size_t len)
{
	kj_buf_add(context, data, len);
	return 0;
}

static struct kj_buf good_file(void)
{
	struct kj_buf buf = KJ_BUF_INIT(DUMP_MAX);
	struct kj_crowd *crowd;

	if (kj_crowd_new(BYTES, &crowd_key, &crowd) < 0)
		abort();
	for (unsigned n = 0; n < MAILS; n++) {
		struct kj_sighting sighting = mail_of(n, START + n);

		kj_crowd_add(crowd, &sighting);
	}
	if (kj_crowd_save(crowd, to_buf, &buf) < 0 || buf.len < HEAD)
		abort();
	kj_crowd_free(crowd);
	return buf;
}

static void damage(struct kj_buf *file, const uint8_t *data, size_t size, bool edits)
{
	if (!edits) {
		file->len = HEAD;
		kj_buf_add(file, data, size);
		return;
	}
	for (; size >= 4; data += 4, size -= 4)
		file->data[((size_t)data[0] << 16 | (size_t)data[1] << 8 | data[2]) % file->len] = (char)data[3];
}

/* Every text must end, and every number be one that can be shown. */
static size_t touch(const struct kj_cluster *clusters, unsigned count)
{
	size_t sum = 0;

	for (unsigned i = 0; i < count; i++) {
		if (clusters[i].signal >= KJ_SIGNALS || clusters[i].member_count > KJ_CLUSTER_MEMBERS ||
		    clusters[i].fresh > clusters[i].domains || clusters[i].known > clusters[i].domains)
			abort();
		for (unsigned m = 0; m < clusters[i].member_count; m++)
			sum += strlen(clusters[i].members[m].helo) + strlen(clusters[i].members[m].domain) +
			       strlen(clusters[i].members[m].subject);
	}
	return sum;
}

static void use(struct kj_crowd *crowd, uint32_t time_s)
{
	struct kj_arena *arena = kj_arena_new((size_t)16 << 20);
	const struct kj_cluster *clusters;
	struct kj_crowd_stats stats;
	unsigned count;
	size_t sum = 0;

	for (unsigned n = 0; n < 2 * MAILS; n++) {
		/* Those that were there before come again, and others of their kind. */
		struct kj_sighting sighting = mail_of(n / 2, time_s + n);

		sighting.mail += n % 2 * 1000;
		if (kj_crowd_look(crowd, &sighting, arena, &clusters, &count) == 0)
			sum += touch(clusters, count);
		snprintf(sighting.domain, sizeof sighting.domain, "e%u.example", n);
		kj_crowd_add(crowd, &sighting);
	}
	if (kj_crowd_list(crowd, KJ_SIGNALS, time_s, time_s % 2, 50, arena, &clusters, &count) == 0)
		sum += touch(clusters, count);
	kj_crowd_stats(crowd, &stats);
	if (stats.singles > stats.singles_max || sum == SIZE_MAX)
		abort();
	kj_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kj_crowd *crowd;
	struct kj_buf file, again = KJ_BUF_INIT(DUMP_MAX);
	uint32_t time_s;

	if (size < 5)
		return 0;
	memcpy(&time_s, data, 4);
	file = good_file();
	damage(&file, data + 5, size - 5, data[4] % 2);
	if (kj_crowd_new(BYTES, &crowd_key, &crowd) < 0)
		abort();
	kj_crowd_load(crowd, file.data, file.len);
	use(crowd, data[4] & 2 ? time_s : START + time_s % 100000);
	if (kj_crowd_save(crowd, to_buf, &again) < 0)
		abort();
	kj_crowd_free(crowd);
	kj_buf_free(&again);
	kj_buf_free(&file);
	return 0;
}
