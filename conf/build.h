/*
 * build.h - a snapshot in the making
 *
 * The steps in their order: settings first, since they say where the lists are; then families and symbols, HELO names
 * and what many senders share; then the definitions of DNS lists that come with the program; then the DNS lists that
 * are asked, which bring symbols of their own; then the policies, which weigh all of them. A step that complains does
 * not keep the next from looking for more to complain about.
 */
#ifndef KJ_CONF_BUILD_H
#define KJ_CONF_BUILD_H

#include "kanjiki/checks.h"
#include "schema.h"

#define KJ_CONF_FAMILIES_MAX 64U
#define KJ_CONF_SYMBOLS_MAX  1024U
#define KJ_CONF_DNSBLS_MAX   64U
#define KJ_CONF_CODES_MAX    256U /* of one list */
#define KJ_CONF_CROWD_MIN    ((size_t)1 << 20) /* bytes of the memory, if there is one; KJ_CROWD_BYTES_MIN of crowd.h */
#define KJ_CONF_SECRET_MIN   16U /* characters of redis.secret: 64 bits, if they are hexadecimal digits at random */

/* What is built; plain pointers into the sink's arena. */
struct kj_build {
	struct kj_conf_sink sink;
	struct kj_arena *scratch; /* trees and tables that go when the snapshot is done */
	struct kj_conf_top top;
	struct kj_rules rules;
	struct kj_policies policies;
	const struct kj_node *known_dnsbls; /* lists/dnsbl.conf, resolved; NULL for none */

	/* Filled by kj_build_weights() and kj_build_dnsbls(), in the scratch arena, sorted in the end. */
	struct kj_family *families;
	unsigned family_count;
	struct kj_symbol *symbols;
	unsigned symbol_count;
};

/* kj_build_init - an empty one; both arenas stay the caller's. -KJ_ENOMEM */
int kj_build_init(struct kj_build *build, struct kj_arena *arena, struct kj_arena *scratch,
    struct kj_complaints *complaints);

/* The steps; each takes the parsed file that it reads. Memory that runs out is noted in the sink. */
void kj_build_settings(struct kj_build *build, struct kj_node *conf);
void kj_build_shared(struct kj_build *build, struct kj_node *shared);
void kj_build_weights(struct kj_build *build, struct kj_node *weights);
void kj_build_helos(struct kj_build *build, struct kj_node *helos);
void kj_build_known_dnsbls(struct kj_build *build, struct kj_node *dnsbls);
void kj_build_dnsbls(struct kj_build *build, const struct kj_node *conf);
void kj_build_policies(struct kj_build *build, const struct kj_node *conf);

/* kj_build_check_crowd - complain of settings of `crowd` and `redis` that do not go together; a part of
 * kj_build_settings() */
void kj_build_check_crowd(struct kj_build *build, const struct kj_node *conf);

/* kj_build_symbol - a symbol more; false after a complaint at place */
bool kj_build_symbol(struct kj_build *build, const struct kj_place *place, const struct kj_symbol *symbol);

/* kj_build_find_symbol, _family - the index, or -1 */
int kj_build_find_symbol(const struct kj_build *build, const char *name);
int kj_build_find_family(const struct kj_build *build, const char *name);

#endif
