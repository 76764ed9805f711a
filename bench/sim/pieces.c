/*
 * pieces.c - the templates
 *
 * Worded after what such software really sends, which is the point of them.
 */
#include "bench/sim/pieces.h"

#include <stddef.h>

static const struct piece person_en[] = {
    {"{t}", "Hi {g},\n\n{s3}\n\nBest regards,\n{p}\n{b}\n"},
    {"Re: {t}", "{g},\n\n{s2}\n\n{p}\n\n> {s1}\n> {s1}\n"},
    {"{t}", "Dear {g},\n\n{s4}\n\n{s3}\n\nKind regards\n{p}\n--\n{b} | www.{d}\n"},
    {"Re: {t}", "{s1}\n\nSent from my iPhone\n"},
    {0},
};
static const struct piece person_ja[] = {
    {"{t}", "{g} 様\n\nいつもお世話になっております。{b}の{p}です。\n\n{s4}\n\n何卒よろしくお願いいたします。\n\n{p}\n"},
    {"Re: {t}", "{g} 様\n\nお世話になっております。{p}です。\n{s3}\n以上、よろしくお願いいたします。\n\n> {s1}\n> {s1}\n"},
    {"{t}のご連絡", "お疲れ様です。{p}です。\n\n{s5}\n\n{s3}\n\nよろしくお願いします。\n"},
    {"Re: {t}", "{s1}\n\niPhoneから送信\n"},
    {0},
};
static const struct piece common_en[] = {
    {"Invoice {n}", "Dear {g},\n\nplease find attached our invoice {n}. {s1}\n\nThank you for your business.\n{p}\n"},
    {"Re: hello", "Hi {g},\n{s1}\n{p}\n"},
    {"Re: meeting", "Hello {g},\n\n{s1}\n\nSee you {c},\n{p}\n"},
    {"Your order {n}", "Dear {g},\n\nthank you for your order {n} of {c}. {s2}\n\nYour team of {b}\n"},
    {"Quotation", "Dear {g},\n\nas requested we send you our quotation. {s2}\n\nBest regards\n{p}\n"},
    {"Happy New Year!", "Dear {g},\n\na happy new year to you and your family! {s1}\n\n{p}\n"},
    {0},
};
static const struct piece common_ja[] = {
    {"請求書送付のご案内", "{g} 様\n\nいつもお世話になっております。{b}の{p}でございます。\n{c}分の請求書を添付にてお送りいたします。"
                           "ご査収のほどよろしくお願い申し上げます。\n\n{p}\n"},
    {"お見積りの件", "{g} 様\n\nお世話になっております。{b}の{p}です。\nお見積書をお送りいたします。{s1}\nご検討のほどよろしくお願いいたします。\n"},
    {"Re: お打ち合わせの件", "{g} 様\n\nお世話になっております。{p}です。\n{c} {h}でお願いいたします。\n{s1}\n"},
    {"お問い合わせありがとうございます", "{g} 様\n\nこの度はお問い合わせいただき、誠にありがとうございます。\n{s2}\n担当者より改めてご連絡いたしますので、"
                                          "今しばらくお待ちください。\n\n{b}\n"},
    {"年末年始休業のお知らせ", "お客様各位\n\n平素は格別のご高配を賜り、厚く御礼申し上げます。誠に勝手ながら、弊社では下記の期間を年末年始休業とさせて"
                               "いただきます。ご不便をおかけいたしますが、何卒ご了承くださいますようお願い申し上げます。\n\n休業期間 {c} から {c} まで\n\n{b}\n"},
    {"新年のご挨拶", "{g} 様\n\n新年あけましておめでとうございます。旧年中は格別のお引き立てを賜り、厚く御礼申し上げます。"
                     "本年もどうぞよろしくお願い申し上げます。\n{s1}\n\n{b} {p}\n"},
    {0},
};

#define FOOTER_EN                                                                                                            \
	"\n\nCopyright (C) 2027 {b}, All rights reserved.\nYou are receiving this email because you opted in via our website.\n\n" \
	"Our mailing address is:\n{b}\n{n} {w1} street\n\nWant to change how you receive these emails?\nYou can update your "     \
	"preferences or unsubscribe from this list.\n{u}\n"
#define FOOTER_JA                                                                                                            \
	"\n\n━━━━━━━━━━━━\nこのメールは、{b}のメールマガジンにご登録いただいたお客様にお送りしています。\n"            \
	"配信停止をご希望の方は、お手数ですが下記のページよりお手続きください。本メールは送信専用のため、ご返信いただいてもお答えできません。"       \
	"\n{u}\n発行元 {b}\n"

static const struct piece newsletter_en[] = {
    {"{t}", "View this email in your browser\n{u}\n\n{s5}\n\n{s4}\n\n{s3}" FOOTER_EN},
    {"{b}: {t}", "Hello {g},\n\n{s4}\n\n{s4}\n{u}" FOOTER_EN},
    {"Our news of {c}", "{s6}\n\n{s6}\n{u}\n\nYou get this letter because you subscribed to it. Leave: {u}\n"},
    {0},
};
static const struct piece newsletter_ja[] = {
    {"{t}【{b}】", "{g} 様\n\n{s8}\n\n{s6}\n{u}" FOOTER_JA},
    {"【{b}】メールマガジン {c}号", "{b}です。\n\n{s9}\n\n{s6}\n{u}" FOOTER_JA},
    {0},
};
static const struct piece picture_en[] = {
    {"{t}", "View this email in your browser\n{u}" FOOTER_EN},
    {"Last chance: {n}", "View this email in your browser\n{u}\n{w6}" FOOTER_EN},
    {0},
};
static const struct piece picture_ja[] = {
    {"{t}", "画像が表示されない方はこちらをご覧ください。\n{u}" FOOTER_JA},
    {"本日限り!", "画像が表示されない方はこちらをご覧ください。\n{u}\n{w3}" FOOTER_JA},
    {0},
};
static const struct piece web_en[] = {
    {"[{b}] Password Reset", "Someone has requested a password reset for the following account:\n\nSite Name: {b}\n\nUsername: {l}\n\n"
                             "If this was a mistake, ignore this email and nothing will happen.\n\nTo reset your password, visit the "
                             "following address:\n\n{u}\n\nThis password reset request originated from the IP address 192.0.2.7.\n"},
    {"Your {b} order has been received!", "Hi {g},\n\nJust to let you know - we've received your order #{n}, and it is now being processed:\n\n"
                                          "[Order #{n}] ({c})\n\n{w2} x 1\n{w2} x 2\n\nSubtotal: {n}\nShipping: Free shipping\nPayment method: "
                                          "Direct bank transfer\nTotal: {n}\n\nThanks for using {d}!\n"},
    {"[{b}] Your site has updated to WordPress 6.7.{n}", "Howdy! Your site at https://{d} has been updated automatically to WordPress 6.7.{n}.\n\n"
                                                        "For more on version 6.7, see the About WordPress screen:\n{u}\n\nIf you experience any "
                                                        "issues or need support, the volunteers in the WordPress.org support forums may be able "
                                                        "to help.\n\nThe WordPress Team\n"},
    {"{b} \"{t}\"", "From: {p}\nSubject: {t}\n\nMessage Body:\n{s3}\n\n--\nThis is a notification that a contact form was submitted on your website "
                    "({b} https://{d}).\n"},
    {"Thank you for contacting {b}", "Dear {g},\n\nthank you for your message, which we received on {c}. We will answer as soon as we can, usually "
                                     "within two working days. This is a copy of what you wrote:\n\n{s2}\n\n{b}\n"},
    {"Confirm your account {r}", "Hello {r},\n\nthank you for registering at {b}. To confirm that this address is yours, follow this link within "
                                 "twenty-four hours:\n{u}\n\nIf you did not register at our shop, please ignore this mail; without confirmation "
                                 "the account will be deleted.\n"},
    {0},
};
static const struct piece web_ja[] = {
    {"[{b}] ご注文ありがとうございます", "{g} 様\n\nこの度はご注文いただき誠にありがとうございます。下記ご注文内容にお間違えがないかご確認下さい。\n\n"
                                         "************************************************\n　ご請求金額\n************************************************\n\n"
                                         "ご注文日時：{c} {h}\nご注文番号：{n}\nお支払い合計：￥ {n}\nお支払い方法：銀行振込\n商品名：{w2}\n\n"
                                         "このメッセージはお客様へのお知らせ専用ですので、このメッセージへの返信としてご質問をお送りいただいても回答できません。"
                                         "ご了承ください。\n\n{b}\n"},
    {"[{b}] お問い合わせを受け付けました", "{g} 様\n\n以下のお問い合わせを受付致しました。\n確認次第ご連絡いたしますので、少々お待ちください。\n\n■ご質問、お問い合わせ内容\n"
                                           "{s3}\n\n※本メールは配信専用のため、ご返信いただいてもお答えできませんのでご了承ください。\n{b}\n"},
    {"お問い合わせありがとうございます", "{g} 様\n\nお問い合わせありがとうございます。以下の内容で承りました。\n担当者よりご連絡いたしますので、今しばらくお待ちくださいませ。\n\n"
                                          "お名前：{g}\nメールアドレス：{r}\n内容：{s1}\n\n--\nこのメールは {b} ({u}) のお問い合わせフォームから送信されました\n"},
    {"【{b}】{r} 様 会員登録のご確認", "{r} 様\n\nこの度は会員登録依頼をいただきまして、誠に有り難うございます。本会員登録を完了するには、下記URLにアクセスしてください。\n\n"
                                       "※入力されたお客様の情報はSSL暗号化通信により保護されます。\n{u}\n\n上記URLにて本会員登録完了メールが送信されます。\n{b}\n"},
    {"[{b}] パスワードのリセット", "誰かが次のアカウントのパスワードリセットをリクエストしました。\n\nサイト名: {b}\n\nユーザー名: {l}\n\n"
                                   "もしこれが間違いだった場合は、このメールを無視すれば何も起こりません。\n\nパスワードをリセットするには、以下へアクセスしてください。\n\n{u}\n"},
    {0},
};
static const struct piece service_en[] = {
    {"[Request received] {t}", "##- Please type your reply above this line -##\n\nYour request ({n}) has been received and is being reviewed by "
                               "our support staff.\n\nTo add additional comments, reply to this email.\n\n{s1}\n\nThis email is a service from {b}.\n"},
    {"Invoice INV-{n} from {b}", "Hi {g},\n\nHere's invoice INV-{n} for {n}.00.\n\nThe amount outstanding of {n}.00 is due on {c}.\n\nView and pay "
                                 "your bill online: {u}\n\nFrom your online bill you can print a PDF, export a CSV, or create a free login and view "
                                 "your outstanding bills.\n\nIf you have any questions, please let us know.\n\nThanks,\n{b}\n"},
    {"{p} sent you a document to review and sign", "{p}\n{r}\n\nPlease review and sign: {t}.pdf\n\nDo not share this email. This email contains a "
                                                  "secure link. Please do not share this email, link, or access code with others.\n\nQuestions about "
                                                  "the document? If you need to modify the document or have questions about the details in the "
                                                  "document, please reach out to the sender by emailing them directly.\n{u}\n"},
    {0},
};
static const struct piece service_ja[] = {
    {"[受付番号 {n}] お問い合わせを受け付けました", "##- この行より上に返信を入力してください -##\n\nお問い合わせ ({n}) を受け付けました。サポート担当者が内容を確認しております。\n\n"
                                                    "コメントを追加するには、このメールに返信してください。\n\n{s1}\n\nこのメールは {b} より配信されています。\n"},
    {"【{b}】請求書が届いています", "{g} 様\n\n{b}より請求書が発行されました。下記のURLより内容をご確認のうえ、ダウンロードしてください。\n\n請求書番号：{n}\nご請求金額：{n}円\n"
                                    "お支払期限：{c}\n{u}\n\nダウンロードの有効期限は発行日から三十日間です。本メールに心当たりのない場合は、お手数ですが破棄してください。\n"},
    {0},
};
static const struct piece invitation_en[] = {
    {"Invitation: {t} @ {c}", "You have been invited to the following event.\n\n{t}\nWhen: {c} {h} - {h} Japan Time\nWhere: {w1}\nCalendar: {r}\n"
                              "Who:\n* {p} - organizer\n* {r}\n\nEvent details: {u}\n\nInvitation from the calendar. You are receiving this courtesy "
                              "email at the account {r} because you are an attendee of this event. To stop receiving future updates for this event, "
                              "decline this event.\n"},
    {"{p} sent you an e-card", "Hello {g}!\n\n{p} has made a greeting card for you. To see it, open this page within the next fourteen days:\n\n{u}\n\n"
                               "You can send a card back from there, and it is free. Cards are kept for two weeks and then deleted for good. Have a "
                               "nice day from all of us!\n"},
    {0},
};
static const struct piece invitation_ja[] = {
    {"招待: {t} - {c} {h}", "次の予定に招待されています。\n\nタイトル: {t}\n日時: {c} {h} ~ {h} 日本標準時\n場所: {w1}\nカレンダー: {r}\n参加者\n* {p} - 主催者\n* {r}\n\n"
                            "予定の詳細: {u}\n\nこのメールは、この予定の参加者であるため {r} に送信されました。今後この予定に関する更新を受信しない場合は、この予定を辞退してください。\n"},
    {"{p}さんからグリーティングカードが届いています", "{g} さん\n\n{p} さんからグリーティングカードが届いています。下記のページからご覧ください。\n{u}\n\n"
                                                      "カードの保存期間は二週間です。期間を過ぎますとご覧いただけなくなりますので、お早めにご覧ください。\n"},
    {0},
};
static const struct piece machine_en[] = {
    {"Cron <root@{l}> run-parts /etc/cron.daily", "/etc/cron.daily/logrotate:\nerror: {w2}\nrun-parts: exited with return code 1\n"},
    {"** PROBLEM Service Alert: web/HTTP is CRITICAL **", "***** Nagios *****\n\nNotification Type: PROBLEM\n\nService: HTTP\nHost: {b}\nState: CRITICAL\n\n"
                                                         "Date/Time: {c} {h}\n\nAdditional Info:\n\nCRITICAL - Socket timeout after 10 seconds\n"},
    {"Message from KM_C{n}", "Scanned from the device {n}. Please open the attached document. This mailbox only sends.\n"},
    {"Backup report {c}", "Job {w1}: finished without errors\nFiles: {n}\nBytes: {n}\nStarted: {h}\nEnded: {h}\n"},
    {0},
};
static const struct piece bounce_en[] = {
    {"Undelivered Mail Returned to Sender",
        "This is the mail system at host mail.{d}.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more "
        "recipients. It's attached below.\n\nFor further assistance, please send mail to postmaster.\n\nIf you do so, please include this "
        "problem report. You can\ndelete your own text from the attached returned message.\n\n                   The mail system\n\n<{w1}@{d}>: "
        "host mail.{d} said: 550 5.1.1 User unknown\n"},
    {"Delivery Status Notification (Failure)",
        "** Address not found **\n\nYour message wasn't delivered to {w1}@{d} because the address couldn't be found, or is unable to receive mail.\n"},
    {0},
};
static const struct piece away_en[] = {
    {"Automatic reply: {t}", "Thank you for your mail. I am out of the office until {c} and will read it when I am back. {s1}\n\n{p}\n"},
    {0},
};
static const struct piece away_ja[] = {
    {"自動返信: {t}", "メールをいただきありがとうございます。{c}まで不在にしております。お急ぎの場合は代表までご連絡ください。{s1}\n\n{p}\n"},
    {0},
};
static const struct piece sale_en[] = {
    {"Thank you for your order {n}", "Dear {g},\n\nthank you for your order {n} in our winter sale. We pack it as fast as we can, and will write again when "
                                     "it leaves our warehouse.\n\n{w2}  1 piece  {n}\n{w2}  2 pieces  {n}\n\nYour team of {b}\n{u}\n"},
    {0},
};
static const struct piece account_en[] = {
    {"Your verification code: {n}", "Your verification code is {n}. It is good for ten minutes. Do not give it to anybody. If you did not ask for it, "
                                    "somebody may have typed your address by mistake.\n\n{b}\n"},
    {"Your parcel {n} is on its way", "Hello {g},\n\nyour parcel {n} has left our depot and will arrive on {c}. Follow it: {u}\n\n{b}\n"},
    {"Your receipt from {b}", "Hello {g},\n\nthank you for your payment of {n}. This is your receipt; please keep it.\n\n{s1}\n{u}\n{b}\n"},
    {0},
};
static const struct piece account_ja[] = {
    {"認証コード: {n}", "認証コードは {n} です。有効期限は十分間です。このコードを他人に教えないでください。心当たりがない場合は、このメールを破棄してください。\n\n{b}\n"},
    {"【{b}】発送のお知らせ", "{g} 様\n\nご注文いただいた商品を発送いたしました。お届け予定日は{c}です。\nお問い合わせ番号：{n}\n{u}\n\n{b}\n"},
    {"{g} 様 ご利用明細のお知らせ", "{g} 様\n\nいつも{b}をご利用いただきありがとうございます。{c}のご利用明細が確定しましたので、下記よりご確認ください。\n{u}\n{s1}\n"},
    {0},
};

static const struct piece warning_en[] = {
    {"New sign-in to your account", "Hello {g},\n\nwe noticed a new sign-in to your account of {b} on {c} at {h}. If this was you, there is nothing "
                                    "to do. If you do not recognise this sign-in, somebody else may know your password; please change it as soon "
                                    "as possible and look at the devices that are signed in to your account.\n\nLook at your account: {u}\n\nYou "
                                    "receive this mail because notices about security cannot be switched off. Your team of {b}\n"},
    {0},
};
static const struct piece warning_ja[] = {
    {"アカウントへの新しいログインがありました", "{g} 様\n\n{b}のアカウントに、{c} {h}に新しい端末からログインがありました。お客様ご自身による操作の場合は、対応の必要はございません。"
                                                  "お心当たりのない場合は、第三者がパスワードを入手した可能性がありますので、至急パスワードの変更をお願いいたします。また、ログイン中の端末の一覧をご確認ください。"
                                                  "\n\nアカウントの確認：{u}\n\nこのメールはセキュリティに関する重要なお知らせのため、配信を停止することはできません。\n{b}\n"},
    {0},
};
static const struct piece spam_en[] = {
    {"{t} {n}", "{s4}\n\n{u}\n{s2}\n"},
    {"{g}, {t}", "Dear {g},\n{s5}\n{u}\n"},
    {0},
};

static const struct piece *const pieces[PIECE_KINDS][2] = {
    [PIECE_PERSON] = {person_en, person_ja},
    [PIECE_COMMON] = {common_en, common_ja},
    [PIECE_NEWSLETTER] = {newsletter_en, newsletter_ja},
    [PIECE_PICTURE] = {picture_en, picture_ja},
    [PIECE_WEB] = {web_en, web_ja},
    [PIECE_SERVICE] = {service_en, service_ja},
    [PIECE_INVITATION] = {invitation_en, invitation_ja},
    [PIECE_MACHINE] = {machine_en, machine_en},
    [PIECE_BOUNCE] = {bounce_en, bounce_en},
    [PIECE_AWAY] = {away_en, away_ja},
    [PIECE_SALE] = {sale_en, sale_en},
    [PIECE_ACCOUNT] = {account_en, account_ja},
    [PIECE_WARNING] = {warning_en, warning_ja},
    [PIECE_SPAM] = {spam_en, spam_en},
};

const struct piece *piece_of(enum piece_kind kind, enum text_language language, unsigned which)
{
	const struct piece *first = pieces[kind][language];
	unsigned count = 0;

	while (first[count].subject)
		count++;
	return &first[which % count];
}

static const char *const prints[2][3] = {
    {"\n\nThis e-mail and any attachments are confidential and intended solely for the use of the individual or entity to whom they are "
     "addressed. If you have received this e-mail in error, please notify the sender immediately and delete it from your system. Any "
     "unauthorised copying, disclosure or distribution of the material in this e-mail is strictly forbidden.\n",
        "\n\nPlease consider the environment before printing this e-mail.\n",
        "\n\nThe information contained in this message may be privileged and confidential and protected from disclosure. If the reader of this "
        "message is not the intended recipient, you are hereby notified that any dissemination, distribution or copying of this communication "
        "is strictly prohibited.\n"},
    {"\n\n本メールおよび添付ファイルには、機密情報が含まれている場合があります。万一、誤って受信された場合は、直ちに送信者へご連絡のうえ、本メールおよび添付ファイルを"
     "破棄してくださいますようお願いいたします。無断での複製、開示、配布は固くお断りいたします。\n",
        "\n\n※このメールに心当たりのない場合は、お手数ですが破棄してください。\n",
        "\n\n■□ 新型の製品カタログを公開しました ぜひご覧ください □■\n"},
};

const char *small_print(enum text_language language, unsigned habit)
{
	return habit % 4 == 0 ? prints[language][habit / 4 % 3] : "";
}
