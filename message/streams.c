/*
 * streams.c - the text of a message while it is gathered
 *
 * Bare URLs are searched for in the streams and not in the pieces that are put there: a URL may be in pieces, too, by
 * comments, hidden text and formatting.
 */
#include "streams.h"

#include "kanjiki/arena.h"
#include "kanjiki/err.h"
#include "urls.h"

void kj_streams_free(struct kj_streams *streams)
{
	kj_buf_free(&streams->visible);
	kj_buf_free(&streams->hidden);
	kj_buf_free(&streams->quoted);
	kj_buf_free(&streams->comments);
}

static void begin_part(struct kj_buf *out)
{
	if (out->len && out->data[out->len - 1] != '\n')
		kj_buf_add_char(out, '\n');
	if (out->len && !(out->len > 1 && out->data[out->len - 2] == '\n'))
		kj_buf_add_char(out, '\n');
}

void kj_streams_begin_part(struct kj_streams *streams)
{
	begin_part(&streams->visible);
	begin_part(&streams->hidden);
	begin_part(&streams->quoted);
}

/* Blanks at the end of a stream may have been taken away since the last call. */
static void search(struct kj_urls *urls, const struct kj_buf *stream, size_t searched, unsigned place)
{
	if (searched < stream->len)
		kj_urls_add_text(urls, stream->data + searched, stream->len - searched, place);
}

void kj_streams_search(struct kj_streams *streams)
{
	if (streams->urls) {
		search(streams->urls, &streams->visible, streams->searched.visible, KJ_URL_SEEN);
		search(streams->urls, &streams->hidden, streams->searched.hidden, KJ_URL_HIDDEN);
		search(streams->urls, &streams->quoted, streams->searched.quoted, KJ_URL_QUOTED);
	}
	kj_streams_pass(streams);
}

void kj_streams_pass(struct kj_streams *streams)
{
	streams->searched.visible = streams->visible.len;
	streams->searched.hidden = streams->hidden.len;
	streams->searched.quoted = streams->quoted.len;
}

int kj_stream_keep(
    struct kj_arena *arena, const struct kj_buf *stream, struct kj_text *ret_text, bool *ret_cut)
{
	struct kj_text text = {"", stream->len};

	*ret_cut = stream->truncated;
	if (stream->truncated) {
		while (text.len && ((unsigned char)stream->data[text.len - 1] & 0xc0) == 0x80)
			text.len--;
		text.len -= text.len && (unsigned char)stream->data[text.len - 1] >= 0xc0;
	}
	while (text.len && (stream->data[text.len - 1] == '\n' || stream->data[text.len - 1] == ' '))
		text.len--;
	text.data = text.len ? kj_arena_strndup(arena, stream->data, text.len) : "";
	if (!text.data)
		return -KJ_ENOMEM;
	*ret_text = text;
	return 0;
}
