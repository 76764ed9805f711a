/*
 * members.c - who is in a cluster: exactly up to 16 members, by estimate beyond
 *
 * A member is a sender domain, a client and a raw name that came together; the same three again only move it forward
 * in time. Beyond 16 the newest stay, for people and for what must be exact, and everything is counted in parts of
 * the window.
 */
#include "memory.h"

#include <math.h>

#include "kanjiki/arena.h"
#include "kanjiki/err.h"

#define LAPSE_S	   (7 * 86400) /* after such a silence it begins anew */
#define FAST_S	   600.0
#define SLOW_S	   86400.0
#define BURST_Z	   6.0
#define COUNTS_TRIES 8
#define ORDER_MIN  0.95 /* correlation of number and address */

static uint32_t part_len(const struct cluster *cluster)
{
	return kj_signals[cluster->signal].window_s / PARTS;
}

static uint32_t part_of(const struct cluster *cluster, uint32_t time_s)
{
	return time_s / part_len(cluster);
}

static bool in_window(const struct cluster *cluster, uint32_t time_s, uint32_t now_s)
{
	return time_s >= now_s || now_s - time_s <= kj_signals[cluster->signal].window_s;
}

/* The flag by which a domain counts as new: what is set up alike is watched for longer. */
static uint32_t fresh_flag(const struct cluster *cluster)
{
	return cluster->signal == KJ_SIGNAL_DNS ? KJ_SIGHTING_RECENT : KJ_SIGHTING_FRESH;
}

/* --- Mails as members */

struct member members_of_sighting(
    const struct kj_crowd *crowd, const struct kj_sighting *sighting, uint32_t record, uint32_t name)
{
	struct member member = {
	    .domain = records_hash_domain(crowd, sighting->domain),
	    .name = name,
	    .time_s = (uint32_t)sighting->time_s,
	    .record = record,
	    .flags = sighting->flags,
	};

	records_hash_client(crowd, &sighting->client, &member.host, &member.net);
	return member;
}

/* --- How many mails, and how fast */

static void pace(struct cluster *cluster, uint32_t time_s)
{
	double half_life_s = kj_signals[cluster->signal].half_life_s, passed_s;
	uint32_t window_s = kj_signals[cluster->signal].window_s, lapse_s = window_s > LAPSE_S ? window_s : LAPSE_S;

	if (time_s < cluster->first_s)
		cluster->first_s = time_s;
	if (time_s > cluster->last_s && time_s - cluster->last_s > lapse_s)
		cluster->first_s = time_s;
	if (time_s < cluster->last_s) { /* told late */
		cluster->volume += (float)exp2(-(double)(cluster->last_s - time_s) / half_life_s);
		return;
	}
	passed_s = time_s - cluster->last_s;
	cluster->volume = (float)(cluster->volume * exp2(-passed_s / half_life_s) + 1);
	cluster->fast = (float)(cluster->fast * exp(-passed_s / FAST_S) + 1);
	cluster->slow = (float)(cluster->slow * exp(-passed_s / SLOW_S) + 1);
	cluster->last_s = time_s;
}

static void show_pace(const struct cluster *cluster, uint32_t now_s, struct kj_cluster *out)
{
	double passed_s = now_s > cluster->last_s ? now_s - cluster->last_s : 0, fast, usual;

	out->volume = cluster->volume * exp2(-passed_s / kj_signals[cluster->signal].half_life_s);
	fast = cluster->fast * exp(-passed_s / FAST_S);
	usual = cluster->slow * exp(-passed_s / SLOW_S) * FAST_S / SLOW_S;
	out->per_hour = fast * 3600 / FAST_S;
	out->burst = (fast - usual) / sqrt(usual + 1) > BURST_Z;
	out->first_s = cluster->first_s;
	out->last_s = cluster->last_s;
}

/* --- Beyond 16 */

static void count_one(const struct cluster *cluster, struct counts *counts, const struct member *member)
{
	uint32_t part = part_of(cluster, member->time_s), slot = part % SLOTS;
	struct distinct *of = counts->of[slot];

	if (counts->slot[slot] > part)
		return; /* told too late */
	if (counts->slot[slot] < part) {
		memset(of, 0, sizeof counts->of[slot]);
		counts->slot[slot] = part;
	}
	distinct_add(&of[COUNT_DOMAINS], mix(member->domain));
	if (member->flags & fresh_flag(cluster))
		distinct_add(&of[COUNT_FRESH], mix(member->domain));
	if (member->flags & KJ_SIGHTING_KNOWN)
		distinct_add(&of[COUNT_KNOWN], mix(member->domain));
	distinct_add(&of[COUNT_HOSTS], mix(member->host));
	distinct_add(&of[COUNT_NETS], mix(member->net));
}

/* One of the next few places: a free one, or that of the cluster that was not seen for longest. */
static uint32_t counts_place(struct kj_crowd *crowd)
{
	uint32_t best = crowd->counts_at;

	for (unsigned i = 0; i < COUNTS_TRIES && crowd->counts_owner[best] != NONE; i++) {
		uint32_t place = crowd->counts_at, owner = crowd->counts_owner[place];

		crowd->counts_at = place + 1 == crowd->counts_max ? 0 : place + 1;
		if (owner == NONE || crowd->clusters[owner].last_s < crowd->clusters[crowd->counts_owner[best]].last_s)
			best = place;
	}
	return best;
}

void members_take_counts(struct kj_crowd *crowd, uint32_t index)
{
	uint32_t place = counts_place(crowd);

	if (crowd->counts_owner[place] != NONE)
		crowd->clusters[crowd->counts_owner[place]].counts = NONE;
	crowd->counts_owner[place] = index;
	memset(&crowd->counts[place], 0, sizeof crowd->counts[place]);
	crowd->clusters[index].counts = place;
}

/* The window reaches into its oldest part: of what is only there, a share counts. */
static unsigned count_of(const struct cluster *cluster, const struct counts *counts, unsigned which,
    uint32_t now_s, const uint32_t *with)
{
	uint32_t part = part_of(cluster, now_s), len = part_len(cluster);
	const struct distinct *oldest = NULL;
	struct distinct all = {{0}};
	unsigned recent, whole;

	for (unsigned slot = 0; slot < SLOTS; slot++)
		if (counts->slot[slot] && counts->slot[slot] + PARTS > part)
			distinct_join(&all, &counts->of[slot][which]);
		else if (counts->slot[slot] && counts->slot[slot] + PARTS == part)
			oldest = &counts->of[slot][which];
	if (with)
		distinct_add(&all, mix(*with));
	recent = distinct_count(&all);
	if (!oldest)
		return recent;
	distinct_join(&all, oldest);
	whole = distinct_count(&all);
	return recent + (unsigned)((uint64_t)(whole - recent) * (len - now_s % len) / len);
}

/* --- Up to 16 */

static void drop_old(struct cluster *cluster, uint32_t now_s)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < cluster->member_count; i++)
		if (in_window(cluster, cluster->members[i].time_s, now_s))
			cluster->members[kept++] = cluster->members[i];
	cluster->member_count = (uint8_t)kept;
}

static struct member *oldest(struct cluster *cluster)
{
	struct member *oldest = &cluster->members[0];

	for (unsigned i = 1; i < cluster->member_count; i++)
		if (cluster->members[i].time_s < oldest->time_s)
			oldest = &cluster->members[i];
	return oldest;
}

static struct member *find_same(struct cluster *cluster, const struct member *member)
{
	for (unsigned i = 0; i < cluster->member_count; i++) {
		struct member *other = &cluster->members[i];

		if (other->domain == member->domain && other->host == member->host && other->name == member->name)
			return other;
	}
	return NULL;
}

void members_add(struct kj_crowd *crowd, uint32_t index, const struct member *member)
{
	struct cluster *cluster = &crowd->clusters[index];
	struct member *place = find_same(cluster, member);

	pace(cluster, member->time_s);
	if (!place && cluster->member_count == MEMBERS)
		drop_old(cluster, cluster->last_s);
	if (!place && cluster->member_count < MEMBERS) {
		place = &cluster->members[cluster->member_count++];
		place->time_s = 0;
	}
	if (!place && cluster->counts == NONE) {
		members_take_counts(crowd, index);
		for (unsigned i = 0; i < cluster->member_count; i++)
			count_one(cluster, &crowd->counts[cluster->counts], &cluster->members[i]);
	}
	if (!place)
		place = oldest(cluster);
	if (cluster->counts != NONE)
		count_one(cluster, &crowd->counts[cluster->counts], member);
	/* One that is told late neither moves itself back nor takes the place of a newer one; a free one has time 0. */
	if (member->time_s >= place->time_s)
		*place = *member;
}

/* --- The numbers */

/* Whether the value is one of the different ones found so far. */
static bool is_among(const uint32_t *values, unsigned count, uint32_t value)
{
	for (unsigned i = 0; i < count; i++)
		if (values[i] == value)
			return true;
	return false;
}

/* Numbers that grow by as much as the addresses do, or shrink. */
static bool numbers_in_order(const struct member *const *members, unsigned count)
{
	double n = count, sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0, spread;

	for (unsigned i = 0; i < count; i++) {
		double x = members[i]->name >> 8, y = members[i]->name & 0xff;

		sx += x, sy += y, sxx += x * x, syy += y * y, sxy += x * y;
	}
	spread = (n * sxx - sx * sx) * (n * syy - sy * sy);
	return spread > 0 && fabs(n * sxy - sx * sy) / sqrt(spread) > ORDER_MIN;
}

static void count_exactly(const struct cluster *cluster, const struct member *const *members, unsigned count,
    struct kj_cluster *out)
{
	uint32_t domains[MEMBERS + 1], hosts[MEMBERS + 1], nets[MEMBERS + 1], names[MEMBERS + 1];
	uint32_t fresh[MEMBERS + 1], known[MEMBERS + 1];

	for (unsigned i = 0; i < count; i++) {
		const struct member *member = members[i];

		if (!is_among(domains, out->domains, member->domain))
			domains[out->domains++] = member->domain;
		if (!is_among(hosts, out->clients, member->host))
			hosts[out->clients++] = member->host;
		if (!is_among(nets, out->nets, member->net))
			nets[out->nets++] = member->net;
		if (!is_among(names, out->names, member->name))
			names[out->names++] = member->name;
		if (member->flags & fresh_flag(cluster) && !is_among(fresh, out->fresh, member->domain))
			fresh[out->fresh++] = member->domain;
		if (member->flags & KJ_SIGHTING_KNOWN && !is_among(known, out->known, member->domain))
			known[out->known++] = member->domain;
	}
}

static void raise_to(unsigned *value, unsigned least)
{
	if (*value < least)
		*value = least;
}

static void estimate(struct kj_crowd *crowd, const struct cluster *cluster, uint32_t now_s,
    const struct member *with, struct kj_cluster *out)
{
	const struct counts *counts = &crowd->counts[cluster->counts];
	bool fresh = with && with->flags & fresh_flag(cluster), known = with && with->flags & KJ_SIGHTING_KNOWN;

	out->estimated = true;
	raise_to(&out->domains, count_of(cluster, counts, COUNT_DOMAINS, now_s, with ? &with->domain : NULL));
	raise_to(&out->fresh, count_of(cluster, counts, COUNT_FRESH, now_s, fresh ? &with->domain : NULL));
	raise_to(&out->known, count_of(cluster, counts, COUNT_KNOWN, now_s, known ? &with->domain : NULL));
	raise_to(&out->clients, count_of(cluster, counts, COUNT_HOSTS, now_s, with ? &with->host : NULL));
	raise_to(&out->nets, count_of(cluster, counts, COUNT_NETS, now_s, with ? &with->net : NULL));
	/* Two estimates may contradict each other by their errors. */
	if (out->fresh > out->domains)
		out->fresh = out->domains;
	if (out->known > out->domains)
		out->known = out->domains;
}

void members_count(struct kj_crowd *crowd, const struct cluster *cluster, uint32_t now_s, const struct member *with,
    struct kj_cluster *ret_cluster)
{
	const struct member *members[MEMBERS + 1];
	struct kj_cluster out = {.signal = (enum kj_signal)cluster->signal, .id = cluster->key};
	unsigned count = 0;

	for (unsigned i = 0; i < cluster->member_count; i++)
		if (in_window(cluster, cluster->members[i].time_s, now_s))
			members[count++] = &cluster->members[i];
	if (with)
		members[count++] = with;
	count_exactly(cluster, members, count, &out);
	out.in_order = cluster->signal == KJ_SIGNAL_PTR && numbers_in_order(members, count);
	if (cluster->counts != NONE)
		estimate(crowd, cluster, now_s, with, &out);
	show_pace(cluster, now_s, &out);
	*ret_cluster = out;
}

/* --- For people */

static const char *copy(struct kj_arena *arena, const char *text, bool *failed)
{
	const char *out = kj_arena_strdup(arena, text);

	*failed |= !out;
	return out ? out : "";
}

static int show(struct kj_crowd *crowd, const struct cluster *cluster, const struct member *member,
    struct kj_arena *arena, struct kj_member *out)
{
	const struct record *record = records_get(crowd, member->record);
	const char *text = record ? record->text : "";
	bool failed = false;

	*out = (struct kj_member){.time_s = member->time_s,
	    .fresh = member->flags & fresh_flag(cluster),
	    .domain = "",
	    .helo = "",
	    .subject = ""};
	if (!record)
		return 0;
	out->client = record->client;
	out->domain = copy(arena, text, &failed);
	text += strlen(text) + 1;
	out->helo = copy(arena, text, &failed);
	text += strlen(text) + 1;
	out->subject = copy(arena, text, &failed);
	return failed ? -KJ_ENOMEM : 0;
}

static int newest_first(const void *a, const void *b)
{
	const struct kj_member *one = a, *two = b;

	return (one->time_s < two->time_s) - (one->time_s > two->time_s);
}

int members_show(struct kj_crowd *crowd, const struct cluster *cluster, uint32_t now_s, struct kj_arena *arena,
    struct kj_cluster *cluster_out)
{
	struct kj_member *members = kj_arena_array(arena, MEMBERS, sizeof *members);
	unsigned count = 0;

	if (!members)
		return -KJ_ENOMEM;
	for (unsigned i = 0; i < cluster->member_count; i++) {
		if (!in_window(cluster, cluster->members[i].time_s, now_s))
			continue;
		if (show(crowd, cluster, &cluster->members[i], arena, &members[count++]) < 0)
			return -KJ_ENOMEM;
	}
	qsort(members, count, sizeof *members, newest_first);
	cluster_out->members = members;
	cluster_out->member_count = count;
	return 0;
}
