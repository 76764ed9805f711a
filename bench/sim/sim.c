/*
 * sim.c - one server that mail comes in at
 *
 * The site's secret is set, so that a run can be repeated: the sketches of texts depend on it. So is the day the
 * state was made, or else the warm-up would begin in the year of whoever runs this.
 */
#include "bench/sim/sim.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "kanjiki/engine.h"
#include "kanjiki/snapshot.h"

#define STATE    "/kj-sim-state.db"
#define SWEEP_MS 3600000

static int64_t wall_s(void *context)
{
	return sim_now_s(context);
}

static int64_t mono_ms(void *context)
{
	const struct sim *sim = context;

	return sim->now_ms + 1;
}

int64_t sim_now_s(const struct sim *sim)
{
	return SIM_START_S + sim->now_ms / 1000;
}

bool sim_is_warm(const struct sim *sim)
{
	return sim->now_ms / 1000 >= SIM_WARM_UP_S;
}

/* Of the simulator's providers lists/shared.conf would know the greatest, if they were real; the others nobody has
 * heard of. */
static const char shared[] = "shared-pools = [\"outlook.example\", \"google.example\", \"esp1.example\", "
                             "\"esp2.example\", \"gateway1.example\", "
                             "\"helpdesk.example\", \"hoster1.example\"]\n"
                             "shared-name-servers = [\"dns1.example\", \"dns2.example\", \"dns3.example\", "
                             "\"dns4.example\", \"dns5.example\"]\n";

static struct kj_snapshot *load(const char *lists)
{
	char path[] = "/tmp/kj-sim-XXXXXX";
	struct kj_complaints *complaints = kj_complaints_new();
	struct kj_snapshot *snapshot = NULL;
	int fd = mkstemp(path);

	if (fd < 0 || !complaints) {
		fprintf(stderr, "kj-sim: cannot make a file in /tmp\n");
		return NULL;
	}
	dprintf(fd,
	    "lists = \"%s\"\nstate = \"" STATE "\"\nauthserv-id = \"mx.example.jp\"\nwarm-up = %ds\n"
	    "resolver { servers = [\"127.0.0.1\"] }\n%s",
	    lists, SIM_WARM_UP_S, shared);
	close(fd);
	kj_snapshot_load(path, &snapshot, complaints);
	unlink(path);
	for (unsigned i = 0; !snapshot && i < kj_complaints_count(complaints); i++)
		fprintf(stderr, "kj-sim: %s\n", kj_complaints_get(complaints, i)->text);
	kj_complaints_free(complaints);
	return snapshot;
}

static struct kj_engine *engine_new(struct sim *sim, struct kj_snapshot *snapshot)
{
	struct kj_engine_options options = {.clock = &sim->clock};
	struct kj_engine *engine = NULL;
	struct kj_reason reason = {""};

	if (kj_engine_new(snapshot, &options, &engine, &reason) < 0)
		fprintf(stderr, "kj-sim: %s\n", reason.text);
	return engine;
}

/* Make the state, and set what is drawn from the machine. The connection stays open: the memory lives as long as one
 * does. */
static bool make_state(struct sim *sim, struct kj_snapshot *snapshot)
{
	char set[160];

	snprintf(set, sizeof set, "UPDATE site SET k0 = 1, k1 = 2, created_s = %lld", (long long)SIM_START_S);
	sqlite3_vfs_register(sqlite3_vfs_find("memdb"), 1);
	if (sqlite3_open(STATE, &sim->state) != SQLITE_OK)
		return false;
	kj_engine_free(engine_new(sim, snapshot));
	return sqlite3_exec(sim->state, set, NULL, NULL, NULL) == SQLITE_OK;
}

bool sim_start(struct sim *sim, uint64_t seed, const char *lists)
{
	struct kj_snapshot *snapshot = load(lists);

	*sim = (struct sim){.clock = {wall_s, mono_ms, sim}};
	sim->world = world_new(seed);
	if (snapshot && sim->world && make_state(sim, snapshot))
		sim->engine = engine_new(sim, snapshot);
	kj_snapshot_unref(snapshot);
	if (sim->engine)
		sim->session = kj_session_new(sim->engine);
	return sim->session != NULL;
}

void sim_stop(struct sim *sim)
{
	kj_session_free(sim->session);
	kj_engine_free(sim->engine);
	sqlite3_close(sim->state);
	world_free(sim->world);
}

static void ignore(void *context, const char *line)
{
	(void)context;
	(void)line;
}

static void sweep(struct sim *sim)
{
	if (sim->now_ms - sim->swept_ms < SWEEP_MS)
		return;
	sim->swept_ms = sim->now_ms;
	kj_engine_sweep(sim->engine, ignore, NULL);
}

const struct kj_verdict *sim_deliver(struct sim *sim, const struct letter *letter)
{
	const struct host *host = letter->host;
	const char *p = letter->fields.data, *end = p + letter->fields.len;
	char id[24];

	sweep(sim);
	if (letter->domain && !letter->domain->met_ms)
		letter->domain->met_ms = sim->now_ms + 1;
	kj_session_connect(sim->session, &host->addr, host->fcrdns == KJ_FCRDNS_PASS ? host->name : "unknown");
	kj_session_helo(sim->session, letter->helo);
	kj_session_mail(sim->session, letter->sender, NULL);
	kj_session_rcpt(sim->session, letter->rcpt);
	while (p < end) {
		const char *value = p + strlen(p) + 1;

		kj_session_field(sim->session, p, value);
		p = value + strlen(value) + 1;
	}
	kj_session_body(sim->session, letter->body.data, letter->body.len);
	snprintf(id, sizeof id, "Q%llu", (unsigned long long)sim->sent++);
	return kj_session_end(sim->session, id);
}

void sim_log(struct sim *sim, const char *word)
{
	struct kj_record record;

	if (!sim->log)
		return;
	kj_session_report(sim->session, KJ_RECORD_LOGFMT, &record);
	fprintf(sim->log, "%s %s\n", word, kj_record_close(&record));
	fflush(sim->log);
	kj_record_free(&record);
}
