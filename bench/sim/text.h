/*
 * text.h - what the mails of the simulator say
 *
 * Two ways: words drawn at random (people, and what is different from mail to mail), and templates with slots
 * (software, which says the same under many names). Slots:
 *
 *   {r} the recipient's address   {l} its local part   {g} the recipient's name   {d} the sender's domain   {b} its name
 *   {p} the sender's person   {n} a number   {c} a date   {h} a time   {u} a link to the domain
 *   {w12} twelve words   {s3} three sentences   {t} a title
 *
 * Threads: nothing is shared.
 */
#ifndef SIM_TEXT_H
#define SIM_TEXT_H

#include "bench/rng.h"
#include "kanjiki/buf.h"

enum text_language { TEXT_EN, TEXT_JA };

/* Strings are never NULL. */
struct text_slots {
	struct rng *rng;
	enum text_language language;
	const char *rcpt, *domain, *brand, *person;
};

/* text_expand - the template with its slots filled, onto out */
void text_expand(const struct text_slots *slots, const char *template, struct kj_buf *out);

/* text_token - one word (in Japanese: with its particle), as a text is made of; ends_sentence: the last of a
 * sentence */
void text_token(struct rng *rng, enum text_language language, bool ends_sentence, struct kj_buf *out);

/* text_person - a name of somebody */
const char *text_person(struct rng *rng, enum text_language language);

#endif
