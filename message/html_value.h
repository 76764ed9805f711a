/*
 * html_value.h - the values of CSS declarations
 *
 * Private to message/. Words are compared in any case. Threads: all calls are safe.
 */
#ifndef KJ_HTML_VALUE_H
#define KJ_HTML_VALUE_H

#include <stdbool.h>
#include <stddef.h>

/* Without blanks around it, not NUL-terminated. */
struct kj_value {
	const char *text;
	size_t len;
};

bool kj_value_is(const struct kj_value *value, const char *word);
bool kj_value_is_any(const struct kj_value *value, const char *const *words); /* NULL-terminated */
bool kj_value_starts(const struct kj_value *value, const char *word);
bool kj_value_has(const struct kj_value *value, const char *word);

/* kj_value_length - the value is a number and perhaps its unit; false if it is anything else */
bool kj_value_length(const struct kj_value *value, double *ret_number, struct kj_value *ret_unit);

/* kj_value_next - take the next word off a value of several; a function with its brackets is one word. Empty at the end. */
struct kj_value kj_value_next(struct kj_value *rest);

#endif
