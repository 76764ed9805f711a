/*
 * check_auth.c - what OpenDKIM, OpenDMARC and their like found out before us
 *
 * Nothing is verified here. A good signature says who answers for a mail, not whether it is wanted: snowshoe senders
 * sign. A broken one says nothing: lists and forwarders break them. So both only inform. DMARC counts where the domain
 * asks others to act on it, and neither a list nor a chain of ARC explains the failure. The one thing that is taken
 * off a score is for a name that is proven and was seen here for long (standing.h); it never makes an extortion
 * smaller, since old accounts get hijacked.
 */
#include <ctype.h>
#include <strings.h>

#include "kanjiki/checks.h"
#include "kanjiki/dkim.h"
#include "kanjiki/name.h"
#include "kanjiki/proof.h"
#include "standing.h"

/* Of a domain that signs but has another envelope sender, nothing was asked at MAIL. */
static void ask(const struct kj_facts *facts, const struct kj_rules *rules, struct kj_evidence *evidence)
{
	char from[KJ_NAME_STRLEN], signer[KJ_NAME_STRLEN];

	(void)rules;
	if (!facts->warming_up && kj_proof_by_dkim(facts, signer) &&
	    kj_name_of_address(facts->message->from_addr, from) == 0)
		kj_evidence_ask(evidence,
		    &(struct kj_question){
		        .kind = KJ_ASK_FIRST_SEEN, .label = "first-seen-from", .name = kj_name_org(from)});
}

/* The newest result of a method: the filter nearest to us knows best. */
static const struct kj_auth_result *find(const struct kj_facts *facts, const char *method)
{
	for (unsigned i = 0; i < facts->auth_count; i++)
		for (unsigned r = 0; r < facts->auth[i].result_count; r++)
			if (strcmp(facts->auth[i].results[r].method, method) == 0)
				return &facts->auth[i].results[r];
	return NULL;
}

static bool says(const struct kj_auth_result *result, const char *word)
{
	return result && strcmp(result->result, word) == 0;
}

static void judge_dkim(const struct kj_facts *facts, struct kj_hits *hits)
{
	const struct kj_auth_result *pass = NULL, *other = NULL;
	char domain[KJ_NAME_STRLEN];

	if (kj_proof_by_dkim(facts, domain)) {
		kj_hits_add(hits, "DKIM_ALIGNED", "good signature of %s, From's own", domain);
		return;
	}
	for (unsigned i = 0; i < facts->auth_count; i++)
		for (unsigned r = 0; r < facts->auth[i].result_count; r++) {
			const struct kj_auth_result *result = &facts->auth[i].results[r];

			if (strcmp(result->method, "dkim") != 0 || kj_dkim_result_domain(result, domain) < 0)
				continue;
			if (says(result, "pass"))
				pass = pass ? pass : result;
			else if (says(result, "fail") || says(result, "permerror"))
				other = other ? other : result;
		}
	if (pass && kj_dkim_result_domain(pass, domain) == 0)
		kj_hits_add(hits, "DKIM_PASS", "good signature of %s, not From's own", domain);
	else if (other && kj_dkim_result_domain(other, domain) == 0)
		kj_hits_add(hits, "DKIM_FAIL", "signature of %s: %s%s%s", domain, other->result,
		    *other->reason ? ", " : "", other->reason);
}

/* "p=reject" among the words of a comment; another name that ends in p is another word. */
static const char *find_word(const char *comment, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = comment; (p = strcasestr(p, name)); p += len)
		if (p == comment || !isalnum((unsigned char)p[-1]))
			return p + len;
	return "";
}

static bool is_strict(const char *policy)
{
	static const char *const strict[] = {"reject", "quarantine", "oreject"};

	for (size_t i = 0; i < sizeof strict / sizeof *strict; i++)
		if (strncasecmp(policy, strict[i], strlen(strict[i])) == 0)
			return true;
	return false;
}

/* OpenDMARC and Google: (p=reject dis=none); rspamd: (policy=reject); Microsoft: action=oreject. */
static bool policy_is_strict(const struct kj_auth_result *dmarc)
{
	static const struct {
		const char *type, *name;
	} properties[] = {{"policy", "dmarc"}, {"policy", "published-domain-policy"}, {"", "action"}};

	for (size_t i = 0; i < sizeof properties / sizeof *properties; i++) {
		const char *value = kj_auth_property(dmarc, properties[i].type, properties[i].name);

		if (value && is_strict(value))
			return true;
	}
	return is_strict(find_word(dmarc->comment, "p=")) || is_strict(find_word(dmarc->comment, "policy="));
}

static bool is_within(const struct kj_auth_field *field, const struct kj_auth_result *result)
{
	return field->result_count && result >= field->results &&
	       result < field->results + field->result_count;
}

/* A good chain of ARC, if it is no stranger's word: it is sealed, or from who speaks of DMARC as well. */
static bool arc_explains(const struct kj_facts *facts, const struct kj_auth_result *dmarc)
{
	const struct kj_auth_result *arc = find(facts, "arc");

	if (!says(arc, "pass"))
		return false;
	for (unsigned i = 0; i < facts->auth_count; i++)
		if (is_within(&facts->auth[i], arc))
			return facts->auth[i].sealed || is_within(&facts->auth[i], dmarc);
	return false;
}

static void judge_dmarc(const struct kj_facts *facts, struct kj_hits *hits)
{
	const struct kj_auth_result *dmarc = find(facts, "dmarc");
	const char *from, *why = NULL;

	if (!says(dmarc, "fail"))
		return;
	from = kj_auth_property(dmarc, "header", "from");
	from = from ? from : facts->message->from_addr;
	if (!policy_is_strict(dmarc))
		why = "its domain asks for nothing";
	else if (facts->message->is_list)
		why = "lists make it fail";
	else if (arc_explains(facts, dmarc))
		why = "ARC tells of a forwarder";
	if (why)
		kj_hits_add(hits, "DMARC_FAIL_MILD", "%s: fail, but %s", from, why);
	else
		kj_hits_add(
		    hits, "DMARC_FAIL", "%s: fail, and its domain asks to refuse or quarantine", from);
}

static bool is_extortion(const struct kj_hits *hits)
{
	static const char prefix[] = "EXTORTION_";

	for (unsigned i = 0; i < kj_hits_count(hits); i++)
		if (strncmp(kj_hits_get(hits, i)->symbol, prefix, sizeof prefix - 1) == 0)
			return true;
	return false;
}

static void judge(const struct kj_facts *facts, const struct kj_rules *rules,
    const struct kj_evidence *evidence, struct kj_hits *hits)
{
	char from[KJ_NAME_STRLEN];

	(void)rules;
	judge_dkim(facts, hits);
	judge_dmarc(facts, hits);
	if (says(find(facts, "arc"), "pass"))
		kj_hits_add(hits, "ARC_PASS", "the chain of forwarders is whole");
	if (standing_of(facts, evidence) == STANDING_GOOD && !is_extortion(hits) &&
	    kj_name_of_address(facts->message->from_addr, from) == 0)
		kj_hits_add(
		    hits, "AUTH_MATURE", "%s is proven, and known here for 30 days", kj_name_org(from));
}

static const char *const symbols[] = {"DKIM_ALIGNED", "DKIM_PASS", "DKIM_FAIL", "DMARC_FAIL",
    "DMARC_FAIL_MILD", "ARC_PASS", "AUTH_MATURE", NULL};
const struct kj_check kj_check_auth = {"auth", symbols, KJ_STAGE_END, ask, judge};
