/*
 * transfer.h - base64, quoted-printable (RFC 2045 section 6) and uuencode, with the errors counted
 *
 * Private to message/. GMime decodes them as well, but silently: broken encodings are evidence here. All append
 * to a buffer and never fail; memory that runs out shows in out->truncated. Threads: all calls are safe.
 */
#ifndef KJ_TRANSFER_H
#define KJ_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kanjiki/buf.h"

/* What is left over between two runs of base64; zero it at the start. */
struct kj_base64 {
	uint32_t bits;
	unsigned count; /* characters in bits, 0 to 3 */
};

/*
 * kj_base64_decode - decode a run; incomplete groups wait in state for the next one
 *
 * Characters outside of the alphabet are passed over, and so is a line of words between others. After padding a new group may begin, as where encoded
 * pieces were joined; but if what follows is no base64 (a list server's footer), decoding ends.
 * Returns false if something was wrong.
 */
bool kj_base64_decode(struct kj_base64 *state, struct kj_buf *out, const char *data, size_t len);

/* kj_base64_finish - the bytes of a last, unpadded group; false if it was cut inside a byte */
bool kj_base64_finish(struct kj_base64 *state, struct kj_buf *out);

/* kj_qp_decode - quoted-printable; with header, '_' is a blank (RFC 2047 section 4.2). False if something was
 * wrong: "=" without two hexadecimal digits stays as it is. */
bool kj_qp_decode(struct kj_buf *out, const char *data, size_t len, bool header);

/* kj_uu_decode - uuencode (POSIX), from "begin" to "end", each of which may be missing. False if something was wrong. */
bool kj_uu_decode(struct kj_buf *out, const char *data, size_t len);

#endif
