/*
 * spf_guard.c - what the terms of an SPF record mean: names, lookups, limits (RFC 7208 sections 4.6.4, 5 and 6)
 *
 * libspf2 asks here whenever it comes to a term that needs the DNS. Counting happens at that moment, over the
 * whole check, so only what the evaluation really uses is counted. libspf2 counts anew in each include and once
 * made 2,000,000 lookups for one check.
 *
 * "Void" counts terms, as section 4.6.4 words it: an mx term whose ten hosts all lack an IPv6 address is one void
 * lookup and not ten. Neither names that cannot be asked for nor PTR names (the client's, not the
 * publisher's) count.
 *
 * An error ends the whole run at once. That is no shortcut: include and redirect hand temperror and permerror
 * through to the top unchanged (section 5.2), and "none" becomes permerror on the way (sections 5.2, 6.1).
 */
#include "spf_guard.h"

#include <stdarg.h>

#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/question.h"

enum kj_spf_step kj_spf_conclude(struct kj_spf_run *run, enum kj_spf_result result, const char *format, ...)
{
	va_list args;

	if (run->stopped)
		return KJ_SPF_STOP;
	run->stopped = run->certain = true;
	run->result = result;
	va_start(args, format);
	vsnprintf(run->reason.text, sizeof run->reason.text, format, args);
	va_end(args);
	return KJ_SPF_STOP;
}

/* A DNS failure is a temperror. */
static enum kj_spf_step dns_failed(struct kj_spf_run *run, const struct kj_spf_question *question)
{
	return kj_spf_conclude(run, KJ_SPF_TEMPERROR, "%s for %s of %s",
	    question->answer->status == KJ_DNS_TIMEOUT ? "no answer" : "server failure",
	    kj_dns_type_name(question->type), question->name);
}

/* The term is under evaluation: what is asked for now, it asks. */
static void note_asking(struct kj_spf_run *run, unsigned frame, unsigned term)
{
	const struct kj_spf_record *record = run->frames[frame].record;

	run->asking = &run->frames[frame];
	run->asking_term = term == KJ_SPF_REDIRECT ? kj_spf_modifier("redirect=", record->redirect)
	                                           : record->terms[term].written;
}

static enum kj_dns_type client_type(const struct kj_spf_run *run)
{
	return run->check->values.client.family == 6 ? KJ_DNS_AAAA : KJ_DNS_A;
}

enum kj_spf_step kj_spf_count(
    struct kj_spf_run *run, unsigned frame, unsigned term, struct kj_spf_use **ret_use)
{
	note_asking(run, frame, term);
	for (unsigned i = 0; i < run->use_count; i++)
		if (run->uses[i].frame == frame && run->uses[i].term == term) {
			*ret_use = &run->uses[i];
			return KJ_SPF_GO;
		}
	if (run->use_count == KJ_SPF_LOOKUPS_MAX)
		return kj_spf_conclude(run, KJ_SPF_PERMERROR, "more than %d DNS lookups in %s",
		    KJ_SPF_LOOKUPS_MAX, run->check->domain);
	*ret_use = &run->uses[run->use_count++];
	**ret_use = (struct kj_spf_use){.frame = frame, .term = term};
	return KJ_SPF_GO;
}

/* Count a term that led to nothing. */
static enum kj_spf_step count_void(
    struct kj_spf_run *run, struct kj_spf_use *use, const struct kj_dns_answer *answer)
{
	if (use->is_void || (answer->status != KJ_DNS_NODATA && answer->status != KJ_DNS_NXDOMAIN))
		return KJ_SPF_GO;
	use->is_void = true;
	kj_spf_trace_void(run);
	if (++run->void_count <= KJ_SPF_VOIDS_MAX)
		return KJ_SPF_GO;
	return kj_spf_conclude(run, KJ_SPF_PERMERROR, "more than %d DNS lookups of %s led to nothing",
	    KJ_SPF_VOIDS_MAX, run->check->domain);
}

/* PTR names of the client into *ret_answer; NULL if there are none, or a DNS error (section 5.5). */
static enum kj_spf_step client_names(struct kj_spf_run *run, const struct kj_dns_answer **ret_answer)
{
	const struct kj_addr *client = &run->check->values.client;
	char name[KJ_ADDR_REVERSELEN + sizeof ".in-addr.arpa"], reverse[KJ_ADDR_REVERSELEN];
	struct kj_spf_question *question;

	snprintf(name, sizeof name, "%s.%s", kj_addr_reverse(client, reverse),
	    client->family == 6 ? "ip6.arpa" : "in-addr.arpa");
	question = kj_spf_ask(run, name, KJ_DNS_PTR);
	if (!question)
		return KJ_SPF_STOP;
	*ret_answer = question->answer->status == KJ_DNS_FOUND ? question->answer : NULL;
	return KJ_SPF_GO;
}

/* Does name lead back to the client? A DNS error is no (section 5.5). */
static enum kj_spf_step leads_back(struct kj_spf_run *run, const char *name, bool *ret_yes)
{
	struct kj_spf_question *question = kj_spf_ask(run, name, client_type(run));

	if (!question)
		return KJ_SPF_STOP;
	*ret_yes = false;
	for (unsigned i = 0; i < question->answer->count && !*ret_yes; i++)
		*ret_yes = kj_addr_equal(&question->answer->records[i].addr, &run->check->values.client);
	return KJ_SPF_GO;
}

/* The names that a PTR answer may contribute: the first ten. */
static unsigned usable(const struct kj_dns_answer *names)
{
	return names && names->count < KJ_SPF_NAMES_MAX ? names->count : names ? KJ_SPF_NAMES_MAX : 0;
}

/* How well a validated name suits %{p}: the domain itself, below it, any other (section 7.3). */
static int closeness(const char *name, const char *domain)
{
	return strcmp(name, domain) == 0 ? 3 : kj_name_within(name, domain) ? 2 : 1;
}

enum kj_spf_step kj_spf_validated(struct kj_spf_run *run, const char *domain, const char **ret_name)
{
	const struct kj_dns_answer *names;
	int best = 0;
	bool yes;

	*ret_name = "unknown";
	if (client_names(run, &names) == KJ_SPF_STOP)
		return KJ_SPF_STOP;
	for (unsigned i = 0; i < usable(names); i++)
		kj_spf_prefetch(run->check, names->records[i].name, client_type(run));
	for (unsigned i = 0; i < usable(names); i++) {
		const char *name = names->records[i].name;

		if (leads_back(run, name, &yes) == KJ_SPF_STOP)
			return KJ_SPF_STOP;
		if (yes && closeness(name, domain) > best) {
			best = closeness(name, domain);
			*ret_name = name;
		}
	}
	return KJ_SPF_GO;
}

enum kj_spf_step kj_spf_target(
    struct kj_spf_run *run, const struct kj_spf_frame *frame, struct kj_spf_text spec, char *out)
{
	struct kj_spf_macro_values values = run->check->values;
	struct kj_spf_macro_facts facts = {0};

	if (!spec.text) {
		memcpy(out, frame->domain, sizeof frame->domain);
		return KJ_SPF_GO;
	}
	values.domain = frame->domain;
	kj_spf_macro_check(spec.text, spec.len, KJ_SPF_IN_DOMAIN, &facts);
	if (facts.uses_p && kj_spf_validated(run, frame->domain, &values.validated) == KJ_SPF_STOP)
		return KJ_SPF_STOP;
	kj_spf_macro_target(spec.text, spec.len, &values, out);
	return KJ_SPF_GO;
}

/* The term behind a use that is a mechanism. */
static const struct kj_spf_term *term_of(const struct kj_spf_run *run, const struct kj_spf_use *use)
{
	return &run->frames[use->frame].record->terms[use->term];
}

static bool is_match(const struct kj_spf_run *run, const struct kj_spf_term *term, const struct kj_addr *addr)
{
	const struct kj_addr *client = &run->check->values.client;

	return addr->family == client->family && kj_spf_prefix_contains(addr->bytes, client->bytes,
	                                             client->family == 6 ? term->bits6 : term->bits4);
}

enum kj_spf_step kj_spf_addresses(
    struct kj_spf_run *run, struct kj_spf_use *use, const char *name, const struct kj_dns_answer **ret_answer)
{
	struct kj_spf_question *question = kj_spf_ask(run, name, client_type(run));

	if (!question)
		return KJ_SPF_STOP;
	if (term_of(run, use)->mechanism == KJ_SPF_A)
		kj_spf_trace_counted(run, use);
	*ret_answer = question->answer;
	if (question->answer->status != KJ_DNS_FOUND)
		return kj_spf_is_nothing(question->answer) ? count_void(run, use, question->answer)
		                                           : dns_failed(run, question);
	for (unsigned i = 0; i < question->answer->count; i++)
		use->matched |= is_match(run, term_of(run, use), &question->answer->records[i].addr);
	return KJ_SPF_GO;
}

enum kj_spf_step kj_spf_hosts(
    struct kj_spf_run *run, struct kj_spf_use *use, const struct kj_dns_answer **ret_answer)
{
	struct kj_spf_frame *frame = &run->frames[use->frame];
	struct kj_spf_question *question;
	char name[KJ_NAME_STRLEN];

	if (kj_spf_target(run, frame, term_of(run, use)->domain, name) == KJ_SPF_STOP)
		return KJ_SPF_STOP;
	question = kj_spf_ask(run, name, KJ_DNS_MX);
	if (!question)
		return KJ_SPF_STOP;
	kj_spf_trace_counted(run, use);
	*ret_answer = question->answer;
	if (question->answer->status != KJ_DNS_FOUND)
		return kj_spf_is_nothing(question->answer) ? count_void(run, use, question->answer)
		                                           : dns_failed(run, question);
	if (question->answer->count > KJ_SPF_NAMES_MAX)
		return kj_spf_conclude(
		    run, KJ_SPF_PERMERROR, "more than %d MX hosts at %s", KJ_SPF_NAMES_MAX, name);
	for (unsigned i = 0; i < question->answer->count; i++)
		kj_spf_prefetch(run->check, question->answer->records[i].name, client_type(run));
	return KJ_SPF_GO;
}

enum kj_spf_step kj_spf_ptr(struct kj_spf_run *run, struct kj_spf_use *use)
{
	const struct kj_dns_answer *names;
	char target[KJ_NAME_STRLEN];

	if (kj_spf_target(run, &run->frames[use->frame], term_of(run, use)->domain, target) == KJ_SPF_STOP ||
	    client_names(run, &names) == KJ_SPF_STOP)
		return KJ_SPF_STOP;
	kj_spf_trace_counted(run, use);
	for (char *c = target; *c; c++)
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
	for (unsigned i = 0; i < usable(names) && *target && !use->matched; i++)
		if (kj_name_within(names->records[i].name, target) &&
		    leads_back(run, names->records[i].name, &use->matched) == KJ_SPF_STOP)
			return KJ_SPF_STOP;
	return KJ_SPF_GO;
}

enum kj_spf_step kj_spf_exists(struct kj_spf_run *run, struct kj_spf_use *use)
{
	struct kj_spf_question *question;
	char name[KJ_NAME_STRLEN];

	if (kj_spf_target(run, &run->frames[use->frame], term_of(run, use)->domain, name) == KJ_SPF_STOP)
		return KJ_SPF_STOP;
	question = kj_spf_ask(run, name, KJ_DNS_A); /* also for a client with an IPv6 address */
	if (!question)
		return KJ_SPF_STOP;
	kj_spf_trace_counted(run, use);
	use->matched = question->answer->status == KJ_DNS_FOUND;
	if (use->matched)
		return KJ_SPF_GO;
	return kj_spf_is_nothing(question->answer) ? count_void(run, use, question->answer)
	                                           : dns_failed(run, question);
}

enum kj_spf_step kj_spf_follow(struct kj_spf_run *run, struct kj_spf_use *use)
{
	struct kj_spf_frame *frame = &run->frames[use->frame];
	char name[KJ_NAME_STRLEN];

	if (kj_spf_target(run, frame,
	        use->term == KJ_SPF_REDIRECT ? frame->record->redirect : term_of(run, use)->domain,
	        name) == KJ_SPF_STOP)
		return KJ_SPF_STOP;
	return kj_spf_open(run, name, use);
}

/* Ask for what the record's terms will want, up to the one that is sure to end it. Names with macros wait. */
static void prefetch_terms(struct kj_spf_run *run, const struct kj_spf_frame *frame)
{
	static const enum kj_dns_type types[] = {[KJ_SPF_INCLUDE] = KJ_DNS_TXT,
	    [KJ_SPF_A] = KJ_DNS_A,
	    [KJ_SPF_MX] = KJ_DNS_MX,
	    [KJ_SPF_EXISTS] = KJ_DNS_A};
	const struct kj_spf_record *record = frame->record;
	struct kj_spf_check *check = run->check;
	char name[KJ_NAME_STRLEN];

	for (unsigned i = 0; i <= record->count && check->prefetched < KJ_SPF_PREFETCH_MAX; i++) {
		const struct kj_spf_term *term = i < record->count ? &record->terms[i] : NULL;
		struct kj_spf_text spec = term ? term->domain : record->redirect;
		enum kj_dns_type type = KJ_DNS_TXT;

		if (term && (term->mechanism == KJ_SPF_ALL || kj_spf_term_has(term, &check->values.client)))
			return;
		if (term)
			type = term->mechanism == KJ_SPF_A ? client_type(run) : types[term->mechanism];
		if (!type || (!term && !spec.text) || (spec.text && memchr(spec.text, '%', spec.len)))
			continue;
		kj_spf_target(run, frame, spec, name);
		kj_spf_prefetch(check, name, type);
		check->prefetched++;
	}
}

/* The one SPF record among the TXT records (section 4.5), parsed once for all runs. */
static void read_record(struct kj_spf_question *question)
{
	const struct kj_dns_answer *answer = question->answer;
	const struct kj_dns_record *found = NULL;
	struct kj_reason reason;

	question->record_rc = -KJ_ENOENT;
	for (unsigned i = 0; i < answer->count; i++) {
		const struct kj_dns_record *record = &answer->records[i];

		if (!kj_spf_record_is(record->text, record->text_len))
			continue;
		if (found) {
			question->record_rc = -KJ_EINVAL;
			question->record_error = "more than one SPF record";
			return;
		}
		found = record;
	}
	if (!found)
		return;
	question->record_rc = kj_spf_record_parse(
	    question->check->arena, found->text, found->text_len, &question->record, &reason);
	if (question->record_rc < 0)
		question->record_error = kj_arena_strdup(question->check->arena, reason.text);
}

/* Take the record of an answered question into a new frame. */
static enum kj_spf_step take_record(
    struct kj_spf_run *run, struct kj_spf_question *question, const char *domain, struct kj_spf_use *use)
{
	struct kj_spf_frame *frame = &run->frames[run->frame_count];
	bool is_new = question->record_rc == 1;

	if (is_new)
		read_record(question);
	if (question->record_rc == -KJ_ENOENT && !use)
		return kj_spf_conclude(run, KJ_SPF_NONE, "no SPF record at %s", domain);
	if (question->record_rc == -KJ_ENOMEM)
		return kj_spf_conclude(run, KJ_SPF_TEMPERROR, "out of memory for the record of %s", domain);
	if (question->record_rc < 0)
		return kj_spf_conclude(run, KJ_SPF_PERMERROR, "%s at %s",
		    question->record_error ? question->record_error : "no SPF record",
		    *domain ? domain : "a malformed name");
	if (run->frame_count == KJ_SPF_FRAMES_MAX)
		return kj_spf_conclude(run, KJ_SPF_PERMERROR, "too many records in %s", run->check->domain);
	if (use)
		use->child = run->frame_count;
	run->frame_count++;
	snprintf(frame->domain, sizeof frame->domain, "%s", domain);
	frame->record = question->record;
	frame->depth = use ? run->frames[use->frame].depth + 1 : 0;
	if (is_new)
		prefetch_terms(run, frame);
	return KJ_SPF_GO;
}

enum kj_spf_step kj_spf_open(struct kj_spf_run *run, const char *domain, struct kj_spf_use *use)
{
	struct kj_spf_question *question = kj_spf_ask(run, domain, KJ_DNS_TXT);

	if (!question)
		return KJ_SPF_STOP;
	kj_spf_trace_record(run);
	if (use)
		kj_spf_trace_counted(run, use);
	if (question->answer->status != KJ_DNS_FOUND && !kj_spf_is_nothing(question->answer))
		return dns_failed(run, question);
	return take_record(run, question, domain, use);
}
