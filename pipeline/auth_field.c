/*
 * auth_field.c - Authentication-Results (RFC 8601): what SPF and reverse DNS say, for the programs behind us
 *
 * The field is written from what a stranger gave: sender, HELO, the terms of his record. A value that is a token stands as it
 * is, any other printable one in quotes; what is not printable ASCII is left out, for the field must mean the same to every
 * reader, and only mail by SMTPUTF8 may have UTF-8 in its header (RFC 8616 section 4). For such a sender the domain alone
 * is named, as A-labels.
 *
 * There is no Received-SPF beside it: RFC 7208 section 9 wants one of the two, and this one is what filters and mail programs
 * read.
 */
#include <ctype.h>

#include "kanjiki/name.h"
#include "pipeline/mail.h"

#define VALUE_MAX  4096
#define LOCAL_MAX  128 /* bytes of a local-part; RFC 5321 allows 64 */
#define REASON_MAX 160

static bool is_printable(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return len > 0;
}

/* token of RFC 2045 section 5.1 */
static bool is_token(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~' || strchr("()<>@,;:\\\"/[]?=", text[i]))
			return false;
	return len > 0;
}

/* dot-atom of RFC 5322 section 3.2.3 */
static bool is_dot_atom(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		bool dot_at_end = text[i] == '.' && (i == 0 || i + 1 == len || text[i + 1] == '.');

		if (!text[i] || dot_at_end ||
		    (!isalnum((unsigned char)text[i]) && !strchr(".!#$%&'*+-/=?^_`{|}~", text[i])))
			return false;
	}
	return len > 0;
}

static void add_quoted(struct kj_buf *buf, const char *text, size_t len)
{
	kj_buf_add_char(buf, '"');
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"' || text[i] == '\\')
			kj_buf_add_char(buf, '\\');
		kj_buf_add_char(buf, text[i]);
	}
	kj_buf_add_char(buf, '"');
}

/* What a local-part stands for: without its quotes and escapes, into out (LOCAL_MAX + 1 bytes). 0 if it is too long. */
static size_t unquote(const char *text, size_t len, char *out)
{
	bool quoted = len >= 2 && text[0] == '"' && text[len - 1] == '"';
	size_t n = 0;

	if (len > LOCAL_MAX)
		return 0;
	for (size_t i = quoted; i + quoted < len; i++) {
		if (quoted && text[i] == '\\' && i + 1 + quoted < len)
			i++;
		out[n++] = text[i];
	}
	return n;
}

/* [ local-part "@" ] domain-name; the domain alone if the local-part cannot be written. Domains are host names. */
static void add_address(struct kj_buf *buf, const char *local, size_t len, const char *domain)
{
	char plain[LOCAL_MAX + 1];
	size_t plain_len = unquote(local, len, plain);

	if (is_dot_atom(plain, plain_len))
		kj_buf_printf(buf, "%.*s@", (int)plain_len, plain);
	else if (is_printable(plain, plain_len)) {
		add_quoted(buf, plain, plain_len);
		kj_buf_add_char(buf, '@');
	}
	kj_buf_add_str(buf, domain);
}

static void add_value(struct kj_buf *buf, const char *text)
{
	size_t len = strlen(text);

	if (is_token(text, len))
		kj_buf_add_str(buf, text);
	else
		add_quoted(buf, text, len);
}

/* smtp.mailfrom=: a name without a host (postmaster) and an address literal are values like any other. */
static void add_sender(struct kj_buf *buf, const struct kj_facts *facts)
{
	const char *at = strrchr(facts->sender, '@');
	const char *domain = facts->sender_domain;

	if (at && is_dot_atom(domain, strlen(domain))) {
		kj_buf_add_str(buf, " smtp.mailfrom=");
		add_address(buf, facts->sender, (size_t)(at - facts->sender), domain);
	} else if (is_printable(facts->sender, strlen(facts->sender)) && strlen(facts->sender) <= LOCAL_MAX) {
		kj_buf_add_str(buf, " smtp.mailfrom=");
		add_value(buf, facts->sender);
	}
}

static void add_helo(struct kj_buf *buf, const struct kj_facts *facts)
{
	if (!is_printable(facts->helo_name, strlen(facts->helo_name)))
		return;
	kj_buf_add_str(buf, " smtp.helo=");
	add_value(buf, facts->helo_name);
}

/* Why, where it is not plain from the result. */
static void add_reason(struct kj_buf *buf, const struct kj_answer *answer)
{
	char text[REASON_MAX + 1];
	const char *why = kj_answer_is_known(answer) ? answer->text : kj_answer_status_name(answer->status);

	if (!why ||
	    (kj_answer_is_known(answer) && (answer->spf == KJ_SPF_PASS || answer->spf == KJ_SPF_NONE)))
		return;
	snprintf(text, sizeof text, "%s", why);
	for (char *c = text; *c; c++)
		*c = (char)(*c < ' ' || *c > '~' ? '?' : *c);
	kj_buf_add_str(buf, " reason=");
	add_quoted(buf, text, strlen(text));
}

/* Begin a result of SPF; false if it was not asked for. */
static bool begin_spf(struct kj_buf *buf, const struct kj_evidence *evidence, const char *name)
{
	const struct kj_answer *answer = *name ? kj_evidence_find(evidence, KJ_ASK_SPF, name) : NULL;

	if (!answer || answer->status == KJ_ANSWER_DISABLED)
		return false;
	kj_buf_printf(buf, ";\n\tspf=%s",
	    kj_answer_is_known(answer) ? kj_spf_result_name(answer->spf)
	                               : kj_spf_result_name(KJ_SPF_TEMPERROR));
	add_reason(buf, answer);
	return true;
}

/* RFC 8601 section 2.7.3. The name is a comment, and so must not close it. */
static void add_iprev(struct kj_buf *buf, const struct kj_facts *facts, const struct kj_evidence *evidence)
{
	const struct kj_answer *iprev = kj_evidence_find(evidence, KJ_ASK_FCRDNS, NULL);
	char client[KJ_ADDR_STRLEN];

	if (!iprev || iprev->status == KJ_ANSWER_DISABLED)
		return;
	kj_buf_printf(buf, ";\n\tiprev=%s policy.iprev=",
	    kj_answer_is_known(iprev) ? kj_fcrdns_name(iprev->fcrdns) : "temperror");
	add_value(buf, kj_addr_format(&facts->client, client));
	if (kj_answer_is_known(iprev) && iprev->name_count &&
	    is_token(iprev->names[0], strlen(iprev->names[0])))
		kj_buf_printf(buf, " (%s)", iprev->names[0]);
}

const char *kj_auth_field(struct kj_arena *arena, const char *authserv_id, const struct kj_facts *facts,
    const struct kj_evidence *evidence)
{
	struct kj_buf buf = KJ_BUF_INIT(VALUE_MAX);
	const char *value;
	size_t len;

	kj_buf_add_str(&buf, authserv_id);
	len = buf.len;
	if (begin_spf(&buf, evidence, facts->sender))
		add_sender(&buf, facts);
	if (begin_spf(&buf, evidence, facts->helo_name))
		add_helo(&buf, facts);
	add_iprev(&buf, facts, evidence);
	if (buf.len == len)
		kj_buf_add_str(&buf, "; none");
	value = kj_arena_strdup(arena, kj_buf_str(&buf));
	kj_buf_free(&buf);
	return value;
}
