/*
 * fuzz_authres.c - the value of an Authentication-Results field, and of a DKIM-Signature
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "kanjiki/arena.h"
#include "kanjiki/authres.h"
#include "kanjiki/dkim.h"
#include "kanjiki/name.h"

/* Everything must be there to be read, and both readers of the authserv-id must agree. */
static void look(const char *value, const struct kj_auth_field *field)
{
	char id[KJ_AUTH_ID_MAX], domain[KJ_NAME_STRLEN];
	size_t sum = 0;

	kj_auth_id(value, id);
	if (strlen(field->id) < KJ_AUTH_ID_MAX - 1 && strcmp(id, field->id) != 0)
		abort();
	for (unsigned i = 0; i < field->result_count; i++) {
		const struct kj_auth_result *result = &field->results[i];

		sum += strlen(result->method) + strlen(result->result) + strlen(result->reason) +
		       strlen(result->comment);
		for (unsigned p = 0; p < result->property_count; p++)
			sum += strlen(result->properties[p].type) + strlen(result->properties[p].name) +
			       strlen(result->properties[p].value);
		kj_dkim_result_domain(result, domain);
	}
	if (sum > 64 * KJ_AUTH_VALUE_MAX)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kj_arena *arena = kj_arena_new((size_t)1 << 20);
	const char *value = kj_arena_strndup(arena, (const char *)data, size);
	char domain[KJ_NAME_STRLEN];
	struct kj_auth_field field;

	if (value && kj_auth_parse(arena, value, &field) == 0)
		look(value, &field);
	if (value)
		kj_dkim_domain(value, domain);
	kj_arena_free(arena);
	return 0;
}
