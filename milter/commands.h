/*
 * commands.h - commands of the control socket that only ask
 */
#ifndef KJ_MILTER_COMMANDS_H
#define KJ_MILTER_COMMANDS_H

#include <stdbool.h>

struct kj_buf;
struct kj_engine;

/* kj_command_ask - answer "lists" or "metrics", line by line behind "data "; false if the word is none of them */
bool kj_command_ask(struct kj_engine *engine, const char *word, struct kj_buf *answer);

#endif
