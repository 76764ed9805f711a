/*
 * window.c - how many questions are on the wire at a time
 *
 * The window of questions on the wire protects a server from bursts: it is what may lie in the server's socket
 * buffer at once. A question unanswered after WINDOW_MS does not lie there any more; it leaves the window when others
 * wait for room, or else a slow server would be asked little and one dead list would hold up everything. Together with
 * those that wait, the slow ones are bounded by memory only. A bound in proportion to the window was an outage: ten
 * thousand questions to a dead list filled it, and nothing else was asked until they had failed. Recursive servers keep
 * a limited list of what they work on, but they make room in it themselves, at the cost of the oldest.
 */
#include "flight.h"

#define WINDOW_MS 50

void kj_window_leave(struct kj_resolver *r, struct kj_flight *flight)
{
	if (flight->line != &r->window || r->slow.count >= r->config.queue_max)
		return;
	kj_flight_leave(flight);
	kj_flight_stand(&r->slow, flight);
}

bool kj_window_has_room(struct kj_resolver *r, int64_t now_ms)
{
	if (r->window.count >= r->config.in_flight_max && r->window.first->started_ms + WINDOW_MS <= now_ms)
		kj_window_leave(r, r->window.first);
	return r->window.count < r->config.in_flight_max;
}

int64_t kj_window_opens_ms(const struct kj_resolver *r)
{
	/* With the slow ones at their bound, only an answer or a timer makes room. */
	if (!r->window.first || r->slow.count >= r->config.queue_max)
		return INT64_MAX;
	return r->window.first->started_ms + WINDOW_MS;
}
