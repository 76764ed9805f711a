/*
 * centi.h - scores as integers
 *
 * A score is a whole number of hundredths ("centipoints"): 2.5 is 250. Sums are exact and the same in every
 * locale. Threads: safe.
 */
#ifndef KJ_CENTI_H
#define KJ_CENTI_H

#include <stdint.h>

#define KJ_CENTI_STRLEN 16
#define KJ_CENTI_MAX	100000 /* 1000.00, in either direction */

/* kj_centi_format - 250 as "2.50", -7 as "-0.07", into out (KJ_CENTI_STRLEN bytes). Returns out. */
char *kj_centi_format(int32_t centi, char *out);

/* kj_centi_parse - "2.5", "-3", "0.07" to centipoints; -KJ_EINVAL, or -KJ_ERANGE beyond KJ_CENTI_MAX or two
 * decimals */
int kj_centi_parse(const char *text, int32_t *ret_centi);

#endif
