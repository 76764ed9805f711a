/*
 * commands.h - commands of the control socket that are the engine's to answer
 */
#ifndef KJ_MILTER_COMMANDS_H
#define KJ_MILTER_COMMANDS_H

#include <stdbool.h>

struct kj_buf;
struct kj_engine;

/* kj_command_ask - answer "lists", "clusters helo fast 20" ..., line by line behind "data ", or with "error " and why
 * not; false if the line is none of these commands */
bool kj_command_ask(struct kj_engine *engine, const char *line, struct kj_buf *answer);

#endif
