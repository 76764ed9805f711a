/*
 * verdict_print.h - a verdict for people, and for programs
 */
#ifndef KJ_CTL_VERDICT_PRINT_H
#define KJ_CTL_VERDICT_PRINT_H

struct kj_envelope;
struct kj_verdict;

/* kj_verdict_print - a block of lines on standard output */
void kj_verdict_print(const char *file, const struct kj_envelope *envelope, const struct kj_verdict *verdict);

/* kj_verdict_print_json - one JSON object on a line of its own on standard output; -KJ_ELIMIT if it became too long to be
 * whole (nothing is printed) */
int kj_verdict_print_json(
    const char *file, const struct kj_envelope *envelope, const struct kj_verdict *verdict);

#endif
