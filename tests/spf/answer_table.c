/*
 * answer_table.c - DNS answers from a table, in place of the resolver
 */
#include "answer_table.h"

#include <pthread.h>

#define ENTRIES_MAX 256
#define WAITING_MAX 256

struct entry {
	char *name;
	struct kj_dns_answer answer;
	struct kj_dns_record *records;
	struct kj_resolver *table;
};

struct waiting {
	const struct kj_dns_answer *answer;
	kj_dns_done_fn *done;
	void *context;
};

struct kj_resolver {
	pthread_mutex_t
	    lock; /* for what follows, but the entries: they do not change while questions are put */
	bool later;
	int error, references;
	unsigned asked, count, waiting_count;
	struct entry nothing;
	struct entry entries[ENTRIES_MAX];
	struct waiting waiting[WAITING_MAX];
};

struct kj_resolver *answer_table_new(bool later)
{
	struct kj_resolver *table = calloc(1, sizeof *table);

	if (!table)
		abort();
	pthread_mutex_init(&table->lock, NULL);
	table->later = later;
	table->nothing.table = table;
	table->nothing.answer.status = KJ_DNS_NXDOMAIN;
	return table;
}

void answer_table_free(struct kj_resolver *table)
{
	while (answer_table_deliver(table, false))
		;
	for (unsigned i = 0; i < table->count; i++) {
		struct entry *entry = &table->entries[i];

		for (unsigned r = 0; r < entry->answer.count; r++) {
			free((void *)(uintptr_t)entry->records[r].name);
			free((void *)(uintptr_t)entry->records[r].text);
		}
		free(entry->records);
		free(entry->name);
	}
	pthread_mutex_destroy(&table->lock);
	free(table);
}

static struct entry *find(struct kj_resolver *table, const char *name, enum kj_dns_type type)
{
	for (unsigned i = 0; i < table->count; i++)
		if (table->entries[i].answer.type == type && strcmp(table->entries[i].name, name) == 0)
			return &table->entries[i];
	return NULL;
}

static struct entry *find_or_add(struct kj_resolver *table, const char *name, enum kj_dns_type type)
{
	struct entry *entry = find(table, name, type);

	if (entry || table->count == ENTRIES_MAX)
		return entry;
	entry = &table->entries[table->count++];
	entry->table = table;
	entry->name = strdup(name);
	entry->answer.type = type;
	return entry;
}

static void add(
    struct kj_resolver *table, const char *name, enum kj_dns_type type, struct kj_dns_record record)
{
	struct entry *entry = find_or_add(table, name, type);

	if (!entry) {
		free((void *)(uintptr_t)record.name);
		free((void *)(uintptr_t)record.text);
		return;
	}
	entry->records = realloc(entry->records, (entry->answer.count + 1) * sizeof *entry->records);
	if (!entry->records)
		abort();
	entry->records[entry->answer.count++] = record;
	entry->answer.records = entry->records;
	entry->answer.status = KJ_DNS_FOUND;
}

void answer_table_txt(struct kj_resolver *table, const char *name, const char *text, size_t len)
{
	char *copy = malloc(len + 1);

	if (!copy)
		abort();
	memcpy(copy, text, len);
	copy[len] = '\0';
	add(table, name, KJ_DNS_TXT, (struct kj_dns_record){.text = copy, .text_len = len});
}

void answer_table_addr(struct kj_resolver *table, const char *name, struct kj_addr addr)
{
	add(table, name, addr.family == 6 ? KJ_DNS_AAAA : KJ_DNS_A, (struct kj_dns_record){.addr = addr});
}

void answer_table_name(struct kj_resolver *table, const char *name, enum kj_dns_type type, const char *target)
{
	add(table, name, type, (struct kj_dns_record){.name = strdup(target)});
}

void answer_table_status(
    struct kj_resolver *table, const char *name, enum kj_dns_type type, enum kj_dns_status status)
{
	struct entry *entry = find_or_add(table, name, type);

	if (entry && !entry->answer.count)
		entry->answer.status = status;
}

bool answer_table_deliver(struct kj_resolver *table, bool newest)
{
	struct waiting next = {0};

	pthread_mutex_lock(&table->lock);
	if (table->waiting_count && newest) {
		next = table->waiting[--table->waiting_count];
	} else if (table->waiting_count) {
		next = table->waiting[0];
		table->waiting_count--;
		memmove(table->waiting, table->waiting + 1, table->waiting_count * sizeof *table->waiting);
	}
	pthread_mutex_unlock(&table->lock);
	if (next.done)
		next.done(next.context, next.answer);
	return next.done != NULL;
}

unsigned answer_table_asked(const struct kj_resolver *table)
{
	return table->asked;
}

int answer_table_references(const struct kj_resolver *table)
{
	return table->references;
}

void answer_table_refuse(struct kj_resolver *table, int error)
{
	table->error = error;
}

int kj_resolver_ask(struct kj_resolver *table, const char *name, enum kj_dns_type type, int64_t deadline_ms,
    kj_dns_done_fn *done, void *context)
{
	struct entry *entry = find(table, name, type);

	bool wait;

	(void)deadline_ms;
	if (table->error)
		return table->error;
	if (!entry)
		entry = &table->nothing;
	pthread_mutex_lock(&table->lock);
	table->asked++;
	wait = table->later && table->waiting_count < WAITING_MAX;
	if (wait)
		table->waiting[table->waiting_count++] = (struct waiting){&entry->answer, done, context};
	pthread_mutex_unlock(&table->lock);
	if (!wait)
		done(context, &entry->answer);
	return 0;
}

/* The entry an answer is in: answers are only ever handed out from entries. */
static struct kj_resolver *table_of(const struct kj_dns_answer *answer)
{
	const char *entry = (const char *)answer - offsetof(struct entry, answer);

	return ((const struct entry *)(const void *)entry)->table;
}

static void add_reference(const struct kj_dns_answer *answer, int count)
{
	struct kj_resolver *table = table_of(answer);

	pthread_mutex_lock(&table->lock);
	table->references += count;
	pthread_mutex_unlock(&table->lock);
}

struct kj_dns_answer *kj_dns_answer_ref(const struct kj_dns_answer *answer)
{
	add_reference(answer, 1);
	return (struct kj_dns_answer *)(uintptr_t)answer;
}

void kj_dns_answer_unref(const struct kj_dns_answer *answer)
{
	if (answer)
		add_reference(answer, -1);
}
