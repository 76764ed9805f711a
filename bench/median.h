/*
 * median.h - the middle of measured values
 */
#ifndef BENCH_MEDIAN_H
#define BENCH_MEDIAN_H

#include <stdlib.h>

static inline int compare_values(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* median - sorts the values */
static inline double median(double *values, size_t count)
{
	qsort(values, count, sizeof *values, compare_values);
	return values[count / 2];
}

#endif
