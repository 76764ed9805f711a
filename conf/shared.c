/*
 * shared.c - what many honest senders share: mail pools and name servers
 *
 * Those of lists/shared.conf, and behind them those of kanjiki.conf. Ranges of numbers are written out here, so that
 * whoever looks for a name needs no patterns.
 */
#include <ctype.h>

#include "build.h"
#include "kanjiki/arena.h"
#include "kanjiki/err.h"

/* One to three digits, *text behind them; -1 for anything else. */
static int take_number(const char **text)
{
	int number = 0, digits = 0;

	for (; isdigit((unsigned char)**text) && digits < 4; (*text)++, digits++)
		number = number * 10 + (**text - '0');
	return digits >= 1 && digits <= 3 ? number : -1;
}

int kj_name_range_parse(const char *name, struct kj_name_range *ret_range)
{
	size_t before = strcspn(name, "[]");
	const char *p = name + before;
	int first, last, digits;

	*ret_range = (struct kj_name_range){.before = (int)before, .behind = p};
	if (!*p)
		return 0;
	if (*p++ != '[')
		return -KJ_EINVAL;
	first = take_number(&p);
	digits = (int)(p - name - (ptrdiff_t)before - 1);
	if (first < 0 || *p++ != '-')
		return -KJ_EINVAL;
	last = take_number(&p);
	if (last < first || *p++ != ']' || strpbrk(p, "[]"))
		return -KJ_EINVAL;
	*ret_range = (struct kj_name_range){(int)before, (unsigned)first, (unsigned)last, digits, p};
	return 0;
}

/* Names while they are put together; first they are only counted. */
struct names {
	struct kj_build *build;
	const char **list; /* NULL while they are counted */
	unsigned count;
};

static void add_range(struct names *names, const char *name, const struct kj_name_range *range)
{
	for (unsigned n = range->first; n <= range->last; n++, names->count++) {
		if (!names->list)
			continue;
		names->list[names->count] = kj_arena_printf(names->build->sink.arena, "%.*s%0*u%s", range->before, name,
		    range->digits, n, range->behind);
		names->build->sink.full |= !names->list[names->count];
	}
}

static void add(struct names *names, const char *const *from, unsigned count)
{
	struct kj_name_range range;

	for (unsigned i = 0; i < count; i++) {
		kj_name_range_parse(from[i], &range); /* read_domain() let nothing else pass */
		if (range.digits)
			add_range(names, from[i], &range);
		else if (names->list)
			names->list[names->count++] = from[i];
		else
			names->count++;
	}
}

/* Those of the list and those of the operator in one; their number in *ret_count. */
static const char *const *join(struct kj_build *build, const char *const *list, unsigned list_count,
    const char *const *own, unsigned own_count, unsigned *ret_count)
{
	struct names names = {.build = build};
	unsigned count;

	add(&names, list, list_count);
	add(&names, own, own_count);
	count = names.count;
	names = (struct names){build, kj_arena_array(build->sink.arena, count + 1, sizeof *names.list), 0};
	build->sink.full |= !names.list;
	if (build->sink.full)
		return NULL;
	add(&names, list, list_count);
	add(&names, own, own_count);
	*ret_count = count;
	return names.list;
}

void kj_build_shared(struct kj_build *build, struct kj_node *shared)
{
	const struct kj_conf_top *top = &build->top;
	struct kj_rules *rules = &build->rules;
	struct kj_conf_shared list = {0};

	kj_schema_resolve(shared, &kj_block_shared_file, &build->sink);
	kj_schema_apply(shared, &list, &build->sink);
	rules->shared_pools = join(build, list.pools, list.pool_count, top->shared_pools, top->shared_pool_count,
	    &rules->shared_pool_count);
	rules->shared_name_servers = join(build, list.name_servers, list.name_server_count, top->shared_name_servers,
	    top->shared_name_server_count, &rules->shared_name_server_count);
}
