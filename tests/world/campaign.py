"""campaign.py - snowshoe campaigns: many mails, each from its own /24, under its own sender domain

    campaign = Campaign("reported", 10)
    with World(zones=campaign.zones(directory)) as world:
        for sample, mail in campaign.mails():
            world.judge(sample, mail)

Three kinds. "reported" is that of the operator's report: each mail has the marks of tests/mail/snowshoe-1.eml and
-2.eml, from addresses that no list has. "harmless" does everything right - host names, SPF, a plain header - and nothing
but the company it is in tells what it is. "brief" stands between them: its hosts have no names, the recipient's address is
in the subject, and the text is too short to be compared.
"""
import base64
import os
import re
import shutil

import samples
from kanjikid import TOP
from nameservers import HERE
from samples import Sample

WORDS = ["akari", "botan", "chidori", "fuji", "ginga", "hikari", "ibuki", "kaede", "minori", "nagisa", "otowa", "renge",
         "sakuya", "tsubaki", "utage", "wakaba"]
GIVEN = ["彩花", "美咲", "千尋", "遥", "結衣", "真央", "詩織", "七海", "茜", "楓", "香織", "麻衣", "由佳", "玲奈", "沙耶", "恵"]

HEADER = """\
Received: from app.{domain} (app.{domain} [{client}])
\tby {helo} (Postfix) with ESMTPS id {number}0C71A44F
\tfor <{rcpt}>; {{{{date}}}}
From: {name} <{sender}>
To: <{rcpt}>
Subject: {subject}
Message-ID: <{{{{id}}}}@{domain}>
Date: {{{{date}}}}
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit

"""

LONG = """\
{greeting}

先日ご案内いたしました秋の特別会員制度につきまして、お申し込みの受付を今週末で終了いたします。これまでにご登録いただいた
皆様には、季節の贈り物と、全国の提携店でお使いいただける優待券をお送りしております。ご登録は三分ほどで終わり、費用は一切
かかりません。お手続きがまだの方は、下の頁からお名前とお届け先だけをお知らせください。折り返し担当の者より、確認の
ご連絡を差し上げます。ご家族やお友達とご一緒のお申し込みも歓迎いたします。

https://www.{domain}/s/{number}

{signed}
"""


def encoded(text, charset):
    """RFC 2047, a word of some letters at a time."""
    words = [text[at:at + 12] for at in range(0, len(text), 12)]
    return "\n ".join("=?%s?B?%s?=" % (charset, base64.b64encode(word.encode(charset)).decode()) for word in words)

SHORT = """\
{greeting}

お待たせいたしました。受け取りのお手続きはこちらです。
https://www.{domain}/s/{number}
"""


class Campaign:
    """kind: "reported", "harmless" or "brief"; count: 16 at most; net: the second byte of all client addresses."""

    def __init__(self, kind, count, net=234):
        self.kind, self.net = kind, net
        self.numbers = range(count)

    def domain(self, number):
        return "%s-%d.example" % (WORDS[number], self.net)

    def client(self, number):
        # No two of them in one /22 either.
        return "103.%d.%d.%d" % (self.net, 8 * number + 4, 17 + 31 * number % 200)

    def host(self, number):
        return "mail.%s" % self.domain(number)

    def sample(self, number):
        """The envelope of one mail."""
        helo = "ary%03d.localhost" % (61 + number) if self.kind == "reported" else self.host(number)
        return Sample("%s-%d" % (self.kind, number + 1), self.client(number),
                      self.host(number) if self.kind == "harmless" else "-", helo,
                      "%s@%s" % (WORDS[-1 - number], self.domain(number)),
                      "%s%d@example.jp" % (WORDS[number], self.net), [])

    def mail(self, number):
        sample = self.sample(number)
        write = self.reported if self.kind == "reported" else self.written
        return samples.render(write(number, sample))

    def mails(self):
        """[(sample, mail)]; each call makes new ones."""
        return [(self.sample(number), self.mail(number)) for number in self.numbers]

    def reported(self, number, sample):
        """One of the two samples, with other names, numbers and boundaries."""
        which = number % 2 + 1
        with open(os.path.join(TOP, "tests/mail/snowshoe-%d.eml" % which), "rb") as file:
            text = file.read()
        old = samples.find("snowshoe-%d" % which)
        subject = sample.rcpt + ("様、今夜すこしだけお話しできますか♪", "さん…？もしかして忘れられてますか")[which - 1]
        name = encoded("森 " + GIVEN[number], "ISO-2022-JP")
        text = re.sub(rb"Subject: .*(\n .*)*", ("Subject: " + encoded(subject, "ISO-2022-JP")).encode(), text)
        text = re.sub(rb"From: .*", ("From: %s <%s>" % (name, sample.sender)).encode(), text)
        for before, after in ((old.sender.split("@")[1], self.domain(number)), (old.helo, sample.helo),
                              (old.rcpt, sample.rcpt), ("190.116.153", "190.116.%d" % number)):
            text = text.replace(before.encode(), after.encode())
        return re.sub(rb"=_([0-9a-f]{2})", lambda found: b"=_%02x" % ((int(found.group(1), 16) + number) % 256), text)

    def written(self, number, sample):
        name = GIVEN[number] + ("会事務局", "商店会")[number % 2]
        subject, body = "秋の特別会員のご案内（受付番号%d）" % (7700 + 13 * number), LONG
        if self.kind == "brief":
            subject, body = "%s様、ご当選の品のお受け取りについて" % sample.rcpt, SHORT
        return (HEADER + body).format(
            domain=self.domain(number), client=sample.client, helo=sample.helo, rcpt=sample.rcpt, sender=sample.sender,
            number=1000 + 37 * number, name=encoded(name, "UTF-8"), signed=name, subject=encoded(subject, "UTF-8"),
            greeting="%s様" % sample.rcpt.split("@")[0]).encode()

    def zones(self, directory, top=HERE):
        """A copy of a folder of zones in `directory`, with the domains of the campaign in it; gives the folder."""
        folder = os.path.join(directory, "zones-%d" % self.net)
        for name in ("zones", "dnsbl"):
            shutil.copytree(os.path.join(top, name), os.path.join(folder, name))
        for number in self.numbers:
            self.write(folder, self.domain(number), self.records(number))
        if self.kind == "harmless":
            self.write(folder, "%d.103.in-addr.arpa" % self.net, "".join(
                "%s PTR %s.\n" % (".".join(self.client(number).split(".")[:1:-1]), self.host(number))
                for number in self.numbers))
        return folder

    def records(self, number):
        """Of the report's each domain names its own network; the others were set up by one script, and share a record."""
        mine = [number] if self.kind == "reported" else self.numbers
        networks = " ".join("ip4:%s" % self.client(one).rsplit(".", 1)[0] + ".0/24" for one in mine)
        return "@ A %s\n@ MX 10 mail\nmail A %s\n@ TXT \"v=spf1 %s -all\"\n" % (
            self.client(number), self.client(number), networks)

    @staticmethod
    def write(folder, zone, text):
        with open(os.path.join(folder, "zones", zone), "w") as file:
            file.write(text)
