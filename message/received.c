/*
 * received.c - reading Received lines
 *
 * RFC 5321 defines clauses - from, by, via, with, id, for - and a date behind the last semicolon; what else an
 * MTA knows it writes into comments, each in its own way. So the line is cut into words and comments first; the
 * clause words set where a word belongs, and the comments behind "from" are read by what they contain: "[IP]",
 * "helo=NAME", "HELO NAME". A name in front of "[IP]" in a comment was looked up by the MTA, and so was the name
 * behind "from" itself where the HELO is found elsewhere (Exim, qmail).
 */
#include "kanjiki/received.h"

#include <ctype.h>
#include <stdbool.h>
#include <strings.h>

#include "header.h"
#include "kanjiki/arena.h"
#include "kanjiki/err.h"

#define COMMENT_DEPTH 8

enum clause { NO_CLAUSE, FROM, BY, VIA, WITH, ID, FOR };

static const struct {
	const char *word;
	enum clause clause;
} clauses[] = {{"from", FROM}, {"by", BY}, {"via", VIA}, {"with", WITH}, {"id", ID}, {"for", FOR}};

/* Pieces of the line; none is NUL-terminated. */
struct piece {
	const char *text;
	size_t len;
};

struct line {
	struct piece from, helo, rdns, addr, by, with, id, for_rcpt;
	int64_t userid;
	bool helo_told; /* the HELO stands in a comment: the name behind from was looked up */
};

static bool starts(const struct piece *piece, const char *word)
{
	return piece->len >= strlen(word) && strncasecmp(piece->text, word, strlen(word)) == 0;
}

static bool equals(const struct piece *piece, const char *word)
{
	return piece->len == strlen(word) && starts(piece, word);
}

/* The address in "[192.0.2.1]", "[IPv6:...]:25", "user@[192.0.2.1]", "192.0.2.1"; false if there is none. */
static bool as_address(const struct piece *piece, struct kj_addr *ret_addr, struct piece *ret_text)
{
	struct piece p = *piece;
	const char *open = memchr(p.text, '[', p.len), *at = memrchr(p.text, '@', p.len), *close;
	char text[KJ_ADDR_STRLEN + 8];

	if (open || at) {
		const char *start = open ? open + 1 : at + 1;

		p.len -= (size_t)(start - p.text);
		p.text = start;
		close = memchr(p.text, ']', p.len);
		p.len = close ? (size_t)(close - p.text) : p.len;
	}
	if (!p.len || p.len >= sizeof text)
		return false;
	memcpy(text, p.text, p.len);
	text[p.len] = '\0';
	*ret_text = p;
	return kj_addr_parse(text, ret_addr) == 0;
}

static bool is_name(const struct piece *piece)
{
	/* "IDENT:user@host" is what Sendmail writes where the client ran an ident server. */
	const char *odd = piece->len && memchr(piece->text, '@', piece->len) ? ".-_@:" : ".-_";

	for (size_t i = 0; i < piece->len; i++)
		if (!isalnum((unsigned char)piece->text[i]) && !strchr(odd, piece->text[i]))
			return false;
	return piece->len && !equals(piece, "unverified");
}

static struct piece behind_at(struct piece piece)
{
	const char *at = piece.len ? memchr(piece.text, '@', piece.len) : NULL;

	if (at) {
		piece.len -= (size_t)(at + 1 - piece.text);
		piece.text = at + 1;
	}
	return piece;
}

/* The next word of a comment, blanks, commas and inner brackets passed over; an empty piece at the end. */
static struct piece next_word(struct piece *rest)
{
	struct piece word;

	while (rest->len && (isspace((unsigned char)*rest->text) || strchr(",();", *rest->text))) {
		rest->text++;
		rest->len--;
	}
	word = (struct piece){rest->text, 0};
	while (rest->len && !isspace((unsigned char)*rest->text) && !strchr(",();", *rest->text)) {
		rest->text++;
		rest->len--;
		word.len++;
	}
	return word;
}

/* Sendmail and Postfix: (RDNS [IP]); Exim: ([IP] helo=NAME); qmail: (HELO NAME) (IP); Exchange: (IP). */
static void read_from_comment(struct line *line, struct piece comment)
{
	struct piece word, text, name = {0};
	struct kj_addr addr;

	while ((word = next_word(&comment)).len) {
		if (equals(&word, "HELO") || equals(&word, "EHLO")) {
			line->helo = next_word(&comment);
			line->helo_told = true;
		} else if (starts(&word, "helo=") || starts(&word, "ehlo=")) {
			line->helo = (struct piece){word.text + 5, word.len - 5};
			line->helo_told = true;
		} else if (as_address(&word, &addr, &text)) {
			line->addr = line->addr.len ? line->addr : text;
			line->rdns = line->rdns.len ? line->rdns : behind_at(name);
			name.len = 0;
		} else if (is_name(&word)) {
			name = word;
		}
	}
}

/* "Postfix, from userid 1002" */
static void read_by_comment(struct line *line, struct piece comment)
{
	static const char words[] = "from userid ";
	const char *found = memmem(comment.text, comment.len, words, sizeof words - 1);
	const char *end = comment.text + comment.len;
	int64_t id = 0;

	if (!found || !isdigit((unsigned char)found[sizeof words - 1]))
		return;
	for (const char *p = found + sizeof words - 1;
	     p < end && isdigit((unsigned char)*p) && id <= UINT32_MAX; p++)
		id = id * 10 + (*p - '0');
	line->userid = id <= UINT32_MAX ? id : -1;
}

static void take_word(struct line *line, enum clause *clause, struct piece word)
{
	struct piece *const target[] = {[FROM] = &line->from,
	    [BY] = &line->by,
	    [WITH] = &line->with,
	    [FOR] = &line->for_rcpt,
	    [ID] = &line->id};

	for (size_t i = 0; i < sizeof clauses / sizeof *clauses; i++)
		if (equals(&word, clauses[i].word)) {
			*clause = clauses[i].clause;
			return;
		}
	if (*clause == FROM && line->from.len && *word.text == '[') /* fetchmail: from NAME [IP] */
		read_from_comment(line, word);
	else if (target[*clause] && !target[*clause]->len)
		*target[*clause] = word;
}

static void take_comment(struct line *line, enum clause clause, struct piece comment)
{
	if (clause == FROM)
		read_from_comment(line, comment);
	else
		read_by_comment(line, comment);
}

/* The length of the comment at p[0] == '(', both brackets included, if it is closed; comments nest. */
static size_t comment_length(const char *p, size_t len)
{
	unsigned depth = 0;

	for (size_t i = 0; i < len; i++) {
		if (p[i] == '\\')
			i++;
		else if (p[i] == '(' && depth < COMMENT_DEPTH)
			depth++;
		else if (p[i] == ')' && --depth == 0)
			return i + 1;
	}
	return len;
}

static void cut_line(struct line *line, const char *p, size_t len)
{
	enum clause clause = NO_CLAUSE;
	size_t i = 0, n;

	while (i < len) {
		if (isspace((unsigned char)p[i])) {
			i++;
		} else if (p[i] == '(') {
			n = comment_length(p + i, len - i);
			take_comment(
			    line, clause, (struct piece){p + i + 1, n - 1 - (n > 1 && p[i + n - 1] == ')')});
			i += n;
		} else {
			for (n = 0; i + n < len && !isspace((unsigned char)p[i + n]) && p[i + n] != '('; n++)
				;
			take_word(line, &clause, (struct piece){p + i, n});
			i += n;
		}
	}
}

/* A piece in the arena, in lower case if wanted, without angle brackets and a final dot or semicolon. */
static const char *keep(struct kj_arena *arena, struct piece piece, bool lower)
{
	char *copy;

	if (piece.len && *piece.text == '<') {
		piece.text++;
		piece.len--;
	}
	while (piece.len && strchr(">;,.", piece.text[piece.len - 1]))
		piece.len--;
	if (!piece.len)
		return "";
	copy = kj_arena_strndup(arena, piece.text, piece.len);
	for (char *c = copy; lower && c && *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return copy;
}

/* Which name is the HELO, which was looked up, and where the address stands. */
static void settle(struct line *line, struct kj_addr *ret_addr)
{
	struct kj_addr addr = {0};
	struct piece text;
	bool literal = line->from.len && *line->from.text == '[' && as_address(&line->from, &addr, &text);

	if (line->addr.len)
		as_address(&line->addr, ret_addr, &text);
	else if (literal || (line->from.len && as_address(&line->from, &addr, &text)))
		*ret_addr = addr;
	if (!line->helo_told)
		line->helo = line->from;
	else if (!line->rdns.len && !literal)
		line->rdns = line->from;
}

int kj_received_parse(struct kj_arena *arena, const char *value, struct kj_received *ret_received)
{
	struct kj_received received = {.raw = kj_header_unfold(arena, value), .userid = -1, .date_s = -1};
	struct line line = {.userid = -1};
	const char *semicolon;

	if (!received.raw)
		return -KJ_ENOMEM;
	semicolon = strrchr(received.raw, ';');
	cut_line(&line, received.raw, semicolon ? (size_t)(semicolon - received.raw) : strlen(received.raw));
	settle(&line, &received.addr);
	received.helo = keep(arena, line.helo, true);
	received.rdns = keep(arena, line.rdns, true);
	received.by = keep(arena, line.by, true);
	received.with = keep(arena, line.with, true);
	received.id = keep(arena, line.id, false);
	received.for_rcpt = keep(arena, line.for_rcpt, false);
	if (!received.helo || !received.rdns || !received.by || !received.with || !received.id ||
	    !received.for_rcpt)
		return -KJ_ENOMEM;
	received.userid = line.userid;
	if (semicolon)
		received.date_s = kj_header_date(semicolon + 1);
	*ret_received = received;
	return 0;
}
