#!/usr/bin/env python3
"""postfix_samples.py - the sample mails through real Postfix: the right action, and what the recipient gets"""
import os
import smtplib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../world"))

import samples  # noqa: E402
from tap import equal, run, test, true  # noqa: E402
from world import World  # noqa: E402

# What Postfix and kanjikid put on top of a mail.
ADDED = (b"return-path", b"x-original-to", b"delivered-to", b"x-spam-flag", b"x-spam-status", b"x-spam-score",
         b"x-spam-level", b"x-kanjiki-evidence", b"authentication-results")
FORGED = b"""X-Spam-Flag: NO
X-Spam-Status: No, score=-10.00 required=5.00 tests=FRIEND=-10.00
x-spam-status: No, twice
X-Spam-Score: -10
X-Spam-Level: forged
X-Kanjiki-Evidence: 99/99
Authentication-Results: mx.example.jp; spf=pass smtp.mailfrom=forged.example
Authentication-Results: other.example.net; dkim=pass header.d=kept.example
"""


def fields(mail):
    """[(lower-case name, value)] of the header, folds joined."""
    lines = mail.split(b"\n\n", 1)[0].replace(b"\n\t", b" ").replace(b"\n ", b" ").split(b"\n")
    return [(name.lower(), value.strip()) for name, _, value in (line.partition(b":") for line in lines)]


def values(mail, name):
    return [value.decode() for key, value in fields(mail) if key == name.lower().encode()]


def original_part(mail):
    """The mail without what was put on top of it on its way here."""
    head, body = mail.split(b"\n\n", 1)
    keep, kept, own_received = True, [], True
    for line in head.split(b"\n"):
        if not line.startswith((b" ", b"\t")):
            name = line.partition(b":")[0].lower()
            keep = name not in ADDED and not (name == b"received" and own_received)
            if name == b"received":
                own_received = False
        if keep:
            kept.append(line)
    return b"\n".join(kept) + b"\n\n" + body


def deliver(world, name, mail=None, **options):
    """Send; gives (log line, the mail as delivered)."""
    sample = samples.find(name)
    mail = mail or samples.mail_of(sample)
    reply, verdict = world.judge(sample, mail, **options)
    equal(reply.code, 250, "reply to %s (%s)" % (name, reply.text))
    return verdict, world.postfix.wait_delivered(sample.rcpt, samples.message_id(mail))


def add_sample(sample):
    """A row of envelopes.tsv as a test."""
    def check(world):
        mail = samples.mail_of(sample)
        reply, verdict = world.judge(sample, mail)
        true(verdict["action"] in sample.actions, "%s, not %s: %r" % (verdict["action"], sample.actions, verdict))
        equal(reply.code, 451 if verdict["action"] == "tempfail" else 250, "reply (%s)" % reply.text)
        if verdict["action"] == "tempfail":
            true(reply.text.startswith("4.7.1 "), "enhanced status 4.7.1: " + reply.text)
            return
        delivered = world.postfix.wait_delivered(sample.rcpt, samples.message_id(mail))
        equal(original_part(delivered), mail, "what was sent")
        word = "Yes" if verdict["action"] == "tag" else "No"
        status = values(delivered, "X-Spam-Status")
        equal(len(status), 1, "number of X-Spam-Status")
        true(status[0].startswith("%s, score=%s required=" % (word, verdict["score"])), status[0])
    check.__name__ = sample.file.replace(".eml", "") + " gets " + " or ".join(sample.actions)
    test(check)


for row in samples.load():
    add_sample(row)


@test
def tagged_mail_carries_each_field_of_the_verdict_once(world):
    verdict, mail = deliver(world, "snowshoe-2")
    equal(verdict["action"], "tag", "action")
    equal(values(mail, "X-Spam-Flag"), ["YES"], "X-Spam-Flag")
    for name in ("X-Spam-Status", "X-Spam-Score", "X-Spam-Level", "X-Kanjiki-Evidence"):
        equal(len(values(mail, name)), 1, "number of " + name)
    equal(values(mail, "X-Spam-Score"), [verdict["score"]], "X-Spam-Score")
    equal(values(mail, "X-Spam-Level"), ["*" * int(float(verdict["score"]))], "X-Spam-Level")


@test
def the_terms_in_the_header_sum_up_to_the_score(world):
    _, mail = deliver(world, "snowshoe-2")
    status = values(mail, "X-Spam-Status")[0]
    terms = status.split("tests=")[1].replace(" ", "").split(",")
    total = sum(round(float(term.split("=")[1]) * 100) for term in terms)
    equal(total, round(float(status.split("score=")[1].split()[0]) * 100), "sum of " + status)
    true(len(terms) >= 4, "several terms: " + status)


@test
def forged_fields_of_ours_are_gone(world):
    sample = samples.find("cloud-port22")
    verdict, mail = deliver(world, "cloud-port22", FORGED + samples.mail_of(sample))
    equal(verdict["action"], "accept", "action")
    equal(values(mail, "X-Spam-Flag"), [], "X-Spam-Flag")
    for name in ("X-Spam-Status", "X-Kanjiki-Evidence"):
        equal(len(values(mail, name)), 1, "number of " + name)
    true(b"FRIEND" not in mail and b"99/99" not in mail and b"forged" not in mail, "nothing forged is left")


@test
def authentication_results_are_ours_beside_those_of_others(world):
    sample = samples.find("cloud-port22")
    _, mail = deliver(world, "cloud-port22", FORGED + samples.mail_of(sample))
    results = values(mail, "Authentication-Results")
    ours = [value for value in results if value.startswith("mx.example.jp")]
    equal(len(ours), 1, "number of ours in %r" % results)
    true("spf=pass" in ours[0] and "notice.cloud.example" in ours[0], "SPF: " + ours[0])
    true("iprev=pass" in ours[0] and "192.0.2.10" in ours[0], "iprev: " + ours[0])
    equal(len([value for value in results if value.startswith("other.example.net")]), 1, "number of the other's")


@test
def all_questions_are_answered_in_a_healthy_world(world):
    verdict, mail = deliver(world, "maintenance-ja")
    have, of = values(mail, "X-Kanjiki-Evidence")[0].split()[0].split("/")
    equal(have, of, "evidence")
    true(int(of) >= 4, "two lists, PTR and SPF are asked: " + of)
    true(not verdict.get("missing"), "nothing is missing: %r" % verdict)


@test
def what_the_senders_domain_publishes_counts(world):
    for domain, symbol in (("spread-thin.example", "SPF_ENUM=1.00"), ("open-to-all.example", "SPF_PLUSALL=2.50"),
                           ("nowhere.example", "NULL_MX=1.50")):
        _, verdict = world.judge(samples.find("maintenance-ja")._replace(sender="a@" + domain))
        true(symbol in verdict["terms"], "%s: %r" % (domain, verdict))


@test
def a_null_sender_is_never_put_off(world):
    sample = samples.find("kokuhatsu")._replace(sender="<>")
    reply, verdict = world.judge(sample)
    equal((reply.code, verdict["action"]), (250, "tag"), "reply and action")


@test
def postmaster_is_never_put_off(world):
    sample = samples.find("kokuhatsu")._replace(rcpt="postmaster@example.jp")
    reply, verdict = world.judge(sample)
    equal((reply.code, verdict["action"]), (250, "tag"), "reply and action")


@test
def several_mails_of_one_connection_are_judged_each_for_itself(world):
    good, bad = samples.find("maintenance-ja"), samples.find("snowshoe-2")
    mark = world.daemon.mark()
    with smtplib.SMTP("127.0.0.1", world.postfix.port, timeout=30) as smtp:
        smtp.ehlo("world.test")
        smtp.docmd("XCLIENT", "ADDR=%s NAME=[UNAVAILABLE] REVERSE_NAME=[UNAVAILABLE]" % bad.client)
        smtp.ehlo(bad.helo)
        for sample in (bad, good, bad):
            smtp.sendmail(sample.sender, [sample.rcpt], samples.wire(samples.mail_of(sample)))
    verdicts = world.daemon.verdicts_since(mark)
    equal([verdict["from"].strip("<>") for verdict in verdicts], [bad.sender, good.sender, bad.sender], "senders")
    true("RCV_SEED" in verdicts[0]["terms"] and "RCV_SEED" in verdicts[2]["terms"], "the first and the last")
    true("RCV_SEED" not in verdicts[1]["terms"], "not the second: " + verdicts[1]["terms"])


run(World)
