/*
 * proof.c - DKIM of Authentication-Results, aligned with From
 */
#include "kanjiki/proof.h"

#include <string.h>

#include "kanjiki/checks.h"
#include "kanjiki/dkim.h"
#include "kanjiki/name.h"

static bool is_dkim(const struct kj_auth_result *result)
{
	return strcmp(result->method, "dkim") == 0;
}

/* A result of this field that passes for the organisation of From. */
static const struct kj_auth_result *find_pass(const struct kj_auth_field *field, const char *from, char *out)
{
	for (unsigned i = 0; i < field->result_count; i++) {
		const struct kj_auth_result *result = &field->results[i];

		if (is_dkim(result) && strcmp(result->result, "pass") == 0 &&
		    kj_dkim_result_domain(result, out) == 0 && kj_name_same_org(out, from))
			return result;
	}
	return NULL;
}

static bool speaks_of_dkim(const struct kj_auth_field *field)
{
	for (unsigned i = 0; i < field->result_count; i++)
		if (is_dkim(&field->results[i]))
			return true;
	return false;
}

bool kj_proof_by_dkim(const struct kj_facts *facts, char *out)
{
	char from[KJ_NAME_STRLEN];
	bool proven = false;

	if (kj_name_of_address(facts->message->from_addr, from) < 0)
		return false;
	for (unsigned i = 0; i < facts->auth_count; i++) {
		if (!speaks_of_dkim(&facts->auth[i]))
			continue;
		if (!find_pass(&facts->auth[i], from, out))
			return false;
		proven = true;
	}
	return proven;
}
