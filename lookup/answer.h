/*
 * answer.h - the making of answers (resolver.h)
 *
 * An answer is one piece of memory: head, records, names and texts. Answers without records that must exist even
 * when memory is gone - timeout, SERVFAIL, bad name - are constants; taking and dropping references to those does
 * nothing.
 *
 * Threads: reference counts are atomic; an answer under construction belongs to one thread.
 */
#ifndef KJ_LOOKUP_ANSWER_H
#define KJ_LOOKUP_ANSWER_H

#include <stdbool.h>

#include "kanjiki/resolver.h"

/*
 * kj_dns_answer_new - an answer with one reference, room for count records and text_bytes of strings
 *
 * Gives: *ret_records and *ret_text, both to be filled in; records are zeroed, with "" for every string.
 * Returns NULL when out of memory.
 */
struct kj_dns_answer *kj_dns_answer_new(enum kj_dns_status status, enum kj_dns_type type, uint32_t ttl_s,
    unsigned count, size_t text_bytes, struct kj_dns_record **ret_records, char **ret_text);

/* kj_dns_answer_fixed - the constant answer of KJ_DNS_TIMEOUT, _SERVFAIL or _BADNAME for a type of resolver.h */
struct kj_dns_answer *kj_dns_answer_fixed(enum kj_dns_status status, enum kj_dns_type type);

/* kj_dns_answer_size - the memory it takes, in bytes */
size_t kj_dns_answer_size(const struct kj_dns_answer *answer);

/* kj_dns_type_known - whether the type is one of resolver.h */
bool kj_dns_type_known(enum kj_dns_type type);

#endif
