/*
 * cmd_explain_text.c - kanjikictl explain-text: what does Kanjiki read in this mail, and which phrases does it find?
 *
 * For the moment when a phrase does not hit: it shows each step between the bytes of the mail and the match - the parts,
 * the text of each stream, the views that phrases are looked for in, and every match with its place in the text. The network
 * is not asked, and nothing but the text is judged.
 */
#include <getopt.h>

#include "ctl/command.h"
#include "ctl/config_file.h"
#include "ctl/mailfile.h"
#include "ctl/print_safe.h"
#include "kanjiki/arena.h"
#include "kanjiki/checks.h"
#include "kanjiki/err.h"
#include "kanjiki/message.h"
#include "kanjiki/phrase_set.h"
#include "kanjiki/snapshot.h"
#include "kanjiki/views.h"

#define ARENA_MAX_BYTES ((size_t)128 << 20)
#define MATCHES_MAX     10000 /* printed */
#define QUOTE_MAX       160   /* bytes */

struct explainer {
	struct kj_snapshot *snapshot;
	bool failed;
};

static void complain(void *context, const char *path, const char *why)
{
	struct explainer *explainer = context;

	fflush(stdout);
	fprintf(stderr, "kanjikictl: %s: %s\n", path, why);
	explainer->failed = true;
}

static void print_str(const char *text)
{
	kj_print_safe(text, strlen(text));
}

/* One line each, behind a bar. */
static void print_lines(const char *title, const struct kj_text *text)
{
	const char *p = text->data, *end = text->data + text->len;

	printf("%s: %zu bytes\n", title, text->len);
	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		const char *stop = lf ? lf : end;

		fputs("  | ", stdout);
		kj_print_safe(p, (size_t)(stop - p));
		putchar('\n');
		p = lf ? lf + 1 : end;
	}
}

/* What a part says of itself, if it does. */
static void print_said(const char *before, const char *value)
{
	if (!*value)
		return;
	fputs(before, stdout);
	print_str(value);
}

static void print_parts(const struct kj_message *message)
{
	puts("parts:");
	for (unsigned i = 0; i < message->part_count; i++) {
		const struct kj_part *part = &message->parts[i];

		printf("  %*s", (int)part->depth * 2, "");
		print_str(part->type);
		print_said(", charset ", part->charset);
		print_said(", ", part->encoding);
		if (part->attachment)
			fputs(", attachment", stdout);
		print_said(", named ", part->filename);
		putchar('\n');
	}
	if (message->marks)
		fputs("marks:", stdout);
	for (unsigned i = 0; kj_message_mark_name(i); i++)
		if (message->marks & 1U << i)
			printf(" %s", kj_message_mark_name(i));
	if (message->marks)
		putchar('\n');
}

static void print_wallets(const struct kj_message *message)
{
	if (message->wallet_count)
		puts("wallets:");
	for (unsigned i = 0; i < message->wallet_count; i++) {
		const struct kj_wallet *wallet = &message->wallets[i];

		printf("  %s %s%s%s\n", wallet->currency, wallet->address, wallet->split ? ", joined from pieces" : "",
		    wallet->verified ? "" : ", has no checksum");
	}
}

static void print_urls(const struct kj_message *message)
{
	if (message->url_count)
		puts("urls:");
	for (unsigned i = 0; i < message->url_count; i++) {
		const struct kj_url *url = &message->urls[i];

		printf("  %s %s (%s)", url->is_link ? "link to" : "text", url->host, url->org);
		if (url->shown_host)
			printf(", shown as %s", url->shown_host);
		printf("%s%s: ", url->hidden ? ", hidden" : "", url->quoted ? ", quoted" : "");
		print_str(url->text);
		putchar('\n');
	}
}

static void print_phones(const struct kj_message *message)
{
	if (message->phone_count)
		puts("phones:");
	for (unsigned i = 0; i < message->phone_count; i++) {
		const struct kj_phone *phone = &message->phones[i];

		printf("  %s, written as ", phone->digits);
		kj_print_safe(message->visible.data + phone->start, phone->end - phone->start);
		putchar('\n');
	}
}

static void print_views(const char *of, const struct kj_views *views)
{
	const struct {
		const char *name;
		unsigned count;
	} counts[] = {{"look-alikes", views->lookalikes}, {"invisible characters in words", views->invisible_in_words},
	    {"words in single letters", views->spaced_words}};
	static const char *const names[KJ_VIEW_COUNT] = {[KJ_VIEW_WORDS] = "words", [KJ_VIEW_DENSE] = "dense"};
	char title[64];

	for (int view = 0; view < KJ_VIEW_COUNT; view++) {
		if (!views->text[view].len)
			continue;
		snprintf(title, sizeof title, "%s, view of %s", of, names[view]);
		print_lines(title, &views->text[view]);
	}
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
		if (counts[i].count)
			printf("%s: %s: %u\n", of, counts[i].name, counts[i].count);
}

/* A text under the phrases. */
struct search {
	const char *of;
	const struct kj_text *text;
	struct kj_view_map *map;
	unsigned matches;
};

static int on_match(void *context, const struct kj_phrase_match *match)
{
	struct search *search = context;
	const struct kj_phrase *phrase = match->phrase;
	size_t start = 0, end = 0, line = 1, column = 1;

	if (++search->matches > MATCHES_MAX)
		return 1;
	kj_view_map_span(search->map, match->view, match->start, match->end, &start, &end);
	for (size_t i = 0; i < start; i++) {
		unsigned char c = (unsigned char)search->text->data[i];

		column = c == '\n' ? 1 : column + ((c & 0xc0) != 0x80);
		line += c == '\n';
	}
	printf("  %s, line %zu, column %zu: %s %c \"", search->of, line, column, phrase->language,
	    kj_category_letter(phrase->category));
	kj_print_safe(search->text->data + start, end - start < QUOTE_MAX ? end - start : QUOTE_MAX);
	printf("\"\n      %s:%u: ", phrase->file, phrase->line);
	print_str(phrase->text);
	putchar('\n');
	return 0;
}

static void print_languages(const char *of, const struct kj_phrase_scan *scan, const struct kj_phrase_set *phrases)
{
	const char *language;

	printf("  %s, may be in:", of);
	for (unsigned i = 0; (language = kj_phrase_set_language(phrases, i)); i++)
		if (kj_phrase_scan_languages(scan) & (uint64_t)1 << i)
			printf(" %s", language);
	putchar('\n');
}

/* False when out of memory. */
static bool print_matches(
    const char *of, const struct kj_text *text, const struct kj_views *views, const struct kj_phrase_set *phrases)
{
	struct search search = {of, text, NULL, 0};
	struct kj_phrase_scan *scan = NULL;
	struct kj_reason reason = {""};
	int rc = kj_view_map_new(text, &search.map);

	if (rc == 0)
		rc = kj_phrase_scan_begin(phrases, views, on_match, &search, &scan, &reason);
	if (scan) {
		rc = kj_phrase_scan_rest(scan, kj_phrase_scan_languages(scan), &reason);
		print_languages(of, scan, phrases);
	}
	kj_phrase_scan_end(scan);
	kj_view_map_free(search.map);
	if (rc < 0 && rc != -KJ_ELIMIT)
		return false;
	if (*reason.text)
		printf("  %s\n", reason.text);
	if (search.matches > MATCHES_MAX)
		printf("  more than %d matches; no more are shown\n", MATCHES_MAX);
	return true;
}

static bool print_verdict(struct kj_arena *arena, const struct kj_facts *facts, const struct kj_rules *rules)
{
	struct kj_evidence *evidence = kj_evidence_new(arena);
	struct kj_hits *hits = kj_hits_new(arena);

	if (!evidence || !hits)
		return false;
	kj_check_text.judge(facts, rules, evidence, hits);
	kj_check_extortion.judge(facts, rules, evidence, hits);
	puts(kj_hits_count(hits) ? "verdict:" : "verdict: none");
	for (unsigned i = 0; i < kj_hits_count(hits); i++) {
		const struct kj_hit *hit = kj_hits_get(hits, i);

		printf("  %s  ", hit->symbol);
		print_str(hit->reason);
		putchar('\n');
	}
	return !kj_hits_incomplete(hits);
}

static bool explain(struct explainer *explainer, struct kj_arena *arena, const struct kj_message *message)
{
	const struct kj_rules *rules = kj_snapshot_rules(explainer->snapshot);
	struct kj_text subject = {message->subject, strlen(message->subject)};
	struct kj_facts facts = {.client_name = "", .helo = "", .helo_name = "", .sender = "", .sender_domain = "",
	    .message = message};

	if (kj_views_make(arena, &message->visible, &facts.visible) < 0 ||
	    kj_views_make(arena, &subject, &facts.subject) < 0)
		return false;
	print_parts(message);
	print_lines("subject", &subject);
	print_lines("visible text", &message->visible);
	print_lines("hidden text", &message->hidden);
	print_lines("quoted text", &message->quoted);
	print_lines("comments", &message->comments);
	print_views("subject", &facts.subject);
	print_views("visible text", &facts.visible);
	print_wallets(message);
	print_phones(message);
	print_urls(message);
	if (!rules->extortion) {
		puts("extortion is switched off");
		return true;
	}
	puts("matches:");
	return print_matches("subject", &subject, &facts.subject, rules->extortion) &&
	       print_matches("text", &message->visible, &facts.visible, rules->extortion) &&
	       print_verdict(arena, &facts, rules);
}

static void explain_mail(void *context, const char *name, const char *data, size_t len)
{
	struct explainer *explainer = context;
	const struct kj_message_limits *limits = &kj_snapshot_settings(explainer->snapshot)->limits;
	struct kj_arena *arena = kj_arena_new(ARENA_MAX_BYTES);
	const struct kj_message *message;
	struct kj_field *fields;
	unsigned field_count;
	size_t body;

	print_str(name);
	putchar('\n');
	if (!arena || kj_message_split(arena, data, len, &fields, &field_count, &body) < 0 ||
	    kj_message_read(arena, fields, field_count, data + body, len - body, false, limits, &message) < 0 ||
	    !explain(explainer, arena, message))
		complain(explainer, name, "out of memory");
	kj_arena_free(arena);
}

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int run(int argc, char **argv)
{
	struct explainer explainer = {.snapshot = NULL};
	struct kj_mailfile_reader reader = {.mail = explain_mail, .error = complain, .context = &explainer};
	const char *conf_path = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1)
		switch (option) {
		case 'c': conf_path = optarg; break;
		case 'h': return kj_command_usage(&kj_cmd_explain_text, KJ_CTL_OK);
		default: return kj_command_usage(&kj_cmd_explain_text, KJ_CTL_USAGE);
		}
	if (optind == argc)
		return kj_command_usage(&kj_cmd_explain_text, KJ_CTL_USAGE);
	if (kj_config_file_load(conf_path, &explainer.snapshot) < 0)
		return KJ_CTL_FAILED;
	for (; optind < argc; optind++)
		kj_mailfile_read(argv[optind], &reader);
	kj_snapshot_unref(explainer.snapshot);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fputs("kanjikictl: cannot write to standard output\n", stderr);
		explainer.failed = true;
	}
	return explainer.failed ? KJ_CTL_FAILED : KJ_CTL_OK;
}

const struct kj_command kj_cmd_explain_text = {
    .name = "explain-text",
    .about = "show what is read in a mail, and every phrase found in it",
    .usage = "usage: kanjikictl explain-text [-c FILE] FILE...\n"
             "\n"
             "Prints, for each mail: its parts; the visible, hidden and quoted text and the comments; the views "
             "of it\n"
             "that phrases are looked for in; wallets, telephone numbers and URLs; every match of "
             "lists/extortion/ with\n"
             "its place in the text and its line in the list; and what the text is judged to be. The network is "
             "not\n"
             "asked. A FILE is a mail, an mbox, a Maildir directory, or - for standard input.\n"
             "\n"
             "  -c, --config FILE  this configuration; without it " KJ_CONF_FILE ",\n"
             "                     or the built-in defaults if there is none\n",
    .run = run,
};
