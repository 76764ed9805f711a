/*
 * fuzz_template.c - five lines - a client, persons, a HELO or PTR name, a subject, an SPF record - and a text: every
 * template is short and ends where it says, a text is as alike to itself as can be, and digits that change do not
 * change a template
 *
 * The text is the Received chain as well, a line each.
 */

#include "fuzz.h"
#include "kanjiki/arena.h"
#include "kanjiki/sketch.h"
#include "kanjiki/utf8.h"

#define CHAIN_MAX 10

#define CHECK(condition)                                                                                     \
	do {                                                                                                 \
		if (!(condition))                                                                            \
			__builtin_trap();                                                                    \
	} while (0)

struct input {
	struct kj_arena *arena;
	const char *rest;
	struct kj_addr client;
	struct kj_persons persons;
	const char *rcpts[2];
};

static char *take_line(struct input *input)
{
	size_t len = strcspn(input->rest, "\n");
	char *line = kj_arena_strndup(input->arena, input->rest, len);

	input->rest += len + (input->rest[len] == '\n');
	return line;
}

/* "RCPT|RCPT|NAME|DOMAIN" */
static void take_persons(struct input *input)
{
	char *line = take_line(input);
	const char *parts[4] = {line, "", "", ""};

	for (int i = 1; i < 4 && (line = strchr(line, '|')); i++) {
		*line++ = '\0';
		parts[i] = line;
	}
	input->rcpts[0] = parts[0];
	input->rcpts[1] = parts[1];
	input->persons = (struct kj_persons){input->rcpts, 2, parts[2], parts[3]};
}

static void check_template(const char *out, size_t len)
{
	CHECK(len < KJ_TEMPLATE_MAX && strlen(out) == len);
}

static void look_at_name(const struct input *input, char *name)
{
	char out[KJ_TEMPLATE_MAX], again[KJ_TEMPLATE_MAX];
	struct kj_addr nobody = {0};
	uint32_t number;

	check_template(out, kj_template_helo(name, &input->client, out));
	check_template(out, kj_template_ptr(name, &input->client, out, &number));
	CHECK(number <= 0xffffff && (*out || !number));
	/* Unless one of them says nothing: 258.0.0.8 is a name, and 259.0.0.9 too, but 248.0.0.8 is an address. */
	check_template(out, kj_template_helo(name, &nobody, out));
	for (char *c = name; *c; c++)
		*c = (char)(*c == '8' ? '9' : *c);
	kj_template_helo(name, &nobody, again);
	CHECK(!*out || !*again || strcmp(out, again) == 0);
}

static void look_at_chain(const struct input *input, char *text)
{
	struct kj_received chain[CHAIN_MAX];
	char out[KJ_TEMPLATE_MAX], *line;
	unsigned count = 0;

	while (count < CHAIN_MAX && (line = strsep(&text, "\n")))
		if (kj_received_parse(input->arena, line, &chain[count]) == 0)
			count++;
	check_template(out, kj_template_chain(chain, count, out));
}

static void look_at_text(const struct input *input, const struct kj_text *text)
{
	static const struct kj_hash_key key = {1, 2};
	struct kj_sketch sketch, again;
	char out[KJ_TEMPLATE_MAX];
	struct kj_views views;
	size_t len;

	if (kj_views_make(input->arena, text, &views) < 0)
		return;
	len = kj_template_subject(&views.text[KJ_VIEW_WORDS], &input->persons, out);
	check_template(out, len);
	CHECK(kj_utf8_valid(out, len));
	kj_sketch_make(&views, &input->persons, &key, &sketch);
	kj_sketch_make(&views, &input->persons, &key, &again);
	CHECK(sketch.runs <= 512 && kj_sketch_equal(&sketch, &again) == (sketch.runs ? KJ_SKETCH_LEN : 0));
}

static void look(struct input *input)
{
	char *name, *subject, *record, out[KJ_TEMPLATE_MAX];

	kj_addr_parse(take_line(input), &input->client);
	take_persons(input);
	name = take_line(input);
	subject = take_line(input);
	record = take_line(input);
	look_at_text(input, &(struct kj_text){subject, strlen(subject)});
	look_at_text(input, &(struct kj_text){input->rest, strlen(input->rest)});
	check_template(out, kj_template_spf(record, name, out));
	look_at_name(input, name);
	look_at_chain(input, kj_arena_strdup(input->arena, input->rest));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {.arena = kj_arena_new((size_t)64 << 20)};
	char *copy = size < 1 << 18 ? kj_arena_strndup(input.arena, (const char *)data, size) : NULL;

	input.rest = copy;
	if (copy)
		look(&input);
	kj_arena_free(input.arena);
	return 0;
}
