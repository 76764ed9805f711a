/*
 * share_reply.c - hiredis' reader with objects of our own
 */
#include "share_reply.h"

#include <hiredis/hiredis.h>

/* The longest list that any reply of ours has is one of 1,024 scores. */
#define ITEMS_MAX 4096

struct kj_replies {
	redisReader *reader;
	struct kj_arena *arena;
	size_t left;
};

#if HIREDIS_MAJOR >= 1
typedef size_t list_size;
#else
typedef int list_size;
#endif

/* Make one and hang it where it belongs; NULL makes the reader fail. */
static struct kj_reply *make(const redisReadTask *task, enum kj_reply_kind kind)
{
	struct kj_replies *replies = task->privdata;
	struct kj_reply *reply = kj_arena_alloc(replies->arena, sizeof *reply);

	if (!reply)
		return NULL;
	reply->kind = kind;
	reply->text = "";
	if (task->parent) {
		struct kj_reply *parent = task->parent->obj;

		parent->items[task->idx] = reply;
	}
	return reply;
}

static void *make_text(const redisReadTask *task, char *text, size_t len)
{
	struct kj_replies *replies = task->privdata;
	char *copy = kj_arena_alloc(replies->arena, len + 1);
	struct kj_reply *reply = make(task, task->type == REDIS_REPLY_ERROR ? KJ_REPLY_ERROR : KJ_REPLY_TEXT);

	if (!copy || !reply)
		return NULL;
	memcpy(copy, text, len);
	reply->text = copy;
	reply->len = len;
	return reply;
}

static void *make_list(const redisReadTask *task, list_size count)
{
	struct kj_replies *replies = task->privdata;
	struct kj_reply *reply = count > ITEMS_MAX ? NULL : make(task, KJ_REPLY_LIST);

	if (!reply)
		return NULL;
	reply->count = (unsigned)count;
	reply->items = kj_arena_array(replies->arena, reply->count ? reply->count : 1, sizeof(struct kj_reply *));
	return reply->items ? reply : NULL;
}

static void *make_number(const redisReadTask *task, long long number)
{
	struct kj_reply *reply = make(task, KJ_REPLY_NUMBER);

	if (reply)
		reply->number = number;
	return reply;
}

static void *make_none(const redisReadTask *task)
{
	return make(task, KJ_REPLY_NONE);
}

/* Never changed; hiredis only does not say const. */
static redisReplyObjectFunctions functions = {
    .createString = make_text,
    .createArray = make_list,
    .createInteger = make_number,
    .createNil = make_none,
};

struct kj_replies *kj_replies_new(struct kj_arena *arena, size_t bytes_max)
{
	struct kj_replies *replies = calloc(1, sizeof *replies);

	if (!replies)
		return NULL;
	replies->arena = arena;
	replies->left = bytes_max;
	replies->reader = redisReaderCreateWithFunctions(&functions);
	if (!replies->reader) {
		free(replies);
		return NULL;
	}
	replies->reader->privdata = replies;
	return replies;
}

void kj_replies_free(struct kj_replies *replies)
{
	if (!replies)
		return;
	redisReaderFree(replies->reader);
	free(replies);
}

int kj_replies_feed(struct kj_replies *replies, const void *data, size_t len)
{
	if (len > replies->left)
		return -KJ_ELIMIT;
	replies->left -= len;
	return redisReaderFeed(replies->reader, data, len) == REDIS_OK ? 0 : -KJ_ENOMEM;
}

int kj_replies_next(struct kj_replies *replies, const struct kj_reply **ret_reply, struct kj_reason *reason)
{
	void *reply = NULL;

	if (redisReaderGetReply(replies->reader, &reply) != REDIS_OK)
		return kj_fail(reason, KJ_EINVAL, "what came is no reply of a Redis, or too big a one");
	*ret_reply = reply;
	return reply != NULL;
}

bool kj_replies_rest(const struct kj_replies *replies)
{
	return replies->reader->pos < replies->reader->len;
}
