/*
 * list_watch.h - the thread that examines the DNS lists, and what mails and lists tell each other
 *
 * Private to pipeline/.
 */
#ifndef KJ_LIST_WATCH_H
#define KJ_LIST_WATCH_H

#include "pipeline/engine_private.h"

struct kj_mail;

/* kj_list_watch_start - begin to watch the lists of the engine's current generation, and of those after it; -KJ_ENOMEM, -KJ_EIO
 * with the reason. kj_list_watch_stop - end the thread; probes under way end with their resolver. */
int kj_list_watch_start(struct kj_engine *engine, struct kj_reason *reason);
void kj_list_watch_stop(struct kj_engine *engine);

/* list_notes.c: kj_list_disabled - whether the list of a question fails; *answer then says so, and why. Threads: the mail's. */
bool kj_list_disabled(struct kj_mail *mail, const struct kj_question *question, struct kj_answer *answer);

/* kj_list_notes - all answers are there: those of lists that fail by now are no answers; the rest goes into the records */
void kj_list_notes(struct kj_mail *mail);

#endif
