#!/usr/bin/env python3
"""charset_sentences.py - makes charset_sentences.h: the same sentences in every encoding that mail brings

Python has no ISO-2022-JP with NEC row 13 and no code page 51932, so Japanese is made from code page 932 by
arithmetic: IBM's kanji (0xfa, 0xfb, 0xfc) stand in NEC's rows 89 to 92 as well.
"""
JAPANESE = [
    ("mail", "ご登録の確認です。髙橋様・﨑山様、①㈱テストのパスワード「abc-123」をﾊﾝｶｸで入力、10～20円−5％ C:\\x です"),
    ("subject", "【重要】お支払い方法の変更について"),
    ("lines", "支払期限は明日です。\n必ずご連絡ください。\n詳細は下記をご覧ください。\n"),
]
OTHERS = [
    ("zh-cn", "您的账户存在异常，请在24小时内支付比特币，否则视频将被公开", ["gb2312", "gbk", "gb18030", "hz"]),
    ("zh-tw", "您的帳戶異常，請在24小時內支付比特幣，否則影片將被公開", ["big5", "gb18030"]),
    ("ko", "귀하의 계정이 해킹되었습니다. 48시간 안에 비트코인을 보내세요", ["euc-kr", "cp949", "iso-2022-kr"]),
    ("ru", "Ваш аккаунт взломан, у вас 48 часов, чтобы перевести деньги", ["koi8-r", "windows-1251", "iso-8859-5", "cp866"]),
    ("pl", "Twoje konto zostało zhakowane, masz 48 godzin na zapłacenie, więc śpiesz się, bo wyślę nagranie do wszystkich znajomych",
     ["iso-8859-2", "windows-1250"]),
    ("cs", "Váš účet byl napaden, máte 48 hodin na převod peněz, jinak všichni uvidí příliš mnoho",
     ["iso-8859-2", "windows-1250"]),
    ("de", "Ihr Gerät wurde gehackt, Sie müssen für mein Schweigen überweisen, großes Unglück",
     ["iso-8859-1", "iso-8859-15", "windows-1252"]),
    ("fr", "Votre système a été piraté, vous avez 48 heures pour payer, même ça déjà reçu à Noël",
     ["iso-8859-1", "iso-8859-15", "windows-1252"]),
    ("el", "Ο λογαριασμός σας παραβιάστηκε, έχετε 48 ώρες για να πληρώσετε", ["iso-8859-7", "windows-1253"]),
    ("tr", "Hesabınız ele geçirildi, ödeme için 48 saatiniz var, şifreniz değiştirildi", ["iso-8859-9", "windows-1254"]),
    ("he", "החשבון שלך נפרץ, יש לך 48 שעות לשלם", ["iso-8859-8", "windows-1255"]),
    ("th", "บัญชีของคุณถูกแฮก คุณมีเวลา 48 ชั่วโมงในการชำระเงิน", ["tis-620", "windows-874"]),
]
PYTHON = {"hz": "hz", "windows-874": "cp874", "tis-620": "cp874", "iso-2022-kr": "iso2022_kr"}


def euc(char):
    """One character of code page 932 in code page 51932."""
    raw = char.encode("cp932")
    if len(raw) == 1:
        return raw if raw[0] < 0x80 else b"\x8e" + raw
    lead, trail = raw
    if lead >= 0xFA:
        index = (lead - 0xFA) * 188 + trail - (0x40 if trail < 0x80 else 0x41) - 28
        lead, trail = 0xED + index // 188, index % 188 + 0x40
        trail += trail >= 0x7F
        assert bytes((lead, trail)).decode("cp932") == char, char
    row = (lead - (0x81 if lead < 0xA0 else 0xC1)) * 2
    if trail >= 0x9F:
        return bytes((row + 1 + 0xA1, trail - 0x9F + 0xA1))
    return bytes((row + 0xA1, trail - (0x40 if trail < 0x7F else 0x41) + 0xA1))


def euc_ms(char):
    """The same with IBM's kanji in the three-byte rows, as eucJP-ms has them."""
    return {"髙": b"\x8f\xf4\xfb", "﨑": b"\x8f\xf4\xbd"}.get(char) or euc(char)


def jis(text, kana="esc", kanji="$B", back="(B", reset=True, one=euc):
    """ISO-2022-JP; kana: by escape, by shift, or in eight bits."""
    out, now = b"", "a"
    enter = {"a": b"\x1b" + back.encode(), "k": b"\x1b" + kanji.encode(), "d": b"\x1b$(D", "h": b"\x1b(I"}
    for char in text:
        raw = one(char)
        kind = "a" if raw[0] < 0x80 else "h" if raw[0] == 0x8E else "d" if raw[0] == 0x8F else "k"
        if char == "\n" and not reset:
            out += b"\n"
            continue
        if kind == "h" and kana != "esc":
            if now != "a":
                out, now = out + enter["a"], "a"
            out += b"\x0e" + bytes((raw[1] & 0x7F,)) + b"\x0f" if kana == "shift" else raw[1:]
            continue
        if kind != now:
            out, now = out + enter[kind], kind
        out += bytes(b & 0x7F for b in (raw[1:] if kind in "hd" else raw))
    return out + (enter["a"] if now != "a" else b"")


def forms(text):
    """Names of forms, the right label, the bytes."""
    plain = lambda f: b"".join(f(c) for c in text)
    cut = lambda raw, n: raw[:n]
    rows = [
        ("utf-8", "utf-8", text.encode()),
        ("utf-8 with mark", "utf-8", b"\xef\xbb\xbf" + text.encode()),
        ("utf-16le with mark", "utf-16", b"\xff\xfe" + text.encode("utf-16le")),
        ("utf-16be with mark", "utf-16", b"\xfe\xff" + text.encode("utf-16be")),
        ("utf-16le", "utf-16le", text.encode("utf-16le")),
        ("utf-16be", "utf-16be", text.encode("utf-16be")),
        ("utf-7", "utf-7", text.encode("utf-7")),
        ("shift_jis", "shift_jis", text.encode("cp932")),
        ("cp932", "cp932", text.encode("cp932")),
        ("euc-jp", "euc-jp", plain(euc)),
        ("cp51932", "cp51932", plain(euc)),
        ("eucjp-ms", "eucjp-ms", plain(euc_ms)),
        ("iso-2022-jp", "iso-2022-jp", jis(text)),
        ("iso-2022-jp with shifts", "iso-2022-jp", jis(text, kana="shift")),
        ("iso-2022-jp with 8 bits", "iso-2022-jp", jis(text, kana="high")),
        ("iso-2022-jp-ms", "iso-2022-jp-ms", jis(text, one=euc_ms)),
        ("cp50221", "cp50221", jis(text, back="(J")),
        ("jis c 6226-1978", "iso-2022-jp", jis(text, kanji="$@", back="(J")),
        ("iso-2022-jp without reset", "iso-2022-jp", jis(text, reset=False)),
    ]
    return rows


def literal(raw):
    """A C string of bytes; hexadecimal escapes never run into what follows."""
    return "".join(f"\\{b:03o}" for b in raw)


def main():
    print("/* charset_sentences.h - made by charset_sentences.py; not to be edited */")
    print("#define JAPANESE_SENTENCES \\")
    for name, text in JAPANESE:
        print(f'\t{{"{name}", "{literal(text.encode())}"}}, \\')
    print("\n#define JAPANESE_FORMS \\")
    for number, (name, text) in enumerate(JAPANESE):
        for form, label, raw in forms(text):
            print(f'\t{{{number}, "{form}", "{label}", "{literal(raw)}", {len(raw)}}}, \\')
    print("\n#define OTHER_FORMS \\")
    for name, text, charsets in OTHERS:
        for charset in charsets:
            raw = text.encode(PYTHON.get(charset, charset))
            print(f'\t{{"{name}", "{charset}", "{literal(text.encode())}", "{literal(raw)}", {len(raw)}}}, \\')
    print()


if __name__ == "__main__":
    main()
