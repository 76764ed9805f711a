#!/usr/bin/env python3
"""postfix_policies.py - who is judged by what: domains, reloads, clients that pass, relays"""
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../world"))

import samples  # noqa: E402
from tap import equal, run, test, true  # noqa: E402
from world import World  # noqa: E402

PATIENT = "user@patient.example.jp"  # tempfail = never, subject-prefix = "[SPAM] "
PLAIN = "user@example.jp"
STRICT = "user@strict.example.jp"  # tag = 3, tempfail = 4
RELAY = 'trusted-relays = ["192.0.2.99"]\n'


def send(world, name, rcpts, **options):
    sample = samples.find(name)
    mail = samples.mail_of(sample)
    reply, verdict = world.judge(sample, mail, rcpts=rcpts, **options)
    return reply, verdict, mail


def subject_of(world, rcpt, mail):
    delivered = world.postfix.wait_delivered(rcpt, samples.message_id(mail)).decode("latin-1")
    return delivered.split("\nSubject: ")[1].split("\n")[0]


@test
def a_domain_without_tempfail_gets_its_mail_tagged_with_its_prefix(world):
    reply, verdict, mail = send(world, "snowshoe-1", [PATIENT])
    equal((reply.code, verdict["action"]), (250, "tag"), "reply and action")
    true(subject_of(world, PATIENT, mail).startswith("[SPAM] "), "the prefix")


@test
def one_recipient_who_wants_no_tempfail_keeps_it_from_all(world):
    reply, verdict, mail = send(world, "snowshoe-1", [PLAIN, PATIENT])
    equal((reply.code, verdict["action"]), (250, "tag"), "reply and action")
    for rcpt in (PLAIN, PATIENT):
        true(not subject_of(world, rcpt, mail).startswith("[SPAM] "), "no prefix, for not all want it")


@test
def a_strict_domain_is_strict_for_itself_alone(world):
    reply, verdict, _ = send(world, "snowshoe-1", [STRICT])
    equal((reply.code, verdict["action"], verdict["policy"]), (451, "tempfail", "strict.example.jp"), "strict")
    equal(float(verdict["required"]), 3.0, "required")


@test
def with_split_recipients_of_another_policy_come_separately(world):
    world.daemon.reload("split = yes\n")
    reply, _, mail = send(world, "maintenance-ja", [PLAIN, PATIENT])
    equal((reply.code, list(reply.put_off)), (250, [PATIENT]), "who was put off")
    true(reply.put_off[PATIENT].startswith("452 4.5.3 "), "reply to the second: " + reply.put_off[PATIENT])
    world.postfix.wait_delivered(PLAIN, samples.message_id(mail))
    world.daemon.reload()
    reply, _, _ = send(world, "maintenance-ja", [PLAIN, PATIENT])
    equal((reply.code, reply.put_off), (250, {}), "replies without split")


@test
def a_reload_brings_other_thresholds(world):
    _, before, _ = send(world, "snowshoe-2", [PLAIN])
    equal(before["action"], "tag", "before")
    world.daemon.configure("tag = 50.0\ntempfail = never\n")
    reloaded = subprocess.run(world.daemon.ctl("reload", "-c", world.daemon.conf), capture_output=True, text=True)
    equal(reloaded.returncode, 0, "kanjikictl reload (%s%s)" % (reloaded.stdout, reloaded.stderr))
    _, after, _ = send(world, "snowshoe-2", [PLAIN])
    equal((after["action"], float(after["required"])), ("accept", 50.0), "after")
    world.daemon.reload()
    equal(send(world, "snowshoe-2", [PLAIN])[1]["action"], "tag", "back again")


@test
def a_bad_file_changes_nothing_and_says_why(world):
    mark = world.daemon.mark()
    lines = world.daemon.reload("tempfial = never\ntag = 50.0\n")
    true("nothing was changed" in lines[0], "the news: %r" % lines)
    line = world.daemon.wait_log("tempfial", mark)
    true("kanjiki.conf:" in line and "tempfail" in line, "place and suggestion in " + line)
    equal(send(world, "snowshoe-2", [PLAIN])[1]["action"], "tag", "action")
    world.daemon.reload()


@test
def an_ipv6_client_is_judged_like_any_other(world):
    sample = samples.find("list-post")._replace(client="2001:db8:25::25")
    mail = samples.mail_of(sample)
    _, verdict = world.judge(sample, mail)
    equal((verdict["action"], verdict["client"]), ("accept", "2001:db8:25::25"), "action and client")
    delivered = world.postfix.wait_delivered(sample.rcpt, samples.message_id(mail)).decode()
    ours = delivered.split("\nAuthentication-Results: mx.example.jp")[1].split("\n\n")[0]
    true("spf=pass" in ours and "iprev=pass" in ours, "SPF and iprev: " + ours)


@test
def mail_over_ipv6_arrives_scored(world):
    if world.postfix.ipv6_port is None:
        return
    sample = samples.find("snowshoe-2")
    mark = world.daemon.mark()
    reply = samples.send(world.postfix.ipv6_port, samples.mail_of(sample), sample, host="::1")
    equal((reply.code, world.daemon.wait_verdict(mark)["action"]), (250, "tag"), "reply and action")


def passes(world, sample, **options):
    """The mail is delivered without a field of ours."""
    mail = samples.mail_of(sample)
    equal(world.send(sample, mail, **options).code, 250, "reply")
    delivered = world.postfix.wait_delivered(sample.rcpt, samples.message_id(mail))
    true(b"\nX-Spam-" not in delivered and b"\nX-Kanjiki-" not in delivered, "unscored")


@test
def an_authenticated_client_passes_unscored(world):
    passes(world, samples.find("snowshoe-1"), login="hanako")


@test
def a_trusted_network_passes_unscored(world):
    passes(world, samples.find("snowshoe-1")._replace(client="127.0.0.9"))


@test
def mail_from_a_trusted_relay_is_judged_on_the_true_peer(world):
    world.daemon.reload(RELAY)
    sample = samples.find("snowshoe-1")._replace(client="192.0.2.99", name="relay.example.jp",
                                                 helo="relay.example.jp", rcpt="relayed@example.jp")
    mail = b"Received: from ary058.localhost (unknown [103.232.15.114])\n" \
           b"\tby relay.example.jp (Postfix) with ESMTP id 4C9D10A3F2\n" \
           b"\tfor <relayed@example.jp>; Mon, 23 Nov 2026 09:00:00 +0900\n" + samples.mail_of(sample)
    _, verdict = world.judge(sample, mail)
    equal((verdict["action"], verdict["client"]), ("tempfail", "103.232.15.114"), "action and client")
    true("RBL_WORLD_CSS" in verdict["terms"] and "HELO_SPECIAL" in verdict["terms"], verdict["terms"])


run(World)
