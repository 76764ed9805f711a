/*
 * check_text.c - how the text is made, whatever it says: hidden words, split words, links that show another host
 *
 * Hidden text. Every newsletter has some: the line that a mail program shows beside the subject, and behind it hundreds of
 * invisible characters to keep the rest out of there. So only characters that would be seen are counted, and only if they are
 * many by themselves and beside what is shown.
 *
 * Links that show another host. Honest senders have their links counted by a service and show the real address, so
 * this is no evidence in list mail, or where the sender's own name is shown or is where the link leads. What is left are
 * mostly false fronts, and still some honest mail: the symbol weighs little, and cannot tag by itself.
 */
#include "kanjiki/checks.h"
#include "kanjiki/name.h"
#include "kanjiki/utf8.h"

#define HIDDEN_MIN    200 /* characters that would be seen */
#define INVISIBLE_MIN 10
#define LOOKALIKES_MIN 3 /* words */

/* Blanks of all widths, joiners and the like. */
static bool is_seen(uint32_t code)
{
	if (code < 0xa1)
		return code > ' ' && code < 0x7f;
	return !(code == 0xad || code == 0x34f || (code >= 0x115f && code <= 0x1160) || code == 0x61c ||
	         code == 0x180e || (code >= 0x2000 && code <= 0x200f) || (code >= 0x2028 && code <= 0x202f) ||
	         (code >= 0x205f && code <= 0x206f) || code == 0x3000 || code == 0x2800 || code == 0x3164 ||
	         (code >= 0xfe00 && code <= 0xfe0f) || code == 0xfeff);
}

static size_t count_seen(const struct kj_text *text)
{
	size_t count = 0;

	for (size_t pos = 0; pos < text->len;)
		count += is_seen(kj_utf8_next(text->data, text->len, &pos));
	return count;
}

/* Quoted text is shown as well. */
static void judge_hidden(const struct kj_message *message, struct kj_hits *hits)
{
	size_t hidden = count_seen(&message->hidden), shown;

	if (hidden <= HIDDEN_MIN)
		return;
	shown = count_seen(&message->visible) + count_seen(&message->quoted);
	if (hidden * 10 > shown * 3)
		kj_hits_add(
		    hits, "HTML_HIDDEN", "%zu characters of text are hidden, %zu are shown", hidden, shown);
}

/* The name belongs to who sent the mail, by what he says himself. */
static bool is_senders(const struct kj_facts *facts, const char *from, const char *host)
{
	return kj_name_same_org(host, from) || kj_name_same_org(host, facts->sender_domain);
}

static void judge_links(const struct kj_facts *facts, struct kj_hits *hits)
{
	const struct kj_message *message = facts->message;
	char from[KJ_NAME_STRLEN] = "";

	if (message->is_list || kj_message_field(message, "List-Unsubscribe"))
		return;
	if (kj_name_of_address(message->from_addr, from) < 0)
		from[0] = '\0';
	for (unsigned i = 0; i < message->url_count; i++) {
		const struct kj_url *url = &message->urls[i];

		if (!url->shown_host || is_senders(facts, from, url->shown_host) ||
		    is_senders(facts, from, url->host))
			continue;
		kj_hits_add(
		    hits, "HTML_LINK_HOST", "a link shows %s and leads to %s", url->shown_host, url->host);
		return;
	}
}

static void judge(const struct kj_facts *facts, const struct kj_rules *rules,
    const struct kj_evidence *evidence, struct kj_hits *hits)
{
	(void)rules;
	(void)evidence;
	judge_hidden(facts->message, hits);
	judge_links(facts, hits);
	if (facts->visible.invisible_in_words >= INVISIBLE_MIN)
		kj_hits_add(hits, "TEXT_INVISIBLE", "%u invisible characters inside of words",
		    facts->visible.invisible_in_words);
	if (facts->visible.lookalikes >= LOOKALIKES_MIN)
		kj_hits_add(hits, "TEXT_LOOKALIKES", "%u words have letters or signs in place of those they look like",
		    facts->visible.lookalikes);
}

static const char *const symbols[] = {"HTML_HIDDEN", "HTML_LINK_HOST", "TEXT_INVISIBLE", "TEXT_LOOKALIKES", NULL};
const struct kj_check kj_check_text = {"text", symbols, KJ_STAGE_END, NULL, judge};
