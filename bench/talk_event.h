/*
 * talk_event.h - the events of a mail, put into the buffer of a talk; between talk.c and talk_event.c
 */
#ifndef BENCH_TALK_EVENT_H
#define BENCH_TALK_EVENT_H

#include "bench/talk.h"

/* talk_put_next - put the event of talk->stage and move on to the next one; sets awaits if it will be answered */
void talk_put_next(struct talk *talk);

#endif
