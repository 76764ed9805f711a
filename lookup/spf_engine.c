/*
 * spf_engine.c - libspf2 evaluates; the only file that knows it
 *
 * Not one byte that a stranger wrote reaches libspf2. Each record is written anew for it: qualifiers, addresses and
 * prefix lengths as numbers, and in place of every domain a token that only says where to look:
 *
 *   v=spf1 ip4:192.0.2.0/24 a:0.1.X/28//64 -include:0.2.X ?exists:0.3.X redirect=0.65535.X
 *
 *   F.T.X    term T of frame F (spf_guard.h); ptr becomes an exists, since we decide it
 *   F.T.H.M  host H of the mx term T
 *   F.S.C    the mechanisms of frame F from number S on: libspf2 drops what compiles to more than 511 bytes,
 *            so a long record goes on in a redirect to its rest
 *   F.S.N.R  N neighbours from number S on, ip4 and ip6 terms of one qualifier, as an include: it matches if one
 *            of them does. That keeps long records flat (libspf2 follows 20 redirects and no more)
 *   T        the record of the checked domain
 *
 * When libspf2 comes to a token, get_spf() or lookup() asks the guard. Mechanism order, qualifiers, address
 * matching, include and redirect, and the result are libspf2's.
 *
 * Rewritten, since libspf2 reads a prefix length of 0 as "none given": ip4:.../0 becomes the two halves of the
 * address space, and an a or mx term with /0 gets the client's own address for every address there is.
 *
 * Left out of libspf2: SPF_server_new_dns() (it aborts when the host's name is too long or memory runs out; a
 * zeroed SPF_server_t with a resolver is all that evaluation needs) and SPF_request_query_mailfrom() (it lets
 * clients in 127.0.0.0/8 pass, which is not in RFC 7208). A lookup that returns NULL aborts too: one answer is
 * kept in reserve for when memory is out; it ends the run.
 */
#include <netinet/in.h>
#include <sys/types.h>

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <limits.h>
#include <netdb.h>
#include <stdbool.h>

#include <spf2/spf.h>

#include "kanjiki/buf.h"
#include "spf_guard.h"

#define CHUNK_BYTES 480 /* of 511; the rest is for the token that leads on */
#define RUN_MIN     4   /* fewer neighbours than this are not worth an include */
#define TEXT_MAX    4096

struct engine {
	struct kj_spf_run *run;
	SPF_dns_rr_t *reserve;
};

struct token {
	unsigned number[3];
	char kind;
};

static bool read_token(const char *text, struct token *token)
{
	char *end;

	*token = (struct token){0};
	for (int i = 0; *text >= '0' && *text <= '9'; i++) {
		if (i == 3)
			return false;
		token->number[i] = (unsigned)strtoul(text, &end, 10);
		if (*end != '.')
			return false;
		text = end + 1;
	}
	token->kind = *text;
	return *text && !text[1];
}

/* What a mechanism takes in libspf2's compiled form; with a token at most 28. */
static size_t compiled_size(const struct kj_spf_term *term)
{
	switch (term->mechanism) {
	case KJ_SPF_ALL: return 4;
	case KJ_SPF_IP4: return term->bits4 ? 8 : 16;
	case KJ_SPF_IP6: return term->bits6 ? 20 : 40;
	default: return 28;
	}
}

static bool is_address(const struct kj_spf_term *term)
{
	return term->mechanism == KJ_SPF_IP4 || term->mechanism == KJ_SPF_IP6;
}

/* ip4 and ip6; the number of mechanisms written. */
static unsigned write_address(struct kj_buf *out, const struct kj_spf_term *term, char qualifier)
{
	bool ip4 = term->mechanism == KJ_SPF_IP4;
	unsigned bits = ip4 ? term->bits4 : term->bits6;
	char address[INET6_ADDRSTRLEN];

	if (!bits) {
		kj_buf_printf(out, ip4 ? " %cip4:0.0.0.0/1 %cip4:128.0.0.0/1" : " %cip6:::/1 %cip6:8000::/1",
		    qualifier, qualifier);
		return 2;
	}
	inet_ntop(ip4 ? AF_INET : AF_INET6, term->address, address, sizeof address);
	kj_buf_printf(out, " %cip%d:%s/%u", qualifier, ip4 ? 4 : 6, address, bits);
	return 1;
}

/* One mechanism; the number of mechanisms written. */
static unsigned write_term(
    struct kj_buf *out, const struct kj_spf_term *term, unsigned frame, unsigned number)
{
	static const char *const names[] = {[KJ_SPF_INCLUDE] = "include",
	    [KJ_SPF_A] = "a",
	    [KJ_SPF_MX] = "mx",
	    [KJ_SPF_PTR] = "exists",
	    [KJ_SPF_EXISTS] = "exists"};

	if (is_address(term))
		return write_address(out, term, term->qualifier);
	if (term->mechanism == KJ_SPF_ALL) {
		kj_buf_printf(out, " %call", term->qualifier);
		return 1;
	}
	kj_buf_printf(out, " %c%s:%u.%u.X", term->qualifier, names[term->mechanism], frame, number);
	if (term->mechanism != KJ_SPF_A && term->mechanism != KJ_SPF_MX)
		return 1;
	if (term->bits4)
		kj_buf_printf(out, "/%u", term->bits4);
	if (term->bits6)
		kj_buf_printf(out, "//%u", term->bits6);
	return 1;
}

/* How many terms from `first` on can go into one run. */
static unsigned run_length(const struct kj_spf_record *record, unsigned first)
{
	const struct kj_spf_term *terms = record->terms;
	size_t size = 0;
	unsigned i;

	for (i = first;
	     i < record->count && is_address(&terms[i]) && terms[i].qualifier == terms[first].qualifier;
	     i++) {
		size += compiled_size(&terms[i]);
		if (size > CHUNK_BYTES)
			break;
	}
	return i - first;
}

/* F.S.N.R: the neighbours alone, all of them "+". */
static unsigned write_run(
    struct kj_buf *out, const struct kj_spf_record *record, unsigned first, unsigned count)
{
	unsigned written = 0;

	for (unsigned i = first; i < first + count && i < record->count; i++)
		written += write_address(out, &record->terms[i], '+');
	return written;
}

/* The mechanisms from `first` on, and what comes after them. */
static unsigned write_chunk(
    struct kj_buf *out, const struct kj_spf_record *record, unsigned frame, unsigned first)
{
	unsigned written = 0, neighbours;
	size_t all = 0, size = 0;
	unsigned i;

	for (i = first; i < record->count && all <= CHUNK_BYTES; i++)
		all += compiled_size(&record->terms[i]);
	for (i = first; i < record->count; i += neighbours) {
		const struct kj_spf_term *term = &record->terms[i];

		neighbours = all > CHUNK_BYTES ? run_length(record, i) : 1;
		if (neighbours < RUN_MIN)
			neighbours = 1;
		size += neighbours > 1 ? 28 : compiled_size(term);
		if (size > CHUNK_BYTES) {
			kj_buf_printf(out, " redirect=%u.%u.C", frame, i);
			return written + 1;
		}
		if (neighbours > 1) {
			kj_buf_printf(out, " %cinclude:%u.%u.%u.R", term->qualifier, frame, i, neighbours);
			written++;
		} else {
			written += write_term(out, term, frame, i);
		}
	}
	if (record->redirect.text && !record->has_all) {
		kj_buf_printf(out, " redirect=%u.%u.X", frame, KJ_SPF_REDIRECT);
		written++;
	}
	return written;
}

/* Compile what the token stands for, and make sure that nothing of it got lost. */
static enum kj_spf_step compile(struct kj_spf_run *run, SPF_server_t *server, SPF_response_t *response,
    const struct token *token, SPF_record_t **ret_record)
{
	struct kj_buf text = KJ_BUF_INIT(TEXT_MAX);
	const struct kj_spf_record *record;
	enum kj_spf_step step = KJ_SPF_GO;
	unsigned written;

	record = run->frames[token->number[0]].record;
	kj_buf_add_str(&text, "v=spf1");
	if (token->kind == 'R')
		written = write_run(&text, record, token->number[1], token->number[2]);
	else
		written = write_chunk(&text, record, token->number[0], token->number[1]);
	if (kj_spf_spend(run, written) == KJ_SPF_STOP)
		step = KJ_SPF_STOP;
	else if (text.truncated ||
	         SPF_record_compile(server, response, ret_record, kj_buf_str(&text)) != SPF_E_SUCCESS ||
	         (*ret_record)->num_mech != written)
		step = kj_spf_conclude(run, KJ_SPF_TEMPERROR, "libspf2 does not take the record of %s",
		    run->frames[token->number[0]].domain);
	kj_buf_free(&text);
	return step;
}

/* libspf2 wants the record of request->cur_dom, which is a token. */
static SPF_errcode_t get_spf(
    SPF_server_t *server, SPF_request_t *request, SPF_response_t *response, SPF_record_t **ret_record)
{
	struct engine *engine = server->resolver->hook;
	struct kj_spf_run *run = engine->run;
	struct kj_spf_use *use;
	struct token token;

	*ret_record = NULL;
	if (run->stopped || !read_token(request->cur_dom, &token) ||
	    (token.kind != 'T' && token.number[0] >= run->frame_count))
		return SPF_E_DNS_ERROR;
	if (token.kind == 'T') {
		if (kj_spf_open(run, run->check->domain, NULL) == KJ_SPF_STOP)
			return SPF_E_DNS_ERROR;
	} else if (token.kind == 'X') {
		if (kj_spf_count(run, token.number[0], token.number[1], &use) == KJ_SPF_STOP ||
		    kj_spf_follow(run, use) == KJ_SPF_STOP)
			return SPF_E_DNS_ERROR;
		token = (struct token){.number = {use->child}, .kind = 'C'};
	}
	if (compile(run, server, response, &token, ret_record) == KJ_SPF_GO)
		return SPF_E_SUCCESS;
	if (*ret_record)
		SPF_record_free(*ret_record);
	*ret_record = NULL;
	return SPF_E_DNS_ERROR;
}

/* An answer for libspf2; the reserve, if memory is out. */
static SPF_dns_rr_t *new_rr(struct engine *engine, SPF_dns_server_t *dns, ns_type type, int herrno)
{
	SPF_dns_rr_t *rr = SPF_dns_rr_new_init(dns, NULL, type, 0, herrno);

	if (rr)
		return rr;
	kj_spf_conclude(engine->run, KJ_SPF_TEMPERROR, "out of memory");
	rr = engine->reserve;
	engine->reserve = NULL;
	return rr;
}

/* Room for one more record of `size` bytes; NULL if memory is out. */
static void *add_rr(SPF_dns_rr_t *rr, size_t size)
{
	if (SPF_dns_rr_buf_realloc(rr, rr->num_rr, size) != SPF_E_SUCCESS)
		return NULL;
	memset(rr->rr[rr->num_rr], 0, size);
	return rr->rr[rr->num_rr++];
}

/* Addresses of an a term or an MX host. With a prefix length of 0 each stands for "any". */
static bool add_addresses(struct kj_spf_run *run, SPF_dns_rr_t *rr, const struct kj_spf_term *term,
    const struct kj_dns_answer *answer)
{
	const struct kj_addr *client = &run->check->values.client;
	bool any = client->family == 6 ? !term->bits6 : !term->bits4;

	for (unsigned i = 0; i < answer->count; i++) {
		const struct kj_addr *addr = any ? client : &answer->records[i].addr;
		SPF_dns_rr_data_t *data;

		if (addr->family != client->family)
			continue;
		data = add_rr(rr, sizeof *data);
		if (!data)
			return false;
		memcpy(data, addr->bytes, addr->family == 6 ? 16 : 4);
	}
	return true;
}

/* The hosts of an mx term, as tokens. */
static bool add_hosts(SPF_dns_rr_t *rr, const struct token *token, const struct kj_dns_answer *answer)
{
	for (unsigned i = 0; i < answer->count; i++) {
		char *name = add_rr(rr, 40);

		if (!name)
			return false;
		snprintf(name, 40, "%u.%u.%u.M", token->number[0], token->number[1], i);
	}
	return true;
}

/* Fill rr with what the token leads to. False if the run must stop. */
static bool resolve(struct kj_spf_run *run, const struct token *token, SPF_dns_rr_t *rr)
{
	const struct kj_dns_answer *answer = NULL;
	const struct kj_spf_record *record;
	const struct kj_spf_term *term;
	char name[KJ_NAME_STRLEN];
	struct kj_spf_use *use;

	if (token->number[0] >= run->frame_count)
		return false;
	record = run->frames[token->number[0]].record;
	if (token->number[1] >= record->count ||
	    kj_spf_count(run, token->number[0], token->number[1], &use) == KJ_SPF_STOP)
		return false;
	term = &record->terms[token->number[1]];
	switch (term->mechanism) {
	case KJ_SPF_A:
		return kj_spf_target(run, &run->frames[use->frame], term->domain, name) == KJ_SPF_GO &&
		       kj_spf_addresses(run, use, name, &answer) == KJ_SPF_GO &&
		       add_addresses(run, rr, term, answer);
	case KJ_SPF_MX:
		if (kj_spf_hosts(run, use, &answer) == KJ_SPF_STOP)
			return false;
		if (token->kind == 'X')
			return add_hosts(rr, token, answer);
		return token->number[2] < answer->count &&
		       kj_spf_addresses(run, use, answer->records[token->number[2]].name, &answer) ==
		           KJ_SPF_GO &&
		       add_addresses(run, rr, term, answer);
	default:
		if ((term->mechanism == KJ_SPF_PTR ? kj_spf_ptr(run, use) : kj_spf_exists(run, use)) ==
		    KJ_SPF_STOP)
			return false;
		return !use->matched || add_rr(rr, sizeof(SPF_dns_rr_data_t));
	}
}

/* libspf2 wants the DNS records of a token. Never NULL: that would be an abort(). */
static SPF_dns_rr_t *lookup(SPF_dns_server_t *dns, const char *domain, ns_type type, int should_cache)
{
	struct engine *engine = dns->hook;
	SPF_dns_rr_t *rr = new_rr(engine, dns, type, NETDB_SUCCESS);
	struct token token;

	(void)should_cache;
	if (engine->run->stopped || !read_token(domain, &token) || !resolve(engine->run, &token, rr)) {
		kj_spf_conclude(engine->run, KJ_SPF_TEMPERROR, "out of memory");
		rr->herrno = TRY_AGAIN;
		rr->num_rr = 0;
	} else if (!rr->num_rr) {
		rr->herrno = HOST_NOT_FOUND;
	}
	return rr;
}

static void set_client(SPF_request_t *request, const struct kj_addr *client)
{
	request->client_ver = client->family == 6 ? AF_INET6 : AF_INET;
	if (client->family == 6)
		memcpy(&request->ipv6, client->bytes, sizeof request->ipv6);
	else
		memcpy(&request->ipv4, client->bytes, sizeof request->ipv4);
}

/* libspf2's result in our words. */
static enum kj_spf_step translate(struct kj_spf_run *run, SPF_result_t result, enum kj_spf_result *ret_result)
{
	switch (result) {
	case SPF_RESULT_PASS: *ret_result = KJ_SPF_PASS; break;
	case SPF_RESULT_FAIL: *ret_result = KJ_SPF_FAIL; break;
	case SPF_RESULT_SOFTFAIL: *ret_result = KJ_SPF_SOFTFAIL; break;
	case SPF_RESULT_NEUTRAL: *ret_result = KJ_SPF_NEUTRAL; break;
	default:
		/* The guard concludes on all errors, so this one is libspf2's own: its limit of 20 redirects. */
		return kj_spf_conclude(
		    run, KJ_SPF_PERMERROR, "too much to evaluate for %s", run->check->domain);
	}
	return run->stopped ? KJ_SPF_STOP : KJ_SPF_GO;
}

enum kj_spf_step kj_spf_evaluate(struct kj_spf_run *run, enum kj_spf_result *ret_result)
{
	struct engine engine = {.run = run};
	char name[] = "kanjiki", nobody[] = "unknown";
	SPF_dns_server_t dns = {.lookup = lookup, .get_spf = get_spf, .name = name, .hook = &engine};
	SPF_server_t server = {.resolver = &dns,
	    .rec_dom = nobody,
	    .max_dns_mech = INT_MAX,
	    .max_dns_ptr = INT_MAX,
	    .max_dns_mx = INT_MAX};
	SPF_request_t *request = SPF_request_new(&server);
	SPF_response_t *response = request ? SPF_response_new(request) : NULL;
	SPF_record_t *record = NULL;

	engine.reserve = SPF_dns_rr_new_init(&dns, NULL, ns_t_a, 0, TRY_AGAIN);
	if (response && engine.reserve) {
		set_client(request, &run->check->values.client);
		request->cur_dom = "T";
		if (SPF_server_get_record(&server, request, response, &record) == SPF_E_SUCCESS) {
			response->spf_record_exp = record;
			SPF_record_interpret(record, request, response, 0);
			translate(run, SPF_response_result(response), ret_result);
		} else {
			kj_spf_conclude(run, KJ_SPF_TEMPERROR, "libspf2 ended early");
		}
	} else {
		kj_spf_conclude(run, KJ_SPF_TEMPERROR, "out of memory");
	}
	if (record)
		SPF_record_free(record);
	if (engine.reserve)
		SPF_dns_rr_free(engine.reserve);
	if (response)
		SPF_response_free(response);
	if (request)
		SPF_request_free(request);
	return run->stopped ? KJ_SPF_STOP : KJ_SPF_GO;
}
