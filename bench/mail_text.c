/*
 * mail_text.c - what the generated mails say
 *
 * Whole sentences of different mails are drawn at random. Nobody would want to read the result, but its letters,
 * line lengths, links and share of kanji are those of mail, and the threats have the categories of phrases together
 * that real ones have (a claim of access, a shame, a demand, a wallet, a deadline).
 */
#include "bench/mail_text.h"

static const char *const english_ordinary[] = {
    "Thank you for sending the minutes so quickly; I have added two remarks to the second page.",
    "The delivery for the warehouse in Niigata will arrive on Thursday between nine and eleven.",
    "Could you please confirm the number of participants before the end of the week?",
    "We have looked into the report and could reproduce the behaviour with version 2.4.1.",
    "The invoice for October is attached; the amount is due within thirty days as usual.",
    "I will be out of the office from the 14th and back on the 22nd of the month.",
    "As discussed on the telephone, the contract is extended by one year from April.",
    "The test run of last night ended with three failures, all of them in the import module.",
    "Please find the revised drawing below; only the position of the two bolts has changed.",
    "If nothing else comes up we can meet at the north exit of the station at half past six.",
    "The maintenance window is planned for Sunday, 02:00 to 04:00; mail is queued meanwhile.",
    "Our colleagues have measured the snow load again and agree with the earlier estimate.",
};
static const char *const english_newsletter[] = {
    "This week in our shop: winter boots, wool blankets and everything for the first snow.",
    "Members receive free shipping on all orders above 5,000 yen until the end of November.",
    "Read on our blog how three readers crossed the pass on snowshoes made by themselves.",
    "A warning from our security desk: mails that claim to have filmed you are a known fraud.",
    "The new catalogue is out; 120 pages with maps, prices and the opening hours of all huts.",
    "You receive this letter because you subscribed to it on our page; you can leave any time.",
    "Our customers voted: the lantern of the year is the small brass one from Takayama.",
};
static const char *const english_threat[] = {
    "I have had full access to your device for several months and copied your contacts.",
    "While you visited adult websites I recorded you through your webcam.",
    "If you do not pay I will send the video to all your friends, family and colleagues.",
    "Transfer 1,450 USD in Bitcoin to the wallet below: bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
    "You have 48 hours after opening this message; the timer has started already.",
    "Do not try to contact the police, this address cannot be traced.",
};
static const char *const japanese_ordinary[] = {
    "いつもお世話になっております。先日の打ち合わせの議事録をお送りいたします。",
    "ご注文いただいた商品は、木曜日の午前中に新潟の倉庫へ到着する予定です。",
    "お手数ですが、今週中に参加人数をお知らせいただけますでしょうか。",
    "十月分のご請求書を添付いたしましたので、ご確認をお願いいたします。",
    "日曜日の午前二時から四時まで、サーバーの保守作業を行います。",
    "お電話でお話ししたとおり、契約を来年三月末まで延長いたします。",
    "昨夜の試験では三件の失敗がありましたが、原因は取り込み処理にありました。",
    "六時半に駅の北口で待ち合わせということでよろしいでしょうか。",
    "図面を修正いたしました。変更点はボルトの位置二か所のみです。",
    "引き続きどうぞよろしくお願い申し上げます。",
};
static const char *const japanese_newsletter[] = {
    "今週のおすすめは、初雪に備える冬靴とウールの毛布です。",
    "会員の皆さまは、十一月末まで五千円以上のご注文で送料が無料になります。",
    "自作のかんじきで峠を越えた読者三名の記録を掲載しました。",
    "録画したと称して金銭を要求する詐欺メールにご注意ください。",
    "新しいカタログができました。全百二十頁、山小屋の営業時間も載っています。",
    "配信の停止はいつでも下記のページからお手続きいただけます。",
};
static const char *const japanese_threat[] = {
    "あなたの端末に数か月前から侵入し、連絡先をすべて複製しました。",
    "アダルトサイトを閲覧している様子をカメラで録画しました。",
    "支払わない場合は、動画を家族と友人と同僚に送信します。",
    "四十八時間以内に十五万円相当のビットコインを次の口座に送金してください。",
    "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
    "警察に相談しても無駄です。",
};

static const char *const subjects[2][3][3] = {
    [ENGLISH] = {{"Minutes of Tuesday", "Re: drawing, second revision", "Invoice October"},
        {"First snow: boots and blankets", "Your November catalogue", "Free shipping this week"},
        {"Your account was hacked", "I know what you did", "Payment required"}},
    [JAPANESE] = {{"議事録の送付", "Re: 図面の修正について", "十月分ご請求書"},
        {"初雪の準備はお済みですか", "十一月のカタログ", "送料無料のお知らせ"},
        {"あなたの端末について", "最終通告", "お支払いのお願い"}},
};

struct phrases {
	const char *const *lines;
	unsigned count;
};

#define PHRASES(table)                                                                                       \
	{                                                                                                    \
		table, sizeof(table) / sizeof *(table)                                                       \
	}
static const struct phrases phrases[2][3] = {
    [ENGLISH] = {PHRASES(english_ordinary), PHRASES(english_newsletter), PHRASES(english_threat)},
    [JAPANESE] = {PHRASES(japanese_ordinary), PHRASES(japanese_newsletter), PHRASES(japanese_threat)},
};

const char *text_subject(struct rng *rng, enum language language, enum tone tone)
{
	return subjects[language][tone][rng_below(rng, 3)];
}

/* A threat is mostly ordinary sentences: what is long need not be loud. */
static const char *sentence(struct rng *rng, enum language language, enum tone tone)
{
	const struct phrases *row;

	if (tone == THREAT && rng_below(rng, 3) == 0)
		tone = ORDINARY;
	row = &phrases[language][tone];
	return row->lines[rng_below(rng, row->count)];
}

void text_fill(struct rng *rng, enum language language, enum tone tone, size_t size_bytes, struct kj_buf *out)
{
	size_t end = out->len + size_bytes;

	while (out->len < end && !out->truncated) {
		kj_buf_add_str(out, sentence(rng, language, tone));
		kj_buf_add_str(out, rng_below(rng, 4) ? "\r\n" : "\r\n\r\n");
		if (rng_below(rng, 12) == 0)
			kj_buf_printf(out, "https://www.sender%03u.example/read/%u?from=mail\r\n",
			    rng_below(rng, 64), rng_below(rng, 100000));
	}
}

static void html_block(struct rng *rng, enum language language, enum tone tone, struct kj_buf *out)
{
	unsigned site = rng_below(rng, 64);

	switch (rng_below(rng, 4)) {
	case 0:
		kj_buf_printf(out,
		    "<tr><td style=\"padding:12px;font:14px sans-serif\" align=\"left\">%s</td></tr>\r\n",
		    sentence(rng, language, tone));
		break;
	case 1:
		kj_buf_printf(out, "<p>%s <a href=\"https://www.sender%03u.example/read/%u\">%s</a></p>\r\n",
		    sentence(rng, language, tone), site, rng_below(rng, 100000), "www");
		break;
	case 2:
		kj_buf_printf(out,
		    "<img src=\"https://img.sender%03u.example/%u.png\" width=\"560\" alt=\"\">"
		    "<br>%s&nbsp;&mdash;&nbsp;<b>&yen;%u</b><br>\r\n",
		    site, rng_below(rng, 1000), sentence(rng, language, tone), rng_below(rng, 9999));
		break;
	default:
		kj_buf_printf(
		    out, "<div class=\"m\"><span>%s</span></div>\r\n", sentence(rng, language, tone));
	}
}

void text_html(struct rng *rng, enum language language, enum tone tone, size_t size_bytes, struct kj_buf *out)
{
	size_t end = out->len + size_bytes;

	kj_buf_add_str(out, "<!DOCTYPE html>\r\n<html><head><meta charset=\"utf-8\"><title>Mail</title>\r\n"
	                    "<style>.m{margin:0 auto;width:600px}.h{display:none}</style></head><body>\r\n");
	kj_buf_printf(out, "<div class=\"h\" style=\"display:none\">%s</div>\r\n<table width=\"600\">\r\n",
	    sentence(rng, language, tone));
	while (out->len < end && !out->truncated)
		html_block(rng, language, tone, out);
	kj_buf_add_str(out, "</table></body></html>\r\n");
}
