/*
 * list_items.h - what a DNS list is asked about in one mail
 *
 * Asking and judging go through the same items, so that no answer can be taken for that to another question.
 */
#ifndef KJ_LIST_ITEMS_H
#define KJ_LIST_ITEMS_H

#include "kanjiki/checks.h"
#include "kanjiki/name.h"

/* Hosts of one mail that a list is asked about: first one for each org domain, those that are seen before hidden ones. */
#define KJ_LIST_URLS_MAX 20

struct kj_list_item {
	char name[KJ_NAME_STRLEN]; /* goes in front of the zone */
	const char *what;          /* for people: "192.0.2.7", "mail.example.net", "a@example.net" */
	const char *role;          /* "client", "HELO", "sender", "From", "Reply-To", "link" */
};

/* The item is borrowed for the call. */
typedef void kj_list_item_fn(void *context, const struct kj_list_item *item);

/* kj_list_items - all items of a list that are known at a stage and not before. Threads: safe. */
void kj_list_items(const struct kj_dnsbl *list, enum kj_stage stage, const struct kj_facts *facts,
    kj_list_item_fn *fn, void *context);

#endif
