/*
 * maillog.c - the mails that a mail server's log tells of
 *
 * The lines, as Postfix 3 writes them (src/smtpd/smtpd.c, src/qmgr/qmgr_active.c):
 *
 *   Nov 26 04:00:01 mx postfix/smtpd[71]: 4D7E1A0C55: client=name[192.0.2.1]
 *   Nov 26 04:00:02 mx postfix/qmgr[70]: 4D7E1A0C55: from=<a@example.net>, size=1234, nrcpt=1 (queue active)
 *
 * The first part of a name (syslog_name) is the site's to choose, and may differ between smtpd and qmgr of one mail:
 * only what stands behind the last slash is looked at. Host and queue id together are the key.
 */
#include "ctl/maillog.h"

#include <stdlib.h>

#include "ctl/log_pairs.h"
#include "ctl/log_time.h"
#include "kanjiki/err.h"
#include "kanjiki/hash.h"
#include "kanjiki/name.h"

#define SETS	      4096 /* of so many mails under way, the oldest of a set falls out first */
#define WAYS	      4
#define QUEUE_ID_MAX  64
#define HELO_MAX      512
#define SENDER_MAX    1024
#define UNKNOWN_NAME  "unknown"

/* A mail whose client is known, and whose sender is not yet. */
struct under_way {
	uint64_t key; /* 0: free */
	uint64_t turn;
	struct kj_addr client;
	char name[KJ_NAME_STRLEN];
};

struct kj_maillog {
	struct kj_hash_key hash_key;
	struct kj_log_time time;
	uint64_t turn;
	bool watched;
	int64_t from_s, to_s;
	char name[KJ_NAME_STRLEN], helo[HELO_MAX], sender[SENDER_MAX], queue_id[QUEUE_ID_MAX]; /* of the last mail */
	struct under_way under_way[SETS][WAYS];
};

/* One line in parts. */
struct line {
	int64_t time_s;
	const char *host; /* ends with a blank */
	const char *text; /* behind "program[pid]: " */
	uint64_t key;	  /* of host and queue id */
};

int kj_maillog_new(int64_t now_s, struct kj_maillog **ret_log)
{
	struct kj_maillog *log = calloc(1, sizeof *log);

	if (!log)
		return -KJ_ENOMEM;
	log->time.now_s = now_s;
	if (kj_hash_key_random(&log->hash_key) < 0) {
		free(log);
		return -KJ_EIO;
	}
	*ret_log = log;
	return 0;
}

void kj_maillog_free(struct kj_maillog *log)
{
	free(log);
}

static void copy(char *out, size_t size, const char *text, size_t len)
{
	if (len >= size)
		len = size - 1;
	memcpy(out, text, len);
	out[len] = '\0';
}

/* --- The table of mails under way ------------------------------------------------------------------------------- */

static struct under_way *set_of(struct kj_maillog *log, uint64_t key)
{
	return log->under_way[(key >> 32) % SETS];
}

static struct under_way *find(struct kj_maillog *log, uint64_t key)
{
	struct under_way *set = set_of(log, key);

	for (unsigned i = 0; i < WAYS; i++)
		if (set[i].key == key)
			return &set[i];
	return NULL;
}

/* The place of a mail: its own, a free one, or the oldest one's. */
static struct under_way *place_for(struct kj_maillog *log, uint64_t key)
{
	struct under_way *set = set_of(log, key), *place = find(log, key);

	for (unsigned i = 0; i < WAYS && !place; i++)
		if (!set[i].key)
			place = &set[i];
	if (!place)
		place = set;
	for (unsigned i = 0; i < WAYS && place->key && place->key != key; i++)
		if (set[i].turn < place->turn)
			place = &set[i];
	return place;
}

/* --- Lines of Postfix ------------------------------------------------------------------------------------------- */

/* "4D7E1A0C55: " or "3xY2kd1lGTz2: " at the start of the text. Moves behind it; false if there is none. */
static bool take_queue_id(struct kj_maillog *log, struct line *line)
{
	static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	size_t len = strspn(line->text, letters), host_len = strcspn(line->host, " ");
	char id[2 * QUEUE_ID_MAX];

	if (len < 5 || len >= QUEUE_ID_MAX || line->text[len] != ':' || line->text[len + 1] != ' ' ||
	    strncmp(line->text, "NOQUEUE:", 8) == 0)
		return false;
	copy(log->queue_id, sizeof log->queue_id, line->text, len);
	if (host_len > QUEUE_ID_MAX)
		host_len = QUEUE_ID_MAX;
	memcpy(id, log->queue_id, len);
	memcpy(id + len, line->host, host_len);
	line->key = kj_hash(&log->hash_key, id, len + host_len) | 1; /* 0 is for what is free */
	line->text += len + 2;
	return true;
}

/* "name[192.0.2.1]", perhaps with ":port" behind it. The last bracket counts, for a name may not hold one but is a
 * stranger's. */
static bool read_client(const char *at, size_t len, struct kj_addr *ret_client, char name[KJ_NAME_STRLEN])
{
	const char *end = memrchr(at, ']', len), *open = end ? memrchr(at, '[', (size_t)(end - at)) : NULL;
	char address[KJ_ADDR_STRLEN];

	if (!open || (size_t)(end - open) > sizeof address)
		return false;
	copy(address, sizeof address, open + 1, (size_t)(end - open - 1));
	if (kj_addr_parse(address, ret_client) < 0)
		return false;
	if (open == at || (size_t)(open - at) >= KJ_NAME_STRLEN)
		snprintf(name, KJ_NAME_STRLEN, UNKNOWN_NAME);
	else
		copy(name, KJ_NAME_STRLEN, at, (size_t)(open - at));
	return true;
}

/* The value of ", key=value" in the text; NULL if there is none. */
static const char *attribute(const char *text, const char *key, size_t *ret_len)
{
	const char *at = strstr(text, key);

	if (!at)
		return NULL;
	at += strlen(key);
	*ret_len = strcspn(at, ",");
	return at;
}

/*
 * Where the client stands. A mail that comes back from a content filter names both: "client=localhost[127.0.0.1],
 * orig_queue_id=..., orig_client=...". It was in the queue before, and so in the log - unless the filter is a proxy
 * in front of the queue, which is told by there being no queue id. NULL for what is passed over.
 */
static const char *client_of(const char *text, size_t *ret_len)
{
	static const char client[] = "client=";
	const char *original;
	size_t len;

	if (strncmp(text, client, strlen(client)) != 0 || strstr(text, ", sasl_username="))
		return NULL;
	original = attribute(text, ", orig_queue_id=", &len);
	if (original && strncmp(original, "NOQUEUE", 7) != 0)
		return NULL;
	original = attribute(text, ", orig_client=", ret_len);
	if (original)
		return original;
	*ret_len = strcspn(text, ",") - strlen(client);
	return text + strlen(client);
}

static enum kj_maillog_line read_smtpd(struct kj_maillog *log, struct line *line, struct kj_maillog_mail *ret_mail)
{
	struct kj_addr client;
	struct under_way *place;
	char name[KJ_NAME_STRLEN];
	const char *at;
	size_t len;

	(void)ret_mail;
	if (!take_queue_id(log, line))
		return KJ_MAILLOG_OTHER;
	at = client_of(line->text, &len);
	if (!at || !read_client(at, len, &client, name))
		return KJ_MAILLOG_OTHER;
	place = place_for(log, line->key);
	*place = (struct under_way){.key = line->key, .turn = ++log->turn, .client = client};
	copy(place->name, sizeof place->name, name, strlen(name));
	return KJ_MAILLOG_OTHER;
}

/* "from=<a@example.net>, size=...". An address may be quoted and have anything in it, so its end is looked for from
 * behind. */
static bool read_sender(struct kj_maillog *log, const char *text)
{
	static const char from[] = "from=<", behind[] = ">, size=";
	const char *start = text + strlen(from), *end = NULL;

	if (strncmp(text, from, strlen(from)) != 0)
		return false;
	for (const char *at = strstr(text, behind); at; at = strstr(at + 1, behind))
		end = at;
	if (end)
		copy(log->sender, sizeof log->sender, start, (size_t)(end - start));
	return end != NULL;
}

static void tell(struct kj_maillog *log, const struct line *line, struct kj_maillog_mail *ret_mail)
{
	*ret_mail = (struct kj_maillog_mail){
	    .time_s = line->time_s,
	    .client = ret_mail->client,
	    .client_name = log->name,
	    .helo = log->helo,
	    .sender = log->sender,
	    .queue_id = log->queue_id,
	};
}

/* qmgr says so again whenever it tries once more to deliver: the first time ends the mail here. */
static enum kj_maillog_line read_qmgr(struct kj_maillog *log, struct line *line, struct kj_maillog_mail *ret_mail)
{
	struct under_way *place;

	if (!take_queue_id(log, line))
		return KJ_MAILLOG_OTHER;
	place = find(log, line->key);
	if (!place || !read_sender(log, line->text))
		return KJ_MAILLOG_OTHER;
	ret_mail->client = place->client;
	copy(log->name, sizeof log->name, place->name, strlen(place->name));
	log->helo[0] = '\0';
	place->key = 0;
	tell(log, line, ret_mail);
	return KJ_MAILLOG_MAIL;
}

/* --- Lines of kanjikid ------------------------------------------------------------------------------------------ */

enum { CLIENT = 1, FROM = 2 };

/* Returns which of the two that make a mail are there. */
static unsigned read_pairs(struct kj_maillog *log, const char *text, struct kj_addr *ret_client)
{
	struct kj_log_pair pair;
	unsigned seen = 0;

	log->helo[0] = log->queue_id[0] = '\0';
	while (kj_log_pair_next(&text, &pair)) {
		if (strcmp(pair.key, "client") == 0) {
			seen |= kj_addr_parse(pair.value, ret_client) == 0 ? CLIENT : 0;
		} else if (strcmp(pair.key, "helo") == 0) {
			copy(log->helo, sizeof log->helo, pair.value, strlen(pair.value));
		} else if (strcmp(pair.key, "qid") == 0) {
			copy(log->queue_id, sizeof log->queue_id, pair.value, strlen(pair.value));
		} else if (strcmp(pair.key, "from") == 0) {
			copy(log->sender, sizeof log->sender, pair.value, strlen(pair.value));
			seen |= FROM;
		}
	}
	return seen;
}

/* A mail from kanjikid's own line is also under way in Postfix, whose smtpd knew the client's name, and which must
 * not tell it once more. */
static enum kj_maillog_line read_kanjikid(struct kj_maillog *log, struct line *line, struct kj_maillog_mail *ret_mail)
{
	struct under_way *place = NULL;
	struct line postfix = *line;
	char id[QUEUE_ID_MAX + 2];

	if (read_pairs(log, line->text, &ret_mail->client) != (CLIENT | FROM))
		return KJ_MAILLOG_OTHER;
	snprintf(id, sizeof id, "%s: ", log->queue_id);
	postfix.text = id;
	if (take_queue_id(log, &postfix))
		place = find(log, postfix.key);
	snprintf(log->name, sizeof log->name, "%s", place ? place->name : UNKNOWN_NAME);
	if (place)
		place->key = 0;
	tell(log, line, ret_mail);
	return KJ_MAILLOG_MAIL;
}

/* --- Any line --------------------------------------------------------------------------------------------------- */

typedef enum kj_maillog_line read_fn(struct kj_maillog *log, struct line *line, struct kj_maillog_mail *ret_mail);

static const struct {
	const char *program;
	size_t len;
	read_fn *read;
} programs[] = {{"smtpd", 5, read_smtpd}, {"qmgr", 4, read_qmgr}, {"kanjikid", 8, read_kanjikid}};

/* The reader of "postfix/smtpd[71]: text", and its text; NULL if the program is none of these. */
static read_fn *reader_of(const char *tag, const char **ret_text)
{
	size_t len = strcspn(tag, "[: ");
	const char *slash = memrchr(tag, '/', len), *name = slash ? slash + 1 : tag;
	size_t name_len = len - (size_t)(name - tag);
	const char *text = tag + len;

	if (*text == '[')
		text += strcspn(text, "]") + (text[strcspn(text, "]")] == ']');
	if (text[0] != ':' || text[1] != ' ')
		return NULL;
	*ret_text = text + 2;
	for (unsigned i = 0; i < sizeof programs / sizeof *programs; i++)
		if (name_len == programs[i].len && memcmp(name, programs[i].program, name_len) == 0)
			return programs[i].read;
	return NULL;
}

static void watch(struct kj_maillog *log, int64_t time_s)
{
	if (!log->watched || time_s < log->from_s)
		log->from_s = time_s;
	if (!log->watched || time_s > log->to_s)
		log->to_s = time_s;
	log->watched = true;
}

enum kj_maillog_line kj_maillog_read(struct kj_maillog *log, const char *line, struct kj_maillog_mail *ret_mail)
{
	struct line parts = {0};
	size_t len = kj_log_time_read(&log->time, line, &parts.time_s);
	const char *blank = len ? strchr(line + len, ' ') : NULL;
	read_fn *read;

	if (!blank)
		return KJ_MAILLOG_STRANGE;
	parts.host = line + len;
	read = reader_of(blank + 1, &parts.text);
	if (!read)
		return KJ_MAILLOG_OTHER;
	watch(log, parts.time_s);
	return read(log, &parts, ret_mail);
}

bool kj_maillog_span(struct kj_maillog *log, int64_t *ret_from_s, int64_t *ret_to_s)
{
	bool watched = log->watched;

	if (watched) {
		*ret_from_s = log->from_s;
		*ret_to_s = log->to_s;
	}
	log->watched = false;
	return watched;
}

bool kj_maillog_begins(int64_t now_s, const char *line, int64_t *ret_s)
{
	struct kj_log_time time = {.now_s = now_s};

	return kj_log_time_read(&time, line, ret_s) != 0;
}
