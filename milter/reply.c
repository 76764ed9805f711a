/*
 * reply.c - edits and the two temporary replies
 *
 * Kanjiki knows two answers that are no acceptance, and both are temporary. The permanent ones of libmilter's
 * statuses appear nowhere in this folder; a test holds that.
 *
 * smfi_setreply() expands '%' as printf does, so it is doubled, and refuses line ends and other control
 * characters; where it refuses all the same, SMFIS_TEMPFAIL alone still gives the MTA's own 451 4.7.1.
 */
#include "milter/reply.h"

#include "kanjiki/buf.h"
#include "kanjiki/session.h"

#define REPLY_MAX_BYTES 480 /* RFC 5321 section 4.5.3.1.5: a reply line has 512 octets with code and CRLF */
#define VALUE_MAX_BYTES 65536

/* The value as the MTA wants it: it puts no blank behind the colon itself once we asked for values as sent. */
static int insert(SMFICTX *ctx, const char *name, const char *value)
{
	return smfi_insheader(ctx, 0, (char *)name, (char *)value);
}

static int replace(SMFICTX *ctx, const char *name, unsigned index, const char *value)
{
	return smfi_chgheader(ctx, (char *)name, (int)index, (char *)value);
}

static int apply_edit(SMFICTX *ctx, const struct kj_edit *edit, bool leading_space)
{
	struct kj_buf value = KJ_BUF_INIT(VALUE_MAX_BYTES);
	int status;

	/* libmilter takes NULL for "delete this one" */
	if (edit->kind == KJ_EDIT_DELETE)
		return replace(ctx, edit->name, edit->index, NULL);
	if (leading_space && edit->value[0] != ' ' && edit->value[0] != '\t')
		kj_buf_add_char(&value, ' ');
	kj_buf_add_str(&value, edit->value);
	status = MI_FAILURE;
	if (!value.truncated)
		status = edit->kind == KJ_EDIT_INSERT
		             ? insert(ctx, edit->name, kj_buf_str(&value))
		             : replace(ctx, edit->name, edit->index, kj_buf_str(&value));
	kj_buf_free(&value);
	return status;
}

static void set_reply(SMFICTX *ctx, const char *code, const char *enhanced, const char *text)
{
	struct kj_buf line = KJ_BUF_INIT(REPLY_MAX_BYTES);

	for (; *text; text++)
		if (*text == '%')
			kj_buf_add_str(&line, "%%");
		else
			kj_buf_add_char(&line, *text >= ' ' && *text < 0x7f ? *text : '?');
	if (!line.truncated)
		(void)smfi_setreply(ctx, (char *)code, (char *)enhanced, (char *)kj_buf_str(&line));
	kj_buf_free(&line);
}

sfsistat kj_reply_apply(
    SMFICTX *ctx, const struct kj_verdict *verdict, bool leading_space, unsigned *ret_failed)
{
	unsigned failed = 0;

	if (verdict->action == KJ_ACTION_TEMPFAIL) {
		*ret_failed = 0;
		set_reply(ctx, "451", "4.7.1", verdict->reply ? verdict->reply : "Please try again later");
		return SMFIS_TEMPFAIL;
	}
	for (unsigned i = 0; i < verdict->edit_count; i++)
		if (apply_edit(ctx, &verdict->edits[i], leading_space) != MI_SUCCESS)
			failed++;
	*ret_failed = failed;
	return SMFIS_ACCEPT;
}

sfsistat kj_reply_put_off(SMFICTX *ctx)
{
	set_reply(ctx, "452", "4.5.3", "Please send to this recipient separately");
	return SMFIS_TEMPFAIL;
}
