/*
 * alike.c - finding texts that are much the same
 *
 * Every band of every sketch is a single: it leads to the record of the mail, or, as an alias, to the cluster the
 * mail is in. Texts that are alike have a band in common, most of the time; how alike they are, the whole sketches
 * tell.
 */
#include "memory.h"

static unsigned equal_to(const struct kj_sighting *sighting, const uint8_t *sketch, uint16_t runs)
{
	struct kj_sketch other = {.runs = runs};

	memcpy(other.at, sketch, KJ_SKETCH_LEN);
	return kj_sketch_equal(&sighting->sketch, &other);
}

/* The founder's text, or that of a member that is still there: a text that changes step by step stays in its
 * cluster. */
static unsigned equal_to_cluster(struct kj_crowd *crowd, const struct kj_sighting *sighting, uint32_t index)
{
	const struct cluster *cluster = &crowd->clusters[index];
	unsigned best = equal_to(sighting, cluster->sketch, 1);

	for (unsigned i = 0; i < cluster->member_count && best < KJ_SKETCH_SAME; i++) {
		const struct record *record = records_get(crowd, cluster->members[i].record);
		unsigned equal = record ? equal_to(sighting, record->sketch, record->runs) : 0;

		best = equal > best ? equal : best;
	}
	return best;
}

static uint64_t alias_key(const struct single *single)
{
	return (uint64_t)(single->ref & NUMBER_MASK) << 32 | single->name;
}

static uint64_t band_key(const struct kj_sighting *sighting, unsigned band)
{
	return single_key(BAND_SIGNAL, kj_sketch_band(&sighting->sketch, band));
}

static void try_band(
    struct kj_crowd *crowd, const struct kj_sighting *sighting, const struct single *single, struct likeness *best)
{
	uint32_t cluster = NONE;
	const struct record *record = NULL;
	unsigned equal = 0;

	if (single->ref & IS_ALIAS)
		cluster = clusters_find(crowd, KJ_SIGNAL_BODY, alias_key(single));
	else
		record = records_get(crowd, single->ref);
	if (cluster != NONE && cluster != best->cluster)
		equal = equal_to_cluster(crowd, sighting, cluster);
	else if (record && record->mail != sighting->mail)
		equal = equal_to(sighting, record->sketch, record->runs);
	/* A cluster is preferred to a mail that is alone, however alike that is. */
	if (equal < KJ_SKETCH_ALIKE || (cluster == NONE && best->cluster != NONE) ||
	    (equal <= best->equal && (cluster == NONE || best->cluster != NONE)))
		return;
	*best = (struct likeness){equal, cluster, cluster == NONE ? single->ref : 0};
}

struct likeness alike_find(struct kj_crowd *crowd, const struct kj_sighting *sighting)
{
	struct likeness best = {0, NONE, 0};

	for (unsigned band = 0; sighting->sketch.runs && band < KJ_SKETCH_BANDS; band++) {
		uint32_t place = singles_find(crowd, band_key(sighting, band));

		if (place != NONE)
			try_band(crowd, sighting, &crowd->singles[place], &best);
	}
	return best;
}

void alike_lead(struct kj_crowd *crowd, const struct kj_sketch *sketch, uint32_t index, uint32_t record)
{
	uint64_t key = index == NONE ? 0 : crowd->clusters[index].key;
	struct single lead = {.ref = index == NONE ? record : IS_ALIAS | (uint32_t)(key >> 32),
	    .name = index == NONE ? 0 : (uint32_t)key};

	for (unsigned band = 0; band < KJ_SKETCH_BANDS; band++) {
		uint64_t single = single_key(BAND_SIGNAL, kj_sketch_band(sketch, band));
		uint32_t place = singles_find(crowd, single);

		if (place == NONE) {
			singles_put(crowd, single, lead.ref, lead.name);
			continue;
		}
		crowd->singles[place].ref = lead.ref;
		crowd->singles[place].name = lead.name;
		singles_refresh(crowd, place);
	}
}
