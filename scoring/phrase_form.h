/*
 * phrase_form.h - between the files that turn phrases into forms
 */
#ifndef KJ_PHRASE_FORM_H
#define KJ_PHRASE_FORM_H

#include "phrase_engine.h"

struct kj_buf;

/* phrase_next_form - a new form of a phrase, all zero; NULL when out of memory */
struct form *phrase_next_form(struct kj_phrase_set *set, const struct kj_phrase *phrase);

/* phrase_groups - the form of a phrase of groups; otherwise as phrase_forms() */
int phrase_groups(struct kj_phrase_set *set, const struct kj_phrase *phrase, size_t *ret_offset,
    struct kj_reason *reason);

/* phrase_has_dense - it has a letter of a script that is looked for in the dense view */
bool phrase_has_dense(const char *text);

/* phrase_has_umlaut; phrase_write_umlauts - the text with an e behind each umlaut, whose dots the views take away */
bool phrase_has_umlaut(const char *text);
void phrase_write_umlauts(const char *text, struct kj_buf *out);

#endif
