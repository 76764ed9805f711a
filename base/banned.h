/*
 * banned.h - library calls that this project never makes
 *
 * Put before every source file by the compiler's -include. The headers that declare the calls come first, so
 * that only our own use of them is an error.
 */
#ifndef KJ_BANNED_H
#define KJ_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define KJ_BANNED(call) sorry_##call##_is_banned_in_kanjiki

#undef strcpy
#define strcpy(to, from) KJ_BANNED(strcpy)
#undef strcat
#define strcat(to, from) KJ_BANNED(strcat)
#undef strncpy
#define strncpy(to, from, n) KJ_BANNED(strncpy)
#undef strncat
#define strncat(to, from, n) KJ_BANNED(strncat)
#undef sprintf
#define sprintf(...) KJ_BANNED(sprintf)
#undef vsprintf
#define vsprintf(...) KJ_BANNED(vsprintf)
#undef strtok
#define strtok(s, sep) KJ_BANNED(strtok)
#undef gmtime
#define gmtime(t) KJ_BANNED(gmtime)
#undef localtime
#define localtime(t) KJ_BANNED(localtime)
#undef ctime
#define ctime(t) KJ_BANNED(ctime)
#undef asctime
#define asctime(t) KJ_BANNED(asctime)
#undef atoi
#define atoi(s) KJ_BANNED(atoi)
#undef atol
#define atol(s) KJ_BANNED(atol)
#undef atof
#define atof(s) KJ_BANNED(atof)

#endif
