/*
 * text.c - what the mails of the simulator say
 *
 * Words are drawn with the common ones more often, as in languages: two texts by different people have words in common,
 * but hardly ever three in a row.
 */
#include "bench/sim/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char *const english[] = {"the", "to", "and", "of", "a", "in", "we", "for", "is", "you", "on", "that",
    "with", "this", "be", "are", "your", "our", "it", "have", "will", "as", "at", "from", "can", "or", "by", "not",
    "if", "please", "all", "has", "been", "any", "more", "new", "next", "after", "would", "time", "week", "also",
    "which", "before", "there", "about", "last", "order", "meeting", "report", "project", "team", "customer", "office",
    "delivery", "price", "offer", "contract", "question", "answer", "list", "document", "version", "update", "plan",
    "change", "point", "month", "year", "day", "morning", "school", "house", "garden", "winter", "summer", "train",
    "station", "mountain", "river", "music", "book", "photo", "recipe", "coffee", "kitchen", "market", "village",
    "harbour", "museum", "festival", "ticket", "hotel", "flight", "travel", "budget", "invoice", "payment", "account",
    "service", "support", "server", "network", "system", "software", "release", "test", "result", "error", "problem",
    "solution", "design", "drawing", "machine", "factory", "warehouse", "sample", "material", "steel", "paper", "wood",
    "colour", "blue", "green", "red", "small", "large", "early", "late", "quick", "careful", "simple", "final",
    "second", "third", "several", "send", "receive", "confirm", "discuss", "prepare", "finish", "begin", "visit",
    "arrange", "review", "measure", "compare", "explain", "suggest", "decide", "remember", "expect", "attach",
    "reserve", "cancel", "extend", "improve", "repair", "install", "collect", "deliver", "children", "teacher",
    "doctor", "friend", "member", "partner", "colleague", "manager", "supplier", "neighbour", "tomorrow", "Tuesday",
    "Friday", "March", "June", "October", "quarter", "weather", "snow", "rain", "light", "power", "water", "energy",
    "health", "safety", "quality", "history", "future", "council", "region", "country", "language", "letter", "story",
    "picture", "window", "bridge", "engine", "bicycle", "battery", "camera", "screen", "keyboard"};

static const char *const nouns[] = {"会議", "資料", "契約", "注文", "商品", "在庫", "納期", "見積", "工場", "倉庫",
    "図面", "部品", "試験", "結果", "報告", "計画", "予算", "請求", "支払", "担当", "部長", "社長", "先生", "学校",
    "子供", "家族", "友人", "旅行", "温泉", "電車", "駅前", "写真", "音楽", "映画", "料理", "野菜", "果物", "季節",
    "桜", "紅葉", "雪", "台風", "天気", "祭り", "地域", "市役所", "図書館", "病院", "健康", "運動", "大会", "練習",
    "選手", "会員", "講座", "セミナー", "イベント", "キャンペーン", "サービス", "サーバー", "ネットワーク", "システム",
    "ソフト", "画面", "設定", "更新", "手順", "問題", "原因", "対策", "品質", "安全", "環境", "電気", "機械", "車両",
    "建物", "工事", "住宅", "庭", "家具", "布団", "着物", "茶碗", "新聞", "雑誌", "歴史", "文化", "言語", "世界",
    "未来", "経験", "技術", "研究", "大学", "論文", "発表", "質問", "回答", "希望", "条件", "価格", "割引"};
static const char *const particles[] = {"の", "を", "に", "は", "が", "で", "と", "も", "から", "まで"};
static const char *const verbs[] = {"送付いたします", "確認しました", "変更になりました", "お願いいたします",
    "決まりました", "予定しております", "始まります", "終わりました", "楽しみにしています", "検討しています",
    "届きました", "完成しました", "増えました", "お知らせします", "相談したいと思います", "必要です", "延期されました",
    "購入しました", "見つかりました", "難しいようです", "助かりました", "伺います", "用意しました", "調べています",
    "残っています", "考えています", "整いました", "選びました"};

static const char *const persons[2][24] = {
    {"Anna Berg", "John Miller", "Mary Stone", "Peter Novak", "Laura Rossi", "David Clark", "Emma Fischer",
        "Paul Martin", "Sofia Lind", "Mark Weber", "Julia Adams", "Tom Baker", "Nina Petrov", "Oscar Dahl",
        "Helen Ward", "Simon Reid", "Clara Moreau", "Victor Hugoson", "Alice Grant", "Frank Olsen", "Rita Gomez",
        "Henry Wood", "Diana Frost", "Igor Kovac"},
    {"佐藤 健", "鈴木 花子", "高橋 誠", "田中 美咲", "伊藤 翔", "渡辺 直美", "山本 大輔", "中村 由美", "小林 拓也",
        "加藤 愛", "吉田 隆", "山田 恵子", "佐々木 亮", "山口 真理", "松本 剛", "井上 彩", "木村 浩", "林 さくら",
        "清水 学", "斎藤 舞", "森 光", "池田 裕子", "橋本 和也", "石川 千夏"},
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* The smaller of two draws: the beginning of a list is the common part of it. */
static unsigned common(struct rng *rng, unsigned count)
{
	unsigned a = rng_below(rng, count), b = rng_below(rng, count);

	return a < b ? a : b;
}

void text_token(struct rng *rng, enum text_language language, bool ends_sentence, struct kj_buf *out)
{
	if (language == TEXT_EN) {
		kj_buf_add_str(out, english[common(rng, COUNT(english))]);
		if (ends_sentence)
			kj_buf_add_char(out, '.');
	} else if (ends_sentence) {
		kj_buf_add_str(out, verbs[rng_below(rng, COUNT(verbs))]);
		kj_buf_add_str(out, "。");
	} else {
		kj_buf_add_str(out, nouns[rng_below(rng, COUNT(nouns))]);
		kj_buf_add_str(out, particles[common(rng, COUNT(particles))]);
	}
}

static void words(const struct text_slots *slots, unsigned count, bool sentence, struct kj_buf *out)
{
	for (unsigned i = 0; i < count; i++) {
		if (i && slots->language == TEXT_EN)
			kj_buf_add_char(out, ' ');
		text_token(slots->rng, slots->language, sentence && i == count - 1, out);
	}
}

static void sentences(const struct text_slots *slots, unsigned count, struct kj_buf *out)
{
	bool english_text = slots->language == TEXT_EN;

	for (unsigned i = 0; i < count; i++) {
		if (i && english_text)
			kj_buf_add_char(out, ' ');
		words(slots, rng_between(slots->rng, english_text ? 7 : 3, english_text ? 16 : 6), true, out);
	}
}

const char *text_person(struct rng *rng, enum text_language language)
{
	return persons[language][rng_below(rng, COUNT(persons[0]))];
}

static void local_part(const char *address, struct kj_buf *out)
{
	kj_buf_add(out, address, strcspn(address, "@"));
}

/* Somebody is called the same in every mail, so that the name goes by the address. */
static const char *name_of(const struct text_slots *slots)
{
	struct rng rng = {0};

	for (const char *p = slots->rcpt; *p; p++)
		rng.state = rng.state * 31 + (unsigned char)*p;
	return text_person(&rng, slots->language);
}

static void date(const struct text_slots *slots, struct kj_buf *out)
{
	unsigned month = rng_between(slots->rng, 1, 12), day = rng_between(slots->rng, 1, 28);

	if (slots->language == TEXT_JA)
		kj_buf_printf(out, "%u月%u日", month, day);
	else
		kj_buf_printf(out, "%u %s", day, month & 1 ? "March" : "October");
}

static void fill(const struct text_slots *slots, char slot, unsigned count, struct kj_buf *out)
{
	struct rng *rng = slots->rng;

	switch (slot) {
	case 'r': kj_buf_add_str(out, slots->rcpt); break;
	case 'l': local_part(slots->rcpt, out); break;
	case 'g': kj_buf_add_str(out, name_of(slots)); break;
	case 'd': kj_buf_add_str(out, slots->domain); break;
	case 'b': kj_buf_add_str(out, slots->brand); break;
	case 'p': kj_buf_add_str(out, slots->person); break;
	case 'n': kj_buf_printf(out, "%u", rng_between(rng, 1000, 99999)); break;
	case 'c': date(slots, out); break;
	case 'h': kj_buf_printf(out, "%u:%02u", rng_below(rng, 24), 5 * rng_below(rng, 12)); break;
	case 'u': kj_buf_printf(out, "https://www.%s/%u", slots->domain, rng_below(rng, 100000)); break;
	case 't': words(slots, rng_between(rng, 2, 5), false, out); break;
	case 'w': words(slots, count ? count : 1, false, out); break;
	case 's': sentences(slots, count ? count : 1, out); break;
	default: break;
	}
}

void text_expand(const struct text_slots *slots, const char *template, struct kj_buf *out)
{
	const char *p = template;

	while (*p) {
		size_t plain = strcspn(p, "{");

		kj_buf_add(out, p, plain);
		p += plain;
		if (*p) {
			char *end;
			unsigned long count = strtoul(p + 2, &end, 10);

			fill(slots, p[1], (unsigned)count, out);
			p = end + 1;
		}
	}
}
