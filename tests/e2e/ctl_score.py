#!/usr/bin/env python3
"""ctl_score.py - kanjikictl score and explain-text on files, mbox, Maildir and standard input, without a network"""

import json
import os
import shutil
import subprocess
import sys
import tempfile

SRCDIR = os.environ.get("KJ_SRCDIR", ".")
KANJIKICTL = os.path.join(os.environ.get("KJ_BUILDDIR", "."), "ctl", "kanjikictl")

INSIDE = "Received: from mx.example.jp (mx.example.jp [192.168.1.5]) by store.example.jp with LMTP id 1; Tue, 3 Nov 2026 10:00:05 +0900\n"
OURS = ("Received: from seed.localhost (unknown [203.0.113.9])\n\tby mx.example.jp (Postfix) with ESMTP id ABC\n"
        "\tfor <user@example.jp>; Tue, 3 Nov 2026 10:00:00 +0900\n")
FIELDS = ("From: Sender <author@example.com>\nTo: user@example.jp\nSubject: Minutes\n"
          "Date: Tue, 3 Nov 2026 09:59:58 +0900\nMessage-ID: <1@example.com>\n")
MAIL = f"Return-Path: <bounce@example.com>\n{INSIDE}{OURS}{FIELDS}\nHello.\n"
BARE = f"{FIELDS}\nHello.\n"

TESTS = []


def test(function):
    TESTS.append(function)
    return function


def write(directory, name, text):
    path = os.path.join(directory, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="") as f:
        f.write(text)
    return path


def score(directory, *args, stdin=""):
    conf = write(directory, "kanjiki.conf", f'lists = "{SRCDIR}/lists"\nstate = ""\n')
    done = subprocess.run([KANJIKICTL, "score", "--offline", "--json", "-c", conf, *args], input=stdin,
                          capture_output=True, text=True, timeout=60, check=False)
    return done, [json.loads(line) for line in done.stdout.splitlines()]


@test
def one_mail_gives_one_object_whose_hits_sum_up(directory):
    done, (verdict,) = score(directory, write(directory, "mail", MAIL))
    assert done.returncode == 0, done
    assert list(verdict)[:5] == ["file", "score", "action", "evidence", "hits"], verdict
    assert set(verdict["evidence"]) == {"have", "of", "missing"}, verdict
    assert all("disabled" in m for m in verdict["evidence"]["missing"]) and verdict["evidence"]["missing"], verdict
    assert all(set(hit) == {"symbol", "score", "family", "reason"} for hit in verdict["hits"]), verdict
    assert abs(sum(hit["score"] for hit in verdict["hits"]) - verdict["score"]) < 0.001, verdict
    assert "HELO_SPECIAL" in [hit["symbol"] for hit in verdict["hits"]], verdict


@test
def the_envelope_comes_from_the_header(directory):
    _, (verdict,) = score(directory, write(directory, "mail", MAIL))
    got = {key: verdict[key] for key in ("client", "helo", "sender", "rcpts")}
    assert got == {"client": "203.0.113.9", "helo": "seed.localhost", "sender": "bounce@example.com",
                   "rcpts": ["user@example.jp"]}, got
    # judged at the time it came: its Date is neither past nor future then
    assert not [hit for hit in verdict["hits"] if hit["symbol"].startswith("DATE_")], verdict


@test
def options_come_before_the_header(directory):
    _, (verdict,) = score(directory, "--client-ip", "2001:db8::7", "--helo", "mail.example.net", "--mail-from", "<>",
                          "--rcpt", "a@example.jp", "--rcpt", "b@example.jp", write(directory, "mail", MAIL))
    got = {key: verdict[key] for key in ("client", "helo", "sender", "rcpts")}
    assert got == {"client": "2001:db8::7", "helo": "mail.example.net", "sender": "<>",
                   "rcpts": ["a@example.jp", "b@example.jp"]}, got


@test
def a_mail_without_received_is_scored_as_of_an_unknown_client(directory):
    _, (verdict,) = score(directory, write(directory, "mail", BARE))
    assert verdict["client"] is None and verdict["action"] != "pass", verdict
    assert verdict["sender"] == "author@example.com", verdict


@test
def an_mbox_is_split_and_numbered(directory):
    separator = "From bounce@example.com Tue Nov  3 10:00:00 2026\n"
    text = f"{separator}{MAIL}>From here on quoted\nFrom the middle of a paragraph\n\n{separator}{BARE}\n{separator}{MAIL}"
    path = write(directory, "mbox", text)
    done, verdicts = score(directory, path)
    assert done.returncode == 0 and [v["file"] for v in verdicts] == [f"{path}:{n}" for n in (1, 2, 3)], verdicts
    assert [v["client"] for v in verdicts] == ["203.0.113.9", None, "203.0.113.9"], verdicts


@test
def a_maildir_is_read_new_before_cur_and_sorted(directory):
    box = os.path.join(directory, "box")
    wanted = [write(directory, f"box/{name}", BARE) for name in ("new/1.a", "new/2.b", "cur/0.c:2,S", "cur/9.d:2,")]
    write(directory, "box/tmp/5.e", BARE)
    done, verdicts = score(directory, box)
    assert done.returncode == 0 and [v["file"] for v in verdicts] == wanted, verdicts


@test
def standard_input_is_one_mail(directory):
    done, (verdict,) = score(directory, "-", stdin=MAIL.replace("\n", "\r\n"))
    assert done.returncode == 0 and verdict["file"] == "-" and verdict["client"] == "203.0.113.9", verdict


@test
def an_unreadable_file_is_status_1_after_the_others(directory):
    mail = write(directory, "mail", MAIL)
    missing = os.path.join(directory, "missing")
    os.mkdir(os.path.join(directory, "plain"))
    done, verdicts = score(directory, missing, mail, os.path.join(directory, "plain"), mail)
    assert done.returncode == 1 and len(verdicts) == 2, done
    assert missing in done.stderr and "no Maildir" in done.stderr, done.stderr


@test
def odd_bytes_leave_the_json_whole(directory):
    path = os.path.join(directory, "odd")
    with open(path, "wb") as f:
        f.write(b'Return-Path: <"\x80\xff\x1b[31m"@example.com>\nSubject: \xff"\\\n\nbody \x00 \xfe\n')
    done, (verdict,) = score(directory, path)
    assert done.returncode == 0 and verdict["file"] == path, done


@test
def a_missing_configuration_and_wrong_usage_are_errors(directory):
    mail = write(directory, "mail", MAIL)
    for args, status in ((["score", "-c", f"{directory}/none.conf", mail], 1), (["score"], 64),
                         (["score", "--client-ip", "300.1.2.3", mail], 64), (["scroe", mail], 64),
                         (["check-config", "-c", f"{directory}/none.conf"], 1), (["score", "--help"], 0)):
        done = subprocess.run([KANJIKICTL, *args], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == status, (args, done)
    done = subprocess.run([KANJIKICTL, "scroe"], capture_output=True, text=True, timeout=60, check=False)
    assert 'did you mean "score"?' in done.stderr, done


@test
def for_people_there_is_a_block_with_every_term(directory):
    conf = write(directory, "kanjiki.conf", f'lists = "{SRCDIR}/lists"\nstate = ""\n')
    done = subprocess.run([KANJIKICTL, "score", "--offline", "-c", conf, write(directory, "mail", MAIL)],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0 and "HELO_SPECIAL" in done.stdout and "evidence 0/" in done.stdout, done


def explain(directory, mail, lists=f"{SRCDIR}/lists"):
    conf = write(directory, "kanjiki.conf", f'lists = "{lists}"\nstate = ""\n')
    return subprocess.run([KANJIKICTL, "explain-text", "-c", conf, write(directory, "mail", mail)],
                          capture_output=True, text=True, timeout=60, check=False)


@test
def what_a_stranger_wrote_gives_the_terminal_no_orders(directory):
    done = explain(directory, "Content-Type: text/plain; charset=a\x1b[2J; name=b\x1b[2J\n"
                              "Content-Transfer-Encoding: c\x1b[2J\nSubject: d\x1b[2J\n\ne\x1b[2J\n")
    assert done.returncode == 0 and "\x1b" not in done.stdout, done


@test
def an_expression_that_met_its_match_limit_is_among_the_matches(directory):
    lists = os.path.join(directory, "lists")
    shutil.copytree(f"{SRCDIR}/lists", lists)
    write(lists, "extortion/en", "S /(a+)+b/\n")
    done = explain(directory, "Subject: x\n\n" + "a" * 5000 + " b\n", lists)
    matches = done.stdout.partition("matches:")[2].partition("verdict")[0]
    assert "extortion/en:1: the expression met its match limit" in matches, done


def main():
    print(f"1..{len(TESTS)}", flush=True)
    failed = 0
    for number, function in enumerate(TESTS, 1):
        name = function.__name__.replace("_", " ")
        with tempfile.TemporaryDirectory(prefix="kj-score-") as directory:
            try:
                function(directory)
                print(f"ok {number} - {name}", flush=True)
            except (AssertionError, ValueError, OSError, subprocess.SubprocessError) as problem:
                failed += 1
                print(f"not ok {number} - {name}", flush=True)
                for line in str(problem).splitlines() or [repr(problem)]:
                    print(f"# {line}", flush=True)
    return 1 if failed else 0


sys.exit(main())
