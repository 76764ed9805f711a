/*
 * number.h - numbers with units: "5s", "1MiB", "0.5%", "0660", "-2.5"
 */
#ifndef KJ_CONF_NUMBER_H
#define KJ_CONF_NUMBER_H

#include <stdint.h>

#include "schema.h"

/*
 * kj_number_parse - the number that a text means for a type
 *
 * Gives:  what the type's field holds (milliseconds, bytes, centipoints, ...), whatever its limits.
 * Errors: what is wrong, as a sentence about "it" ("needs a unit: ..."); NULL if nothing is.
 */
const char *kj_number_parse(enum kj_type type, const char *text, int64_t *ret_number);

#endif
