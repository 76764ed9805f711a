#!/usr/bin/env python3
"""postfix_clusters.py - a campaign is seen by the operator, and the past is learnt from logs

Mails of one campaign come through a real Postfix; `kanjikictl clusters` shows what they have in common. Then a new installation
learns who has written before from logs: one written here, those of kanjikid, and the log that the Postfix of this world wrote
itself, which nobody here wrote.
"""
import gzip
import os
import sqlite3
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../world"))

import samples  # noqa: E402
from tap import equal, run, test, true  # noqa: E402
from world import World  # noqa: E402

DAY_S = 86400
MAIL = """\
From: Shop <info@%(domain)s>
To: hanako@example.jp
Subject: %(subject)s
Date: {{date}}
Message-ID: <{{id}}@%(domain)s>

%(text)s
"""


def ctl(world, *words, stdin=None, status=0):
    """What kanjikictl clusters prints; the daemon's configuration is its own."""
    command = world.daemon.ctl("clusters", *words, "-c", world.daemon.conf)
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, timeout=120)
    equal(done.returncode, status, "status of %r (%s%s)" % (command, done.stdout, done.stderr))
    return done.stdout + done.stderr


def send(world, client, helo, domain, subject="Hello", text="A letter.", sender="a"):
    sample = samples.Sample("-", client, "-", helo, "%s@%s" % (sender, domain), "hanako@example.jp", [])
    mail = samples.render((MAIL % {"domain": domain, "subject": subject, "text": text}).encode())
    return world.judge(sample, mail)


def write(world, name, lines):
    path = os.path.join(world.daemon.directory, name)
    text = "".join(line + "\n" for line in lines)
    with (gzip.open(path, "wt") if name.endswith(".gz") else open(path, "w")) as file:
        file.write(text)
    return path


def stamp(age_s):
    return time.strftime("%b %e %H:%M:%S", time.localtime(time.time() - age_s))


def logged(age_s, queue_id, client, sender):
    """The lines that Postfix writes about one mail."""
    when = stamp(age_s)
    return ["%s mx postfix/smtpd[7]: connect from unknown[%s]" % (when, client),
            "%s mx postfix/smtpd[7]: %s: client=unknown[%s]" % (when, queue_id, client),
            "%s mx postfix/cleanup[8]: %s: message-id=<x@y>" % (when, queue_id),
            "%s mx postfix/qmgr[9]: %s: from=<%s>, size=999, nrcpt=1 (queue active)" % (when, queue_id, sender),
            "%s mx postfix/qmgr[9]: %s: removed" % (when, queue_id)]


def in_warm_up(world, domain):
    _, verdict = send(world, "192.0.2.77", "mail." + domain, domain, text="Is %s known? %s" % (domain, time.time()))
    return "warming_up" in verdict


@test
def nothing_is_in_common_at_first(world):
    equal(len(ctl(world).splitlines()), 1, "rows under the head")


@test
def a_new_installation_warms_up(world):
    true(in_warm_up(world, "stranger.example"), "the first mail says that nothing is known yet")


@test
def a_campaign_is_listed_and_shown(world):
    for number in range(1, 6):
        send(world, "203.0.113.%d" % number, "ary05%d.localhost" % number, "letter%d.example" % number,
             subject="Spring no. %d for you" % number, text="Text number %d, which is not like the others." % number)
    table = ctl(world, "--by", "helo").splitlines()
    equal(len(table), 2, "rows of %r" % table)
    row = table[1].split()
    true(row[0].startswith("helo-") and row[1] == "helo", "ID and signal in %r" % row)
    equal((row[2], row[5], row[6]), ("5", "5", "1"), "domains, addresses and networks in %r" % row)
    # They came within a second, perhaps: which of them is the newest is not known then.
    true(table[1].count(".localhost") == 3 and "  ary05" in table[1], "examples in %r" % table[1])
    story = ctl(world, "show", row[0]).splitlines()
    true(story[0].startswith(row[0] + ": HELO names of one kind"), "head of %r" % story)
    mails = story[story.index("the last 5 mails") + 1:]
    equal(sorted(mail.split()[1] for mail in mails), ["203.0.113.%d" % n for n in range(1, 6)], "clients")
    equal([mail.split()[0] for mail in mails], sorted((mail.split()[0] for mail in mails), reverse=True), "newest first")
    true(any("203.0.113.5  HELO ary055.localhost  from letter5.example" in mail for mail in mails), story)
    true("203.0.113.0/24" in ctl(world, "--by", "prefix", "--fastest"), "the network")
    true(len(ctl(world, "-n", "1").splitlines()) == 2, "one row")


@test
def what_cannot_be_answered_says_why(world):
    true("no such cluster" in ctl(world, "show", "helo-0000000000000000", status=1), "unknown ID")
    true("no cluster's ID" in ctl(world, "show", "helo", status=64), "no ID")
    true("there is no signal" in ctl(world, "--by", "colour", status=64), "no signal")
    true("200" in ctl(world, "-n", "201", status=1), "too many")


@test
def orders_to_a_terminal_are_not_passed_on(world):
    for number in range(1, 5):
        send(world, "198.51.100.%d" % number, "x%d.\x1b[31m.localhost" % number, "red%d.example" % number,
             subject="Red \x1b[2J number %d, order now" % number, text="Another text, number %d" % number)
    shown = ctl(world) + "".join(ctl(world, "show", line.split()[0]) for line in ctl(world).splitlines()[1:])
    true("red1.example" in shown and "\x1b" not in shown, shown)


@test
def the_log_of_postfix_itself_is_understood(world):
    with open(os.path.join(world.postfix.directory, "mail.log")) as file:
        log = file.read()
    # Those that were put off have a client, and no sender.
    mails = sum("qmgr[" in line and ": from=<" in line for line in log.splitlines())
    said = ctl(world, "learn", os.path.join(world.postfix.directory, "mail.log"))
    true("learnt %d mails of " % mails in said and mails >= 7, "%d mails: %s" % (mails, said))
    true("did not understand" not in said, said)
    true("the daemon has taken it in" in said, said)


@test
def the_last_weeks_log_ends_the_warm_up(world):
    old = logged(20 * DAY_S, "4D7E1A0001", "192.0.2.1", "a@old.example")
    lines = [line for age in range(19, 0, -1)
             for line in logged(age * DAY_S, "4D7E1A1%03d" % age, "192.0.2.1", "a@friend%d.example" % age)]
    new = logged(60, "4D7E1A2001", "192.0.2.1", "a@new.example")
    true(in_warm_up(world, "stranger2.example"), "before")
    # Named as a shell names them, newest first; a mail may stand in two of them.
    said = ctl(world, "learn", write(world, "mail.log", lines[-6:] + new), write(world, "mail.log.1", lines),
               write(world, "mail.log.2.gz", old))
    true("learnt 22 mails of 21 sender domains" in said, said)
    true("shortens the warm-up" in said and "the daemon has taken it in" in said, said)
    true(not in_warm_up(world, "stranger3.example"), "after")


@test
def a_log_of_kanjikid_teaches_helo_names(world):
    lines = ["%s mx kanjikid[5]: qid=4D7E1A3%03d client=192.0.2.%d helo=seed%02d.invalid from=a@seed%d.example "
             "rcpts=b@example.jp action=accept score=0.10" % (stamp(600 - n), n, n, n, n) for n in range(1, 5)]
    said = ctl(world, "learn", "-", stdin="\n".join(lines) + "\n")
    true("learnt 4 mails of 4 sender domains" in said, said)
    table = ctl(world, "--by", "helo")
    true(any("seed04.invalid  seed03.invalid" in line for line in table.splitlines()), table)


@test
def a_maildir_teaches_domains_and_is_no_log(world):
    said = ctl(world, "learn", "--from", os.path.join(world.postfix.directory, "mail/example.jp"))
    true("learnt " in said and "learnt 0 " not in said and "warm-up" not in said, said)


@test
def one_bad_file_does_not_stop_the_others(world):
    good = write(world, "good.log", logged(60, "4D7E1A4001", "192.0.2.1", "a@good.example") + ["half a li"])
    bad = write(world, "bad.txt", ["This is neither.", "Not at all."])
    with open(write(world, "cut.log.gz", logged(60, "4D7E1A4002", "192.0.2.1", "a@cut.example") * 100), "r+b") as file:
        file.truncate(os.path.getsize(file.name) - 20)
    said = ctl(world, "learn", "/nonexistent", bad, file.name, good, status=1)
    true("/nonexistent: No such file" in said and "bad.txt: neither a log nor a mail" in said, said)
    true("cut.log.gz: the compressed file is damaged or ends early" in said, said)
    true("good.log:6: no line of a log" in said, said)
    true("from " in said and "learnt " in said, said)


@test
def what_the_state_file_does_not_take_is_no_success(world):
    state = sqlite3.connect(os.path.join(world.daemon.directory, "state.db"))
    state.execute("CREATE TRIGGER full BEFORE INSERT ON learned BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    said = ctl(world, "learn", write(world, "full.log", logged(60, "4D7E1A6001", "192.0.2.1", "a@full.example")),
               status=1)
    true("state.db: event=crowd-not-kept reason=\"disk full\"" in said, said)
    state.execute("DROP TRIGGER full")
    state.close()


@test
def without_a_daemon_the_next_one_takes_it_in(world):
    world.daemon.stop()
    lines = ["%s mx kanjikid[5]: qid=4D7E1A5%03d client=198.51.100.%d helo=late%02d.invalid from=a@late%d.example"
             % (stamp(300 - n), n, n, n, n) for n in range(1, 5)]
    said = ctl(world, "learn", write(world, "late.log", lines))
    true("no daemon listens; the next one takes it in" in said, said)
    state = os.stat(os.path.join(world.daemon.directory, "state.db"))
    true(state.st_uid != 0 and state.st_mode & 0o077 == 0, "the state file stays the daemon's: %r" % (state,))
    world.daemon.start()
    true("late04.invalid" in ctl(world, "--by", "helo"), "the cluster")


@test
def a_state_file_made_by_learning_is_the_daemons(world):
    world.daemon.stop()
    os.unlink(os.path.join(world.daemon.directory, "state.db"))
    ctl(world, "learn", os.path.join(world.daemon.directory, "late.log"))
    world.daemon.start()
    true("late04.invalid" in ctl(world, "--by", "helo"), "the cluster")


def new_world():
    world = World()
    # The world's own is 0s, so that other tests need no past.
    with open(world.daemon.conf) as file:
        text = file.read()
    with open(world.daemon.conf, "w") as file:
        file.write(text.replace("warm-up = 0s", "warm-up = 14d"))
    return world


run(new_world)
