/*
 * memory.h - how the memory of the crowd lies in memory
 *
 * Private to crowd/. Five pools, reserved at once, none of which ever grows:
 *
 *   records  the last mails, oldest overwritten first: what people are shown, and the sketch of the text
 *   kept     copies of those that are members of clusters and not of well-known senders, for a longer time
 *   singles  keys that only one sender domain came with so far, oldest overwritten first; each names its record. A
 *            band of a sketch that belongs to a cluster is here, too: as an alias
 *   clusters keys that at least two sender domains came with; of each signal the one not seen for longest goes first
 *   counts   the numbers of clusters with more than 16 members
 *
 * Everything is named by number, nothing by pointer, so that it can be written to a file and read back as it is, also
 * into pools of other sizes. The number of a record counts up for ever; its place is the number modulo the size of
 * its pool, and the number written in it says whether it is still there.
 */
#ifndef KJ_CROWD_MEMORY_H
#define KJ_CROWD_MEMORY_H

#include <pthread.h>

#include "distinct.h"
#include "kanjiki/crowd.h"

#define MEMBERS	     KJ_CLUSTER_MEMBERS
#define DOMAINS_MIN  3 /* below, a cluster is of no interest to anybody */
#define NONE	     UINT32_MAX
#define RECORD_TEXT  112
#define SINGLE_PARTS 64
#define PARTS	     4		 /* of a window, which are counted apart, so that the oldest can be forgotten */
#define SLOTS	     (PARTS + 1) /* a window reaches into so many of them */
#define NUMBER_MASK  0x3fffffffU
#define IS_KEPT	     0x40000000U /* of a reference to a record: in `kept`, not in `records` */
#define IS_ALIAS     0x80000000U /* of a single: it names a body cluster, not a record */
#define MAIL_SIGNAL  KJ_SIGNALS  /* of singles that stand for a mail itself */
#define BAND_SIGNAL  (KJ_SIGNALS + 1)

struct record {
	uint32_t number; /* 0: free */
	uint32_t time_s;
	uint32_t kept; /* number of its copy in `kept`; 0: none */
	uint32_t domain, host, net; /* hashes */
	uint64_t mail;
	struct kj_addr client;
	uint8_t flags;
	uint16_t runs;
	uint8_t sketch[KJ_SKETCH_LEN];
	char text[RECORD_TEXT]; /* domain, HELO, subject template, each with its NUL */
};

struct member {
	uint32_t domain, host, net, name;
	uint32_t time_s;
	uint32_t record; /* number, and IS_KEPT */
	uint32_t flags;
};

/* What is counted beyond 16 members. */
enum { COUNT_DOMAINS, COUNT_FRESH, COUNT_KNOWN, COUNT_HOSTS, COUNT_NETS, COUNTS };

struct counts {
	uint32_t slot[SLOTS]; /* which part of time it holds: seconds / (window / PARTS); 0: none */
	struct distinct of[SLOTS][COUNTS];
};

struct cluster {
	uint64_t key;
	uint32_t next;	     /* of the same hash, or in the list of free ones */
	uint32_t older, newer; /* by last sight, within the signal */
	uint32_t first_s, last_s;
	uint32_t counts; /* index, or NONE */
	float volume, fast, slow; /* as of last_s: by the half-life; of 10 minutes; of a day */
	uint8_t signal, member_count;
	uint8_t in_use;
	uint8_t sketch[KJ_SKETCH_LEN]; /* BODY: of the founder */
	struct member members[MEMBERS]; /* in no order */
};

struct single {
	uint64_t key; /* 0: free */
	uint32_t ref; /* number of a record, or IS_ALIAS and the upper bits of the cluster's key */
	uint32_t name; /* for the member it may become; of an alias the lower bits */
	uint32_t next; /* of the same hash */
} __attribute__((packed, aligned(4)));

struct kj_crowd {
	pthread_mutex_t lock; /* guards everything below */
	struct kj_hash_key key; /* of the hashes in records and members */
	void *area;	      /* one mapping for all pools */
	size_t area_bytes;

	struct record *records, *kept;
	uint32_t record_max, kept_max;
	uint32_t record_next, kept_next; /* numbers to come; from 1 */

	struct single *singles;
	uint32_t *single_heads;
	uint32_t single_max, single_heads_mask;
	uint32_t single_at;	 /* place of the next one */
	uint32_t single_count;
	uint32_t single_parts_s[SINGLE_PARTS]; /* when each part of the ring was begun */
	uint32_t single_part_s; /* the same of the part of single_at, in the round before */

	struct cluster *clusters;
	uint32_t *cluster_heads;
	uint32_t cluster_max, cluster_heads_mask;
	uint32_t cluster_free, cluster_used; /* first of those that were dropped, or NONE; how many were ever in use */
	struct {
		uint32_t oldest, newest, count, max;
	} lists[KJ_SIGNALS];

	struct counts *counts;
	uint32_t *counts_owner; /* cluster, or NONE */
	uint32_t counts_max, counts_at; /* where the search for a place begins */

	struct kj_crowd_stats stats;
};

/* --- records.c */

/* records_put - take a mail in; gives its number */
uint32_t records_put(struct kj_crowd *crowd, const struct kj_sighting *sighting);

/* records_get - by a member's or single's reference; NULL if it was overwritten */
struct record *records_get(struct kj_crowd *crowd, uint32_t ref);

/* records_keep - the reference under which a record lives longest; the same one if it need not */
uint32_t records_keep(struct kj_crowd *crowd, uint32_t ref);

/* records_hash - a domain, and a client, as members and records hold them */
uint32_t records_hash_domain(const struct kj_crowd *crowd, const char *domain);
void records_hash_client(
    const struct kj_crowd *crowd, const struct kj_addr *client, uint32_t *ret_host, uint32_t *ret_net);

/* --- singles.c */

/* singles_find - its place, or NONE; key is already that of one signal */
uint32_t singles_find(const struct kj_crowd *crowd, uint64_t key);
void singles_put(struct kj_crowd *crowd, uint64_t key, uint32_t ref, uint32_t name);
/* singles_refresh - seen again: it stays for another while */
void singles_refresh(struct kj_crowd *crowd, uint32_t place);
void singles_remove(struct kj_crowd *crowd, uint32_t place);

/* --- clusters.c */

uint32_t clusters_find(const struct kj_crowd *crowd, enum kj_signal signal, uint64_t key);
/* clusters_new - an empty one, at the expense of the oldest of its signal */
uint32_t clusters_new(struct kj_crowd *crowd, enum kj_signal signal, uint64_t key, uint32_t now_s);
/* clusters_touch - seen now */
void clusters_touch(struct kj_crowd *crowd, uint32_t index);
void clusters_drop(struct kj_crowd *crowd, uint32_t index);
/* clusters_restore - give a new one the content that another had, with its counts (NULL: none) */
void clusters_restore(
    struct kj_crowd *crowd, uint32_t index, const struct cluster *content, const struct counts *counts);

/* --- alike.c */

/* What the text of a mail leads to: a cluster, or a record that is in none. */
struct likeness {
	unsigned equal;
	uint32_t cluster; /* NONE if there is none ... */
	uint32_t record;  /* ... but this one is alike; 0 if none is */
};
struct likeness alike_find(struct kj_crowd *crowd, const struct kj_sighting *sighting);

/* alike_lead - have all bands of a sketch lead to a cluster; NONE: to the record */
void alike_lead(struct kj_crowd *crowd, const struct kj_sketch *sketch, uint32_t index, uint32_t record);

/* --- members.c */

struct member members_of_sighting(
    const struct kj_crowd *crowd, const struct kj_sighting *sighting, uint32_t record, uint32_t name);

/* members_take_counts - a place to count beyond 16; whoever has it loses it, and falls back on its newest members */
void members_take_counts(struct kj_crowd *crowd, uint32_t index);

/* members_add - a mail more in the cluster */
void members_add(struct kj_crowd *crowd, uint32_t index, const struct member *member);

/* members_count - the numbers of *ret_cluster, as of now_s; with another member, unless it is NULL */
void members_count(struct kj_crowd *crowd, const struct cluster *cluster, uint32_t now_s, const struct member *with,
    struct kj_cluster *ret_cluster);

/* members_show - copies for people, newest first, in the arena; -KJ_ENOMEM */
int members_show(struct kj_crowd *crowd, const struct cluster *cluster, uint32_t now_s, struct kj_arena *arena,
    struct kj_cluster *cluster_out);

/* mix - spread a key over 64 bits */
static inline uint64_t mix(uint64_t value)
{
	value ^= value >> 33;
	value *= 0xff51afd7ed558ccdULL;
	value ^= value >> 33;
	value *= 0xc4ceb9fe1a85ec53ULL;
	return value ^ value >> 33;
}

/* single_key - one signal's keys are not another's; never 0 */
static inline uint64_t single_key(unsigned signal, uint64_t key)
{
	return mix(key + (uint64_t)(signal + 1) * 0x9e3779b97f4a7c15ULL) | 1;
}

#endif
