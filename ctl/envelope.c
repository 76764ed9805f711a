/*
 * envelope.c - the envelope of a mail at rest
 */
#include "ctl/envelope.h"

#include <stdbool.h>
#include <strings.h>

#include "kanjiki/arena.h"
#include "kanjiki/err.h"
#include "kanjiki/message.h"
#include "kanjiki/received.h"
#include "kanjiki/snapshot.h"

#define BLANKS " \t\r\n"

struct mail {
	struct kj_arena *arena;
	const struct kj_field *fields;
	unsigned field_count;
	const struct kj_settings *settings;
};

static const char *field_value(const struct mail *mail, const char *name)
{
	for (unsigned i = 0; i < mail->field_count; i++)
		if (strcasecmp(mail->fields[i].name, name) == 0)
			return mail->fields[i].value;
	return NULL;
}

static bool within(const struct kj_prefix *prefixes, unsigned count, const struct kj_addr *addr)
{
	for (unsigned i = 0; i < count; i++)
		if (kj_prefix_contains(&prefixes[i], addr))
			return true;
	return false;
}

/* Is this peer one of ours, so that the mail came from outside further below? */
static bool is_inside(const struct kj_settings *settings, const struct kj_addr *addr)
{
	return addr->family == 0 || !kj_addr_is_global(addr) ||
	       within(settings->trusted_networks, settings->trusted_network_count, addr) ||
	       within(settings->trusted_relays, settings->trusted_relay_count, addr);
}

/*
 * The first Received line from outside, or that of a given client.
 *
 * Returns the number of its field from 1; 0 if there is none; -KJ_ENOMEM.
 */
static int find_received(
    const struct mail *mail, const struct kj_addr *client, struct kj_received *ret_received)
{
	for (unsigned i = 0; i < mail->field_count; i++) {
		struct kj_received received;

		if (strcasecmp(mail->fields[i].name, "Received") != 0)
			continue;
		if (kj_received_parse(mail->arena, mail->fields[i].value, &received) < 0)
			return -KJ_ENOMEM;
		if (client ? kj_addr_equal(client, &received.addr)
		           : !is_inside(mail->settings, &received.addr)) {
			*ret_received = received;
			return (int)i + 1;
		}
	}
	return 0;
}

/* When the newest Received line that has a date was written; -1 if none has. */
static int64_t newest_date(const struct mail *mail)
{
	for (unsigned i = 0; i < mail->field_count; i++) {
		struct kj_received received;

		if (strcasecmp(mail->fields[i].name, "Received") == 0 &&
		    kj_received_parse(mail->arena, mail->fields[i].value, &received) == 0 && received.date_s >= 0)
			return received.date_s;
	}
	return -1;
}

static const char *or_else(const char *given, const char *found)
{
	return given ? given : found && *found ? found : NULL;
}

/* Client, its name, HELO and time. Only a line that names the client itself can tell its name. */
static int complete_client(
    const struct mail *mail, struct kj_envelope *envelope, struct kj_received *ret_received)
{
	bool given = envelope->client.family != 0;
	int place = find_received(mail, given ? &envelope->client : NULL, ret_received);
	bool own_line = place > 0;

	if (place == 0 && given && !envelope->helo)
		place = find_received(mail, NULL, ret_received);
	if (place <= 0)
		return place;
	if (!given)
		envelope->client = ret_received->addr;
	if (own_line)
		envelope->client_name = or_else(envelope->client_name, ret_received->rdns);
	envelope->helo = or_else(envelope->helo, ret_received->helo);
	envelope->now_s = ret_received->date_s;
	envelope->queue_id = *ret_received->id ? ret_received->id : NULL;
	envelope->own_fields = (unsigned)place;
	return place;
}

/*
 * The next address of a list of mailboxes, as far as an envelope needs it: what stands in angle brackets, else
 * the words outside of comments and quoted names. *at moves behind it; NULL when out of memory, "" if there is none.
 */
static const char *next_address(struct kj_arena *arena, const char **at)
{
	struct kj_buf plain = KJ_BUF_INIT(1024), angle = KJ_BUF_INIT(1024);
	bool in_angle = false, quoted = false, angle_seen = false;
	const char *p = *at, *address;
	unsigned comment = 0;

	for (; *p && (*p != ',' || quoted || comment || in_angle); p++) {
		if (in_angle && *p == '>')
			in_angle = false;
		else if (in_angle)
			kj_buf_add_char(&angle, *p);
		else if (*p == '"' && !comment)
			quoted = !quoted;
		else if (quoted)
			continue;
		else if (*p == '(')
			comment++;
		else if (*p == ')' && comment)
			comment--;
		else if (comment || strchr(BLANKS, *p))
			continue;
		else if (*p == '<')
			in_angle = angle_seen = true;
		else
			kj_buf_add_char(&plain, *p);
	}
	*at = *p ? p + 1 : p;
	address = kj_arena_strdup(arena, kj_buf_str(angle_seen ? &angle : &plain));
	kj_buf_free(&plain);
	kj_buf_free(&angle);
	return address;
}

/* Return-Path is written at final delivery and is the envelope sender itself; the others come close. */
static int complete_sender(const struct mail *mail, struct kj_envelope *envelope)
{
	static const char *const names[] = {"Return-Path", "X-Envelope-From", "From"};

	for (unsigned i = 0; i < sizeof names / sizeof *names && !envelope->sender; i++) {
		const char *value = field_value(mail, names[i]);

		if (value && !(envelope->sender = next_address(mail->arena, &value)))
			return -KJ_ENOMEM;
	}
	return 0;
}

static int add_rcpts(struct kj_arena *arena, const char *value, struct kj_envelope *envelope)
{
	while (*value && envelope->rcpt_count < KJ_ENVELOPE_RCPTS) {
		const char *address = next_address(arena, &value);

		if (!address)
			return -KJ_ENOMEM;
		if (*address)
			envelope->rcpts[envelope->rcpt_count++] = address;
	}
	return 0;
}

static int complete_rcpts(
    const struct mail *mail, const struct kj_received *received, struct kj_envelope *envelope)
{
	static const char *const names[] = {"Delivered-To", "X-Original-To", "Envelope-To"};
	const char *to;

	for (unsigned i = 0; i < sizeof names / sizeof *names && !envelope->rcpt_count; i++) {
		const char *value = field_value(mail, names[i]);

		if (value && add_rcpts(mail->arena, value, envelope) < 0)
			return -KJ_ENOMEM;
	}
	if (!envelope->rcpt_count && received && *received->for_rcpt)
		envelope->rcpts[envelope->rcpt_count++] = received->for_rcpt;
	to = field_value(mail, "To");
	return !envelope->rcpt_count && to ? add_rcpts(mail->arena, to, envelope) : 0;
}

int kj_envelope_complete(struct kj_arena *arena, const struct kj_field *fields, unsigned field_count,
    const struct kj_settings *settings, struct kj_envelope *envelope)
{
	struct mail mail = {arena, fields, field_count, settings};
	struct kj_received received;
	int place;

	envelope->now_s = -1;
	envelope->own_fields = 0;
	envelope->queue_id = NULL;
	place = complete_client(&mail, envelope, &received);
	if (place >= 0 && envelope->now_s < 0)
		envelope->now_s = newest_date(&mail);
	if (place < 0 || complete_sender(&mail, envelope) < 0)
		return -KJ_ENOMEM;
	return complete_rcpts(&mail, place > 0 ? &received : NULL, envelope);
}
