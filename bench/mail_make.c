/*
 * mail_make.c - generated mails
 */
#include "bench/mail_make.h"

#include "bench/mail_parts.h"

#define THREAT_MAX 8192 /* bytes; nobody threatens at greater length */

/* Of sixty-four mails one is a threat - which is many - and twenty come from lists. */
static enum tone draw_tone(struct rng *rng)
{
	unsigned at = rng_below(rng, 64);

	return at < 1 ? THREAT : at < 21 ? NEWSLETTER : ORDINARY;
}

bool mail_make(uint64_t seed, unsigned n, const struct mail_limits *limits, const struct client *client,
    struct mail *mail)
{
	struct draft draft = {.rng = rng_for(seed, 2, n), .client = client, .mail = mail};

	*mail = (struct mail){.kind = ""};
	draft.tone = draw_tone(&draft.rng);
	draft.size_bytes = rng_size(&draft.rng, limits->low_bytes, limits->high_bytes);
	if (draft.tone == THREAT && draft.size_bytes > THREAT_MAX)
		draft.size_bytes = THREAT_MAX;
	body_make(&draft);
	fields_make(&draft);
	mail->rcpt_count = rng_below(&draft.rng, 8) ? 1 : rng_between(&draft.rng, 2, 4);
	return !mail->body.truncated && !mail->fields.truncated;
}

void mail_free(struct mail *mail)
{
	kj_buf_free(&mail->fields);
	kj_buf_free(&mail->body);
}

void mail_print(const struct mail *mail, FILE *out)
{
	const char *at = mail->fields.data, *value;

	for (unsigned i = 0; i < mail->field_count; i++) {
		value = at + strlen(at) + 1;
		fprintf(out, "%s: %s\n", at, value);
		at = value + strlen(value) + 1;
	}
	fputc('\n', out);
	for (size_t i = 0; i < mail->body.len; i++)
		if (mail->body.data[i] != '\r')
			fputc(mail->body.data[i], out);
}
