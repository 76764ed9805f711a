/*
 * charset_jis.h - ISO-2022-JP, as Japanese mail really writes it, to EUC-JP
 *
 * Private to message/.
 */
#ifndef KJ_CHARSET_JIS_H
#define KJ_CHARSET_JIS_H

#include <stddef.h>
#include <unicode/umachine.h>

#include "kanjiki/buf.h"

/*
 * kj_charset_jis_to_euc - escape sequences resolved, everything else to EUC-JP
 *
 * Returns how many bytes made no sense; they are replaced by '?'. Appends to out. Threads: safe.
 * Source: RFC 1468, RFC 2237 (JIS X 0212), and Microsoft's code pages 50220 to 50222 (half-width katakana).
 */
size_t kj_charset_jis_to_euc(struct kj_buf *out, const char *data, size_t len);

/* kj_charset_ibm_kanji - the character of three bytes of EUC-JP that only Microsoft and IBM have; 0 for all others */
UChar kj_charset_ibm_kanji(const char *bytes, size_t len);

#endif
