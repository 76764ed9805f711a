/*
 * value.c - values into fields
 *
 * Each type has a row: what it wants, in words, and how one scalar (or, for a list, each of its elements) is
 * read. A setting that complained leaves its field as it was.
 */
#include <ctype.h>
#include <sys/un.h>

#include "kanjiki/addr.h"
#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/err.h"
#include "kanjiki/name.h"
#include "number.h"
#include "schema.h"

#define HOST_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"

/* One reading of one value. */
struct reading {
	const struct kj_setting *setting;
	struct kj_conf_sink *sink;
	void *field;
};

/* Read a scalar into field: NULL, or what is wrong with it. */
typedef const char *read_fn(const struct reading *reading, const char *text, void *field);

static const char *keep(const struct reading *reading, const char *text, void *field)
{
	const char *copy = kj_arena_strdup(reading->sink->arena, text);

	reading->sink->full |= !copy;
	if (copy)
		*(const char **)field = copy;
	return NULL;
}

static const char *read_text(const struct reading *reading, const char *text, void *field)
{
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return "must not hold control characters";
	return keep(reading, text, field);
}

static const char *read_symbol(const struct reading *reading, const char *text, void *field)
{
	if (!isupper((unsigned char)*text) || text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] ||
	    strlen(text) > 64)
		return "must be of capital letters, digits and \"_\"";
	return keep(reading, text, field);
}

static const char *read_host(const struct reading *reading, const char *text, void *field)
{
	if (strlen(text) >= KJ_NAME_STRLEN ||
	    text[strspn(text, HOST_CHARACTERS)])
		return "must be a name of letters, digits, \".\", \"-\" and \"_\"";
	return keep(reading, text, field);
}

static const char *read_secret(const struct reading *reading, const char *text, void *field)
{
	char name[KJ_NAME_STRLEN];

	if (!*text)
		return keep(reading, text, field);
	if (text[strspn(text, HOST_CHARACTERS)] ||
	    kj_name_normalise(text, name) < 0)
		return "must be a name of letters, digits, \".\", \"-\" and \"_\"";
	return keep(reading, name, field);
}

/* What is wrong with the path of a unix socket; NULL if nothing is. */
static const char *socket_path_error(const char *path)
{
	if (*path != '/')
		return "must have an absolute path";
	if (strlen(path) >= sizeof((struct sockaddr_un *)0)->sun_path)
		return "is too long for a unix socket";
	return NULL;
}

static const char *read_path(const struct reading *reading, const char *text, void *field)
{
	const char *wrong = *text ? socket_path_error(text) : NULL;

	return wrong ? wrong : read_text(reading, text, field);
}

/* "port" or "port@host" */
static bool is_inet(const char *text)
{
	char *end;
	unsigned long port = strtoul(text, &end, 10);

	return isdigit((unsigned char)*text) && port >= 1 && port <= 65535 &&
	       (!*end || (*end == '@' && end[1]));
}

static const char *read_socket(const struct reading *reading, const char *text, void *field)
{
	const char *wrong = "must be \"unix:/path\", \"inet:port@address\" or \"inet6:port@[address]\"";
	const char *colon = strchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : 0;

	if (len == 4 && memcmp(text, "unix", 4) == 0) {
		if (socket_path_error(colon + 1))
			return socket_path_error(colon + 1);
	} else if ((len == 4 && memcmp(text, "inet", 4) == 0) ||
	           (len == 5 && memcmp(text, "inet6", 5) == 0)) {
		if (!is_inet(colon + 1))
			return wrong;
	} else {
		return wrong;
	}
	return read_text(reading, text, field);
}

/* What may stand behind a host: nothing, or ":" and a port. */
static bool is_port(const char *text)
{
	unsigned long port;
	char *end;

	if (*text != ':' || !isdigit((unsigned char)text[1]))
		return !*text;
	port = strtoul(text + 1, &end, 10);
	return !*end && port >= 1 && port <= 65535;
}

/* "host", "192.0.2.1" or "[2001:db8::1]", and perhaps a port, which a bare IPv6 address could not be told from. */
static bool is_remote(const char *text)
{
	size_t len = *text == '[' ? strcspn(text, "]") + 1 : strcspn(text, ":");
	char host[KJ_NAME_STRLEN], name[KJ_NAME_STRLEN];
	struct kj_addr addr;

	if (len > strlen(text) || len >= sizeof host || !is_port(text + len))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	if (*host == '[' || !host[strspn(host, "0123456789.")])
		return kj_addr_parse(host, &addr) == 0 && (addr.family == 6) == (*host == '[');
	return !host[strspn(host, HOST_CHARACTERS)] && kj_name_normalise(host, name) == 0;
}

static const char *read_redis(const struct reading *reading, const char *text, void *field)
{
	if (strchr(text, '@'))
		return "must not hold user and password, which have settings of their own";
	if (strncmp(text, "unix:", 5) == 0 && socket_path_error(text + 5))
		return socket_path_error(text + 5);
	if (*text && strncmp(text, "unix:", 5) != 0 && !is_remote(text))
		return "must be \"unix:/path\", \"host:port\", \"192.0.2.1:port\" or \"[2001:db8::1]:port\"";
	return read_text(reading, text, field);
}

static const char *read_choice(const struct reading *reading, const char *text, void *field)
{
	const char *const *choices = reading->setting->choices;

	for (unsigned i = 0; choices[i]; i++) {
		if (strcmp(choices[i], text) != 0)
			continue;
		if (reading->setting->width == 1)
			*(uint8_t *)field = (uint8_t)i;
		else
			*(uint32_t *)field = i;
		return NULL;
	}
	return ""; /* complain_of_choice() finds the words */
}

static const char *read_server(const struct reading *reading, const char *text, void *field)
{
	const char *wrong =
	    "must be an address, perhaps with a port: \"192.0.2.53\", \"[2001:db8::53]:5353\"";
	const char *colon = strrchr(text, ':');
	char host[KJ_ADDR_STRLEN + 2], *end;
	struct kj_addr addr;
	unsigned long port;
	size_t len;

	if (kj_addr_parse(text, &addr) == 0)
		return keep(reading, text, field);
	len = colon ? (size_t)(colon - text) : 0;
	if (!len || len >= sizeof host || !isdigit((unsigned char)colon[1]))
		return wrong;
	memcpy(host, text, len);
	host[len] = '\0';
	port = strtoul(colon + 1, &end, 10);
	if (kj_addr_parse(host, &addr) < 0 || *end || port < 1 || port > 65535)
		return wrong;
	/* Without brackets nobody can tell the port from the address. */
	if (addr.family == 6 && host[0] != '[')
		return wrong;
	return keep(reading, text, field);
}

static const char *read_name(const struct reading *reading, const char *text, void *field)
{
	char name[KJ_NAME_STRLEN];

	if (kj_name_normalise(text, name) < 0)
		return "must be a DNS name";
	return keep(reading, name, field);
}

static const char *read_domain(const struct reading *reading, const char *text, void *field)
{
	char name[KJ_NAME_STRLEN], first[KJ_NAME_STRLEN + 8];
	struct kj_name_range range;

	if (kj_name_normalise(text, name) < 0 || kj_name_range_parse(name, &range) < 0)
		return "must be a domain, perhaps with a range of numbers like \"ns-[00-63].example.com\"";
	snprintf(first, sizeof first, "%.*s0%s", range.before, name, range.behind);
	if (!kj_name_is_fqdn(range.digits ? first : name))
		return "must be a domain of two labels at least";
	return keep(reading, name, field);
}

static const char *read_prefix(const struct reading *reading, const char *text, void *field)
{
	struct kj_prefix prefix;
	struct kj_addr addr;
	char host[KJ_ADDR_STRLEN + 8];
	const char *slash = strchr(text, '/');

	(void)reading;
	if (kj_prefix_parse(text, &prefix) == 0) {
		*(struct kj_prefix *)field = prefix;
		return NULL;
	}
	if (slash && (size_t)(slash - text) < sizeof host) {
		memcpy(host, text, (size_t)(slash - text));
		host[slash - text] = '\0';
		if (kj_addr_parse(host, &addr) == 0)
			return "is no network: bits behind the prefix are set, or the prefix is too long";
	}
	return "must be an address or a network like 192.0.2.0/24";
}

static const char *read_code(const struct reading *reading, const char *text, void *field)
{
	(void)reading;
	return kj_code_range_parse(text, field);
}

/* Limits are texts in the language too, so that they read in a complaint as they would in the file. */
static bool in_range(const struct kj_setting *setting, int64_t number)
{
	int64_t min = INT64_MIN, max = INT64_MAX;

	if (setting->min) {
		kj_number_parse(setting->type, setting->min, &min);
		kj_number_parse(setting->type, setting->max, &max);
	}
	return number >= min && number <= max;
}

static const char *read_number(const struct reading *reading, const char *text, void *field)
{
	const struct kj_setting *setting = reading->setting;
	const char *wrong;
	int64_t number;

	if (setting->type == KJ_TYPE_THRESHOLD && strcmp(text, "never") == 0) {
		*(int32_t *)field = KJ_CONF_NEVER;
		return NULL;
	}
	wrong = kj_number_parse(setting->type, text, &number);
	if (wrong)
		return wrong;
	if (!in_range(setting, number)) {
		wrong = kj_arena_printf(
		    reading->sink->arena, "must lie between %s and %s", setting->min, setting->max);
		return wrong ? wrong : "is out of range";
	}
	if (setting->width == sizeof(int32_t))
		*(int32_t *)field =
		    (int32_t)number; /* the limits of each row fit; uint32_t has the same bits */
	else
		*(size_t *)field = (size_t)number;
	return NULL;
}

#define QUOTED_OR_BARE (1U << KJ_VALUE_STRING | 1U << KJ_VALUE_WORD)
#define NUMBER         (1U << KJ_VALUE_NUMBER)

static const struct type {
	const char *wanted;
	unsigned kinds; /* of scalars that can be meant */
	read_fn *read;
	size_t element; /* bytes of one; 0 if the type is no list */
} types[] = {
    [KJ_TYPE_TEXT] = {"a text in quotes", QUOTED_OR_BARE, read_text, 0},
    [KJ_TYPE_SYMBOL] = {"the name of a symbol", QUOTED_OR_BARE, read_symbol, 0},
    [KJ_TYPE_SOCKET] = {"a text in quotes", QUOTED_OR_BARE, read_socket, 0},
    [KJ_TYPE_PATH] = {"a path in quotes", QUOTED_OR_BARE, read_path, 0},
    [KJ_TYPE_HOST] = {"a name in quotes", QUOTED_OR_BARE, read_host, 0},
    [KJ_TYPE_CHOICE] = {"a word", QUOTED_OR_BARE, read_choice, 0},
    [KJ_TYPE_COUNT] = {"a number", NUMBER, read_number, 0},
    [KJ_TYPE_MODE] = {"an octal number like 0660", NUMBER, read_number, 0},
    [KJ_TYPE_MS] = {"a time like 300ms or 5s", NUMBER, read_number, 0},
    [KJ_TYPE_SECONDS] = {"a time like 5m or 14d", NUMBER, read_number, 0},
    [KJ_TYPE_SIZE] = {"a size like 256KiB or 1MiB", NUMBER, read_number, 0},
    [KJ_TYPE_SHARE] = {"a share like 0.5%", NUMBER, read_number, 0},
    [KJ_TYPE_SCORE] = {"a score like 2.5", NUMBER, read_number, 0},
    [KJ_TYPE_THRESHOLD] = {"a score like 8.0, or never", NUMBER | 1U << KJ_VALUE_WORD, read_number, 0},
    [KJ_TYPE_SERVERS] = {"addresses in quotes", QUOTED_OR_BARE, read_server, sizeof(const char *)},
    [KJ_TYPE_NAMES] = {"names in quotes", QUOTED_OR_BARE, read_name, sizeof(const char *)},
    [KJ_TYPE_DOMAINS] = {"names in quotes", QUOTED_OR_BARE, read_domain, sizeof(const char *)},
    [KJ_TYPE_PREFIXES] = {"addresses in quotes", QUOTED_OR_BARE, read_prefix, sizeof(struct kj_prefix)},
    [KJ_TYPE_CODES] = {"codes in quotes, like \"127.0.0.2\"", QUOTED_OR_BARE, read_code,
        sizeof(struct kj_code_range)},
    [KJ_TYPE_CHOICES] = {"words", QUOTED_OR_BARE, read_choice, sizeof(uint32_t)},
    [KJ_TYPE_SECRET] = {"a text in quotes", QUOTED_OR_BARE, read_secret, 0},
    [KJ_TYPE_PASSWORD] = {"a text in quotes", QUOTED_OR_BARE, read_text, 0},
    [KJ_TYPE_REDIS] = {"a text in quotes", QUOTED_OR_BARE, read_redis, 0},
};

/* What a complaint may show of a value. */
static const char *shown(const struct reading *reading, const struct kj_value *value)
{
	enum kj_type type = reading->setting->type;

	/* A server may be written like a URL, with a password in it. */
	if (type == KJ_TYPE_SECRET || type == KJ_TYPE_PASSWORD || (type == KJ_TYPE_REDIS && strchr(value->text, '@')))
		return "...";
	return value->text;
}

static void complain_of_choice(const struct reading *reading, const struct kj_value *value)
{
	struct kj_suggestion suggestion = {.name = value->text};
	struct kj_buf buf = KJ_BUF_INIT(256);

	for (const char *const *c = reading->setting->choices; *c; c++) {
		kj_buf_printf(&buf, "%s%s", buf.len ? " or " : "", *c);
		kj_suggest(&suggestion, *c);
	}
	kj_complain_at(reading->sink, &value->place, "\"%s\" is %s, not \"%s\"%s%s%s", reading->setting->name,
	    kj_buf_str(&buf), value->text, suggestion.nearest ? "; did you mean \"" : "",
	    suggestion.nearest ? suggestion.nearest : "", suggestion.nearest ? "\"?" : "");
	kj_buf_free(&buf);
}

static bool read_scalar(const struct reading *reading, const struct kj_value *value, void *field)
{
	const struct type *type = &types[reading->setting->type];
	const char *wrong;

	if (value->kind == KJ_VALUE_BAD)
		return false;
	if (!(type->kinds & 1U << value->kind)) {
		if (value->kind == KJ_VALUE_LIST)
			kj_complain_at(reading->sink, &value->place, "\"%s\" wants %s, not a list",
			    reading->setting->name, type->wanted);
		else
			kj_complain_at(reading->sink, &value->place, "\"%s\" wants %s, not %s%s%s",
			    reading->setting->name, type->wanted,
			    value->kind == KJ_VALUE_STRING ? "the text \"" : "", shown(reading, value),
			    value->kind == KJ_VALUE_STRING ? "\"" : "");
		return false;
	}
	wrong = type->read(reading, value->text, field);
	if (!wrong)
		return true;
	if (!*wrong)
		complain_of_choice(reading, value);
	else
		kj_complain_at(reading->sink, &value->place, "\"%s\" (%s) %s", reading->setting->name,
		    shown(reading, value), wrong);
	return false;
}

/* A single value is a list of one. */
static bool read_list(const struct reading *reading, const struct kj_value *value, void *target)
{
	const struct kj_value *items = value->kind == KJ_VALUE_LIST ? value->items : value;
	size_t size = types[reading->setting->type].element, count = 0;
	bool good = true;
	char *array;

	for (const struct kj_value *v = items; v; v = v->next)
		count++;
	array = kj_arena_array(reading->sink->arena, count + 1, size);
	if (!array) {
		reading->sink->full = true;
		return false;
	}
	count = 0;
	for (const struct kj_value *v = items; v; v = v->next)
		good &= read_scalar(reading, v, array + size * count++);
	if (good) {
		memcpy(reading->field, &array, sizeof array);
		*(unsigned *)(void *)((char *)target + reading->setting->count_offset) = (unsigned)count;
	}
	return good;
}

bool kj_value_store(
    const struct kj_setting *setting, const struct kj_value *value, void *target, struct kj_conf_sink *sink)
{
	struct reading reading = {setting, sink, (char *)target + setting->offset};

	if (types[setting->type].element)
		return read_list(&reading, value, target);
	return read_scalar(&reading, value, reading.field);
}

bool kj_value_score(
    const char *name, const struct kj_value *value, int32_t *ret_centi, struct kj_conf_sink *sink)
{
	struct kj_setting setting = {
	    .name = name, .type = KJ_TYPE_SCORE, .width = sizeof *ret_centi, .min = "-100", .max = "100"};

	return kj_value_store(&setting, value, ret_centi, sink);
}
