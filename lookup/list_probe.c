/*
 * list_probe.c - test points and canaries
 */
#include "kanjiki/list_probe.h"

#include <stdarg.h>

#include "gather.h"
#include "kanjiki/err.h"
#include "kanjiki/hash.h"
#include "kanjiki/name.h"
#include "lookup/dnsbl.h"

#define WANTS_MAX    (2 * KJ_LIST_TESTS_MAX + 2)
#define RANDOM_BYTES 8

/* What a name is asked for. */
enum role { MUST_BE_LISTED, MUST_NOT, CANARY, ELSEWHERE };

struct task {
	kj_list_probe_fn *done;
	void *context;
	unsigned count;
	struct {
		enum role role;
		char name[KJ_NAME_STRLEN];  /* whole */
		char shown[KJ_NAME_STRLEN]; /* without zone and key */
	} asked[WANTS_MAX];
	unsigned blocked_count;
	struct kj_code_range blocked[];
};

_Static_assert(WANTS_MAX <= KJ_GATHER_MAX, "a round is one gathering");

/* Keep the worse of two findings. */
__attribute__((format(printf, 3, 4))) static void find(
    struct kj_list_finding *finding, enum kj_list_ill ill, const char *format, ...)
{
	va_list args;

	if (ill <= finding->ill)
		return;
	finding->ill = ill;
	va_start(args, format);
	vsnprintf(finding->reason, sizeof finding->reason, format, args);
	va_end(args);
}

/* Records came for a name: listings, refusals, or what no list says. */
static void examine_records(
    const struct task *task, unsigned i, const struct kj_dns_answer *answer, struct kj_list_finding *finding)
{
	char code[KJ_ADDR_STRLEN];

	for (unsigned r = 0; r < answer->count; r++) {
		const struct kj_addr *addr = &answer->records[r].addr;

		switch (kj_dnsbl_refuses(addr, task->blocked, task->blocked_count)) {
		case KJ_DNSBL_REFUSED:
			find(finding, KJ_LIST_REFUSES, "refuses us with %s", kj_addr_format(addr, code));
			break;
		case KJ_DNSBL_NO_CODE:
			find(finding, KJ_LIST_PARKED, "answers %s, which is no code of a list",
			    kj_addr_format(addr, code));
			break;
		case KJ_DNSBL_LISTED:
			if (task->asked[i].role == MUST_NOT)
				find(
				    finding, KJ_LIST_WORLD, "lists %s, which never is", task->asked[i].shown);
			else if (task->asked[i].role == CANARY)
				find(finding, KJ_LIST_WORLD, "lists a name that does not exist");
			break;
		}
	}
}

static void examine(
    const struct task *task, unsigned i, const struct kj_dns_answer *answer, struct kj_list_finding *finding)
{
	switch (kj_lookup_status(answer)) {
	case KJ_ANSWER_FOUND: examine_records(task, i, answer, finding); break;
	case KJ_ANSWER_NOT_FOUND:
		if (task->asked[i].role == MUST_BE_LISTED)
			find(finding, KJ_LIST_EMPTY, "does not list its test point %s", task->asked[i].shown);
		break;
	case KJ_ANSWER_TIMEOUT: find(finding, KJ_LIST_SILENT, "does not answer"); break;
	default: find(finding, KJ_LIST_SERVFAIL, "its name servers fail"); break;
	}
}

/* Without an answer for a name elsewhere either, silence is the resolver's and not the list's. */
static void examine_elsewhere(const struct kj_dns_answer *answer, struct kj_list_finding *finding)
{
	enum kj_answer_status status = kj_lookup_status(answer);

	if (status == KJ_ANSWER_FOUND)
		find(finding, KJ_LIST_REWRITTEN, "the resolver answers for names that do not exist");
	else if (status != KJ_ANSWER_NOT_FOUND &&
	         (finding->ill == KJ_LIST_SILENT || finding->ill == KJ_LIST_SERVFAIL))
		*finding = (struct kj_list_finding){KJ_LIST_NO_WORD, "the resolver does not answer"};
}

static void judge(void *context, const struct kj_dns_answer *const *answers)
{
	struct task *task = context;
	struct kj_list_finding finding = {.ill = KJ_LIST_WELL};

	for (unsigned i = 0; i < task->count; i++)
		if (task->asked[i].role != ELSEWHERE)
			examine(task, i, answers[i], &finding);
	examine_elsewhere(answers[task->count - 1], &finding);
	task->done(task->context, &finding);
	free(task);
}

static void add(struct task *task, enum role role, const char *name, const char *zone)
{
	int len = snprintf(task->asked[task->count].name, KJ_NAME_STRLEN, "%s.%s", name, zone);

	if (len < 0 || len >= KJ_NAME_STRLEN)
		return;
	snprintf(task->asked[task->count].shown, KJ_NAME_STRLEN, "%s", name);
	task->asked[task->count++].role = role;
}

/* A label that nobody has: 64 random bits. */
static int random_label(const char *before, char *out, size_t size)
{
	uint8_t bytes[RANDOM_BYTES];
	size_t len = (size_t)snprintf(out, size, "%s", before);

	if (kj_random(bytes, sizeof bytes) < 0)
		return -KJ_EIO;
	for (size_t i = 0; i < sizeof bytes; i++, len += 2)
		snprintf(out + len, size - len, "%02x", bytes[i]);
	return 0;
}

static int add_all(struct task *task, const struct kj_dnsbl *list, const char *elsewhere)
{
	char label[64];

	for (unsigned i = 0; i < list->listed_count && i < KJ_LIST_TESTS_MAX; i++)
		add(task, MUST_BE_LISTED, list->listed[i], list->query_zone);
	for (unsigned i = 0; i < list->unlisted_count && i < KJ_LIST_TESTS_MAX; i++)
		add(task, MUST_NOT, list->unlisted[i], list->query_zone);
	if (random_label("", label, sizeof label) < 0)
		return -KJ_EIO;
	add(task, CANARY, label, list->query_zone);
	/* Some resolvers that sell advertisements invent answers for names of web servers only. */
	if (random_label("www.kanjiki-", label, sizeof label) < 0)
		return -KJ_EIO;
	add(task, ELSEWHERE, label, elsewhere);
	return 0;
}

int kj_list_probe(struct kj_resolver *resolver, const struct kj_dnsbl *list, const char *elsewhere,
    int64_t deadline_ms, kj_list_probe_fn *done, void *context)
{
	size_t ranges = list->blocked_count * sizeof *list->blocked;
	struct task *task = calloc(1, sizeof *task + ranges);
	struct kj_gather_want wants[WANTS_MAX];
	int rc;

	if (!task)
		return -KJ_ENOMEM;
	task->done = done;
	task->context = context;
	task->blocked_count = list->blocked_count;
	if (ranges)
		memcpy(task->blocked, list->blocked, ranges);
	rc = add_all(task, list, elsewhere);
	for (unsigned i = 0; i < task->count; i++)
		wants[i] = (struct kj_gather_want){task->asked[i].name, KJ_DNS_A};
	if (rc == 0)
		rc = kj_gather_fresh(resolver, wants, task->count, deadline_ms, judge, task);
	if (rc < 0)
		free(task);
	return rc;
}
