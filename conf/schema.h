/*
 * schema.h - what the names in kanjiki.conf and in the lists mean
 *
 * schema.c holds the one table of all settings and blocks: names, types, limits, defaults, where a value
 * goes. resolve.c finds the rows for the nodes of a tree, value.c turns a value into what the row wants and
 * stores it. A default is a text in the language itself and is read the same way as an operator's value, so
 * that no default can lie outside of its own limits.
 */
#ifndef KJ_CONF_SCHEMA_H
#define KJ_CONF_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kanjiki/dnsbl.h"
#include "kanjiki/policy.h"
#include "kanjiki/snapshot.h"
#include "tree.h"

#define KJ_CONF_NEVER INT32_MAX /* the word "never" where a score is wanted */

enum kj_type {
	KJ_TYPE_TEXT,      /* const char *: UTF-8 without control characters */
	KJ_TYPE_SYMBOL,    /* const char *: [A-Z][A-Z0-9_]* */
	KJ_TYPE_SOCKET,    /* const char *: where to listen */
	KJ_TYPE_PATH,      /* const char *: of a unix socket; or empty */
	KJ_TYPE_HOST,      /* const char *: a name of letters, digits, ".", "-", "_"; or empty */
	KJ_TYPE_CHOICE,    /* index into choices: 1 or 4 bytes; "no", "yes" for a bool */
	KJ_TYPE_COUNT,     /* uint32_t */
	KJ_TYPE_MODE,      /* uint32_t, written in octal */
	KJ_TYPE_MS,        /* uint32_t */
	KJ_TYPE_SECONDS,   /* uint32_t */
	KJ_TYPE_SIZE,      /* uint32_t or size_t: bytes */
	KJ_TYPE_SHARE,     /* uint32_t: permyriad, written in percent */
	KJ_TYPE_SCORE,     /* int32_t: centipoints */
	KJ_TYPE_THRESHOLD, /* the same, or KJ_CONF_NEVER */
	KJ_TYPE_SERVERS,   /* const char *const *, and the count: addresses, perhaps with a port */
	KJ_TYPE_NAMES,     /* const char *const *, and the count: normalised DNS names */
	KJ_TYPE_DOMAINS,   /* the same, of two labels at least; may have a range of numbers (kj_name_range_parse) */
	KJ_TYPE_PREFIXES,  /* const struct kj_prefix *, and the count */
	KJ_TYPE_CODES,     /* const struct kj_code_range *, and the count */
	KJ_TYPE_CHOICES,   /* const uint32_t *, and the count: indices into choices */
	KJ_TYPE_SECRET,    /* const char *: labels of a DNS name; no complaint shows it */
	KJ_TYPE_PASSWORD,  /* const char *: like KJ_TYPE_TEXT; no complaint shows it */
	KJ_TYPE_REDIS,     /* const char *: where a Redis listens; or empty */
};

struct kj_setting {
	const char *name;
	enum kj_type type;
	size_t offset, width;  /* of the field in the block's structure */
	size_t count_offset;   /* of the count that belongs to a list; an unsigned */
	const char *value;     /* the default; NULL if the block must give it or it comes from elsewhere */
	const char *min, *max; /* both or neither */
	const char *help;
	const char *const *choices;
};

enum kj_block_kind {
	KJ_BLOCK_GROUP,  /* once, no title; its settings go into the structure of the block around it */
	KJ_BLOCK_TITLED, /* any number, each with a title; a structure of its own */
	KJ_BLOCK_FREE,   /* once, no title; names of symbols, values are scores */
};

struct kj_block {
	const char *name;
	enum kj_block_kind kind;
	const struct kj_setting *settings;    /* ended by a NULL name; NULL for none */
	const struct kj_block *const *blocks; /* within it, NULL-terminated; NULL for none */
	const char *help;
};

/* Thresholds of a domain, or of all. */
struct kj_conf_policy {
	int32_t tag_centi, tempfail_centi;
	const char *subject_prefix;
};

/* Everything of kanjiki.conf outside of titled blocks. */
struct kj_conf_top {
	struct kj_settings settings;
	struct kj_conf_policy policy;
	const char *lists;                /* "" for KJ_LISTS_DIR */
	const char *const *special_helos; /* NULL if the file does not say */
	unsigned special_helo_count;
	const char *const *use_dnsbls; /* zones of lists/dnsbl.conf */
	unsigned use_dnsbl_count;
	const char *const *shared_pools, *const *shared_name_servers; /* besides those of lists/shared.conf */
	unsigned shared_pool_count, shared_name_server_count;
	bool spf, extortion, split;
};

struct kj_conf_dnsbl {
	const char *label; /* "" for the zone's name */
	const char *key, *prefix; /* "" for none */
	const uint32_t *asks;	  /* bit numbers of enum kj_list_asks */
	unsigned ask_count;
	enum kj_list_hash hash;
	bool ipv4, ipv6, by_host, allow, needs_key;
	int32_t score_centi;
	uint32_t timeout_ms;
	const struct kj_code_range *blocked;
	unsigned blocked_count;
	const char *const *listed, *const *unlisted; /* addresses or names */
	unsigned listed_count, unlisted_count;
};

struct kj_conf_code {
	const char *symbol; /* "" for the list's own */
	int32_t score_centi;
	const char *about;
};

struct kj_conf_family {
	int32_t cap_centi, gate_centi, firm_centi;
};

struct kj_conf_symbol {
	const char *family, *about;
	int32_t score_centi;
};

struct kj_conf_helo {
	const char *const *names, *const *defaults;
	unsigned name_count, default_count;
};

struct kj_conf_shared {
	const char *const *pools, *const *name_servers;
	unsigned pool_count, name_server_count;
};

/* The files, as blocks without name, and the titled and free blocks, which mean more than their settings. */
extern const struct kj_block kj_block_conf, kj_block_weights_file, kj_block_helo_file, kj_block_shared_file,
    kj_block_dnsbl_file;
extern const struct kj_block kj_block_dnsbl, kj_block_code, kj_block_domain, kj_block_weights,
    kj_block_family, kj_block_symbol;

/* Groups whose settings depend on each other (crowd.c). */
extern const struct kj_block kj_block_crowd, kj_block_redis;

/* Where results and complaints of reading a configuration go. */
struct kj_conf_sink {
	struct kj_arena *arena; /* of what is kept */
	struct kj_complaints *complaints;
	bool full; /* the arena gave no more */
};

/*
 * kj_schema_resolve - find the row of every name in the tree, at all depths
 *
 * Complains of unknown names (with a suggestion), of settings and untitled blocks that are there twice, of
 * titles that are missing or too many; leaves `setting` and `block` of such nodes NULL.
 */
void kj_schema_resolve(struct kj_node *root, const struct kj_block *block, struct kj_conf_sink *sink);

/* kj_schema_apply - store the settings of a resolved block, and of the groups in it, into target */
void kj_schema_apply(const struct kj_node *node, void *target, struct kj_conf_sink *sink);

/* kj_schema_defaults - store the defaults of a block and its groups into target */
void kj_schema_defaults(const struct kj_block *block, void *target, struct kj_conf_sink *sink);

/* kj_schema_find - the node of a setting in a resolved block whose field is at offset, or NULL */
const struct kj_node *kj_schema_find(const struct kj_node *node, size_t offset);

/* kj_value_store - one value into its field; false after a complaint */
bool kj_value_store(
    const struct kj_setting *setting, const struct kj_value *value, void *target, struct kj_conf_sink *sink);

/* kj_value_score - a value that must be a score between min and max; false after a complaint about `name` */
bool kj_value_score(
    const char *name, const struct kj_value *value, int32_t *ret_centi, struct kj_conf_sink *sink);

/* kj_code_range_parse - "127.0.0.3", "127.0.0.10-127.0.0.11", "127.0.*.3" or "mask 0x06"; NULL, or what is wrong */
const char *kj_code_range_parse(const char *text, struct kj_code_range *ret_range);

/*
 * kj_name_range_parse - "awsdns-[00-63].com" stands for 64 names, each number with as many digits as the first one has
 *
 * A name without brackets is a range of one. -KJ_EINVAL for other brackets, and for numbers above 999.
 */
struct kj_name_range {
	int before;	    /* bytes of the name in front of the brackets */
	unsigned first, last;
	int digits;	    /* 0: there is no range */
	const char *behind; /* what stands behind the brackets; points into the name */
};
int kj_name_range_parse(const char *name, struct kj_name_range *ret_range);

/* kj_suggest - of a misspelt name, the nearest so far; begin with {name}. nearest is NULL if none is near. */
struct kj_suggestion {
	const char *name, *nearest;
	unsigned distance;
};
void kj_suggest(struct kj_suggestion *suggestion, const char *candidate);

/* kj_complain_unknown - `unknown WHAT "name"`, and the suggestion */
void kj_complain_unknown(struct kj_conf_sink *sink, const struct kj_place *place, const char *what,
    const struct kj_suggestion *suggestion);

/* kj_complain_at - an error at a place */
void kj_complain_at(struct kj_conf_sink *sink, const struct kj_place *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
