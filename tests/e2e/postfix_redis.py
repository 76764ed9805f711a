#!/usr/bin/env python3
"""postfix_redis.py - two MX hosts with one Redis see what one host would see, and no mail suffers when it is away

Each host is a world of its own - Postfix, kanjikid, name servers - and shares nothing with the other but the Redis.
"""
import contextlib
import os
import smtplib
import statistics
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../world"))

import samples  # noqa: E402
from campaign import Campaign  # noqa: E402
from parts import wait_until  # noqa: E402
from redis import Redis  # noqa: E402
from tap import comment, equal, run, test, true  # noqa: E402
from world import World  # noqa: E402

COUNT = 10
# What a mail waits for Redis at most (pipeline/meet.c), and for the machine.
WAIT_S, SLACK_S = 0.2, 0.3
LOAD = 300


@contextlib.contextmanager
def hosts(campaign, *confs):
    """A world for each configuration."""
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="kanjiki-zones-"))
        zones = campaign.zones(directory)
        yield [stack.enter_context(World(zones=zones, conf=conf)) for conf in confs]


def connected(*worlds):
    for world in worlds:
        world.daemon.wait_log("event=redis-connected")


def told(redis, count):
    """Until so many sightings lie in Redis: what was told before a question is heard before its answer."""
    wait_until(lambda: redis.told() == count, 10, "%d sightings in Redis" % count)


def actions_alone(campaign):
    with hosts(campaign, "") as (world,):
        return [world.judge(sample, mail)[1]["action"] for sample, mail in campaign.mails()]


def split(redis, worlds, campaign):
    """The mails of a campaign, in turn to each host; the verdicts."""
    verdicts = []
    for number, (sample, mail) in enumerate(campaign.mails()):
        verdicts.append(worlds[number % len(worlds)].judge(sample, mail)[1])
        told(redis, number + 1)
    return verdicts


def helo_cluster(world):
    return next(((row["ID"], row["DOMAINS"], row["IPS"]) for row in world.daemon.clusters("--by", "helo")), None)


def metric(world, name):
    for line in world.daemon.ask("metrics").splitlines():
        if line.split(" ")[0] == name:
            return float(line.split(" ")[1])
    raise AssertionError("no metric " + name)


def said(world, event, mark=0):
    return [line for line in world.daemon.lines_since(mark) if "event=" + event in line]


@test
def a_campaign_between_two_hosts_is_seen_as_by_one():
    for kind in ("reported", "harmless"):
        campaign = Campaign(kind, COUNT)
        alone = actions_alone(campaign)
        true(alone[2] != "accept", "alone: %r" % alone)
        with Redis() as redis, hosts(campaign, redis.conf(), redis.conf()) as worlds:
            connected(*worlds)
            verdicts = split(redis, worlds, campaign)
            equal([verdict["action"] for verdict in verdicts], alone, "actions (%s)" % kind)
            for world in worlds:  # the last mail is heard without a question, within some milliseconds
                wait_until(lambda: metric(world, "kanjiki_crowd_mails_total") == COUNT, 10, "all mails, at both hosts")
            # One host's clusters are the other's, by the same names.
            rows = [sorted((row["ID"], row["DOMAINS"], row["FRESH"], row["IPS"], row["NETS"])
                           for row in world.daemon.clusters()) for world in worlds]
            equal(rows[0], rows[1], "clusters")
            true(all(int(row[1]) >= COUNT // 2 for row in rows[0]), "clusters: %r" % rows[0])
            for world in worlds:
                equal((metric(world, "kanjiki_redis_told_total"), metric(world, "kanjiki_redis_heard_total")),
                      (COUNT / 2, COUNT / 2), "told and heard")


@test
def a_retry_at_the_other_host_is_the_same_mail():
    campaign = Campaign("reported", 4)
    with Redis() as redis, hosts(campaign, redis.conf(), redis.conf()) as worlds:
        connected(*worlds)
        mails = campaign.mails()
        for number, (sample, mail) in enumerate(mails):
            worlds[0].judge(sample, mail)
            told(redis, number + 1)
        wait_until(lambda: (helo_cluster(worlds[1]) or "  ")[1] == "4", 10, "the cluster at the other host")
        before = helo_cluster(worlds[1])
        for sample, mail in mails:
            worlds[1].judge(sample, mail)
        equal(helo_cluster(worlds[1]), before, "the cluster")


@test
def it_works_over_tls_with_a_password():
    campaign = Campaign("reported", 5)
    with Redis(tls=True, password="open-sesame") as redis, hosts(campaign, redis.conf(), redis.conf()) as worlds:
        connected(*worlds)
        verdicts = split(redis, worlds, campaign)
        true("HELO_TEMPLATE_5" in verdicts[-1]["terms"], "the fifth: %r" % verdicts[-1])
        for world in worlds:
            true("sesame" not in world.daemon.log(), "the password is not in the log")


@test
def a_wrong_password_is_said_and_mail_flows():
    campaign = Campaign("reported", 3)
    with Redis(password="right-one") as redis, hosts(campaign, redis.conf(password="not-this-one")) as (world,):
        line = world.daemon.wait_log("event=redis-away")
        true("WRONGPASS" in line or "password" in line, "the reason: " + line)
        true("this-one" not in world.daemon.log(), "the password is not in the log")
        verdicts = [world.judge(sample, mail)[1] for sample, mail in campaign.mails()]
        true("HELO_TEMPLATE" in verdicts[-1]["terms"], "what it saw itself: %r" % verdicts[-1])
        equal(len(said(world, "redis-away")), 1, "times it was said")
        equal(metric(world, "kanjiki_redis_connected"), 0, "kanjiki_redis_connected")


@test
def without_the_certificate_of_its_authority_nobody_is_believed():
    campaign = Campaign("reported", 1)
    with Redis(tls=True) as redis, Redis(tls=True) as other:
        with hosts(campaign, redis.conf(**{"ca-file": other.path("ca.pem")})) as (world,):
            line = world.daemon.wait_log("event=redis-away")
            true("certificate" in line, "the reason: " + line)
            equal(world.judge("maintenance-ja")[0].code, 250, "reply")


# --- Load ----------------------------------------------------------------------------------------------------------


class Sender(threading.Thread):
    """Sends innocent mails one after another, each once; `codes` are the replies."""

    def __init__(self, world, numbers):
        super().__init__(daemon=True)
        self.world, self.numbers, self.codes, self.sent = world, numbers, [], []

    def run(self):
        for number in self.numbers:
            sample = samples.find("maintenance-ja")._replace(rcpt="load%d@example.jp" % number)
            mail = samples.mail_of(sample)
            try:
                self.codes.append(self.world.send(sample, mail).code)
            except (OSError, smtplib.SMTPException) as error:
                self.codes.append(repr(error))
            self.sent.append((sample, mail))


def load(worlds):
    """Four senders, two at each host."""
    return [Sender(worlds[place % 2], range(place, LOAD, 4)) for place in range(4)]


@test
def a_redis_that_dies_under_load_costs_no_mail_and_nobody_forgets():
    campaign = Campaign("reported", 6)
    with Redis() as redis, hosts(campaign, redis.conf(), redis.conf()) as worlds:
        connected(*worlds)
        mails = campaign.mails()
        senders = load(worlds)
        for sender in senders:
            sender.start()
        wait_until(lambda: sum(len(sender.codes) for sender in senders) >= LOAD // 6, 60, "the load")
        marks = [world.daemon.mark() for world in worlds]
        redis.kill()
        for world, mark in zip(worlds, marks):
            world.daemon.wait_log("event=redis-away", mark)
        # Three each while nobody can tell the other.
        for number, (sample, mail) in enumerate(mails):
            worlds[number % 2].judge(sample, mail)
        true(all(sender.is_alive() for sender in senders), "the load goes on")
        equal([helo_cluster(world)[1] for world in worlds], ["3", "3"], "each knows what it saw itself")
        redis.start()
        for world, mark in zip(worlds, marks):
            world.daemon.wait_log("event=redis-connected", mark, 20)
        for sender in senders:
            sender.join()
        equal([code for sender in senders for code in sender.codes if code != 250], [], "replies")
        for sender in senders:
            for sample, mail in sender.sent:
                sender.world.postfix.wait_delivered(sample.rcpt, samples.message_id(mail))
        for world, mark in zip(worlds, marks):
            wait_until(lambda: helo_cluster(world)[1] == "6", 10, "what the other saw meanwhile")
            for event in ("redis-away", "redis-connected"):
                equal(len(said(world, event, mark)), 1, "times that %s was said" % event)
            equal(metric(world, "kanjiki_redis_dropped_total"), 0, "dropped")
            equal(metric(world, "kanjiki_redis_connected"), 1, "kanjiki_redis_connected")
            wait_until(lambda: metric(world, "kanjiki_crowd_mails_total") == LOAD + len(mails), 10, "all mails, at both")


def put_off(world, rcpt):
    """What happens to an extortion mail, which alone would be put off: the reply's code, and why."""
    reply, verdict = world.judge(samples.find("kokuhatsu")._replace(rcpt=rcpt))
    return reply.code, verdict["action"], verdict["why"]


@test
def while_redis_is_away_nothing_is_put_off():
    with Redis() as redis, hosts(Campaign("reported", 1), redis.conf()) as (world,):
        connected(world)
        equal(put_off(world, "before@example.jp")[:2], (451, "tempfail"), "before")
        mark = world.daemon.mark()
        redis.kill()
        world.daemon.wait_log("event=redis-away", mark)
        code, action, why = put_off(world, "away@example.jp")
        equal((code, action), (250, "tag"), "while it is away")
        true("the other hosts cannot be heard" in why, "why: " + why)
        mark = world.daemon.mark()
        redis.start()
        world.daemon.wait_log("event=redis-connected", mark, 20)
        equal(put_off(world, "after@example.jp")[:2], (451, "tempfail"), "after")


def timed(world, rcpt):
    """How long an innocent mail takes, in seconds; it is accepted."""
    sample = samples.find("maintenance-ja")._replace(rcpt=rcpt)
    begun = time.monotonic()
    reply, verdict = world.judge(sample)
    took = time.monotonic() - begun
    equal((reply.code, verdict["action"]), (250, "accept"), "reply and action")
    return took


@test
def a_redis_that_is_frozen_delays_a_mail_by_a_moment():
    campaign = Campaign("reported", 6)
    with Redis() as redis, hosts(campaign, redis.conf(), redis.conf()) as worlds:
        connected(*worlds)
        usual = statistics.median(timed(worlds[0], "usual%d@example.jp" % number) for number in range(10))
        mark = worlds[0].daemon.mark()
        redis.part.freeze()
        try:
            slow = [timed(worlds[0], "frozen%d@example.jp" % number) for number in range(20)]
            # When it has not answered for a second, it is away, and nobody waits any more.
            worlds[0].daemon.wait_log("event=redis-away", mark)
            after = [timed(worlds[0], "away%d@example.jp" % number) for number in range(10)]
            away = statistics.median(after)
            comment("usual %.3f s; frozen: at most %.3f s; away: median %.3f s" % (usual, max(slow), away))
            true(max(slow) < usual + WAIT_S + SLACK_S, "frozen: %r, usually %.3f" % (slow, usual))
            true(away < usual + WAIT_S / 2, "away: %r, usually %.3f" % (after, usual))
            for number, (sample, mail) in enumerate(campaign.mails()):
                worlds[number % 2].judge(sample, mail)
        finally:
            redis.part.thaw()
        worlds[0].daemon.wait_log("event=redis-connected", mark, 20)
        for world in worlds:
            wait_until(lambda: helo_cluster(world)[1] == "6", 20, "what the other saw meanwhile")


@test
def what_is_sealed_with_another_secret_is_refused():
    campaign = Campaign("reported", 4)
    with Redis() as redis, hosts(campaign, redis.conf(), redis.conf(secret="fedcba9876543210")) as worlds:
        connected(*worlds)
        for number, (sample, mail) in enumerate(campaign.mails()):
            worlds[0].judge(sample, mail)
            told(redis, number + 1)
        wait_until(lambda: metric(worlds[1], "kanjiki_redis_refused_total") == 4, 10, "what was refused")
        equal(helo_cluster(worlds[1]), None, "the other's cluster")


run()
