/*
 * blob.h - base64 inside a text
 *
 * Private to message/.
 */
#ifndef KJ_BLOB_H
#define KJ_BLOB_H

#include <stdbool.h>

#include "kanjiki/buf.h"

/*
 * kj_blobs_append - decode what is base64 of text, and append it behind an empty line
 *
 * A block is a word of 60 letters or more, or lines of the same length that belong together, with nothing else on them.
 * It counts only if what comes out is printable UTF-8; keys, signatures and pictures are not. What was decoded is not looked
 * at again. One pass; the buffer's limit bounds what is appended.
 * Returns whether it decoded as many blocks as it may: there may be more.
 */
bool kj_blobs_append(struct kj_buf *text);

#endif
