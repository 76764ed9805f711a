/*
 * list_hash.h - e-mail addresses as hashed lists know them
 *
 * Such a list must not publish the addresses that it lists, so it is asked for a hash of the address in lower case:
 * Spamhaus HBL and MSBL EBL take SHA-1 in hexadecimal digits, others SHA-256 or base32 (RFC 4648).
 */
#ifndef KJ_LIST_HASH_H
#define KJ_LIST_HASH_H

#include "kanjiki/dnsbl.h"

#define KJ_LIST_HASH_STRLEN 65 /* SHA-256 in hexadecimal digits, with NUL */

/* kj_list_hash - into out (KJ_LIST_HASH_STRLEN bytes). ASCII letters are taken as lower-case ones. Returns out. Threads: safe. */
char *kj_list_hash(enum kj_list_hash hash, const char *address, char *out);

#endif
