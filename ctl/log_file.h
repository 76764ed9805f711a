/*
 * log_file.h - the lines of a file, plain or compressed by gzip; "-" is standard input
 *
 * Memory does not grow with the file. Threads: one thread at a time.
 */
#ifndef KJ_CTL_LOG_FILE_H
#define KJ_CTL_LOG_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "kanjiki/err.h"

struct kj_buf;
struct kj_log_file;

#define KJ_LOG_LINE_MAX 65536 /* with NUL; what a line has beyond is passed over */

/* kj_log_file_open - -KJ_EIO and -KJ_ENOMEM with the reason */
int kj_log_file_open(const char *path, struct kj_log_file **ret_file, struct kj_reason *reason);

/* kj_log_file_close - NULL is allowed */
void kj_log_file_close(struct kj_log_file *file);

/* kj_log_file_head - the first bytes of the file, while nothing else has been read; NUL behind them, *ret_len without
 * it */
const char *kj_log_file_head(struct kj_log_file *file, size_t *ret_len);

/* kj_log_file_line - the next line without its end, until the next call; NULL at the end, or at what cannot be read */
char *kj_log_file_line(struct kj_log_file *file);

/* kj_log_file_number - of the last line, from 1 */
uint64_t kj_log_file_number(const struct kj_log_file *file);

/* kj_log_file_rest - all that has not been read yet, to the end of out */
void kj_log_file_rest(struct kj_log_file *file, struct kj_buf *out);

/* kj_log_file_check - after the end: -KJ_EIO with the reason if the file could not be read up to there */
int kj_log_file_check(struct kj_log_file *file, struct kj_reason *reason);

#endif
