/*
 * crowd_dump.c - the memory as a file
 *
 * The pools as they are, each preceded by what it is and how much: since all references are numbers, another pool of
 * another size can take them. It is read on the machine that wrote it; a file of other sizes of things is not read at
 * all. The file is ours, but a disk may have damaged it: every number is checked before it is used.
 *
 * Mails come in while it is written, and those come again from the journal. So a mail must not be in with its own
 * single, by which it is known as a repetition, unless all that it changed is in, too: singles are written first, and
 * records, which all others refer to, last. Each pool is written from its oldest on, so that a smaller one keeps the
 * newest.
 */
#include "memory.h"

#include <math.h>

#include "kanjiki/err.h"

#define MAGIC	 0x6b6a6377 /* "kjcw" */
#define FORMAT	 2
#define PIECE	 1024 /* records and clusters that are copied at a time, with the lock held */
#define SIZES	 ((uint32_t)(sizeof(struct record) + 1000 * sizeof(struct cluster) + 1000000 * sizeof(struct counts)))

enum kind { KIND_RECORDS = 1, KIND_KEPT, KIND_SINGLES, KIND_CLUSTERS, KIND_END };

struct head {
	uint32_t magic, format, sizes, unused;
	struct kj_hash_key key;
};

struct piece {
	uint32_t kind, count;
};

struct saved_single {
	uint64_t key;
	uint32_t ref, name;
};

/* A cluster, and what is counted of it if it has that. */
struct saved_cluster {
	struct cluster cluster;
	struct counts counts;
};

struct dump {
	struct kj_crowd *crowd;
	int (*write)(void *context, const void *data, size_t len);
	void *context;
	void *buffer; /* of PIECE of the largest */
};

static int put_piece(struct dump *dump, enum kind kind, uint32_t count, size_t bytes)
{
	struct piece piece = {kind, count};
	int rc = dump->write(dump->context, &piece, sizeof piece);

	return rc < 0 || !bytes ? rc : dump->write(dump->context, dump->buffer, bytes);
}

static int save_records(
    struct dump *dump, enum kind kind, const struct record *pool, uint32_t max, const uint32_t *number)
{
	struct record *out = dump->buffer;
	uint32_t at, next;
	int rc = 0;

	pthread_mutex_lock(&dump->crowd->lock);
	next = *number;
	pthread_mutex_unlock(&dump->crowd->lock);
	at = next > max ? next - max : 1;
	while (at < next && rc == 0) {
		uint32_t count = 0;

		pthread_mutex_lock(&dump->crowd->lock);
		for (; at < next && count < PIECE; at++)
			if (pool[at % max].number == at)
				out[count++] = pool[at % max];
		pthread_mutex_unlock(&dump->crowd->lock);
		rc = put_piece(dump, kind, count, count * sizeof *out);
	}
	return rc;
}

static int save_singles(struct dump *dump)
{
	struct kj_crowd *crowd = dump->crowd;
	struct saved_single *out = dump->buffer;
	uint32_t at = 0, start;
	int rc = 0;

	pthread_mutex_lock(&crowd->lock);
	start = crowd->single_at;
	pthread_mutex_unlock(&crowd->lock);
	while (at < crowd->single_max && rc == 0) {
		uint32_t count = 0;

		pthread_mutex_lock(&crowd->lock);
		for (; at < crowd->single_max && count < PIECE; at++) {
			uint32_t place = (uint32_t)(((uint64_t)start + at) % crowd->single_max);
			const struct single *single = &crowd->singles[place];

			if (single->key)
				out[count++] = (struct saved_single){single->key, single->ref, single->name};
		}
		pthread_mutex_unlock(&crowd->lock);
		rc = put_piece(dump, KIND_SINGLES, count, count * sizeof *out);
	}
	return rc;
}

/* One by one, for those with counts are large; what is dropped meanwhile is passed over. */
static int save_cluster(struct dump *dump, uint32_t index)
{
	struct kj_crowd *crowd = dump->crowd;
	struct saved_cluster *out = dump->buffer;
	size_t bytes = sizeof out->cluster;

	pthread_mutex_lock(&crowd->lock);
	out->cluster = crowd->clusters[index];
	if (out->cluster.in_use && out->cluster.counts != NONE) {
		out->counts = crowd->counts[out->cluster.counts];
		bytes = sizeof *out;
	}
	pthread_mutex_unlock(&crowd->lock);
	return out->cluster.in_use ? put_piece(dump, KIND_CLUSTERS, bytes == sizeof *out, bytes) : 0;
}

struct place {
	uint32_t last_s, index;
};

static int by_time(const void *a, const void *b)
{
	const struct place *one = a, *two = b;

	return (one->last_s > two->last_s) - (one->last_s < two->last_s);
}

static uint32_t find_clusters(struct kj_crowd *crowd, struct place *places)
{
	uint32_t count = 0;

	for (uint32_t at = 0; at < crowd->cluster_max;) {
		pthread_mutex_lock(&crowd->lock);
		for (uint32_t end = at + PIECE; at < end && at < crowd->cluster_max; at++)
			if (crowd->clusters[at].in_use)
				places[count++] = (struct place){crowd->clusters[at].last_s, at};
		pthread_mutex_unlock(&crowd->lock);
	}
	return count;
}

static int save_clusters(struct dump *dump)
{
	struct place *places = calloc(dump->crowd->cluster_max, sizeof *places);
	uint32_t count;
	int rc = 0;

	if (!places)
		return -KJ_ENOMEM;
	count = find_clusters(dump->crowd, places);
	qsort(places, count, sizeof *places, by_time);
	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = save_cluster(dump, places[i].index);
	free(places);
	return rc;
}

int kj_crowd_save(struct kj_crowd *crowd, int (*write)(void *context, const void *data, size_t len), void *context)
{
	struct dump dump = {crowd, write, context, malloc(PIECE * sizeof(struct record) + sizeof(struct saved_cluster))};
	struct head head = {MAGIC, FORMAT, SIZES, 0, crowd->key};
	int rc;

	if (!dump.buffer)
		return -KJ_ENOMEM;
	rc = write(context, &head, sizeof head);
	if (rc == 0)
		rc = save_singles(&dump);
	if (rc == 0)
		rc = save_clusters(&dump);
	if (rc == 0)
		rc = save_records(&dump, KIND_RECORDS, crowd->records, crowd->record_max, &crowd->record_next);
	if (rc == 0)
		rc = save_records(&dump, KIND_KEPT, crowd->kept, crowd->kept_max, &crowd->kept_next);
	if (rc == 0)
		rc = put_piece(&dump, KIND_END, 0, 0);
	free(dump.buffer);
	return rc;
}

/* --- Reading */

struct input {
	const char *data;
	size_t len;
};

static bool take(struct input *input, void *out, size_t bytes)
{
	if (input->len < bytes)
		return false;
	memcpy(out, input->data, bytes);
	input->data += bytes;
	input->len -= bytes;
	return true;
}

/* Three texts that end, and an address that is one. */
static bool is_sound(const struct record *record)
{
	const char *at = record->text, *end = record->text + sizeof record->text;

	for (int i = 0; i < 3; i++) {
		const char *nul = at < end ? memchr(at, '\0', (size_t)(end - at)) : NULL;

		if (!nul)
			return false;
		at = nul + 1;
	}
	return record->number && record->number <= NUMBER_MASK &&
	       (record->client.family == 0 || record->client.family == 4 || record->client.family == 6);
}

/* The next number is the one behind the last. */
static int load_records(struct input *input, uint32_t count, struct record *pool, uint32_t max, uint32_t *ret_next)
{
	struct record record;

	while (count--) {
		if (!take(input, &record, sizeof record) || !is_sound(&record))
			return -KJ_EINVAL;
		pool[record.number % max] = record;
		*ret_next = record.number == NUMBER_MASK ? 1 : record.number + 1;
	}
	return 0;
}

static int load_singles(struct kj_crowd *crowd, struct input *input, uint32_t count)
{
	struct saved_single single;

	while (count--) {
		if (!take(input, &single, sizeof single))
			return -KJ_EINVAL;
		if (single.key && singles_find(crowd, single.key) == NONE)
			singles_put(crowd, single.key, single.ref, single.name);
	}
	return 0;
}

static int load_cluster(struct kj_crowd *crowd, struct input *input, bool has_counts)
{
	struct saved_cluster saved;
	const struct cluster *cluster = &saved.cluster;
	uint32_t index;

	if (!take(input, &saved, has_counts ? sizeof saved : sizeof saved.cluster) || cluster->signal >= KJ_SIGNALS ||
	    cluster->member_count > MEMBERS || !isfinite(cluster->volume + cluster->fast + cluster->slow))
		return -KJ_EINVAL;
	if (clusters_find(crowd, (enum kj_signal)cluster->signal, cluster->key) != NONE)
		return 0;
	index = clusters_new(crowd, (enum kj_signal)cluster->signal, cluster->key, cluster->last_s);
	clusters_restore(crowd, index, cluster, has_counts ? &saved.counts : NULL);
	return 0;
}

static int load_piece(struct kj_crowd *crowd, struct input *input, const struct piece *piece)
{
	switch (piece->kind) {
	case KIND_RECORDS:
		return load_records(input, piece->count, crowd->records, crowd->record_max, &crowd->record_next);
	case KIND_KEPT: return load_records(input, piece->count, crowd->kept, crowd->kept_max, &crowd->kept_next);
	case KIND_SINGLES: return load_singles(crowd, input, piece->count);
	case KIND_CLUSTERS: return load_cluster(crowd, input, piece->count != 0);
	default: return -KJ_EINVAL;
	}
}

static int load(struct kj_crowd *crowd, struct input *input)
{
	struct head head;
	struct piece piece;
	int rc = 0;

	if (!take(input, &head, sizeof head) || head.magic != MAGIC || head.format != FORMAT || head.sizes != SIZES)
		return -KJ_EINVAL;
	crowd->key = head.key;
	while (rc == 0) {
		if (!take(input, &piece, sizeof piece))
			return -KJ_EINVAL;
		if (piece.kind == KIND_END)
			return 0;
		rc = load_piece(crowd, input, &piece);
	}
	return rc;
}

int kj_crowd_load(struct kj_crowd *crowd, const void *data, size_t len)
{
	struct input input = {data, len};
	int rc;

	pthread_mutex_lock(&crowd->lock);
	rc = load(crowd, &input);
	/* What does not fit into a smaller memory was not pushed out by the traffic. */
	crowd->stats.singles_evicted = 0;
	for (int i = 0; i < KJ_SIGNALS; i++)
		crowd->stats.signals[i].evicted = 0;
	pthread_mutex_unlock(&crowd->lock);
	return rc;
}
