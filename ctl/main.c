/*
 * main.c - kanjikictl: finding the command
 */
#include "ctl/command.h"

#define FAR_AWAY 3 /* as many typing errors make another word */
#define WORD_MAX 32

static const struct kj_command *const commands[] = {
    &kj_cmd_check_config,
    &kj_cmd_clusters,
    &kj_cmd_explain_text,
    &kj_cmd_lists,
    &kj_cmd_metrics,
    &kj_cmd_reload,
    &kj_cmd_score,
    &kj_cmd_spf,
};
#define COMMAND_COUNT (sizeof commands / sizeof *commands)

static int print_usage(FILE *to, int status)
{
	fputs("usage: kanjikictl COMMAND [OPTION]...\n\n", to);
	for (unsigned i = 0; i < COMMAND_COUNT; i++)
		fprintf(to, "  %-14s %s\n", commands[i]->name, commands[i]->about);
	fputs("\nkanjikictl COMMAND --help says more about one of them; kanjikictl --version prints the "
	      "version.\n",
	    to);
	return status;
}

int kj_command_usage(const struct kj_command *command, int status)
{
	fputs(command->usage, status == KJ_CTL_OK ? stdout : stderr);
	return status;
}

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	unsigned less = a < b ? a : b;

	return less < c ? less : c;
}

/* Levenshtein's distance: letters to change, add or drop between two words. */
static unsigned distance(const char *a, const char *b)
{
	size_t width = strlen(b);
	unsigned row[WORD_MAX + 1];

	if (width > WORD_MAX)
		return FAR_AWAY;
	for (unsigned j = 0; j <= width; j++)
		row[j] = j;
	for (unsigned i = 1; a[i - 1]; i++) {
		unsigned diagonal = row[0];

		row[0] = i;
		for (unsigned j = 1; j <= width; j++) {
			unsigned above = row[j];

			row[j] = least(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[width];
}

static int unknown_command(const char *word)
{
	const struct kj_command *nearest = NULL;
	unsigned best = FAR_AWAY;

	for (unsigned i = 0; i < COMMAND_COUNT; i++) {
		unsigned away = distance(word, commands[i]->name);

		if (away < best) {
			best = away;
			nearest = commands[i];
		}
	}
	fprintf(stderr, "kanjikictl: unknown command \"%s\"", word);
	if (nearest)
		fprintf(stderr, "; did you mean \"%s\"?", nearest->name);
	fputs("\nkanjikictl --help lists the commands\n", stderr);
	return KJ_CTL_USAGE;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return print_usage(stderr, KJ_CTL_USAGE);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
		return print_usage(stdout, KJ_CTL_OK);
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		printf("kanjikictl %s\n", PACKAGE_VERSION);
		return KJ_CTL_OK;
	}
	for (unsigned i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(argv[1], commands[i]->name) == 0)
			return commands[i]->run(argc - 1, argv + 1);
	return unknown_command(argv[1]);
}
