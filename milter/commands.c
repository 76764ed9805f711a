/*
 * commands.c - texts of the engine for whoever is at the control socket
 */
#include "milter/commands.h"

#include "kanjiki/buf.h"
#include "kanjiki/engine.h"

#define TEXT_MAX_BYTES (128 * 1024) /* an answer has room for it and for "data " on each line */

static bool lists(struct kj_engine *engine, const char *arguments, struct kj_buf *out)
{
	(void)arguments;
	kj_engine_lists(engine, out);
	return true;
}

static bool metrics(struct kj_engine *engine, const char *arguments, struct kj_buf *out)
{
	(void)arguments;
	kj_engine_metrics(engine, out);
	return true;
}

static const struct {
	const char *word;
	bool takes_arguments;
	bool (*answer)(struct kj_engine *engine, const char *arguments, struct kj_buf *out);
} commands[] = {
    {"cluster", true, kj_engine_cluster},
    {"clusters", true, kj_engine_clusters},
    {"learned", false, kj_engine_learned},
    {"lists", false, lists},
    {"metrics", false, metrics},
};

static void answer_text(const struct kj_buf *text, struct kj_buf *answer)
{
	for (const char *line = kj_buf_str(text); *line; line += strspn(line, "\n")) {
		size_t len = strcspn(line, "\n");

		kj_buf_printf(answer, "data %.*s\n", (int)len, line);
		line += len;
	}
	kj_buf_add_str(answer, text->truncated ? "error there is more than can be said\n" : "ok \n");
}

bool kj_command_ask(struct kj_engine *engine, const char *line, struct kj_buf *answer)
{
	struct kj_buf text = KJ_BUF_INIT(TEXT_MAX_BYTES);
	size_t len = strcspn(line, " ");
	const char *arguments = line + len + strspn(line + len, " ");

	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		if (strlen(commands[i].word) != len || memcmp(commands[i].word, line, len) != 0)
			continue;
		if (*arguments && !commands[i].takes_arguments)
			return false;
		if (commands[i].answer(engine, arguments, &text))
			answer_text(&text, answer);
		else
			kj_buf_printf(answer, "error %s\n", kj_buf_str(&text));
		kj_buf_free(&text);
		return true;
	}
	return false;
}
