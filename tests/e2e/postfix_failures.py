#!/usr/bin/env python3
"""postfix_failures.py - whatever fails on our side, mail is received"""
import os
import smtplib
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../world"))

import samples  # noqa: E402
from nameservers import SlowRelay  # noqa: E402
from parts import wait_until  # noqa: E402
from tap import equal, run, test, true  # noqa: E402
from world import World  # noqa: E402

DEADLINE_S = 2
# For Postfix, the machine and its load; a daemon that waits without bound is far beyond it.
SLACK_S = 3


def accepted_and_said(world, why):
    """Every sample is accepted within the deadline, and its header says what is missing."""
    for sample in samples.load():
        mail = samples.mail_of(sample)
        begun = time.monotonic()
        reply, verdict = world.judge(sample, mail)
        took = time.monotonic() - begun
        equal(reply.code, 250, "%s: reply (%s)" % (sample.file, reply.text))
        true(took < DEADLINE_S + SLACK_S, "%s took %.1f s" % (sample.file, took))
        true(int(verdict["waited_ms"]) <= DEADLINE_S * 1000 + 200, "%s waited too long: %r" % (sample.file, verdict))
        delivered = world.postfix.wait_delivered(sample.rcpt, samples.message_id(mail)).decode("latin-1")
        evidence = delivered.split("\nX-Kanjiki-Evidence: ")[1].split("\n")[0]
        have, of = evidence.split()[0].split("/")
        true(int(have) < int(of), "%s: evidence %s" % (sample.file, evidence))
        true(any(word in evidence for word in why), "%s: the reason in %r" % (sample.file, evidence))


def evidence_is_whole_again(world):
    def look():
        _, verdict = world.judge("maintenance-ja")
        return not verdict.get("missing")
    wait_until(look, 40, "whole evidence")


@test
def with_every_name_server_stopped_all_mail_is_accepted_in_time(world):
    world.dns.stop()
    try:
        accepted_and_said(world, ("timeout", "servfail", "failed"))
    finally:
        world.dns.start()
    evidence_is_whole_again(world)


@test
def with_silent_name_servers_all_mail_is_accepted_in_time(world):
    world.dns.freeze()
    try:
        # A new daemon, for the old one has every answer in its cache.
        world.daemon.stop()
        world.daemon.start()
        accepted_and_said(world, ("timeout",))
    finally:
        world.dns.thaw()
    evidence_is_whole_again(world)


@test
def with_slow_name_servers_a_mail_waits_for_one_delay_not_for_their_sum(world):
    delay_s = 0.2
    relay = SlowRelay(world.dns.port, delay_s)
    relay.start()
    try:
        world.daemon.reload(dns_port=relay.port)
        _, verdict = world.judge("snowshoe-2")
        true(not verdict.get("missing"), "all is answered: %r" % verdict)
        true(int(verdict["waited_ms"]) < 2 * delay_s * 1000, "one delay: %r" % verdict)
    finally:
        world.daemon.reload()
        relay.stop()


@test
def without_kanjikid_postfix_accepts_the_mail_unscored(world):
    world.daemon.kill()
    sample = samples.find("snowshoe-1")
    mail = samples.mail_of(sample)
    equal(world.send(sample, mail).code, 250, "reply")
    delivered = world.postfix.wait_delivered(sample.rcpt, samples.message_id(mail))
    true(b"X-Spam-" not in delivered, "unscored")
    world.daemon.start()


class Sender(threading.Thread):
    """Sends mails one after another, and again what got a 4xx or no reply at all, as an MTA does."""

    def __init__(self, world, mails):
        super().__init__(daemon=True)
        self.world, self.waiting, self.refused, self.end = world, list(mails), [], time.monotonic() + 60

    def attempt(self, sample, mail):
        try:
            return self.world.send(sample, mail).code
        except (OSError, smtplib.SMTPException):
            return 421

    def run(self):
        while self.waiting and time.monotonic() < self.end:
            sample, mail = self.waiting.pop(0)
            code = self.attempt(sample, mail)
            if code >= 500:
                self.refused.append((sample.file, code))
            elif code >= 400:
                self.waiting.append((sample, mail))
                time.sleep(0.2)


def hundred_mails(rcpt):
    """Of all kinds, each with its own recipient, so that each is put off for itself."""
    rows = samples.load()
    picked = [rows[number % len(rows)]._replace(rcpt=rcpt % number) for number in range(100)]
    return [(sample, samples.mail_of(sample)) for sample in picked]


def send_hundred(world, rcpt, disturb):
    mails = hundred_mails(rcpt)
    senders = [Sender(world, mails[start::4]) for start in range(4)]
    mark = world.daemon.mark()
    for sender in senders:
        sender.start()
    wait_until(lambda: len(world.daemon.verdicts_since(mark)) >= 30, 30, "thirty mails")
    true(any(sender.waiting for sender in senders), "the senders are in the middle of it")
    disturb()
    for sender in senders:
        sender.join()
    equal([sender.refused for sender in senders], [[]] * 4, "refused for good")
    equal(sum(len(sender.waiting) for sender in senders), 0, "mails nobody took")
    for sample, mail in mails:
        world.postfix.wait_delivered(sample.rcpt, samples.message_id(mail))
    # And it works as before.
    _, verdict = world.judge("snowshoe-2")
    equal(verdict["action"], "tag", "action afterwards")


@test
def a_kill_in_the_middle_of_a_hundred_mails_loses_none(world):
    def disturb():
        world.daemon.kill()
        time.sleep(0.5)
        world.daemon.start()
    send_hundred(world, "kill%d@example.jp", disturb)


@test
def a_stop_in_the_middle_of_a_hundred_mails_loses_none(world):
    def disturb():
        world.daemon.stop()
        world.daemon.start()
    send_hundred(world, "stop%d@example.jp", disturb)


run(lambda: World(deadline="%ds" % DEADLINE_S, min_age="1s"))
