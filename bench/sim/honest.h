/*
 * honest.h - the mail that must not be taken for a campaign
 *
 * Each class of it is a row of honest.c: who sends, how much, from when on. Domains are drawn such that many are met
 * here for the first time every day: a small server meets most customers of a hoster once.
 *
 * Threads: one.
 */
#ifndef SIM_HONEST_H
#define SIM_HONEST_H

#include "bench/sim/letter.h"
#include "bench/sim/sim.h"

#define HONEST_CLASSES 23

/* honest_name - of a class; honest_is_spam - it comes along with the honest mail (through forwarders), and is none */
const char *honest_name(unsigned which);
bool honest_is_spam(unsigned which);

struct honest;

/* honest_new - the world's honest senders; rate: mails a day */
struct honest *honest_new(struct sim *sim, uint64_t seed, unsigned rate);
void honest_free(struct honest *honest);

/* honest_dice - other dice from now on, for one of several futures */
void honest_dice(struct honest *honest, uint64_t seed, uint64_t future);

/* honest_pause_ms - from now to the next mail */
int64_t honest_pause_ms(struct honest *honest);

/* honest_write - the next mail; returns its class */
unsigned honest_write(struct honest *honest, struct letter *letter);

/* honest_rcpt - somebody here */
void honest_rcpt(struct rng *rng, char out[WORLD_NAME]);

#endif
