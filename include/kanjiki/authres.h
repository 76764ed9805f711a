/*
 * authres.h - what an Authentication-Results field says (RFC 8601 section 2.2), as filters really write it
 *
 * Understood beside the RFC's own grammar: fields without an authserv-id (Microsoft), properties without a type
 * (`action=none`), unquoted values with "/" and "=" in them, an empty result at the end. What does not parse is passed
 * over up to the next semicolon and marked. Whether a field may be believed is no matter of this parser.
 */
#ifndef KJ_AUTHRES_H
#define KJ_AUTHRES_H

#include <stdbool.h>
#include <stddef.h>

struct kj_arena;

#define KJ_AUTH_VALUE_MAX      16384 /* bytes of a value that are read */
#define KJ_AUTH_ID_MAX         256   /* bytes of an authserv-id, with NUL */
#define KJ_AUTH_RESULTS_MAX    32    /* of one field */
#define KJ_AUTH_PROPERTIES_MAX 16    /* of one result */

/* Things noticed while reading; evidence, never errors. */
enum kj_auth_mark {
	KJ_AUTH_BROKEN = 1 << 0, /* something did not parse */
	KJ_AUTH_CUT = 1 << 1,    /* more than one of the limits above allows */
};

/* `header.d=example.com` */
struct kj_auth_property {
	const char *type;  /* "header", lower case; "" where it was left out */
	const char *name;  /* "d", lower case */
	const char *value; /* without quotes and escapes */
};

/* `dkim/1=pass (2048-bit key) reason="good" header.d=example.com` */
struct kj_auth_result {
	const char *method; /* lower case */
	unsigned version;   /* 1 if not said */
	const char *result; /* "pass", lower case */
	const char *reason; /* "" if none */
	const char *
	    comment; /* the text of its comments, "; " between them; "" if none. OpenDMARC tells the policy so */
	const struct kj_auth_property *properties;
	unsigned property_count;
};

/* Strings are never NULL. `mx.example.jp; none` has no results and no marks. */
struct kj_auth_field {
	const char *id;   /* the authserv-id as given, without quotes; "" if there is none */
	unsigned version; /* 1 if not said */
	const struct kj_auth_result *results;
	unsigned result_count;
	unsigned marks; /* enum kj_auth_mark */
	bool sealed;    /* false; for who finds out that nobody but a filter of ours can have written it */
};

/*
 * kj_auth_parse - read the value of one field
 *
 * Takes:  the value as sent, folded or not.
 * Gives:  *ret_field, all of it in the arena.
 * Errors: -KJ_ENOMEM only.
 * Threads: safe, one arena per call.
 */
int kj_auth_parse(struct kj_arena *arena, const char *value, struct kj_auth_field *ret_field);

/*
 * kj_auth_id - the authserv-id alone, as kj_auth_parse() reads it
 *
 * Gives: out (KJ_AUTH_ID_MAX bytes); "" if there is none, or one that is longer.
 */
void kj_auth_id(const char *value, char *out);

/* kj_auth_property - the value of the first such property, or NULL; type and name in lower case */
const char *kj_auth_property(const struct kj_auth_result *result, const char *type, const char *name);

#endif
