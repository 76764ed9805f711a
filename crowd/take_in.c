/*
 * take_in.c - a mail becomes part of the memory
 *
 * A key is a single until a second sender domain comes with it, and a cluster from then on. Retries, and what another
 * host told twice, are known by the mail's own single and count once.
 */
#include "memory.h"

static struct member member_of_record(struct kj_crowd *crowd, uint32_t ref, uint32_t name)
{
	const struct record *record = records_get(crowd, ref);

	return (struct member){
	    record->domain, record->host, record->net, name, record->time_s, records_keep(crowd, ref), record->flags};
}

/* Whom nobody has to fear need not be remembered for what he says; whence he comes, and how his domain is set up,
 * tells of others. */
static bool is_remembered(const struct kj_sighting *sighting, enum kj_signal signal)
{
	return !(sighting->flags & KJ_SIGHTING_KNOWN) ||
	       (signal != KJ_SIGNAL_SUBJECT && signal != KJ_SIGNAL_CHAIN && signal != KJ_SIGNAL_BODY);
}

/* Found a cluster on a mail that was alone with its key until now, if it is another sender's and not too old. */
static uint32_t promote(struct kj_crowd *crowd, enum kj_signal signal, uint64_t key, uint32_t ref, uint32_t name,
    const struct member *member)
{
	const struct record *record = records_get(crowd, ref);
	struct member first;
	uint32_t index;

	if (!record || record->domain == member->domain ||
	    (int64_t)member->time_s - record->time_s > kj_signals[signal].window_s)
		return NONE;
	first = member_of_record(crowd, ref, name);
	index = clusters_new(crowd, signal, key, first.time_s);
	members_add(crowd, index, &first);
	return index;
}

static void join(struct kj_crowd *crowd, uint32_t index, struct member *member)
{
	member->record = records_keep(crowd, member->record);
	members_add(crowd, index, member);
	clusters_touch(crowd, index);
}

static void add_key(
    struct kj_crowd *crowd, const struct kj_sighting *sighting, const struct kj_sighting_key *key, uint32_t record)
{
	struct member member = members_of_sighting(crowd, sighting, record, key->name);
	uint32_t index = clusters_find(crowd, key->signal, key->key), place = NONE;
	uint64_t single = single_key(key->signal, key->key);

	if (index == NONE)
		place = singles_find(crowd, single);
	if (place != NONE) {
		index = promote(
		    crowd, key->signal, key->key, crowd->singles[place].ref, crowd->singles[place].name, &member);
		if (index != NONE)
			singles_remove(crowd, place);
	}
	if (index != NONE) {
		join(crowd, index, &member);
	} else if (place != NONE) {
		crowd->singles[place].ref = record;
		crowd->singles[place].name = key->name;
		singles_refresh(crowd, place);
	} else if (is_remembered(sighting, key->signal)) {
		singles_put(crowd, single, record, key->name);
	}
}

static uint32_t found_body(struct kj_crowd *crowd, uint32_t ref, const struct member *member)
{
	const struct record *founder = records_get(crowd, ref);
	uint64_t key = mix(founder->mail) & ((uint64_t)NUMBER_MASK << 32 | UINT32_MAX);
	struct kj_sketch sketch = {.runs = founder->runs};
	uint32_t index;

	memcpy(sketch.at, founder->sketch, KJ_SKETCH_LEN);
	/* It may be there, and only the way to it be lost: of a snapshot that was written while the two mails came
	 * in. */
	index = clusters_find(crowd, KJ_SIGNAL_BODY, key);
	if (index == NONE)
		index = promote(crowd, KJ_SIGNAL_BODY, key, ref, 0, member);
	if (index == NONE)
		return NONE;
	memcpy(crowd->clusters[index].sketch, sketch.at, KJ_SKETCH_LEN);
	alike_lead(crowd, &sketch, index, 0);
	return index;
}

static void add_body(struct kj_crowd *crowd, const struct kj_sighting *sighting, uint32_t record)
{
	struct member member = members_of_sighting(crowd, sighting, record, 0);
	struct likeness alike = alike_find(crowd, sighting);
	uint32_t index = alike.cluster;

	if (index == NONE && alike.record)
		index = found_body(crowd, alike.record, &member);
	if (index != NONE)
		join(crowd, index, &member);
	if (is_remembered(sighting, KJ_SIGNAL_BODY))
		alike_lead(crowd, &sighting->sketch, index, record);
}

static bool add(struct kj_crowd *crowd, const struct kj_sighting *sighting)
{
	uint64_t mail = single_key(MAIL_SIGNAL, sighting->mail);
	uint32_t place = singles_find(crowd, mail), record;

	if (place != NONE) {
		singles_refresh(crowd, place);
		crowd->stats.repeated++;
		return false;
	}
	crowd->stats.mails++;
	record = records_put(crowd, sighting);
	singles_put(crowd, mail, record, 0);
	for (unsigned i = 0; i < sighting->key_count; i++)
		add_key(crowd, sighting, &sighting->keys[i], record);
	if (sighting->sketch.runs)
		add_body(crowd, sighting, record);
	return true;
}

bool kj_crowd_add(struct kj_crowd *crowd, const struct kj_sighting *sighting)
{
	bool added;

	pthread_mutex_lock(&crowd->lock);
	added = add(crowd, sighting);
	pthread_mutex_unlock(&crowd->lock);
	return added;
}
