/*
 * peer.c - who really sent this: the facts of the envelope, and the true peer behind trusted relays
 */
#include <ctype.h>

#include "kanjiki/name.h"
#include "pipeline/mail.h"

bool kj_prefixes_contain(const struct kj_prefix *prefixes, unsigned count, const struct kj_addr *addr)
{
	for (unsigned i = 0; i < count; i++)
		if (kj_prefix_contains(&prefixes[i], addr))
			return true;
	return false;
}

/* A copy in the arena; "" and a note of the failure where it is full. */
static const char *keep(struct kj_mail *mail, const char *text)
{
	const char *copy = kj_arena_strdup(mail->arena, text);

	mail->failed |= !copy;
	return copy ? copy : "";
}

static const char *keep_name(struct kj_mail *mail, const char *name)
{
	char normal[KJ_NAME_STRLEN];

	return kj_name_normalise(name, normal) == 0 ? keep(mail, normal) : "";
}

void kj_mail_set_helo(struct kj_mail *mail, const char *helo)
{
	mail->facts.helo = keep(mail, helo);
	mail->facts.helo_name = keep_name(mail, helo);
}

void kj_mail_set_sender(struct kj_mail *mail, const char *sender)
{
	char domain[KJ_NAME_STRLEN];

	mail->facts.sender = keep(mail, sender);
	mail->facts.sender_domain = kj_name_of_address(sender, domain) == 0 ? keep(mail, domain) : "";
}

static bool is_ours(const struct kj_settings *settings, const struct kj_addr *addr)
{
	return kj_prefixes_contain(settings->trusted_relays, settings->trusted_relay_count, addr) ||
	       kj_prefixes_contain(settings->trusted_networks, settings->trusted_network_count, addr);
}

/*
 * The relay's own Received line is the newest of the chain and says from whom it took the mail; if that was
 * one of ours too, its line is the next. The first peer that is not ours is the true one, and only what stands below
 * its line was written by it. A line that names no address ends the walk: from there on nobody can be trusted.
 */
bool kj_mail_find_peer(struct kj_mail *mail)
{
	const struct kj_message *message = mail->facts.message;

	for (unsigned i = 0; i < message->received_count; i++) {
		const struct kj_received *line = &message->received[i];

		if (!line->addr.family)
			break;
		if (is_ours(kj_mail_settings(mail), &line->addr))
			continue;
		mail->facts.client = line->addr;
	mail->facts.client_name = "";
		kj_mail_set_helo(mail, line->helo);
		mail->facts.chain = line + 1;
		mail->facts.chain_count = message->received_count - i - 1;
		return true;
	}
	return false;
}
