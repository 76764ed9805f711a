/*
 * charset_cost.h - how well bytes read in a charset
 *
 * Private to message/. The measure is how many bits a text would take if it were what people write in that
 * charset's languages: of several readings of the same bytes the cheapest is the most likely.
 */
#ifndef KJ_CHARSET_COST_H
#define KJ_CHARSET_COST_H

#include <stddef.h>

#define KJ_CHARSET_SAMPLE 256

/* kj_charset_sample - the bytes above 0x7f with what stands around them, in out (KJ_CHARSET_SAMPLE); returns how
 * many. Long stretches of ASCII say nothing about a charset and are one blank. */
size_t kj_charset_sample(const char *data, size_t len, char *out);

/*
 * kj_charset_cost - the cost of a sample in a charset, in tenths of a bit
 *
 * Takes:   the name of the converter as in the table of charsets , the sample, and a cost at which it may
 *          give up.
 * Returns: the cost; limit if it is not below it, or if nothing is known of the charset's languages.
 * Threads: safe.
 */
unsigned kj_charset_cost(const char *icu, const char *sample, size_t len, unsigned limit);

#endif
