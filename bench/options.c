/*
 * options.c - what milter_load is told on its command line
 */
#include "bench/options.h"

#include <arpa/inet.h>
#include <getopt.h>

const char options_usage[] =
    "usage: milter_load --socket unix:PATH|inet:PORT@ADDR [options]\n"
    "  --connections N           open at a time (10)\n"
    "  --mails N                 in all (1000)\n"
    "  --mails-per-connection N  before QUIT (3)\n"
    "  --rate N                  mails a second; 0: as fast as the filter goes (0)\n"
    "  --gap MS                  round trip of the SMTP clients (0)\n"
    "  --threads N               of the generator (1)\n"
    "  --distinct N              different mails, used again and again (512)\n"
    "  --body-size LOW-HIGH      bytes, log-uniform (2048-40960)\n"
    "  --nets N, --hosts N       clients: distinct /24s (64) and addresses of each (16)\n"
    "  --seed N                  same seed, same mails and clients (1)\n"
    "  --json FILE               results as one JSON object (- for standard output, then without the table)\n"
    "  --names                   print the clients and their names, and leave\n"
    "  --print-mail N            print mail N, and leave\n";

bool options_socket(const char *text, struct talk_run *run)
{
	struct sockaddr_un *local = (struct sockaddr_un *)&run->addr;
	struct sockaddr_in *inet = (struct sockaddr_in *)&run->addr;
	char *end;

	if (!text)
		return false;
	if (strncmp(text, "unix:", 5) == 0 && strlen(text + 5) < sizeof local->sun_path) {
		local->sun_family = AF_UNIX;
		memcpy(local->sun_path, text + 5, strlen(text + 5) + 1);
		run->addr_len = sizeof *local;
		run->write_bytes = 4096;
		return true;
	}
	if (strncmp(text, "inet:", 5) != 0)
		return false;
	inet->sin_family = AF_INET;
	inet->sin_port = htons((uint16_t)strtoul(text + 5, &end, 10));
	run->addr_len = sizeof *inet;
	run->write_bytes = 131072;
	return *end == '@' && inet_pton(AF_INET, end + 1, &inet->sin_addr) == 1;
}

static bool parse_sizes(const char *text, struct mail_limits *limits)
{
	char *end;

	limits->low_bytes = strtoul(text, &end, 10);
	limits->high_bytes = *end == '-' ? strtoul(end + 1, &end, 10) : limits->low_bytes;
	return *end == '\0' && limits->low_bytes > 0 && limits->low_bytes <= limits->high_bytes &&
	       limits->high_bytes <= 1u << 20;
}

enum { OPT_SOCKET = 1, OPT_RATE, OPT_GAP, OPT_SEED, OPT_SIZE, OPT_JSON, OPT_NAMES, OPT_PRINT, OPT_NUMBER };

static const struct option long_options[] = {
    {"socket", required_argument, NULL, OPT_SOCKET},
    {"rate", required_argument, NULL, OPT_RATE},
    {"gap", required_argument, NULL, OPT_GAP},
    {"seed", required_argument, NULL, OPT_SEED},
    {"body-size", required_argument, NULL, OPT_SIZE},
    {"json", required_argument, NULL, OPT_JSON},
    {"names", no_argument, NULL, OPT_NAMES},
    {"print-mail", required_argument, NULL, OPT_PRINT},
    /* the counts, in the order of count_rows */
    {"connections", required_argument, NULL, OPT_NUMBER},
    {"mails", required_argument, NULL, OPT_NUMBER + 1},
    {"mails-per-connection", required_argument, NULL, OPT_NUMBER + 2},
    {"threads", required_argument, NULL, OPT_NUMBER + 3},
    {"distinct", required_argument, NULL, OPT_NUMBER + 4},
    {"nets", required_argument, NULL, OPT_NUMBER + 5},
    {"hosts", required_argument, NULL, OPT_NUMBER + 6},
    {NULL, 0, NULL, 0},
};

static const struct {
	size_t offset;
	unsigned max;
} count_rows[] = {
    {offsetof(struct options, connections), 1000},
    {offsetof(struct options, mails), 10000000},
    {offsetof(struct options, mails_per_connection), 1000000},
    {offsetof(struct options, threads), OPTIONS_THREADS_MAX},
    {offsetof(struct options, distinct), 100000},
    {offsetof(struct options, crowd.nets), CROWD_NETS_MAX},
    {offsetof(struct options, crowd.hosts), CROWD_HOSTS_MAX},
};

static bool take_count(struct options *options, int row, const char *text)
{
	char *end;
	unsigned long count = strtoul(text, &end, 10);

	if (*end || count < 1 || count > count_rows[row].max)
		return false;
	*(unsigned *)((char *)options + count_rows[row].offset) = (unsigned)count;
	return true;
}

static bool take_option(struct options *options, int which, const char *text)
{
	switch (which) {
	case OPT_SOCKET: options->socket = text; return true;
	case OPT_RATE: options->rate = strtod(text, NULL); return options->rate >= 0;
	case OPT_GAP: options->gap_ms = strtod(text, NULL); return options->gap_ms >= 0;
	case OPT_SEED: options->seed = strtoull(text, NULL, 10); return true;
	case OPT_SIZE: return parse_sizes(text, &options->limits);
	case OPT_JSON: options->json = text; return true;
	case OPT_NAMES: options->names = true; return true;
	case OPT_PRINT: options->print_mail = strtol(text, NULL, 10); return options->print_mail >= 0;
	default: return which >= OPT_NUMBER && take_count(options, which - OPT_NUMBER, text);
	}
}

bool options_take(int argc, char **argv, struct options *options)
{
	int which;

	*options = (struct options){.connections = 10,
	    .mails = 1000,
	    .mails_per_connection = 3,
	    .threads = 1,
	    .distinct = 512,
	    .seed = 1,
	    .limits = {2048, 40960},
	    .crowd = {64, 16},
	    .print_mail = -1};
	while ((which = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		if (!take_option(options, which, optarg))
			return false;
	if (options->threads > options->connections)
		options->threads = options->connections;
	return optind == argc;
}
