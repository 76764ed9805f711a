/*
 * build.c - settings of a snapshot, and its table of symbols
 */
#include "build.h"

#include <limits.h>
#include <unistd.h>

#include "kanjiki/arena.h"
#include "kanjiki/err.h"
#include "kanjiki/name.h"

int kj_build_init(struct kj_build *build, struct kj_arena *arena, struct kj_arena *scratch,
    struct kj_complaints *complaints)
{
	*build = (struct kj_build){
	    .sink = {.arena = arena, .complaints = complaints},
	    .scratch = scratch,
	    .families = kj_arena_array(scratch, KJ_CONF_FAMILIES_MAX, sizeof(struct kj_family)),
	    .symbols = kj_arena_array(scratch, KJ_CONF_SYMBOLS_MAX, sizeof(struct kj_symbol)),
	};
	return build->families && build->symbols ? 0 : -KJ_ENOMEM;
}

/* RFC 8601 section 2.5 wants a name that is unique to us; a host without a usable one is "localhost". */
static const char *host_name(struct kj_conf_sink *sink)
{
	char host[HOST_NAME_MAX + 1], name[KJ_NAME_STRLEN];
	const char *copy = "localhost";

	if (gethostname(host, sizeof host) == 0 && memchr(host, '\0', sizeof host) &&
	    kj_name_normalise(host, name) == 0 &&
	    !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-_")])
		copy = kj_arena_strdup(sink->arena, name);
	sink->full |= !copy;
	return copy;
}

void kj_build_settings(struct kj_build *build, struct kj_node *conf)
{
	struct kj_conf_top *top = &build->top;

	kj_schema_defaults(&kj_block_conf, top, &build->sink);
	kj_schema_resolve(conf, &kj_block_conf, &build->sink);
	kj_schema_apply(conf, top, &build->sink);
	if (!top->settings.authserv_id || !*top->settings.authserv_id)
		top->settings.authserv_id = host_name(&build->sink);
	if (!top->lists || !*top->lists)
		top->lists = KJ_LISTS_DIR;
	if (top->settings.memory_bytes < top->settings.limits.body_bytes + top->settings.limits.text_bytes)
		kj_complain(build->sink.complaints, true, conf->place.file, 0, 0,
		    "limits: memory is less than body and text together; large mails will be read in part");
	kj_build_check_crowd(build, conf);
	build->rules.spf = top->spf;
	build->rules.crowd = top->settings.crowd_bytes > 0;
	build->rules.special_helos = top->special_helos;
	build->rules.special_helo_count = top->special_helo_count;
	build->policies.split = top->split;
}

int kj_build_find_symbol(const struct kj_build *build, const char *name)
{
	for (unsigned i = 0; i < build->symbol_count; i++)
		if (strcmp(build->symbols[i].name, name) == 0)
			return (int)i;
	return -1;
}

int kj_build_find_family(const struct kj_build *build, const char *name)
{
	for (unsigned i = 0; i < build->family_count; i++)
		if (strcmp(build->families[i].name, name) == 0)
			return (int)i;
	return -1;
}

bool kj_build_symbol(struct kj_build *build, const struct kj_place *place, const struct kj_symbol *symbol)
{
	if (build->symbol_count == KJ_CONF_SYMBOLS_MAX) {
		kj_complain_at(&build->sink, place, "more than %u symbols", KJ_CONF_SYMBOLS_MAX);
		return false;
	}
	build->symbols[build->symbol_count++] = *symbol;
	return true;
}
