/*
 * test_scoring_extortion.c - the shipped phrases and the check that weighs them together
 */
#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/checks.h"
#include "kanjiki/err.h"
#include "kanjiki/hits.h"
#include "kanjiki/phone.h"
#include "kanjiki/phrase_file.h"
#include "kanjiki/snapshot.h"
#include "scoring/specimen.h"
#include "suite.h"

static struct kj_phrase_set *shipped;

static void load_shipped(void)
{
	struct kj_complaints *complaints = kj_complaints_new();
	const char *srcdir = getenv("KJ_SRCDIR");
	struct kj_reason reason = {""};
	char path[512];

	snprintf(path, sizeof path, "%s/lists/extortion", srcdir ? srcdir : ".");
	shipped = kj_phrase_set_new();
	ck_assert_int_eq(kj_phrase_dir_load(path, shipped, complaints), 0);
	ck_assert_msg(kj_phrase_set_compile(shipped, &reason) == 0, "%s", reason.text);
	kj_complaints_free(complaints);
}

static void unload_shipped(void)
{
	kj_phrase_set_free(shipped);
}

/* Judge a text; the symbol and the reason, or "". */
static struct kj_hit judge(struct kj_arena *arena, const char *subject, const char *body, bool is_list,
    unsigned links, const struct kj_phrase_set *phrases)
{
	struct kj_message message = {
	    .subject = subject, .from_addr = "", .visible = {body, strlen(body)}, .is_list = is_list, .links = links};
	struct kj_text subject_text = {subject, strlen(subject)};
	struct kj_facts facts = {.message = &message, .sender = "", .sender_domain = ""};
	struct kj_rules rules = {.extortion = phrases};
	struct kj_evidence *evidence = kj_evidence_new(arena);
	struct kj_hits *hits = kj_hits_new(arena);

	ck_assert_int_eq(kj_views_make(arena, &message.visible, &facts.visible), 0);
	ck_assert_int_eq(kj_views_make(arena, &subject_text, &facts.subject), 0);
	ck_assert_int_eq(kj_wallets_find(arena, &message.visible, &message.wallets, &message.wallet_count), 0);
	ck_assert_int_eq(kj_phones_find(arena, &message.visible, &message.phones, &message.phone_count), 0);
	kj_check_extortion.judge(&facts, &rules, evidence, hits);
	ck_assert_uint_le(kj_hits_count(hits), 1);
	return kj_hits_count(hits) ? *kj_hits_get(hits, 0) : (struct kj_hit){"", ""};
}

static const struct {
	const char *label, *subject, *text, *core; /* how the reason begins */
} extortions[] = {
    {"hacked webcam", "Your privacy",
        "Greetings. Some weeks ago I infected your laptop through a page you opened. The program let me turn "
        "on your "
        "webcam while you were watching porn, and I recorded you the whole time. Unless you send 900 dollars "
        "to my "
        "bitcoin wallet within 48 hours, the video will be sent to your family and all your colleagues.",
        "en blackmail:"},
    {"password as proof", "account hacked",
        "I know that sunflower77 is your password. We have gained full access to your mailbox and contacts. "
        "A film of "
        "you pleasing yourself in front of the screen is stored on our server. Pay us 0.05 BTC and we will "
        "delete "
        "everything; do not contact the police, they cannot trace us.",
        "en "},
    {"spyware for telephones", "Pegasus",
        "Have you heard of Pegasus? I installed this spyware on your phone and I can read your messages and "
        "hear every "
        "call. I have a video of you that your wife should not see. Transfer $1,450 in Bitcoin. You have 2 "
        "days, then I "
        "will publish the footage.",
        "en blackmail:"},
    {"stolen customer data", "",
        "We hacked your website and extracted your databases. Unless you pay a ransom of $3,000 in bitcoin "
        "within five "
        "days, your data will be sold to the highest bidder and your reputation will be destroyed.",
        "en "},
    {"attack on a network", "DDoS warning",
        "We are a group of hackers. Your network will be attacked starting Monday, and our attack will not "
        "stop until you "
        "pay 20 BTC to this address. You have 3 days. Do not reply to this mail.",
        "en "},
    {"bomb", "Think twice",
        "My mercenary has carried an explosive device into the building where your company is. I can call "
        "him off if you "
        "transfer 20000 dollars in bitcoin by the end of the working day. If you call the police, the bomb "
        "will explode.",
        "en menace:"},
    {"hired killer", "",
        "Somebody paid me to kill you. I have been watching you for a week and I know where you live. Pay me "
        "4000 USD in "
        "bitcoin within 24 hours and tell no one about this letter, and you will never hear from me again. "
        "Otherwise I "
        "will kill you.",
        "en "},
    {"ハッキングの通告", "お支払いについて",
        "はじめまして。残念ながら悪い知らせです。私はあなたのパソコンにウイルスを仕込み、カメラを遠隔操作しま"
        "した。"
        "アダルトサイトを見ているあなたの姿を録画しました。48時間以内に10万円相当のビットコインを下記のウォレ"
        "ットに送金して"
        "ください。さもなければ動画をあなたの友人や家族全員に送信します。警察に相談しても無駄です。",
        "ja blackmail:"},
    {"機械翻訳", "あなたのアカウントはハッキングされました",
        "こんにちは、変態さん。あなたのデバイスはマルウェアに感染しています。私は画面とカメラへの完全なアクセ"
        "ス権を取得し"
        "ました。あなたが自慰行為をしているビデオを作成しました。沈黙の代償として800ドルをBTCで支払ってくださ"
        "い。"
        "支払いを確認したらビデオを削除します。",
        "ja "},
    {"告発", "【告発通知】",
        "あなたが違法なわいせつ動画を購入した事実が判明しました。製造元はすでに逮捕され、購入履歴と銀行の記録"
        "が押収されて"
        "います。明日の正午までにお電話にてご連絡がない場合、証拠を警察に提出し、刑事告訴の手続きに移ります。"
        "なお、メールでの返信は受け付けておりません。",
        "ja "},
    {"訴訟", "訴訟最終告知のお知らせ",
        "貴方の有料動画サイトの利用料金が未納となっており、契約会社より訴状が提出されました。裁判取り下げ最終"
        "期日までに"
        "ご連絡なき場合、給与や動産の差し押さえを強制的に執行いたします。ご本人様からご連絡くださいますようお"
        "願いいたします。"
        "民事訴訟管理センター",
        "ja prosecution:"},
    {"未納料金", "最終通告",
        "総合情報サイトの無料期間中に退会処理がされておらず、登録料金が発生しています。本日中に電話にてご連絡"
        "がない場合は"
        "法的手続きを開始し、身辺調査の上、勤務先の給料を差し押さえます。",
        "ja prosecution:"},
    {"企業への脅迫", "重要",
        "貴社のサーバに侵入し、顧客のデータベースを入手しました。3日以内に5BTCを以下のビットコインアドレスに"
        "送金しなければ、"
        "データをダークウェブに公開します。",
        "ja blackmail:"},
};

START_TEST(an_extortion_has_a_core)
{
	struct kj_arena *arena = kj_arena_new(1 << 20);
	struct kj_hit hit = judge(arena, extortions[_i].subject, extortions[_i].text, false, 0, shipped);

	ck_assert_msg(strncmp(hit.symbol, "EXTORTION_CORE_", 15) == 0 && hit.symbol[15] >= '4', "%s: %s %s",
	    extortions[_i].label, hit.symbol, hit.reason);
	ck_assert_msg(strncmp(hit.reason, extortions[_i].core, strlen(extortions[_i].core)) == 0, "%s: %s",
	    extortions[_i].label, hit.reason);
	ck_assert_ptr_nonnull(strchr(hit.reason, '"'));
	ck_assert_uint_lt(strlen(hit.reason), 300);
	kj_arena_free(arena);
}
END_TEST

static const struct {
	const char *label, *subject, *text;
	bool is_list;
	unsigned links;
} honest[] = {
    {"a bank's warning", "Important information about online banking",
        "Dear customer, your account may have been compromised. We have blocked your card. Please call us "
        "within 24 hours "
        "on the number on the back of your card. We will never ask for your password or for a payment in "
        "bitcoin.",
        false, 1},
    {"a police warning", "Current wave of blackmail mail",
        "The police cybercrime unit warns: criminals send e-mails in which they claim to have hacked the "
        "recipient's "
        "webcam and to have recorded intimate videos, and demand bitcoin within 48 hours. Do not pay. File a "
        "complaint "
        "with your local police.",
        false, 1},
    {"a newsletter on sextortion", "Threat report, week 40",
        "Scammers claim to have hacked your webcam and demand bitcoin. The message says that videos would go "
        "to the "
        "victim's contacts unless a ransom is paid within two days. Researchers counted 300,000 of these "
        "mails.",
        true, 12},
    {"a lawyer's reminder", "File 2019/1187: outstanding invoice",
        "On behalf of our client Example GmbH we ask you to settle the outstanding invoice 4711 of 230.50 "
        "EUR within 10 "
        "days to the account below. Otherwise we will advise our client to take legal action. You can reach "
        "our office by "
        "phone from 9 to 5. Law firm Doe & Roe, 1 Main Street.",
        false, 1},
    {"an exchange's receipt", "Withdrawal completed",
        "You have sent 0.25 BTC to the bitcoin address bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4. The "
        "transfer of $5,000 "
        "was completed. If you did not make this payment, contact support within 24 hours.",
        false, 3},
    {"a blocked address", "Security notice",
        "Your asset 192.0.2.17 has been blocked from network connection to port TCP:22 due to security "
        "risks. Your server "
        "may be infected. Please log in and check within 72 hours.",
        false, 2},
    {"a password reset", "Reset your password",
        "Somebody asked to reset the password of your account. Use this link within 24 hours. If it was not "
        "you, ignore "
        "this e-mail; do not share it with anyone.",
        false, 1},
    {"a developer among developers", "[patch] camera driver",
        "I hacked your patch a little so that the webcam driver records video to my server. Please send the "
        "changes to "
        "the list, and tell me when you have tested all of it. Thanks!",
        true, 3},
    {"銀行の注意喚起", "【重要】フィッシング詐欺にご注意ください",
        "当行を装った不審なメールが送信されています。暗証番号やパスワードを入力しないでください。心当たりのな"
        "い取引があった"
        "場合は、24時間以内に下記の電話番号までご連絡ください。",
        false, 1},
    {"警察の注意喚起", "脅迫メールに関するお知らせ",
        "「アダルトサイトを見ている姿を撮影した」などと称して仮想通貨を要求する迷惑メールが出回っています。要"
        "求に応じず、"
        "最寄りの警察署に相談してください。",
        false, 1},
    {"裁判所の名をかたる葉書の紹介", "架空請求にご注意",
        "「訴訟最終告知」などと書かれた葉書が届いたという相談が消費生活センターに寄せられています。記載の電話"
        "番号には連絡せず、"
        "無視してください。",
        true, 5},
    {"弁護士の督促", "受任通知（事件番号 令和元年第123号）",
        "当職は株式会社例の代理人として、下記売買代金のお支払いを求めます。本書到達後14日以内に下記口座へお振"
        "込みください。"
        "お支払いがない場合は、法的措置を検討いたします。例法律事務所　弁護士 山田太郎　東京都千代田区1-1",
        false, 0},
    {"取引所の受領書", "ビットコイン送金完了のお知らせ",
        "ご依頼のビットコイン0."
        "1BTCの送金が完了しました。送金先のアドレスをご確認ください。お心当たりのない場合は24時間以内に"
        "ご連絡ください。",
        false, 2},
    {"ホスティングのメンテナンス", "サーバメンテナンスのお知らせ",
        "下記日程でサーバのメンテナンスを実施いたします。期間中はメールの送受信ができません。ご不明な点はお電"
        "話にてお問い合わせ"
        "ください。このメールへの返信は受け付けておりません。",
        false, 1},
    {"クラウドの警告", "セキュリティ警告",
        "お客様の資産192.0.2."
        "9はマルウェアに感染している可能性があるため、ネットワークから遮断されました。72時間以内に対応が"
        "ない場合、サーバを停止します。",
        false, 1},
    {"a letter to club members", "Invite all your friends",
        "Share this with all your friends and everyone you know! Make a payment within 24 hours and save. We "
        "recorded a "
        "video of the party and will publish it on Monday. Please do not reply to this e-mail.",
        false, 9},
    {"運動会の写真", "運動会の動画を公開しました",
        "運動会の様子を撮影しました。動画は来週公開します。ご家族やご友人にもお知らせください。購入をご希望の"
        "方は期日までに"
        "コンビニでお支払いください。購入履歴はマイページでご確認いただけます。",
        false, 3},
    {"成人向けの店の受領書", "ご購入ありがとうございます",
        "アダルト動画サイトをご利用いただきありがとうございます。コンテンツの購入履歴はこちらです。お支払いは"
        "24時間以内に"
        "コンビニで、またはビットコインでお願いいたします。返信は受け付けておりません。",
        false, 4},
    {"報道のまとめ", "本日のニュース",
        "児童ポルノを所持したとして男が逮捕され、警視庁は家宅捜索で押収した資料を調べている。地方裁判所に提訴"
        "された有料番組の"
        "訴訟では、本日中に判決が言い渡される。ビットコインは続落した。この記事は有料会員限定です。お問い合わ"
        "せはお電話にて。",
        true, 20},
    {"パスワードの再設定", "パスワード再設定のご案内",
        "パスワードの再設定を受け付けました。24時間以内に下記のURLからお手続きください。お心当たりのない場合"
        "は破棄してください。",
        false, 1},
};

START_TEST(honest_mail_gets_nothing)
{
	struct kj_arena *arena = kj_arena_new(1 << 20);
	struct kj_hit hit =
	    judge(arena, honest[_i].subject, honest[_i].text, honest[_i].is_list, honest[_i].links, shipped);

	ck_assert_msg(!*hit.symbol, "%s: %s %s", honest[_i].label, hit.symbol, hit.reason);
	kj_arena_free(arena);
}
END_TEST

#define SPECIMEN                                                                                             \
	"I infected your laptop and recorded you. Send 900 dollars to my bitcoin wallet or the video will "  \
	"be sent to "                                                                                        \
	"your family."

#define ADDRESS "bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh"

/* Warnings that quote the claims word by word; and blackmail that adds words of warning. */
static const struct {
	const char *label, *text, *want;
} tales[] = {
    {"employer",
        "Scammers claim to have hacked your webcam and recorded you on adult sites. They demand a payment in bitcoin "
        "within 48 hours and threaten to send the video to your contacts. This is sextortion: do not pay.",
        "EXTORTION_DESCRIBED"},
    {"bank",
        "「あなたのパソコンをハッキングした」「アダルトサイトを閲覧する様子を録画した」と称し、ビットコインの支払いを"
        "求める詐欺メールが届いています。このような架空の請求に応じず、手口をご確認のうえ警察にご相談ください。",
        "EXTORTION_DESCRIBED"},
    {"blackmail with a wallet",
        "I hacked your webcam and recorded you on adult sites. This is no scam, and no phishing like that of other "
        "scammers. Pay in bitcoin to " ADDRESS " within 48 hours or I will send the video to your contacts.",
        "EXTORTION_CORE_5"},
    {"a specimen in quotation marks, with its wallet",
        "Some of you got this from scammers today: «I hacked your webcam and recorded you on adult sites. Pay in bitcoin to "
        ADDRESS " within 48 hours or I will send the video to your contacts.» Delete it, please.",
        "EXTORTION_DESCRIBED"},
    {"blackmail that quotes something else",
        "«Delete it, please», as scammers say, and more of such talk behind which one may well try to hide for a while. I "
        "hacked your webcam and recorded you on adult sites. Pay in bitcoin to " ADDRESS " within 48 hours or I will send the "
        "video to your contacts.",
        "EXTORTION_CORE_5"},
    {"a specimen, but a wallet outside of it",
        "Scammers write: «I hacked your webcam and recorded you on adult sites. Pay in bitcoin within 48 hours or I will "
        "send the video to your contacts.» I mean it, so here it is: " ADDRESS,
        "EXTORTION_CORE_5"},
    {"one such word",
        "I hacked your webcam and recorded you on adult sites. This is no scam. Pay in bitcoin within 48 hours or I "
        "will send the video to your contacts.",
        "EXTORTION_CORE_5"},
};

START_TEST(a_tale_about_blackmail_is_told_from_blackmail)
{
	struct kj_arena *arena = kj_arena_new(1 << 20);
	struct kj_hit hit = judge(arena, "", tales[_i].text, false, 0, shipped);

	ck_assert_msg(strcmp(hit.symbol, tales[_i].want) == 0, "%s: \"%s\" %s", tales[_i].label, hit.symbol, hit.reason);
	kj_arena_free(arena);
}
END_TEST

/* Sixteen megabytes; the time limit of a test case ends what is not linear. */
START_TEST(quotations_that_nobody_closes_are_read_in_time)
{
	struct kj_buf text = KJ_BUF_INIT((size_t)16 << 20);
	struct kj_message message = {.subject = ""};
	struct claim_language language = {.name = "en"};

	while (!text.truncated)
		kj_buf_add_str(&text, "«");
	message.visible = (struct kj_text){kj_buf_str(&text), text.len};
	ck_assert(!specimen_is(&message, &language, 0, ~0U));
	kj_buf_free(&text);
}
END_TEST

START_TEST(a_printed_specimen_is_described_only_by_a_list_that_says_so)
{
	struct kj_arena *arena = kj_arena_new(1 << 20);
	const char *talk = "This is what scammers write: " SPECIMEN;

	ck_assert_str_eq(judge(arena, "", talk, true, 12, shipped).symbol, "EXTORTION_DESCRIBED");
	/* Each of the three alone changes nothing: extortion goes over lists as any spam does. */
	ck_assert_str_ne(judge(arena, "", SPECIMEN, true, 12, shipped).symbol, "EXTORTION_DESCRIBED");
	ck_assert_str_ne(judge(arena, "", talk, true, 0, shipped).symbol, "EXTORTION_DESCRIBED");
	ck_assert_str_ne(judge(arena, "", talk, false, 12, shipped).symbol, "EXTORTION_DESCRIBED");
	kj_arena_free(arena);
}
END_TEST

static struct kj_phrase_set *own_set(const struct kj_phrase *phrases, size_t count)
{
	struct kj_phrase_set *set = kj_phrase_set_new();
	struct kj_reason reason = {""};

	for (size_t i = 0; i < count; i++)
		ck_assert_msg(kj_phrase_set_add(set, &phrases[i], NULL, &reason) == 0, "%s", reason.text);
	ck_assert_msg(kj_phrase_set_compile(set, &reason) == 0, "%s", reason.text);
	return set;
}

static const struct kj_phrase own[] = {
    {"en", 0, KJ_CLAIM_COMPROMISE, "aaa claim", KJ_PHRASE_LITERAL, "en", 1},
    {"en", 0, KJ_CLAIM_RECORDED, "bbb claim", KJ_PHRASE_LITERAL, "en", 2},
    {"en", 0, KJ_CLAIM_PAYMENT, "ccc claim", KJ_PHRASE_LITERAL, "en", 3},
    {"en", 0, KJ_CLAIM_DEADLINE, "ddd claim", KJ_PHRASE_LITERAL, "en", 4},
    {"en", 0, KJ_CLAIM_SECRECY, "eee (\\w+ ){0,3}claim", KJ_PHRASE_EXPRESSION, "en", 5},
    {"de", 0, KJ_CLAIM_PAYMENT, "zahlen", KJ_PHRASE_LITERAL, "de", 1},
    {"de", 0, KJ_CLAIM_WALLET, "geldbeutel", KJ_PHRASE_LITERAL, "de", 2},
};

static const struct {
	const char *label, *subject, *text, *symbol;
	unsigned gap; /* characters between the two halves of the text, parted by '|' */
} models[] = {
    {"one claim", "", "aaa claim", "", 0},
    {"two claims no honest mail makes", "", "aaa claim bbb claim", "EXTORTION_HINT", 0},
    {"two of which one is harmless", "", "aaa claim ccc claim", "", 0},
    {"a core of three", "", "aaa claim bbb claim ccc claim", "EXTORTION_CORE_3", 0},
    {"a claim counts once", "", "aaa claim aaa claim bbb claim ccc claim ccc claim", "EXTORTION_CORE_3", 0},
    {"a core of four", "", "aaa claim bbb claim ccc claim ddd claim", "EXTORTION_CORE_4", 0},
    {"the subject counts", "ddd claim", "aaa claim bbb claim ccc claim", "EXTORTION_CORE_4", 0},
    {"within a window", "", "aaa claim bbb claim|ccc claim", "EXTORTION_CORE_3", 800},
    {"beyond a window", "", "aaa claim bbb claim|ccc claim", "EXTORTION_HINT", 1500},
    {"languages do not add up", "", "aaa claim bbb claim zahlen", "EXTORTION_HINT", 0},
    {"but for a wallet with its checksum", "", "aaa claim bbb claim 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "EXTORTION_CORE_3", 0},
    {"parts of words do not match", "", "xaaa claim bbb claims ccc claim", "", 0},
};

START_TEST(claims_add_up_so)
{
	struct kj_phrase_set *set = own_set(own, sizeof own / sizeof *own);
	struct kj_arena *arena = kj_arena_new(1 << 20);
	const char *bar = strchr(models[_i].text, '|'),
	           *end = bar ? bar : models[_i].text + strlen(models[_i].text);
	char text[4000], gap[3001];
	struct kj_hit hit;

	memset(gap, '-', sizeof gap);
	snprintf(text, sizeof text, "%.*s %.*s %s", (int)(end - models[_i].text), models[_i].text,
	    (int)models[_i].gap, gap, bar ? bar + 1 : "");
	hit = judge(arena, models[_i].subject, text, false, 0, set);
	ck_assert_msg(strcmp(hit.symbol, models[_i].symbol) == 0, "%s: \"%s\" %s", models[_i].label,
	    hit.symbol, hit.reason);
	kj_arena_free(arena);
	kj_phrase_set_free(set);
}
END_TEST

/* 600 characters between two claims are 1,800 bytes; in a text that is ASCII otherwise they are still 600. */
START_TEST(a_window_is_of_characters)
{
	struct kj_phrase_set *set = own_set(own, sizeof own / sizeof *own);
	struct kj_arena *arena = kj_arena_new(1 << 20);
	struct kj_buf text = KJ_BUF_INIT(1 << 16);

	for (int i = 0; i < 4000; i++)
		kj_buf_add_str(&text, "word ");
	kj_buf_add_str(&text, "aaa claim bbb claim ");
	for (int i = 0; i < 600; i++)
		kj_buf_add_str(&text, "あ");
	kj_buf_add_str(&text, " ccc claim");
	ck_assert_str_eq(judge(arena, "", kj_buf_str(&text), false, 0, set).symbol, "EXTORTION_CORE_3");
	kj_buf_free(&text);
	kj_arena_free(arena);
	kj_phrase_set_free(set);
}
END_TEST

START_TEST(the_reason_names_the_core_and_quotes_each_claim)
{
	struct kj_phrase_set *set = own_set(own, sizeof own / sizeof *own);
	struct kj_arena *arena = kj_arena_new(1 << 20);

	ck_assert_str_eq(
	    judge(arena, "DDD claim", "Eee of my claim: AAA claim, bbb\nclaim; ccc claim", false, 0, set)
	        .reason,
	    "en blackmail: C \"AAA claim\", R \"bbb claim\", P \"ccc claim\", D \"DDD claim\", X \"Eee of my "
	    "claim\"");
	kj_arena_free(arena);
	kj_phrase_set_free(set);
}
END_TEST

START_TEST(the_reason_names_the_telephone_number_next_to_a_demand_to_call)
{
	struct kj_arena *arena = kj_arena_new(1 << 20);
	struct kj_hit hit = judge(arena, "",
	    "警視庁サイバー犯罪対策課です。あなたに対する逮捕状が発行されました。本日中に 03-1234-5678 へ至急お電話ください。"
	    "誰にも話さないでください。",
	    false, 0, shipped);

	ck_assert_msg(strstr(hit.reason, ", H 0312345678 \"") != NULL, "%s", hit.reason);
	kj_arena_free(arena);
}
END_TEST

START_TEST(an_empty_set_and_no_set_find_nothing)
{
	struct kj_phrase_set *set = own_set(NULL, 0);
	struct kj_arena *arena = kj_arena_new(1 << 20);

	ck_assert_str_eq(judge(arena, "", extortions[0].text, false, 0, set).symbol, "");
	ck_assert_str_eq(judge(arena, "", extortions[0].text, false, 0, NULL).symbol, "");
	kj_phrase_set_free(set);
	kj_phrase_set_free(NULL);
	kj_arena_free(arena);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("extortion");
	TCase *lists = tcase_create("lists"), *model = tcase_create("model");

	tcase_add_unchecked_fixture(lists, load_shipped, unload_shipped);
	add_rows(lists, an_extortion_has_a_core, extortions);
	add_rows(lists, honest_mail_gets_nothing, honest);
	add_rows(lists, a_tale_about_blackmail_is_told_from_blackmail, tales);
	tcase_add_test(lists, the_reason_names_the_telephone_number_next_to_a_demand_to_call);
	tcase_add_test(lists, quotations_that_nobody_closes_are_read_in_time);
	tcase_add_test(lists, a_printed_specimen_is_described_only_by_a_list_that_says_so);
	suite_add_tcase(suite, lists);
	add_rows(model, claims_add_up_so, models);
	tcase_add_test(model, a_window_is_of_characters);
	tcase_add_test(model, the_reason_names_the_core_and_quotes_each_claim);
	tcase_add_test(model, an_empty_set_and_no_set_find_nothing);
	suite_add_tcase(suite, model);
	return suite_run(suite);
}
