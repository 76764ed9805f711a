/*
 * template_chain.c - what sort of machines a mail says it came through
 *
 * A name that the DNS cannot have keeps its zone, which somebody made up: X.localhost, X.lan. The Public Suffix List
 * knows the others, so no list of such zones is needed.
 */
#include "crowd/template_put.h"
#include "kanjiki/name.h"

#define ZONE_MAX 16
#define WITH_MAX 12

static void put_zone(struct template_out *line, const char *zone)
{
	template_put_str(line, "*.");
	for (size_t i = 0; zone[i] && i < ZONE_MAX; i++)
		template_put(line, zone[i] > ' ' && zone[i] <= '~' ? zone + i : "?", 1);
}

static void put_name(struct template_out *line, const char *name)
{
	const char *dot = strrchr(name, '.');
	struct kj_addr addr;

	if (!*name)
		template_put_str(line, "-");
	else if (strcmp(name, "localhost") == 0 || strcmp(name, "unknown") == 0)
		template_put_str(line, name);
	else if (kj_addr_parse(name, &addr) == 0)
		template_put_str(line, "IP");
	else if (!dot)
		template_put_str(line, "bare");
	else if (kj_name_is_public(name))
		template_put_str(line, "name");
	else
		put_zone(line, dot + 1);
}

static void put_addr(struct template_out *line, const struct kj_addr *addr)
{
	static const uint8_t v6_loopback[16] = {[15] = 1};

	if (!addr->family)
		template_put_str(line, "-");
	else if (kj_addr_is_global(addr))
		template_put_str(line, "public");
	else if (addr->family == 4 ? addr->bytes[0] == 127 : memcmp(addr->bytes, v6_loopback, 16) == 0)
		template_put_str(line, "loopback");
	else
		template_put_str(line, "private");
}

/* "esmtps"; of what is no such word, its letters. */
static void put_with(struct template_out *line, const char *with)
{
	size_t letters = 0;

	for (size_t i = 0; with[i] && letters < WITH_MAX; i++)
		if (with[i] >= 'a' && with[i] <= 'z') {
			template_put(line, with + i, 1);
			letters++;
		}
	if (!letters)
		template_put_str(line, "-");
}

static const char *userid_kind(int64_t userid)
{
	if (userid < 0)
		return "-";
	/* Accounts of people and of hosted sites begin at 1000, those of services (www-data, apache) lie below. */
	return userid == 0 ? "root" : userid < 1000 ? "service" : "user";
}

static void put_line(struct template_out *line, const struct kj_received *received)
{
	put_name(line, received->by);
	template_put_str(line, "/");
	put_with(line, received->with);
	template_put_str(line, "/");
	template_put_str(line, userid_kind(received->userid));
	if (*received->helo || received->addr.family) {
		template_put_str(line, "<");
		put_name(line, received->helo);
		template_put_str(line, ",");
		put_name(line, received->rdns);
		template_put_str(line, ",");
		put_addr(line, &received->addr);
	}
	template_put_str(line, ";");
}

size_t kj_template_chain(const struct kj_received *chain, unsigned count, char out[KJ_TEMPLATE_MAX])
{
	char text[KJ_TEMPLATE_MAX];
	struct template_out all, line;

	template_begin(&all, out);
	for (unsigned i = 0; i < count && !all.full; i++) {
		template_begin(&line, text);
		put_line(&line, chain + i);
		template_put(&all, line.data, line.len);
	}
	return all.len;
}
