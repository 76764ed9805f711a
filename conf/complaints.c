/*
 * complaints.c - what is wrong with a configuration, collected
 *
 * A file of garbage could complain without end: only the first COMPLAINTS_MAX are kept, all are counted.
 */
#include <stdarg.h>

#include "kanjiki/arena.h"
#include "kanjiki/snapshot.h"

#define COMPLAINTS_MAX 100U
#define TEXT_MAX       512U

struct kj_complaints {
	struct kj_arena *arena;
	struct kj_complaint list[COMPLAINTS_MAX];
	unsigned count, errors;
};

struct kj_complaints *kj_complaints_new(void)
{
	struct kj_complaints *complaints = calloc(1, sizeof *complaints);

	if (!complaints)
		return NULL;
	complaints->arena = kj_arena_new((size_t)1 << 20);
	if (!complaints->arena) {
		free(complaints);
		return NULL;
	}
	return complaints;
}

void kj_complaints_free(struct kj_complaints *complaints)
{
	if (!complaints)
		return;
	kj_arena_free(complaints->arena);
	free(complaints);
}

/* File names and values are quoted in complaints: none of their bytes may move a cursor. */
static char *harmless(char *text)
{
	for (char *p = text; p && *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	return text;
}

void kj_complain(struct kj_complaints *complaints, bool warning, const char *file, unsigned line,
    unsigned column, const char *format, ...)
{
	struct kj_complaint *complaint;
	char text[TEXT_MAX];
	va_list args;

	complaints->errors += !warning;
	if (complaints->count == COMPLAINTS_MAX)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	complaint = &complaints->list[complaints->count++];
	*complaint = (struct kj_complaint){
	    .file = harmless(kj_arena_strdup(complaints->arena, file)),
	    .line = line,
	    .column = column,
	    .text = harmless(kj_arena_strdup(complaints->arena, text)),
	    .warning = warning,
	};
	/* Without memory the complaint still counts, and says as much as it can. */
	if (!complaint->file)
		complaint->file = "";
	if (!complaint->text)
		complaint->text = "out of memory";
}

unsigned kj_complaints_count(const struct kj_complaints *complaints)
{
	return complaints->count;
}

unsigned kj_complaints_errors(const struct kj_complaints *complaints)
{
	return complaints->errors;
}

const struct kj_complaint *kj_complaints_get(const struct kj_complaints *complaints, unsigned index)
{
	return index < complaints->count ? &complaints->list[index] : NULL;
}

void kj_complaint_print(const struct kj_complaint *complaint, struct kj_buf *buf)
{
	kj_buf_add_str(buf, complaint->file);
	if (complaint->line)
		kj_buf_printf(buf, ":%u:%u", complaint->line, complaint->column);
	kj_buf_printf(buf, ": %s: %s", complaint->warning ? "warning" : "error", complaint->text);
}
