/*
 * commands.c - texts of the engine for whoever is at the control socket
 */
#include "milter/commands.h"

#include "kanjiki/buf.h"
#include "kanjiki/engine.h"

#define TEXT_MAX_BYTES (128 * 1024) /* an answer has room for it and for "data " on each line */

static const struct {
	const char *word;
	void (*print)(struct kj_engine *engine, struct kj_buf *out);
} commands[] = {{"lists", kj_engine_lists}, {"metrics", kj_engine_metrics}};

static void answer_text(const struct kj_buf *text, struct kj_buf *answer)
{
	for (const char *line = kj_buf_str(text); *line; line += strspn(line, "\n")) {
		size_t len = strcspn(line, "\n");

		kj_buf_printf(answer, "data %.*s\n", (int)len, line);
		line += len;
	}
	kj_buf_add_str(answer, text->truncated ? "error there is more than can be said\n" : "ok \n");
}

bool kj_command_ask(struct kj_engine *engine, const char *word, struct kj_buf *answer)
{
	struct kj_buf text = KJ_BUF_INIT(TEXT_MAX_BYTES);

	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		if (strcmp(commands[i].word, word) != 0)
			continue;
		commands[i].print(engine, &text);
		answer_text(&text, answer);
		kj_buf_free(&text);
		return true;
	}
	return false;
}
