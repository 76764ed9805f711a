#!/usr/bin/env python3
"""postfix_lists.py - every way in which a DNS list has betrayed its users: nobody's mail suffers, and the operator is told

A real rbldnsd serves the lists behind a real Unbound. A list is emptied, lists the world, refuses us, is parked, dies; or
the resolver invents answers. Each time a legitimate mail is accepted without a word from the list, the log names list and
reason, `kanjikictl lists` shows it, and the list comes back by itself.
"""
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../world"))

import samples  # noqa: E402
from kanjikid import parse_logfmt  # noqa: E402
from nameservers import RewritingRelay  # noqa: E402
from parts import ask_dns, wait_until  # noqa: E402
from tap import equal, run, test, true  # noqa: E402
from world import World  # noqa: E402

LIST, OTHER = "bl.kanjiki.test", "css.kanjiki.test"
GOOD = "maintenance-ja"   # a legitimate mail, from an address that no list has
LISTED = "kokuhatsu"      # its client is in LIST, with 3.0
KEY = "s3cr3tk3y"
SLOW_S = 60

CONF = """
list-health { every = 1s }
dnsbl "keyed.kanjiki.test" { key = "%s"  test-listed = "invalid"  test-unlisted = [] }
""" % KEY


def head(zone):
    return "$SOA 1 ns.%s hostmaster.%s 1 600 300 86400 1\n$NS 1 ns.%s\n$TTL 1\n" % (zone, zone, zone)


class Zone:
    """The data of LIST, replaced while a betrayal lasts."""

    def __init__(self, world):
        self.world = world
        self.path = world.dns.path(LIST)
        with open(self.path) as file:
            self.good = file.read()

    def write(self, data):
        with open(self.path + ".new", "w") as file:
            file.write(data)
        os.chmod(self.path + ".new", 0o644)
        os.rename(self.path + ".new", self.path)

    def be(self, data):
        self.write(head(LIST) + data)

    def be_good(self):
        self.write(head(LIST) + self.good.split("\n", 2)[2])


def ctl(world, word):
    command = world.daemon.ctl(word, "-s", os.path.join(world.daemon.directory, "control.sock"))
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SLOW_S)
    equal(done.returncode, 0, "status of kanjikictl %s (%s)" % (word, done.stderr))
    return done.stdout


def row(world, name=LIST):
    return next(line for line in ctl(world, "lists").splitlines() if line.startswith(name))


def wait_event(world, mark, event, name=LIST):
    def look():
        lines = [parse_logfmt(line) for line in world.daemon.lines_since(mark)]
        return next((line for line in lines if line.get("event") == event and line.get("list") == name), None)
    return wait_until(look, SLOW_S, "%s of %s in the log" % (event, name))


def lists_hit(verdict):
    return [term for term in verdict["terms"].split(",") if term.startswith("RBL_WORLD")]


def wait_state(world, state, name=LIST):
    wait_until(lambda: state in row(world, name), SLOW_S, "%s as %s" % (name, state))


def betrayed(world, betray, restore, reason, names=(LIST,)):
    """From health through the betrayal and back."""
    for name in names:
        wait_state(world, "healthy", name)
    mark = world.daemon.mark()
    betray()
    try:
        for name in names:
            event = wait_event(world, mark, "list-failing", name)
            true(reason in event["reason"], "the reason in %r" % event)
            true("last_known_well" in event and "mails_with_a_listing_since" in event, "since when: %r" % event)
            line = row(world, name)
            true("failing" in line and reason in line, "kanjikictl lists: %r" % line)
        _, verdict = world.judge(GOOD)
        equal(verdict["action"], "accept", "action on a legitimate mail")
        equal(lists_hit(verdict), [], "hits of a failing list")
        for name in names:
            true("%s: disabled (" % name in verdict["missing"], "the evidence: %r" % verdict["missing"])
        _, verdict = world.judge(LISTED)
        equal([term for term in lists_hit(verdict) if term == "RBL_WORLD=3.00"], [], "a failing list lists nobody")
    finally:
        restore()
    for name in names:
        wait_event(world, mark, "list-healthy", name)
    _, verdict = world.judge(LISTED)
    equal(lists_hit(verdict), ["RBL_WORLD=3.00"], "hits when it is back")
    events = [parse_logfmt(line) for line in world.daemon.lines_since(mark) if "event=list-failing" in line]
    equal(sorted(event["list"] for event in events if event["list"] != "keyed.kanjiki.test"), sorted(names),
          "each change is told once")


@test
def lists_begin_unproven_and_are_soon_healthy(world):
    wait_state(world, "healthy")
    wait_state(world, "healthy", OTHER)
    _, verdict = world.judge(LISTED)
    equal(lists_hit(verdict), ["RBL_WORLD=3.00"], "hits")
    line = row(world).split()
    equal(line[1], "client", "kind")
    equal((line[5], line[6]), ("1", "1"), "questions and hits in %r" % line)


@test
def a_list_that_is_emptied(world):
    zone = Zone(world)
    betrayed(world, lambda: zone.be("192.0.2.99\n"), zone.be_good, "does not list its test point 2.0.0.127")


@test
def a_list_that_lists_the_world(world):
    zone = Zone(world)
    betrayed(world, lambda: zone.be(":127.0.0.2:x\n0.0.0.0/1\n128.0.0.0/1\n"), zone.be_good, "lists 1.0.0.127")


@test
def a_list_that_refuses_us(world):
    zone = Zone(world)
    betrayed(world, lambda: zone.be(":127.255.255.254:x\n0.0.0.0/1\n128.0.0.0/1\n"), zone.be_good,
             "refuses us with 127.255.255.254")


@test
def a_list_that_is_gone_and_its_domain_parked(world):
    zone = Zone(world)
    betrayed(world, lambda: zone.be(":203.0.113.9:x\n0.0.0.0/1\n128.0.0.0/1\n"), zone.be_good,
             "answers 203.0.113.9, which is no code of a list")


@test
def a_resolver_that_invents_answers(world):
    # A code of the lists, which is the worst it can say.
    relay = RewritingRelay(world.dns.port, "127.0.0.2")
    relay.start()
    try:
        betrayed(world, lambda: world.daemon.reload(CONF, dns_port=relay.port), lambda: world.daemon.reload(CONF),
                 "the resolver answers for names that do not exist", (LIST, OTHER))
    finally:
        relay.stop()


@test
def lists_that_are_dead(world):
    betrayed(world, world.dns.rbldnsd.freeze, world.dns.rbldnsd.thaw, "does not answer", (LIST, OTHER))


@test
def a_list_whose_servers_fail(world):
    # rbldnsd answers SERVFAIL for a zone without its file.
    zone = Zone(world)
    betrayed(world, lambda: os.unlink(zone.path), zone.be_good, "its name servers fail")


@test
def a_failing_list_is_still_failing_after_a_reload(world):
    zone = Zone(world)
    wait_state(world, "healthy")
    mark = world.daemon.mark()
    zone.be("192.0.2.99\n")
    try:
        wait_event(world, mark, "list-failing")
        mark = world.daemon.mark()
        world.daemon.reload(CONF)
        true("failing" in row(world), "state after a reload: %r" % row(world))
        equal([line for line in world.daemon.lines_since(mark) if "event=list-failing" in line], [], "told again")
    finally:
        zone.be_good()
    wait_event(world, mark, "list-healthy")


@test
def a_list_that_suddenly_lists_many_of_our_clients(world):
    # A hundred clients make the usual rate; then a network is listed, and the test points are as they should be.
    zone = Zone(world)
    wait_state(world, "healthy")
    sample, mark = samples.find(GOOD), world.daemon.mark()

    def send_from(first, last):
        for number in range(first, last):
            world.send(sample._replace(client="198.18.0.%d" % number, name="-"))
    send_from(1, 101)
    zone.be(zone.good.split("\n", 2)[2] + "198.18.0.0/24\n")
    try:
        wait_until(lambda: ask_dns(world.dns.port, "201.0.18.198." + LIST, 1) == (0, 1), SLOW_S, "the network's listing")
        send_from(101, 161)
        event = wait_event(world, mark, "list-failing")
        true("suddenly lists" in event["reason"], "the reason: %r" % event)
        true(int(event["mails_with_a_listing_since"]) > 0, "mails: %r" % event)
    finally:
        zone.be_good()
    wait_event(world, mark, "list-healthy")


@test
def metrics_are_in_prometheus_format(world):
    text = ctl(world, "metrics")
    values = {}
    for line in text.splitlines():
        if line.startswith("#"):
            true(line.split()[1] in ("HELP", "TYPE") and line.split()[2].startswith("kanjiki_"), line)
        else:
            name, value = line.rsplit(" ", 1)
            values[name] = float(value)
    true(values['kanjiki_mails_total{action="accept"}'] > 0, "mails")
    equal(values['kanjiki_list_state{list="%s",state="healthy"}' % LIST], 1, "state")
    true(values['kanjiki_list_hits_total{list="%s"}' % LIST] > 0, "hits")
    true(values['kanjiki_list_dropped_total{list="%s"}' % LIST] > 0, "dropped")
    true(values["kanjiki_resolver_questions_total"] > 0, "resolver")
    for name in {name.split("{")[0] for name in values}:
        true("# HELP %s " % name in text and "# TYPE %s " % name in text, "HELP and TYPE of " + name)


@test
def a_key_is_asked_with_and_never_shown(world):
    # The list of the key does not exist, so it fails, and everything that can be said about it is said.
    wait_state(world, "failing", "keyed.kanjiki.test")
    sample, mail = "cloud-port22", None
    _, verdict = world.judge(sample, mail)
    true("keyed.kanjiki.test: disabled (" in verdict["missing"], "evidence: %r" % verdict)
    shown = world.daemon.log() + ctl(world, "lists") + ctl(world, "metrics") + world.postfix.log()
    true(KEY not in shown, "the key is shown")


run(lambda: World(conf=CONF, unbound=("cache-max-ttl: 1", "cache-max-negative-ttl: 1"),
                  resolver="ttl-max = 1s  negative-ttl-max = 1s  failure-ttl = 1s"))
