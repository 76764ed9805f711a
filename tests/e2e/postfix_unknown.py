#!/usr/bin/env python3
"""postfix_unknown.py - a list that says nothing has four names for it in the evidence, and none of them changes a score"""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../world"))

from parts import ask_dns, wait_until  # noqa: E402
from tap import equal, run, test, true  # noqa: E402
from world import World  # noqa: E402

LIST, OTHER = "bl.kanjiki.test", "css.kanjiki.test"
GOOD, GOOD_NAME = "maintenance-ja", "20.2.0.192." + LIST
LISTED = "kokuhatsu"
NXDOMAIN, SERVFAIL, A = 3, 2, 1

# Rounds are so far apart that what a mail hears comes first.
CONF = "list-health { every = 1h }\n"


def write_list(world, data):
    path = world.dns.path(LIST)
    with open(path + ".new", "w") as file:
        file.write("$SOA 1 ns.%s hostmaster.%s 1 600 300 86400 1\n$NS 1 ns.%s\n$TTL 1\n%s" % (LIST, LIST, LIST, data))
    os.chmod(path + ".new", 0o644)
    os.rename(path + ".new", path)


def wait_dns(world, want):
    """Until Unbound says this about the good mail's client: (response code, answers), or None for nothing."""
    wait_until(lambda: ask_dns(world.dns.port, GOOD_NAME, A) == want, 40, "%r from Unbound" % (want,))


def unknown(world, word):
    """The good mail as ever, and the other one without its listing; both say why."""
    for sample, terms, score in ((GOOD, "SPF_PASS=0.00", "0.00"), (LISTED, None, None)):
        _, verdict = world.judge(sample)
        true("%s: %s" % (LIST, word) in verdict["missing"], "%s in the evidence: %r" % (word, verdict))
        if score:
            equal((verdict["score"], verdict["terms"], verdict["action"]), (score, terms, "accept"), "verdict of " + sample)
        true("RBL_WORLD=" not in verdict["terms"], "terms: %r" % verdict["terms"])


def be_good(world, data):
    write_list(world, data)
    wait_dns(world, (NXDOMAIN, 0))


@test
def a_timeout_changes_no_score(world):
    world.dns.rbldnsd.freeze()
    try:
        wait_dns(world, None)
        unknown(world, "timeout")
    finally:
        world.dns.rbldnsd.thaw()
        wait_dns(world, (NXDOMAIN, 0))


@test
def a_servfail_changes_no_score(world):
    os.unlink(world.dns.path(LIST))
    try:
        wait_dns(world, (SERVFAIL, 0))
        unknown(world, "servfail")
    finally:
        be_good(world, "127.0.0.2\n203.0.113.66\n")


@test
def a_refusal_changes_no_score_and_has_the_list_examined_at_once(world):
    mark = world.daemon.mark()
    write_list(world, ":127.255.255.254:x\n0.0.0.0/1\n128.0.0.0/1\n")
    wait_dns(world, (0, 1))
    _, verdict = world.judge(GOOD)
    true("%s: blocked" % LIST in verdict["missing"], "evidence: %r" % verdict)
    equal((verdict["score"], verdict["action"]), ("0.00", "accept"), "verdict")
    world.daemon.wait_log("event=list-failing list=%s" % LIST, mark, 30)


@test
def a_list_that_fails_changes_no_score(world):
    unknown(world, "disabled (refuses us with 127.255.255.254)")


# In the warm-up no sender's domain is new: scores are those of the lists.
run(lambda: World(conf=CONF, warm_up="14d", unbound=("cache-max-ttl: 1", "cache-max-negative-ttl: 1"),
                  resolver="ttl-max = 1s  negative-ttl-max = 1s  failure-ttl = 1s"))
