/*
 * share_thread.c - the thread that talks to Redis
 *
 * Connected counts only from the first cycle on that went well, in which everything that waits is told: a Redis that
 * takes connections but no commands (wrong password, out of memory, a replica, frozen) is not there, and is not said
 * to come and go. There is no blocking XREAD: it would need a connection of its own. The others are heard 20 times a
 * second, and at once for a question.
 */
#include "share_private.h"

#include "kanjiki/clock.h"

#define CONNECT_MS     3000
#define CYCLE_MS       1000
#define POLL_MS	       50
#define BACK_OFF_MS    200
#define BACK_OFF_MAX_MS 5000
#define SAY_AGAIN_MS   60000

static int64_t now_of(const struct kj_share *share)
{
	return kj_clock_mono_ms(share->clock);
}

/* Said when it changed; and when it is gone for another reason than was said a minute ago: that is what keeps it
 * away. */
static void say(struct kj_share *share, bool connected, const char *why)
{
	bool changed = !share->said || share->said_connected != connected;
	int64_t now_ms = now_of(share);

	if (!changed && (connected || now_ms - share->said_ms < SAY_AGAIN_MS || strcmp(why, share->said_why.text) == 0))
		return;
	share->said = true;
	share->said_connected = connected;
	share->said_ms = now_ms;
	snprintf(share->said_why.text, sizeof share->said_why.text, "%s", why);
	if (!atomic_load(&share->closing))
		share->events.state(share->events.context, connected, why);
}

/* --- The connection ---------------------------------------------------------------------------------------- */

/* All questions are answered now, and those without an answer say so. Call it with the lock held. */
static void give_up_questions(struct kj_share *share)
{
	for (uint64_t id = share->answered; id < share->scored; id++)
		share->questions[id % KJ_SHARE_QUESTIONS].known = false;
	share->answered = share->scored = share->asked = share->next_question;
	pthread_cond_broadcast(&share->answers);
}

static void lose(struct kj_share *share, const char *why)
{
	kj_talk_end(share->talk);
	kj_link_close(share->link);
	share->link = NULL;
	pthread_mutex_lock(&share->lock);
	share->connected = false;
	give_up_questions(share);
	pthread_mutex_unlock(&share->lock);
	say(share, false, why);
}

/* The time doubles, and up to a quarter more, by chance, so that hosts do not come all at once. */
static void back_off(struct kj_share *share)
{
	uint8_t chance = 0;
	int64_t until_ms, wait_ms = share->back_off_ms ? share->back_off_ms : BACK_OFF_MS;

	share->back_off_ms = wait_ms * 2 < BACK_OFF_MAX_MS ? wait_ms * 2 : BACK_OFF_MAX_MS;
	if (kj_random(&chance, 1) < 0)
		chance = 128;
	until_ms = now_of(share) + wait_ms + wait_ms * chance / 1024;
	pthread_mutex_lock(&share->lock);
	while (!share->closing && now_of(share) < until_ms)
		kj_share_sleep(share, &share->work, until_ms);
	pthread_mutex_unlock(&share->lock);
}

static int open_link(struct kj_share *share, struct kj_reason *reason)
{
	struct kj_patience patience = {share->clock, now_of(share) + CONNECT_MS, &share->closing};

	share->cycle->first = true;
	return kj_link_open(&share->target, &patience, &share->link, reason);
}

/* --- One cycle --------------------------------------------------------------------------------------------- */

static bool is_due(const struct kj_share *share)
{
	return share->closing || share->told < share->ring.next || share->asked < share->next_question ||
	       share->cycle->first || share->cycle->more || now_of(share) >= share->poll_ms;
}

static void await_work(struct kj_share *share)
{
	pthread_mutex_lock(&share->lock);
	while (!is_due(share))
		kj_share_sleep(share, &share->work, share->poll_ms);
	pthread_mutex_unlock(&share->lock);
}

/* The next sighting to tell; false if there is none. One lock for each, since 512 would make a mail wait. */
static bool gather_one(struct kj_share *share, struct kj_told *told)
{
	bool found;

	pthread_mutex_lock(&share->lock);
	if (share->cycle_told < share->told)
		share->cycle_told = share->told;
	found = share->cycle_told < share->ring.next;
	if (found)
		kj_ring_get(&share->ring, share->cycle_told++, told);
	pthread_mutex_unlock(&share->lock);
	return found;
}

static void gather(struct kj_share *share)
{
	struct kj_cycle *cycle = share->cycle;

	cycle->told_count = cycle->question_count = 0;
	share->cycle_told = 0;
	while (cycle->told_count < KJ_TALK_TOLD && gather_one(share, &cycle->told[cycle->told_count]))
		cycle->told_count++;
	pthread_mutex_lock(&share->lock);
	for (uint64_t id = share->asked; id < share->next_question && cycle->question_count < KJ_TALK_QUESTIONS; id++)
		cycle->questions[cycle->question_count++] = share->questions[id % KJ_SHARE_QUESTIONS].domain;
	pthread_mutex_unlock(&share->lock);
}

/* Everything that came: 1 all was said, 0 not yet. */
static int hear(struct kj_share *share, struct kj_reason *reason)
{
	char data[16384];
	int rc = 0;

	while (rc == 0) {
		int len = kj_link_read(share->link, data, sizeof data, reason);

		if (len <= 0)
			return len;
		rc = kj_talk_hear(share->talk, share->cycle, data, (size_t)len, reason);
	}
	return rc;
}

/* Write and read in turn: neither side may wait for the other to read. */
static int exchange(struct kj_share *share, const char *data, size_t len, struct kj_reason *reason)
{
	int64_t now_ms = now_of(share);
	struct kj_patience patience = {share->clock, now_ms + CYCLE_MS, NULL};
	size_t done = 0;
	int n = 0, rc = 0;

	if (atomic_load(&share->closing) && share->closing_ms < patience.deadline_ms)
		patience.deadline_ms = share->closing_ms;
	while (rc == 0) {
		n = done < len ? kj_link_write(share->link, data + done, len - done, reason) : 0;
		done += n > 0 ? (size_t)n : 0;
		/* Even when nothing can be written any more: Redis may have said why. */
		rc = hear(share, reason);
		if (rc == 0 && n < 0)
			rc = n;
		if (rc == 0 && n == 0)
			rc = kj_link_await(share->link, done < len, &patience, reason);
	}
	return rc < 0 ? rc : 0;
}

/* With the lock held. */
static void settle_questions(struct kj_share *share)
{
	const struct kj_cycle *cycle = share->cycle;

	for (unsigned i = 0; i < cycle->question_count; i++) {
		struct kj_share_question *question = &share->questions[share->asked++ % KJ_SHARE_QUESTIONS];

		question->since_s = cycle->since_s[i];
		question->known = true;
	}
	share->scored = share->asked;
	if (cycle->more || share->answered == share->scored)
		return;
	share->answered = share->scored;
	pthread_cond_broadcast(&share->answers);
}

static void settle(struct kj_share *share)
{
	struct kj_cycle *cycle = share->cycle;

	pthread_mutex_lock(&share->lock);
	share->connected = true;
	if (share->told < share->cycle_told)
		share->told = share->cycle_told;
	if (cycle->lost)
		share->told = share->ring.first;
	settle_questions(share);
	share->stats.told += cycle->told_count;
	share->stats.heard += cycle->heard;
	share->stats.refused += cycle->refused;
	share->stats.round_trips++;
	pthread_mutex_unlock(&share->lock);
	cycle->first = false;
	share->back_off_ms = 0;
	say(share, true, "");
}

static int run_cycle(struct kj_share *share, struct kj_reason *reason)
{
	const char *data = NULL;
	size_t len = 0;
	int rc;

	await_work(share);
	share->poll_ms = now_of(share) + POLL_MS;
	gather(share);
	rc = kj_talk_begin(share->talk, share->cycle, &data, &len);
	if (rc < 0)
		return kj_fail(reason, (enum kj_err)-rc, "%s", kj_strerror(rc));
	rc = exchange(share, data, len, reason);
	kj_talk_end(share->talk);
	if (rc == 0)
		settle(share);
	return rc;
}

/* --- The thread -------------------------------------------------------------------------------------------- */

/* With last words as long as there is a connection and time. */
static bool is_over(struct kj_share *share)
{
	bool over;

	pthread_mutex_lock(&share->lock);
	over = share->closing &&
	       (!share->link || share->told == share->ring.next || now_of(share) >= share->closing_ms);
	pthread_mutex_unlock(&share->lock);
	return over;
}

void *kj_share_run(void *context)
{
	struct kj_share *share = context;

	while (!is_over(share)) {
		struct kj_reason reason = {""};
		int rc = share->link ? 0 : open_link(share, &reason);

		if (rc == 0)
			rc = run_cycle(share, &reason);
		if (rc < 0) {
			lose(share, reason.text);
			back_off(share);
		}
	}
	kj_link_close(share->link);
	return NULL;
}
