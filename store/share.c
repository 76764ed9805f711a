/*
 * share.c - the contract: what is to be told and what is asked waits here for the thread (share_thread.c)
 */
#include "share_private.h"

#include <signal.h>

#include "kanjiki/clock.h"

#define LAST_WORDS_MS 1000

static struct kj_share_question *question_at(const struct kj_share *share, uint64_t id)
{
	return &share->questions[id % KJ_SHARE_QUESTIONS];
}

void kj_share_sleep(struct kj_share *share, pthread_cond_t *condition, int64_t until_ms)
{
	int64_t left_ms = until_ms - kj_clock_mono_ms(share->clock);
	struct timespec until;

	if (left_ms <= 0)
		return;
	/* The clock may be a test's, which jumps: then it is looked at again. */
	if (left_ms > 1000)
		left_ms = 1000;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += left_ms / 1000;
	until.tv_nsec += left_ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_cond_timedwait(condition, &share->lock, &until);
}

/* --- Beginning and end ------------------------------------------------------------------------------------- */

static void init_locks(struct kj_share *share)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&share->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&share->work, &attr);
	pthread_cond_init(&share->answers, &attr);
	pthread_condattr_destroy(&attr);
}

/* Whoever ends a share wants to hear nothing more; his last words are still told. */
static void on_sighting(void *context, const struct kj_sighting *sighting)
{
	struct kj_share *share = context;

	if (!atomic_load(&share->closing))
		share->events.sighting(share->events.context, sighting);
}

static int init_talk(struct kj_share *share, const struct kj_share_config *config, struct kj_reason *reason)
{
	struct kj_talk_config talk = {.user = config->user, .password = config->password, .prefix = config->prefix,
	    .seal = &share->seal, .clock = share->clock, .sighting = on_sighting, .context = share};

	kj_seal_init(&share->seal, config->secret, config->prefix);
	if (kj_random(talk.host, sizeof talk.host) < 0)
		return kj_fail(reason, KJ_EIO, "no random bytes to be had");
	share->talk = kj_talk_new(&talk);
	share->cycle = calloc(1, sizeof *share->cycle);
	share->questions = calloc(KJ_SHARE_QUESTIONS, sizeof *share->questions);
	if (!share->talk || !share->cycle || !share->questions || kj_ring_init(&share->ring) < 0)
		return kj_fail(reason, KJ_ENOMEM, "out of memory");
	return 0;
}

/* Signals are for the threads of the program. */
static int start(struct kj_share *share, struct kj_reason *reason)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	share->started = pthread_create(&share->thread, NULL, kj_share_run, share) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return share->started ? 0 : kj_fail(reason, KJ_ENOMEM, "no thread to be had");
}

int kj_share_new(const struct kj_share_config *config, const struct kj_share_events *events,
    const struct kj_clock *clock, struct kj_share **ret_share, struct kj_reason *reason)
{
	struct kj_share *share = calloc(1, sizeof *share);
	int rc;

	if (!share)
		return kj_fail(reason, KJ_ENOMEM, "out of memory");
	share->clock = clock;
	share->events = *events;
	share->answered = share->scored = share->asked = share->next_question = 1;
	init_locks(share);
	rc = kj_target_init(&share->target, config, reason);
	if (rc == 0)
		rc = init_talk(share, config, reason);
	if (rc == 0)
		rc = start(share, reason);
	if (rc < 0) {
		kj_share_free(share);
		return rc;
	}
	*ret_share = share;
	return 0;
}

static void end(struct kj_share *share)
{
	pthread_mutex_lock(&share->lock);
	share->closing_ms = kj_clock_mono_ms(share->clock) + LAST_WORDS_MS;
	atomic_store(&share->closing, true);
	pthread_cond_signal(&share->work);
	pthread_cond_broadcast(&share->answers);
	pthread_mutex_unlock(&share->lock);
	pthread_join(share->thread, NULL);
}

void kj_share_free(struct kj_share *share)
{
	if (!share)
		return;
	if (share->started)
		end(share);
	kj_talk_free(share->talk);
	kj_ring_free(&share->ring);
	kj_target_free(&share->target);
	free(share->cycle);
	free(share->questions);
	pthread_cond_destroy(&share->answers);
	pthread_cond_destroy(&share->work);
	pthread_mutex_destroy(&share->lock);
	free(share);
}

void kj_share_hash_key(const struct kj_share_config *config, struct kj_hash_key *ret_key)
{
	struct kj_seal seal;

	kj_seal_init(&seal, config->secret, config->prefix);
	*ret_key = seal.hash_key;
}

/* --- Telling ----------------------------------------------------------------------------------------------- */

void kj_share_put(struct kj_share *share, const struct kj_sighting *sighting)
{
	struct kj_told told;

	told.time_s = sighting->time_s;
	told.since_s = sighting->since_s ? sighting->since_s : sighting->time_s;
	told.domain = 0;
	if (sighting->domain[0])
		told.domain = kj_hash(&share->seal.hash_key, sighting->domain, strlen(sighting->domain));
	told.len = kj_sighting_encode(sighting, told.data);

	pthread_mutex_lock(&share->lock);
	kj_ring_put(&share->ring, &told);
	if (share->told < share->ring.first) {
		share->stats.dropped += share->ring.first - share->told;
		share->told = share->ring.first;
	}
	/* Without a connection the thread sleeps until it tries again. */
	if (share->connected)
		pthread_cond_signal(&share->work);
	pthread_mutex_unlock(&share->lock);
}

/* --- Asking ------------------------------------------------------------------------------------------------ */

uint64_t kj_share_ask(struct kj_share *share, const char *domain)
{
	uint64_t hash = kj_hash(&share->seal.hash_key, domain, strlen(domain)), id = 0;

	pthread_mutex_lock(&share->lock);
	if (share->connected && share->next_question - share->answered < KJ_SHARE_QUESTIONS) {
		id = share->next_question++;
		*question_at(share, id) = (struct kj_share_question){.id = id, .domain = hash};
		pthread_cond_signal(&share->work);
	}
	pthread_mutex_unlock(&share->lock);
	return id;
}

bool kj_share_wait(struct kj_share *share, uint64_t id, int64_t deadline_ms, int64_t *ret_since_s)
{
	const struct kj_share_question *question = question_at(share, id);
	bool known;

	if (id == 0)
		return false;
	pthread_mutex_lock(&share->lock);
	/* When the connection is lost, all questions are answered: without knowing. */
	while (share->answered <= id && !share->closing && kj_clock_mono_ms(share->clock) < deadline_ms)
		kj_share_sleep(share, &share->answers, deadline_ms);
	known = question->id == id && id < share->answered && question->known;
	if (known)
		*ret_since_s = question->since_s;
	pthread_mutex_unlock(&share->lock);
	return known;
}

bool kj_share_is_up(struct kj_share *share)
{
	bool up;

	pthread_mutex_lock(&share->lock);
	up = share->connected;
	pthread_mutex_unlock(&share->lock);
	return up;
}

void kj_share_stats(struct kj_share *share, struct kj_share_stats *ret_stats)
{
	pthread_mutex_lock(&share->lock);
	*ret_stats = share->stats;
	ret_stats->connected = share->connected;
	ret_stats->waiting = (uint32_t)(share->ring.next - share->told);
	pthread_mutex_unlock(&share->lock);
}
