/*
 * sim.h - one server that mail comes in at: the real pipeline, a clock that is set, and a DNS that is made up
 *
 * sim_lookups.c is linked in place of lookup/lookups.c; it finds the world through the clock's context.
 *
 * Threads: one. fork() copies all of it: the state file lies in memory (SQLite's memdb), and nobody else is needed.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "bench/sim/letter.h"
#include "bench/sim/world.h"
#include "kanjiki/clock.h"
#include "kanjiki/session.h"

#define SIM_START_S   1800000000 /* 2027-01-15 08:00 UTC */
#define SIM_WARM_UP_S (14 * 86400)

struct sim {
	struct world *world;
	struct kj_engine *engine;
	struct kj_session *session;
	struct kj_clock clock;
	_Atomic int64_t now_ms; /* since SIM_START_S; the idle thread of the resolver looks at it, too */
	int64_t swept_ms;
	uint64_t sent;
	struct sqlite3 *state; /* open as long as the state shall live */
	FILE *log;             /* what to say of mails that sim_log() is called for; NULL */
};

/* sim_start - with the lists of this folder; false, and a line on standard error. The file of the state is named, and
 * never made. sim_stop - end it. */
bool sim_start(struct sim *sim, uint64_t seed, const char *lists);
void sim_stop(struct sim *sim);

int64_t sim_now_s(const struct sim *sim);
bool sim_is_warm(const struct sim *sim);

/* sim_deliver - put one mail through the pipeline now; the verdict is good until the next */
const struct kj_verdict *sim_deliver(struct sim *sim, const struct letter *letter);

/* sim_log - a line of the log about the last mail, with a word in front */
void sim_log(struct sim *sim, const char *word);

#endif
