/*
 * crowd_figures.h - figures of the crowd that need no site's traffic, or only as a background
 *
 * Each prints its figures and returns the exit status.
 */
#ifndef BENCH_CROWD_FIGURES_H
#define BENCH_CROWD_FIGURES_H

#include <stddef.h>
#include <time.h>

int measure_text(void);
int measure_estimates(void);

/* measure_reach - a memory of so many bytes, at a site that gets so many mails a day */
int measure_reach(size_t bytes, unsigned per_day);

static inline double now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

#endif
