#!/usr/bin/env python3
"""postfix_deferral.py - a mail that was put off comes back, and is never lost"""
import os
import re
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../world"))

import samples  # noqa: E402
from tap import equal, run, test, true  # noqa: E402
from world import World  # noqa: E402

MIN_AGE_S = 3


def put_off(world, rcpt):
    """Send snowshoe-1 to a recipient of the test's own, so that no other test's memory counts."""
    sample = samples.find("snowshoe-1")._replace(rcpt=rcpt)
    mail = samples.mail_of(sample)
    reply, verdict = world.judge(sample, mail)
    equal((reply.code, verdict["action"]), (451, "tempfail"), "the first attempt")
    return sample, mail


def wait_until_old_enough():
    """The memory counts whole seconds."""
    time.sleep(MIN_AGE_S + 1)


def comes_back(world, sample, mail):
    """The retry is known again, and delivered, tagged."""
    reply, verdict = world.judge(sample, mail)
    equal((reply.code, verdict["action"]), (250, "tag"), "the retry (%s)" % verdict["why"])
    true(re.search(r"attempt [2-9] after \d+ s", verdict["why"]), "known again: " + verdict["why"])
    delivered = world.postfix.wait_delivered(sample.rcpt, samples.message_id(mail))
    equal(delivered.count(b"\nX-Spam-Flag: YES\n"), 1, "number of X-Spam-Flag")


@test
def a_retry_after_the_minimum_age_is_delivered_tagged(world):
    sample, mail = put_off(world, "first@example.jp")
    reply, verdict = world.judge(sample, mail)
    equal((reply.code, verdict["action"]), (451, "tempfail"), "a retry at once")
    wait_until_old_enough()
    comes_back(world, sample, mail)


@test
def what_was_let_through_is_never_put_off_again(world):
    sample, mail = put_off(world, "again@example.jp")
    wait_until_old_enough()
    comes_back(world, sample, mail)
    comes_back(world, sample, mail)


@test
def a_pool_that_hops_addresses_is_known_again(world):
    sample, mail = put_off(world, "pool@example.jp")
    wait_until_old_enough()
    # Listed as the first was, in the world's other list; another network and another envelope sender.
    comes_back(world, sample._replace(client="203.0.113.66", sender="other@spring-letter.example"), mail)


@test
def a_restart_forgets_nothing(world):
    sample, mail = put_off(world, "restart@example.jp")
    world.daemon.stop()
    world.daemon.start()
    wait_until_old_enough()
    comes_back(world, sample, mail)


@test
def a_kill_forgets_nothing(world):
    sample, mail = put_off(world, "kill@example.jp")
    world.daemon.kill()
    world.daemon.start()
    wait_until_old_enough()
    comes_back(world, sample, mail)


run(lambda: World(min_age="%ds" % MIN_AGE_S))
