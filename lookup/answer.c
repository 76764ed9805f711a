/*
 * answer.c - reference-counted answers
 */
#include "answer.h"

#include <stdatomic.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* Records follow it, then the strings. */
struct block {
	atomic_uint refs; /* 0: a constant */
	size_t size_bytes;
	struct kj_dns_answer answer;
};

#define FIXED(status_, type_)                                                                                \
	{                                                                                                    \
		0, sizeof(struct block),                                                                     \
		{                                                                                            \
			.status = (status_), .type = (type_)                                                 \
		}                                                                                            \
	}
#define FIXED_OF(type_)                                                                                      \
	{                                                                                                    \
		FIXED(KJ_DNS_TIMEOUT, type_), FIXED(KJ_DNS_SERVFAIL, type_), FIXED(KJ_DNS_BADNAME, type_)    \
	}

static const struct block fixed[][3] = {FIXED_OF(KJ_DNS_A), FIXED_OF(KJ_DNS_NS), FIXED_OF(KJ_DNS_CNAME),
    FIXED_OF(KJ_DNS_SOA), FIXED_OF(KJ_DNS_PTR), FIXED_OF(KJ_DNS_MX), FIXED_OF(KJ_DNS_TXT),
    FIXED_OF(KJ_DNS_AAAA)};

static struct block *block_of(const struct kj_dns_answer *answer)
{
	return (struct block *)(void *)((char *)(uintptr_t)answer - offsetof(struct block, answer));
}

struct kj_dns_answer *kj_dns_answer_new(enum kj_dns_status status, enum kj_dns_type type, uint32_t ttl_s,
    unsigned count, size_t text_bytes, struct kj_dns_record **ret_records, char **ret_text)
{
	size_t size = sizeof(struct block) + count * sizeof(struct kj_dns_record) + text_bytes;
	struct block *block = malloc(size);
	struct kj_dns_record *records = (struct kj_dns_record *)(block + 1);

	if (!block)
		return NULL;
	atomic_init(&block->refs, 1);
	block->size_bytes = size;
	block->answer = (struct kj_dns_answer){status, type, ttl_s, count, records};
	for (unsigned i = 0; i < count; i++)
		records[i] = (struct kj_dns_record){.name = "", .text = "", .rname = ""};
	*ret_records = records;
	*ret_text = (char *)(records + count);
	return &block->answer;
}

bool kj_dns_type_known(enum kj_dns_type type)
{
	for (size_t i = 0; i < COUNT(fixed); i++)
		if (fixed[i][0].answer.type == type)
			return true;
	return false;
}

struct kj_dns_answer *kj_dns_answer_fixed(enum kj_dns_status status, enum kj_dns_type type)
{
	for (size_t i = 0; i < COUNT(fixed); i++)
		for (size_t j = 0; j < COUNT(fixed[i]); j++)
			if (fixed[i][j].answer.type == type && fixed[i][j].answer.status == status)
				return (struct kj_dns_answer *)(uintptr_t)&fixed[i][j].answer;
	return (struct kj_dns_answer *)(uintptr_t)&fixed[0][1].answer;
}

size_t kj_dns_answer_size(const struct kj_dns_answer *answer)
{
	return block_of(answer)->size_bytes;
}

struct kj_dns_answer *kj_dns_answer_ref(const struct kj_dns_answer *answer)
{
	struct block *block = block_of(answer);

	if (atomic_load_explicit(&block->refs, memory_order_relaxed))
		atomic_fetch_add_explicit(&block->refs, 1, memory_order_relaxed);
	return &block->answer;
}

void kj_dns_answer_unref(const struct kj_dns_answer *answer)
{
	struct block *block = answer ? block_of(answer) : NULL;

	if (!block || !atomic_load_explicit(&block->refs, memory_order_relaxed))
		return;
	if (atomic_fetch_sub_explicit(&block->refs, 1, memory_order_acq_rel) == 1)
		free(block);
}
