#!/usr/bin/env python3
"""postfix_crowd.py - a campaign, mail by mail, through real Postfix: when it is seen, what is said of it, what is kept

Each test has a world of its own, for campaigns of one kind know each other again.
"""
import contextlib
import os
import re
import sqlite3
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../world"))

import samples  # noqa: E402
from campaign import Campaign  # noqa: E402
from parts import Failure, wait_until  # noqa: E402
from tap import comment, equal, run, test, true  # noqa: E402
from world import World  # noqa: E402

COUNT = 10
# The symbols of the family crowd (lists/weights.conf) that say how many others there are.
CROWD = ("PREFIX_FRESH", "HELO_TEMPLATE", "PTR_SEQ", "RCV_TEMPLATE", "SUBJ_TEMPLATE", "BODY_CLUSTER", "DNS_CLUSTER",
         "WALLET_REUSED", "CROWD_FRESH", "BURST")
FRESHNESS = ("DOMAIN_FRESH", "DOMAIN_RECENT")
# What the journal may keep back (crowd_journal.h), and a nap of the daemon.
WRITTEN_S = 5 + 1


def terms_of(verdict):
    """{symbol: score in centipoints}"""
    return {name: round(float(score) * 100) for name, score in
            (term.split("=") for term in verdict["terms"].split(",") if term)}


def starting_with(terms, prefixes):
    return sorted(name for name in terms if name.startswith(tuple(prefixes)))


@contextlib.contextmanager
def meeting(kind, count=COUNT, **options):
    """A campaign, and a world in whose DNS its domains are."""
    campaign = Campaign(kind, count)
    with tempfile.TemporaryDirectory(prefix="kanjiki-zones-") as directory:
        with World(zones=campaign.zones(directory), **options) as world:
            yield campaign, world


def send_all(world, mails):
    """The replies and verdicts, in order; a mail is never refused."""
    results = []
    for sample, mail in mails:
        reply, verdict = world.judge(sample, mail)
        equal(reply.code, 451 if verdict["action"] == "tempfail" else 250, "%s: reply (%s)" % (sample.file, reply.text))
        results.append((reply, verdict))
    return results


def is_known(world, mail_and_sample):
    """The next mail of a campaign of which four came before."""
    (_, verdict), = send_all(world, [mail_and_sample])
    true("HELO_TEMPLATE_5" in terms_of(verdict), "the four before are known: " + verdict["terms"])


def counts(world):
    """{id: (domains, addresses, networks)}"""
    return {row["ID"]: (row["DOMAINS"], row["IPS"], row["NETS"]) for row in world.daemon.clusters()}


# --- Recognised --------------------------------------------------------------------------------------------------


@test
def the_reported_campaign_is_tagged_by_its_third_mail_and_put_off_by_its_fifth():
    with meeting("reported") as (campaign, world):
        for number, (sample, mail) in enumerate(campaign.mails(), 1):
            (reply, verdict), = send_all(world, [(sample, mail)])
            terms = terms_of(verdict)
            comment("%2d %-8s %5s %s" % (number, verdict["action"], verdict["score"], starting_with(terms, CROWD)))
            true("RBL_WORLD" not in verdict["terms"], "no list has it: %r" % verdict)
            if number >= 3:
                true(verdict["action"] in ("tag", "tempfail"), "mail %d: %r" % (number, verdict))
                true("HELO_TEMPLATE" in verdict["terms"], "mail %d: %r" % (number, verdict))
                true("helo-" in verdict["clusters"], "clusters in the log: %r" % verdict)
            else:
                equal(starting_with(terms, CROWD), [], "crowd of mail %d" % number)
            if number >= 5:
                equal((reply.code, reply.text[:6], verdict["action"]), (451, "4.7.1 ", "tempfail"), "mail %d" % number)
                true("HELO_TEMPLATE_5" in terms and "CROWD_FRESH" in terms, "mail %d: %r" % (number, verdict))


@test
def of_harmless_looking_mails_the_company_they_are_in_tags_the_third():
    with meeting("harmless") as (campaign, world):
        for number, (sample, mail) in enumerate(campaign.mails(), 1):
            (_, verdict), = send_all(world, [(sample, mail)])
            terms = terms_of(verdict)
            crowd = starting_with(terms, CROWD + ("DOMAIN_FRESH", "CAP(crowd)"))
            comment("%2d %-8s %5s %s" % (number, verdict["action"], verdict["score"], crowd))
            equal({name: score for name, score in terms.items() if name not in crowd}, {"SPF_PASS": 0},
                  "mail %d: all else" % number)
            # One family of evidence never puts off.
            equal(verdict["action"], "accept" if number < 3 else "tag", "mail %d: %r" % (number, verdict))
            if number < 3:
                equal(verdict["score"], "1.00", "mail %d" % number)
            if number == 3:
                equal(crowd, ["BODY_CLUSTER", "DNS_CLUSTER_3", "DOMAIN_FRESH", "RCV_TEMPLATE", "SUBJ_TEMPLATE"], "symbols")
                delivered = world.postfix.wait_delivered(sample.rcpt, samples.message_id(mail)).decode("latin-1")
                true(re.search(r"\nX-Spam-Status: Yes, [^\n]*(\n\t[^\n]*)*BODY_CLUSTER=2\.50", delivered), delivered)
            if number >= 5:
                true("BODY_CLUSTER_5" in terms or "BODY_CLUSTER_8" in terms, "mail %d: %r" % (number, verdict))


@test
def what_is_done_grows_with_the_campaign():
    with meeting("brief") as (campaign, world):
        verdicts = [verdict for _, verdict in send_all(world, campaign.mails())]
        equal([verdict["action"] for verdict in verdicts], ["accept"] * 2 + ["tag"] * 2 + ["tempfail"] * 6, "actions")
        for verdict in verdicts:  # what tells of a mail by itself stays what it was
            alone = {name: score for name, score in terms_of(verdict).items()
                     if name not in starting_with(terms_of(verdict), CROWD + ("CAP(crowd)",))}
            equal(sum(alone.values()), 370, "without the others: %r" % verdict)


@test
def an_honest_sender_among_them_stays_as_it_was():
    with meeting("reported") as (campaign, world), meeting("harmless", 1) as (_, quiet):
        for sample, mail in campaign.mails():
            send_all(world, [(sample, mail)])
            for name in ("maintenance-ja", "list-post", "bounce"):
                reply, verdict = world.judge(name)
                _, alone = quiet.judge(name)
                equal((reply.code, verdict["action"], verdict.get("clusters")), (250, "accept", None), name)
                equal(verdict["terms"], alone["terms"], "%s, beside where nothing else comes" % name)


@test
def kanjikictl_shows_the_campaign_and_its_members():
    with meeting("reported") as (campaign, world):
        results = send_all(world, campaign.mails())
        rows = world.daemon.clusters()
        true({"helo", "received", "subject"} <= {row["SIGNAL"] for row in rows}, "signals: %r" % rows)
        row, = world.daemon.clusters("--by", "helo")
        equal((row["SIGNAL"], row["DOMAINS"], row["FRESH"], row["KNOWN"], row["IPS"], row["NETS"]),
              ("helo", "10", "10", "0", "10", "10"), "the row of the HELO names")
        true("ary0" in row["EXAMPLE"], "example: %r" % row)
        true(row["ID"] in results[-1][1]["clusters"].split(","), "the log names it: %r" % results[-1][1])
        story = world.daemon.ask("clusters", "show", row["ID"])
        for number in campaign.numbers:
            sample = campaign.sample(number)
            line = next((line for line in story.splitlines() if sample.client + " " in line), "")
            true(sample.helo in line and campaign.domain(number) in line and "(new)" in line,
                 "%s in:\n%s" % (sample.client, story))


@test
def kanjikictl_shows_who_came_and_with_what_subject():
    with meeting("harmless", 4) as (campaign, world):
        send_all(world, campaign.mails()[:3])
        body, = world.daemon.clusters("--by", "body")
        story = world.daemon.ask("clusters", "show", body["ID"])
        members = story.split("the last 3 mails\n")[1].splitlines()
        equal(["秋の特別会員のご案内(受付番号#)" in line for line in members], [True] * 3, "subjects in:\n" + story)
        true(campaign.sample(3).client not in story, "the one that did not come")


@test
def a_retry_is_the_same_mail():
    with meeting("reported", 4) as (campaign, world):
        mails = campaign.mails()
        send_all(world, mails)
        before = counts(world)
        true(before, "clusters: %r" % before)
        send_all(world, mails)
        # And from another address of the pool.
        sample, mail = mails[3]
        send_all(world, [(sample._replace(client="103.235.9.9", helo="ary099.localhost"), mail)])
        equal(counts(world), before, "counts of the clusters")


# --- Kept --------------------------------------------------------------------------------------------------------


@test
def a_restart_in_the_middle_forgets_nothing():
    with meeting("reported", 5) as (campaign, world):
        send_all(world, campaign.mails()[:4])
        before = counts(world)
        world.daemon.stop()
        world.daemon.start()
        equal(counts(world), before, "counts of the clusters")
        is_known(world, campaign.mails()[4])


def journal_length(world):
    """How many sightings are on disk."""
    with contextlib.closing(sqlite3.connect("file:%s?mode=ro" % world.daemon.state, uri=True)) as database:
        return database.execute("SELECT coalesce(sum(sightings), 0) FROM journal").fetchone()[0]


@test
def a_kill_forgets_the_last_seconds_at_most():
    with meeting("reported", 5) as (campaign, world):
        send_all(world, campaign.mails()[:4])
        before = counts(world)
        # The machine may be busy; the daemon alone decides whether it writes at all while no mail comes.
        wait_until(lambda: journal_length(world) == 4, WRITTEN_S + 2, "the journal")
        world.daemon.kill()
        world.daemon.start()
        equal(counts(world), before, "counts of the clusters")
        is_known(world, campaign.mails()[4])


# --- Without it ---------------------------------------------------------------------------------------------------


def seen_but_not_judged(world, verdicts):
    """Where nobody can tell who is new, nothing is said against anybody; the operator sees the campaign all the same."""
    for verdict in verdicts:
        equal(starting_with(terms_of(verdict), FRESHNESS + CROWD), [], "crowd: %r" % verdict)
        equal(verdict.get("warming_up"), "true", "the log: %r" % verdict)
    true("subject-" in verdicts[-1]["clusters"], "the log names clusters: %r" % verdicts[-1])
    rows = [row for row in world.daemon.clusters() if row["SIGNAL"] in ("helo", "body")]
    equal([(row["DOMAINS"], row["FRESH"]) for row in rows], [("10", "0")], "the cluster")


@test
def in_the_warm_up_nobody_is_new():
    with meeting("harmless", warm_up="14d") as (campaign, world):
        seen_but_not_judged(world, [verdict for _, verdict in send_all(world, campaign.mails())])


@test
def without_memory_each_mail_is_judged_by_itself():
    with meeting("reported", conf="crowd { memory = 0 }\n") as (campaign, world):
        for _, verdict in send_all(world, campaign.mails()):
            equal((starting_with(terms_of(verdict), CROWD), verdict.get("clusters")), ([], None), "crowd: %r" % verdict)
        try:
            world.daemon.ask("clusters")
            raise AssertionError("kanjikictl clusters succeeded")
        except Failure as failure:
            true("switched off" in str(failure), str(failure))
        true("kanjiki_" in world.daemon.ask("metrics"), "metrics")


class Disk:
    """A small file system of its own, for the state file."""

    def __init__(self, directory, kib):
        self.path = directory
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%dk,mode=0777" % kib, "tmpfs", directory],
                              capture_output=True, check=False)
        self.mounted = done.returncode == 0

    def fill(self):
        with open(os.path.join(self.path, "filler"), "wb", buffering=0) as file:
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(4096))

    def make_room(self):
        os.unlink(os.path.join(self.path, "filler"))

    def unmount(self):
        if self.mounted:
            subprocess.run(["umount", self.path], check=True)


@test
def with_a_full_disk_mail_flows_and_the_memory_works():
    with tempfile.TemporaryDirectory(prefix="kanjiki-disk-") as directory:
        disk = Disk(directory, 1024)
        if not disk.mounted:
            comment("no file system can be mounted here")
            return
        try:
            with_disk(disk)
        finally:
            disk.unmount()


def with_disk(disk):
    with meeting("reported", state=os.path.join(disk.path, "state.db")) as (campaign, world):
        mails = campaign.mails()
        send_all(world, mails[:2])
        mark = world.daemon.mark()
        disk.fill()
        # Nothing can be written about an attempt, so nothing is put off.
        results = send_all(world, mails[2:6])
        equal([verdict["action"] for _, verdict in results], ["tag"] * 4, "actions")
        true("HELO_TEMPLATE_5" in results[-1][1]["terms"], "the memory works: %r" % results[-1][1])
        world.daemon.wait_log("event=crowd-not-kept", mark, WRITTEN_S + 10)
        disk.make_room()
        reply, verdict = send_all(world, mails[6:7])[0]
        equal(verdict["action"], "tempfail", "with room again: %r" % verdict)
        send_all(world, mails[7:])
        equal(sum("event=crowd-not-kept" in line for line in world.daemon.lines_since(mark)), 1, "times it was said")
        before = counts(world)
        world.daemon.stop()
        world.daemon.start()
        # The memory was written as a whole at the end.
        equal(counts(world), before, "counts of the clusters")


@test
def while_another_program_locks_the_state_file_mail_flows():
    with meeting("reported", 6) as (campaign, world):
        mails = campaign.mails()
        send_all(world, mails[:2])
        with contextlib.closing(sqlite3.connect(world.daemon.state, isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            for _, verdict in send_all(world, mails[2:]):
                equal(verdict["action"], "tag", "not put off: %r" % verdict)
            true("HELO_TEMPLATE_5" in verdict["terms"], "the memory works: %r" % verdict)
            database.execute("ROLLBACK")


@test
def without_a_state_file_nobody_is_ever_new():
    with meeting("reported", state="") as (campaign, world):
        verdicts = [verdict for _, verdict in send_all(world, campaign.mails())]
        equal([verdict["action"] for verdict in verdicts], ["tag"] * COUNT, "not put off, for nothing would know the retry")
        seen_but_not_judged(world, verdicts)


run()
