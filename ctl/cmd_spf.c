/*
 * cmd_spf.c - kanjikictl spf: what does SPF say about this client, and how does it come to say so?
 *
 * The evaluator and the resolver are the daemon's, with its configuration; only the time that may pass is longer.
 */
#include <getopt.h>

#include "ctl/command.h"
#include "ctl/config_file.h"
#include "ctl/spf_way.h"
#include "kanjiki/clock.h"
#include "kanjiki/err.h"
#include "kanjiki/snapshot.h"

struct ask {
	struct kj_spf_request request;
	const char *conf_path;
	bool has_identity, json;
};

enum { IP = 256, HELO, FROM, JSON };

static const struct option options[] = {
    {"ip", required_argument, NULL, IP},
    {"helo", required_argument, NULL, HELO},
    {"from", required_argument, NULL, FROM},
    {"json", no_argument, NULL, JSON},
    {"config", required_argument, NULL, 'c'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* Without the angle brackets of SMTP, if it has them. */
static const char *bare_address(char *text)
{
	size_t len = strlen(text);

	if (len < 2 || text[0] != '<' || text[len - 1] != '>')
		return text;
	text[len - 1] = '\0';
	return text + 1;
}

static int set_client(struct ask *ask, const char *text)
{
	if (kj_addr_parse(text, &ask->request.client) == 0)
		return 0;
	fprintf(stderr, "kanjikictl: \"%s\" is no IP address\n", text);
	return -1;
}

/* Take one option; 0, or -1 for one that is wrong. */
static int take_option(struct ask *ask, int option)
{
	switch (option) {
	case IP: return set_client(ask, optarg);
	case HELO: ask->request.helo = optarg; break;
	case FROM: ask->request.sender = bare_address(optarg); break;
	case JSON: ask->json = true; return 0;
	case 'c': ask->conf_path = optarg; return 0;
	default: return -1;
	}
	ask->has_identity = true;
	return 0;
}

/* Check and print; NULL, or why that failed. */
static const char *check_and_print(const struct ask *ask, struct kj_resolver *resolver)
{
	struct kj_spf_way way;
	const char *why = NULL;

	if (kj_spf_way_walk(resolver, kj_clock_system(), &ask->request, &way) < 0)
		return "out of memory";
	if (!ask->json)
		kj_spf_print(&ask->request, &way);
	else if (kj_spf_print_json(&ask->request, &way) < 0)
		why = "the answers are too long to print";
	kj_spf_way_free(&way);
	return fflush(stdout) != 0 || ferror(stdout) ? "cannot write to standard output" : why;
}

static int ask_spf(const struct ask *ask)
{
	struct kj_snapshot *snapshot = NULL;
	struct kj_resolver *resolver = NULL;
	struct kj_reason reason = {""};
	const char *why = reason.text;

	if (kj_config_file_load(ask->conf_path, &snapshot) < 0)
		return KJ_CTL_FAILED;
	if (kj_resolver_new(
	        &kj_snapshot_settings(snapshot)->resolver, kj_clock_system(), &resolver, &reason) == 0)
		why = check_and_print(ask, resolver);
	if (why)
		fprintf(stderr, "kanjikictl: %s\n", why);
	kj_resolver_free(resolver);
	kj_snapshot_unref(snapshot);
	return why ? KJ_CTL_FAILED : KJ_CTL_OK;
}

static int run(int argc, char **argv)
{
	struct ask ask = {.request = {.helo = "", .sender = ""}};
	int option;

	while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		if (option == 'h')
			return kj_command_usage(&kj_cmd_spf, KJ_CTL_OK);
		if (take_option(&ask, option) < 0)
			return kj_command_usage(&kj_cmd_spf, KJ_CTL_USAGE);
	}
	if (optind != argc || !ask.request.client.family || !ask.has_identity)
		return kj_command_usage(&kj_cmd_spf, KJ_CTL_USAGE);
	return ask_spf(&ask);
}

const struct kj_command kj_cmd_spf = {
    .name = "spf",
    .about = "check a client by SPF, and show every lookup on the way",
    .usage =
        "usage: kanjikictl spf --ip IP [--helo NAME] [--from ADDRESS] [--json] [-c FILE]\n"
        "\n"
        "Prints the result of SPF (RFC 7208), what decided, the explanation of the domain, and each "
        "question\n"
        "to the DNS with its answer, in order: indented below the term that led to it, with that term in\n"
        "brackets and its number if it counts as one of the ten that are allowed.\n"
        "\n"
        "      --ip IP         address of the client\n"
        "      --helo NAME     what it said in HELO or EHLO\n"
        "      --from ADDRESS  envelope sender; without it, or for the null sender \"\", HELO is checked\n"
        "      --json          one JSON object\n"
        "  -c, --config FILE   this configuration; without it " KJ_CONF_FILE ",\n"
        "                      or the built-in defaults if there is none. Its resolver is asked\n"
        "\n"
        "Exit status 0 whatever the result is, 1 if the check could not be made.\n",
    .run = run,
};
