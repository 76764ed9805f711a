/*
 * print_safe.h - strangers' text on a terminal
 */
#ifndef KJ_CTL_PRINT_SAFE_H
#define KJ_CTL_PRINT_SAFE_H

#include <stddef.h>

/* kj_print_safe - to standard output, without what a terminal obeys (C0, C1, and the marks that turn writing around).
 * The text is UTF-8; invalid bytes become U+FFFD. */
void kj_print_safe(const char *text, size_t len);

#endif
