/*
 * phrase_form.c - a phrase as an operator writes it, and what is looked for
 *
 * A literal goes through the views, as texts do. An expression is folded code point by code point: its letters are what
 * the views leave of them, its escapes and signs stay. What has an umlaut is looked for twice, since German is written
 * with ae, oe and ue, too. A literal of Latin script is also looked for without its blanks, where a text spaces out its
 * letters. Groups of words are read in phrase_groups.c.
 *
 * The forms are in lower case, as the views are, so that literals need no caseless matching.
 */
#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/utf8.h"
#include "phrase_form.h"

#define FORM_MAX    (20 * 2000) /* bytes; a phrase has 2,000 at most */
#define CHECKED_AS  (PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS | PCRE2_DOTALL)
#define WORD        "a-z0-9_\\x80-\\xff" /* what \w stands for among bytes */
#define RUN_LETTERS 9                    /* a literal shorter than this, without blanks, could be in any run */

struct form *phrase_next_form(struct kj_phrase_set *set, const struct kj_phrase *phrase)
{
	unsigned room = set->form_room ? set->form_room * 2 : 512;
	struct form *forms;

	if (set->form_count == set->form_room) {
		forms = realloc(set->forms, room * sizeof *forms);
		if (!forms)
			return NULL;
		set->forms = forms;
		set->form_room = room;
	}
	memset(&set->forms[set->form_count], 0, sizeof *forms);
	set->forms[set->form_count].phrase = phrase;
	return &set->forms[set->form_count++];
}

static bool is_umlaut(uint32_t code)
{
	return code == 0xe4 || code == 0xf6 || code == 0xfc || code == 0xc4 || code == 0xd6 || code == 0xdc;
}

bool phrase_has_umlaut(const char *text)
{
	size_t len = strlen(text);

	for (size_t pos = 0; pos < len;)
		if (is_umlaut(kj_utf8_next(text, len, &pos)))
			return true;
	return false;
}

void phrase_write_umlauts(const char *text, struct kj_buf *out)
{
	size_t len = strlen(text), start;
	bool umlaut;

	for (size_t pos = 0; pos < len;) {
		start = pos;
		umlaut = is_umlaut(kj_utf8_next(text, len, &pos));
		kj_buf_add(out, text + start, pos - start);
		if (umlaut)
			kj_buf_add_char(out, 'e');
	}
}

/* --- Literals ------------------------------------------------------------------------------------------------ */

static int add_literal(
    struct kj_phrase_set *set, const struct kj_phrase *phrase, enum pass pass, const char *text, size_t len)
{
	struct form *form = phrase_next_form(set, phrase);

	if (!form)
		return -KJ_ENOMEM;
	form->pass = pass;
	form->text = strndup(text, len);
	form->len = len;
	return form->text ? 0 : -KJ_ENOMEM;
}

/* The same without blanks and signs, if that is still enough to be known by. */
static int add_run(struct kj_phrase_set *set, const struct kj_phrase *phrase, const struct kj_text *words)
{
	struct kj_buf run = KJ_BUF_INIT(FORM_MAX);
	bool gap = false;
	int rc = 0;

	for (size_t i = 0; i < words->len; i++) {
		unsigned char c = (unsigned char)words->data[i];

		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80)
			kj_buf_add_char(&run, (char)c);
		else
			gap = true;
	}
	if (run.truncated)
		rc = -KJ_ENOMEM;
	else if (gap && run.len >= RUN_LETTERS)
		rc = add_literal(set, phrase, PASS_RUNS, kj_buf_str(&run), run.len);
	kj_buf_free(&run);
	return rc;
}

static int add_literal_forms(
    struct kj_phrase_set *set, const struct kj_phrase *phrase, const char *written, struct kj_reason *reason)
{
	struct kj_text text = {written, strlen(written)};
	struct kj_arena *arena = kj_arena_new(64 * FORM_MAX);
	struct kj_views views;
	int rc = arena ? kj_views_make(arena, &text, &views) : -KJ_ENOMEM;
	const struct kj_text *words = &views.text[KJ_VIEW_WORDS], *dense = &views.text[KJ_VIEW_DENSE];

	if (rc == 0 && dense->len)
		rc = add_literal(set, phrase, PASS_DENSE, dense->data, dense->len);
	else if (rc == 0 && words->len)
		rc = add_literal(set, phrase, PASS_WORDS, words->data, words->len);
	else if (rc == 0)
		rc = kj_fail(reason, KJ_EINVAL, "nothing is left of the phrase once it is normalised");
	if (rc == 0 && !dense->len)
		rc = add_run(set, phrase, words);
	kj_arena_free(arena);
	return rc;
}

/* --- Expressions --------------------------------------------------------------------------------------------- */

static bool is_kana_to_fold(uint32_t code)
{
	return (code >= 0x30a1 && code <= 0x30f6) || code == 0x30fd || code == 0x30fe;
}

static bool is_dense(uint32_t code)
{
	return (code >= 0x3041 && code < 0xa000) || (code >= 0xac00 && code < 0xd800) ||
	       (code >= 0x20000 && code < 0x40000);
}

bool phrase_has_dense(const char *text)
{
	size_t len = strlen(text);

	for (size_t pos = 0; pos < len;)
		if (is_dense(kj_utf8_next(text, len, &pos)))
			return true;
	return false;
}

/* What the views leave of each letter; a long-vowel mark goes together with the quantifier behind it. */
static void fold_expression(const char *text, bool dense, struct kj_buf *out)
{
	size_t len = strlen(text);
	char bytes[KJ_VIEW_PLAIN_MAX];

	for (size_t pos = 0; pos < len;) {
		uint32_t code = kj_utf8_next(text, len, &pos);

		if (dense && code == 0x30fc) {
			while (pos < len && strchr("?*+", text[pos]))
				pos++;
			continue;
		}
		if (code < 0x80)
			kj_buf_add_char(out, (char)code);
		else if (dense && is_kana_to_fold(code))
			kj_buf_add(out, bytes, kj_utf8_put(code - 0x60, bytes));
		else
			kj_buf_add(out, bytes, kj_view_plain(code, bytes));
	}
}

static pcre2_code *compile(
    const char *text, size_t len, uint32_t options, size_t *ret_offset, struct kj_reason *reason)
{
	PCRE2_SIZE offset;
	int error;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)text, len, options, &error, &offset, NULL);
	PCRE2_UCHAR words[120];

	if (code)
		return code;
	pcre2_get_error_message(error, words, sizeof words);
	if (ret_offset)
		*ret_offset = offset;
	kj_fail(reason, KJ_EINVAL, "bad regular expression: %s", (const char *)words);
	return NULL;
}

pcre2_code *phrase_compile_code(const struct form *form, struct kj_reason *reason)
{
	return compile(form->text, form->len, form->options | PCRE2_USE_OFFSET_LIMIT, NULL, reason);
}

/* Whether an expression is ASCII alone, and has a letter in upper case that is no escape. */
static bool is_ascii(const char *text, bool *ret_upper)
{
	*ret_upper = false;
	for (; *text; text++) {
		if ((unsigned char)*text >= 0x80)
			return false;
		*ret_upper |= *text >= 'A' && *text <= 'Z';
		text += *text == '\\' && text[1];
	}
	return true;
}

/* \w and \W among bytes: every byte beyond ASCII is part of a letter. */
static void spell_words(const char *text, struct kj_buf *out)
{
	bool in_class = false;

	for (; *text; text++) {
		if (*text == '\\' && text[1] == 'w') {
			kj_buf_add_str(out, in_class ? WORD : "[" WORD "]");
			text++;
		} else if (*text == '\\' && text[1] == 'W' && !in_class) {
			kj_buf_add_str(out, "[^" WORD "]");
			text++;
		} else {
			in_class = *text == '[' || (in_class && *text != ']');
			kj_buf_add_char(out, *text);
			if (*text == '\\' && text[1])
				kj_buf_add_char(out, *++text);
		}
	}
}

/*
 * The expression between its word boundaries. One of ASCII alone, as most are once diacritics are folded, runs on the
 * bytes of the view: without Unicode's classes and cases PCRE2's code is several times as fast, and the view is folded
 * and valid UTF-8 anyway. Only a gap of any characters (.{0,30}) then counts bytes.
 */
static void wrap_expression(struct form *form, struct kj_buf *out)
{
	bool upper;

	form->options = CHECKED_AS;
	if (form->pass == PASS_WORDS && is_ascii(form->inner, &upper)) {
		form->options = PCRE2_DOTALL | (upper ? PCRE2_CASELESS : 0);
		kj_buf_add_str(out, PHRASE_EDGE(PHRASE_LETTER_BYTE) "(?:");
		spell_words(form->inner, out);
		kj_buf_add_str(out, ")" PHRASE_EDGE(PHRASE_LETTER_BYTE));
	} else {
		kj_buf_printf(
		    out, PHRASE_EDGE(PHRASE_LETTER) "(?:%s)" PHRASE_EDGE(PHRASE_LETTER), form->inner);
	}
}

static int add_expression(struct kj_phrase_set *set, const struct kj_phrase *phrase, const char *written, bool dense,
    struct kj_reason *reason)
{
	struct kj_buf buf = KJ_BUF_INIT(FORM_MAX);
	struct form *form = phrase_next_form(set, phrase);
	pcre2_code *code = NULL;
	bool whole;

	if (!form)
		return -KJ_ENOMEM;
	form->pass = dense ? PASS_DENSE : PASS_WORDS;
	fold_expression(written, dense, &buf);
	whole = !buf.truncated;
	form->inner = strdup(kj_buf_str(&buf));
	kj_buf_clear(&buf);
	if (form->inner)
		wrap_expression(form, &buf);
	whole &= !buf.truncated;
	form->text = strdup(kj_buf_str(&buf));
	form->len = buf.len;
	kj_buf_free(&buf);
	if (!form->inner || !form->text || !whole)
		return -KJ_ENOMEM;
	/* Most are never needed by the mail of one site: compiled for good when they are. */
	code = phrase_compile_code(form, reason);
	pcre2_code_free(code);
	return code ? 0 : -KJ_EINVAL;
}

/* As written, for exact complaints. */
static int check_expression(const char *text, size_t *ret_offset, struct kj_reason *reason)
{
	pcre2_code *code = compile(text, strlen(text), CHECKED_AS, ret_offset, reason);
	uint32_t empty = 0;

	if (!code)
		return -KJ_EINVAL;
	pcre2_pattern_info(code, PCRE2_INFO_MATCHEMPTY, &empty);
	pcre2_code_free(code);
	if (empty || !*text)
		return kj_fail(reason, KJ_EINVAL, "the regular expression matches the empty text");
	return 0;
}

/* --- All kinds ----------------------------------------------------------------------------------------------- */

static int add_forms(
    struct kj_phrase_set *set, const struct kj_phrase *phrase, const char *written, struct kj_reason *reason)
{
	if (phrase->kind == KJ_PHRASE_EXPRESSION)
		return add_expression(set, phrase, written, phrase_has_dense(written), reason);
	return add_literal_forms(set, phrase, written, reason);
}

int phrase_forms(
    struct kj_phrase_set *set, const struct kj_phrase *phrase, size_t *ret_offset, struct kj_reason *reason)
{
	struct kj_buf umlauts = KJ_BUF_INIT(FORM_MAX);
	int rc = 0;

	if (phrase->kind == KJ_PHRASE_NEAR)
		return phrase_groups(set, phrase, ret_offset, reason);
	if (phrase->kind == KJ_PHRASE_EXPRESSION)
		rc = check_expression(phrase->text, ret_offset, reason);
	if (rc == 0)
		rc = add_forms(set, phrase, phrase->text, reason);
	if (rc == 0 && phrase_has_umlaut(phrase->text)) {
		phrase_write_umlauts(phrase->text, &umlauts);
		rc = umlauts.truncated ? -KJ_ENOMEM : add_forms(set, phrase, kj_buf_str(&umlauts), reason);
	}
	kj_buf_free(&umlauts);
	return rc;
}
