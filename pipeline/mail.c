/*
 * mail.c - making and freeing one mail
 */
#include "pipeline/mail.h"

#include "kanjiki/err.h"
#include "kanjiki/lookups.h"

/* A question asked at connect may stay open while the client is still talking. */
#define QUESTION_LONGEST_MS 30000

struct kj_mail *kj_mail_new(struct kj_engine *engine)
{
	struct kj_mail *mail = calloc(1, sizeof *mail);
	const struct kj_settings *settings;

	if (!mail)
		return NULL;
	mail->engine = engine;
	mail->generation = kj_generation_get(engine);
	settings = kj_mail_settings(mail);
	mail->arena = kj_arena_new(settings->memory_bytes);
	mail->evidence = mail->arena ? kj_evidence_new(mail->arena) : NULL;
	if (mail->generation->shared)
		mail->lookups =
		    kj_lookups_new(mail->generation->shared->resolver, engine->options.clock, QUESTION_LONGEST_MS);
	if (!mail->evidence || (mail->generation->shared && !mail->lookups)) {
		kj_mail_free(mail);
		return NULL;
	}
	mail->body = KJ_BUF_INIT(settings->limits.body_bytes);
	mail->facts.client_name = mail->facts.helo = mail->facts.helo_name = mail->facts.sender = "";
	mail->facts.sender_domain = mail->facts.subject_template = "";
	mail->facts.warming_up =
	    !engine->store || kj_clock_wall_s(engine->options.clock) <
	                          kj_store_created_s(engine->store) + (int64_t)settings->warm_up_s;
	return mail;
}

void kj_mail_free(struct kj_mail *mail)
{
	if (!mail)
		return;
	kj_lookups_free(mail->lookups);
	kj_buf_free(&mail->body);
	kj_arena_free(mail->arena);
	kj_generation_put(mail->generation);
	free(mail);
}

int kj_mail_grow(struct kj_mail *mail, void *array, unsigned count, unsigned *size, size_t element)
{
	unsigned wanted = *size ? *size * 2 : 8;
	void *old, *bigger;

	if (count < *size)
		return 0;
	bigger = kj_arena_array(mail->arena, wanted, element);
	if (!bigger)
		return -KJ_ENOMEM;
	memcpy(&old, array, sizeof old);
	if (count)
		memcpy(bigger, old, count * element);
	memcpy(array, &bigger, sizeof bigger);
	*size = wanted;
	return 0;
}
