#!/usr/bin/env python3
"""run.py - what ./dev run shows: the sample mails on their way through a whole world

Sends every mail of tests/mail through Postfix from the address of its envelope and prints what kanjikid made of it,
then comes back with what was put off; and at last sends a campaign, of which no mail is bad enough by itself. Stays up
until Ctrl-C, unless --once is given. The exit status says whether everything went as tests/mail/envelopes.tsv has it, and
the campaign as it should.
"""
import argparse
import shutil
import sys
import tempfile
import textwrap
import time

sys.dont_write_bytecode = True

import samples  # noqa: E402
from campaign import Campaign  # noqa: E402
from parts import Failure  # noqa: E402
from world import World, become_root  # noqa: E402

MIN_AGE_S = 2
HEAD = ("MAIL", "CLIENT", "SCORE", "ACTION", "TERMS")
FORMAT = "%-26s %-15s %6s  %-9s %s"


def show(name, client, verdict, remark=""):
    """One row of the table, its terms folded under each other."""
    width = max(40, shutil.get_terminal_size((110, 24)).columns - 60)
    terms = textwrap.wrap(verdict.get("terms", "").replace(",", ", "), width) or ["-"]
    print(FORMAT % (name, client, verdict["score"], verdict["action"] + remark, terms[0]))
    for line in terms[1:]:
        print(FORMAT % ("", "", "", "", line))


def send_samples(world):
    """Send each once. Gives (all as expected?, [(sample, mail) that was put off])."""
    good, put_off = True, []
    for sample in samples.load():
        mail = samples.mail_of(sample)
        reply, verdict = world.judge(sample, mail)
        action = verdict["action"]
        expected = action in sample.actions and (reply.code == 451) == (action == "tempfail")
        show(sample.file, sample.client, verdict, "" if expected else " (!)")
        if not expected:
            print("    expected %s; Postfix said %d %s" % (" or ".join(sample.actions), reply.code, reply.text))
            good = False
        if action == "tempfail":
            put_off.append((sample, mail))
        else:
            world.postfix.wait_delivered(sample.rcpt, samples.message_id(mail))
    return good, put_off


def retry(world, sample, mail):
    """The sender comes back after the minimum age: the mail is delivered, tagged."""
    reply, verdict = world.judge(sample, mail)
    good = reply.code == 250 and verdict["action"] == "tag"
    show(sample.file, sample.client, verdict, "" if good else " (!)")
    if good:
        delivered = world.postfix.wait_delivered(sample.rcpt, samples.message_id(mail))
        good = b"\nX-Spam-Flag: YES\n" in delivered
    return good


def send_campaign(world, campaign):
    """One mail after the other, each with the terms that the first had not: when there are enough, they are put off."""
    actions, first = [], None
    for sample, mail in campaign.mails():
        _, verdict = world.judge(sample, mail)
        actions.append(verdict["action"])
        first = first or verdict["terms"].split(",")
        more = [term for term in verdict["terms"].split(",") if term not in first]
        if len(actions) > 1:
            verdict["terms"] = ",".join(more)
        show(sample.sender.split("@")[1], sample.client, verdict)
    print()
    print(world.daemon.ask("clusters"), end="")
    good = actions[0] == "accept" and "accept" not in actions[2:] and set(actions[4:]) == {"tempfail"}
    if not good:
        print("    expected: accepted at first, tagged from the third on, put off from the fifth on (!)")
    return good


def show_how(world):
    print("""
The world is up. Another mail, from any address:

  swaks --server 127.0.0.1:%d --xclient 'ADDR=192.0.2.10 NAME=mta1.cloud.example' --helo mta1.cloud.example \\
        --from security@notice.cloud.example --to hanako@example.jp

  log of kanjikid   %s
  delivered mail    %s/mail/example.jp/new/
  configuration     %s (after a change: kill -USR1 %d)

Ctrl-C ends it and removes all of it.
""" % (world.postfix.port, world.daemon.log_path, world.postfix.directory,
                                            world.daemon.conf, world.daemon.part.process.pid))


def follow(world):
    """Show what is judged from now on, until somebody presses Ctrl-C."""
    mark = world.daemon.mark()
    while world.daemon.part.running():
        verdicts = world.daemon.verdicts_since(mark)
        mark = world.daemon.mark()
        for verdict in verdicts:
            show(verdict.get("from", ""), verdict.get("client", ""), verdict)
        time.sleep(0.3)
    raise Failure("kanjikid ended:\n" + world.daemon.part.log_tail())


def main():
    parser = argparse.ArgumentParser(prog="./dev run")
    parser.add_argument("--once", action="store_true", help="leave when the samples are through")
    options = parser.parse_args()
    become_root()
    sys.stdout.reconfigure(line_buffering=True)  # each row when it is known, also through a pipe
    campaign = Campaign("brief", 10)
    with tempfile.TemporaryDirectory(prefix="kanjiki-zones-") as directory, \
            World(zones=campaign.zones(directory), min_age="%ds" % MIN_AGE_S) as world:
        print(FORMAT % HEAD)
        good, put_off = send_samples(world)
        if put_off:
            print("\nThe senders of what was put off come back after %d s:\n" % MIN_AGE_S)
            time.sleep(MIN_AGE_S + 0.5)
            for sample, mail in put_off:
                good = retry(world, sample, mail) and good
        else:
            print("\nNothing was put off, so no sender can come back.")
            good = False
        print("\nA campaign: ten mails, each from a network and a domain of its own; what comes to light with each of them,"
              "\nand what `kanjikictl clusters` says in the end:\n")
        good = send_campaign(world, campaign) and good
        print("\n" + ("All as expected." if good else "NOT as expected: see the rows with (!)."))
        if not options.once:
            show_how(world)
            follow(world)
    return 0 if good else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("Gone.")
    except Failure as failure:
        sys.exit("run.py: %s" % failure)
