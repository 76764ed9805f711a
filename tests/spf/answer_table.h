/*
 * answer_table.h - DNS answers from a table, in place of the resolver
 *
 * Linked instead of the resolver (it defines kj_resolver_ask() and the reference counting of answers) where a test
 * or a fuzzer feeds the SPF evaluator hostile answers by the thousand. Everything that concerns packets is tested
 * with the real resolver (tests/spf/run).
 */
#ifndef KJ_TEST_ANSWER_TABLE_H
#define KJ_TEST_ANSWER_TABLE_H

#include <stdbool.h>

#include "kanjiki/resolver.h"

/* later: answers wait for answer_table_deliver(); otherwise they come before kj_resolver_ask() returns. */
struct kj_resolver *answer_table_new(bool later);
void answer_table_free(struct kj_resolver *table);

/* Add a record to name; what has none is NXDOMAIN. Names are in lower case. */
void answer_table_txt(struct kj_resolver *table, const char *name, const char *text, size_t len);
void answer_table_addr(struct kj_resolver *table, const char *name, struct kj_addr addr);
void answer_table_name(
    struct kj_resolver *table, const char *name, enum kj_dns_type type, const char *target);

/* Answer name and type with a status and no records. */
void answer_table_status(
    struct kj_resolver *table, const char *name, enum kj_dns_type type, enum kj_dns_status status);

/* Hand over the newest (or oldest) answer that waits; from any thread. False if none does. */
bool answer_table_deliver(struct kj_resolver *table, bool newest);

/* How many questions were put, and how many answers are still referenced. */
unsigned answer_table_asked(const struct kj_resolver *table);
int answer_table_references(const struct kj_resolver *table);

/* Refuse every question from now on, with this error. */
void answer_table_refuse(struct kj_resolver *table, int error);

#endif
