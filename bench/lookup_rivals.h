/*
 * lookup_rivals.h - our resolver and others, each asked for an address by name
 */
#ifndef BENCH_LOOKUP_RIVALS_H
#define BENCH_LOOKUP_RIVALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RIVALS 4

struct rival {
	const char *name;
	void *(*open)(uint16_t port); /* of the server on 127.0.0.1; NULL if that fails */
	void (*close)(void *self);
	/* Ask for all names and wait for all answers: how many were addresses. NULL: it can only wait for each. */
	unsigned (*ask_all)(void *self, char **names, unsigned count);
	bool (*ask)(void *self, const char *name);
};

extern const struct rival rivals[RIVALS];

#endif
