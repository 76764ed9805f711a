/*
 * phrase_file.h - lists/extortion/<language>: the phrases of one language
 *
 * Lines of `CATEGORY phrase` or `CATEGORY /regular expression/`, where CATEGORY is a letter (phrase_set.h). A
 * blank and a `#` begin a comment; a line that begins with `#` is one. The file's name is the language's.
 */
#ifndef KJ_PHRASE_FILE_H
#define KJ_PHRASE_FILE_H

struct kj_complaints;
struct kj_phrase_set;

/*
 * kj_phrase_file_load - add the phrases of one file to the set
 *
 * Takes:  path. Errors: -KJ_EINVAL after complaints with line and column, -KJ_EIO (likewise), -KJ_ENOMEM.
 */
int kj_phrase_file_load(const char *path, struct kj_phrase_set *set, struct kj_complaints *complaints);

/* kj_phrase_dir_load - every file of a directory whose name is a language code ("en", "zh-hant"), sorted */
int kj_phrase_dir_load(const char *path, struct kj_phrase_set *set, struct kj_complaints *complaints);

#endif
