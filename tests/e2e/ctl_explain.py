#!/usr/bin/env python3
"""ctl_explain.py - kanjikictl explain-text shows what is read, and where a phrase was found"""

import os
import shutil
import subprocess
import sys
import tempfile

SRCDIR = os.environ.get("KJ_SRCDIR", ".")
KANJIKICTL = os.path.join(os.environ.get("KJ_BUILDDIR", "."), "ctl", "kanjikictl")
PHRASES = """\
R recorded you
T {send* publish*} {video*} {friends}
W btc wallet
"""
MAIL = """\
From: a@example.com
Subject: =?utf-8?b?44GT44KT44Gr44Gh44Gv?=
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/html; charset=utf-8

<p>I re<!-- no -->corded you with your w\u200beb\u0441am.<br>Your friends, I publish<b style="display:none">secret</b> a video.
<p>BTC Wallet: 1A1zP1eP5 QGefi2DMPT fTL5SLmv7DivfNa
--b
Content-Type: text/plain

> I recorded you, said he
--b--
"""
TESTS = []


def test(function):
    TESTS.append(function)
    return function


def explain(directory, mail, phrases=PHRASES):
    lists = os.path.join(directory, "lists")
    os.makedirs(os.path.join(lists, "extortion"))
    for name in os.listdir(os.path.join(SRCDIR, "lists")):
        if name.endswith(".conf"):
            shutil.copy(os.path.join(SRCDIR, "lists", name), lists)
    with open(os.path.join(lists, "extortion", "en"), "w", encoding="utf-8") as file:
        file.write(phrases)
    conf = os.path.join(directory, "kanjiki.conf")
    with open(conf, "w", encoding="utf-8") as file:
        file.write(f'lists = "{lists}"\n')
    return subprocess.run([KANJIKICTL, "explain-text", "-c", conf, "-"], input=mail, capture_output=True, text=True,
                          timeout=60, check=False)


def block(output, title):
    """The lines below a title that begins so, without their bars."""
    lines = output.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(title)) + 1
    end = next((i for i in range(start, len(lines)) if not lines[i].startswith(" ")), len(lines))
    return [line[4:] if line.startswith("  | ") else line for line in lines[start:end]]


@test
def each_stream_has_its_own_text(directory):
    done = explain(directory, MAIL)
    assert done.returncode == 0, done
    assert block(done.stdout, "subject:") == ["こんにちは"], done.stdout
    assert block(done.stdout, "visible text:")[0].startswith("I recorded you with your"), done.stdout
    assert block(done.stdout, "hidden text:") == ["secret"], done.stdout
    assert block(done.stdout, "quoted text:") == ["I recorded you, said he"], done.stdout
    assert "  text/html, charset utf-8" in done.stdout, done.stdout


@test
def a_disguise_is_gone_in_the_view(directory):
    done = explain(directory, MAIL)
    assert "recorded you with your webcam." in block(done.stdout, "visible text, view of words")[0], done.stdout


@test
def a_match_is_shown_with_its_place_and_its_line(directory):
    matches = "\n".join(block(explain(directory, MAIL).stdout, "matches"))
    assert 'text, line 1, column 3: en R "recorded you"\n      ' in matches, matches
    assert 'text, line 2, column 6: en T "friends, I publish a video"' in matches, matches
    assert "extortion/en:1: recorded you" in matches and "extortion/en:2: {send* publish*}" in matches, matches
    assert matches.count(" en R ") == 1, "the quoted words are not the sender's: " + matches


@test
def a_wallet_is_joined(directory):
    wallets = block(explain(directory, MAIL).stdout, "wallets")
    assert wallets == ["  BTC 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa, joined from pieces"], wallets


@test
def the_verdict_quotes_the_mail(directory):
    verdict = "\n".join(block(explain(directory, MAIL).stdout, "verdict"))
    assert 'en hush money: R "recorded you", T "friends, I publish a video", W BTC "1A1z' in verdict, verdict


@test
def what_a_terminal_obeys_is_not_printed(directory):
    done = explain(directory, "Subject: \x1b[31mred\n\n\x1b]0;x\x07 \u202eback\n")
    assert "\x1b" not in done.stdout and "\x07" not in done.stdout and "\u202e" not in done.stdout, repr(done.stdout)


@test
def a_bad_list_is_named(directory):
    done = explain(directory, MAIL, "R one\nT {send} {\n")
    assert done.returncode == 1 and "extortion/en:2:" in done.stderr, done


def main():
    print(f"1..{len(TESTS)}")
    failed = False
    for number, function in enumerate(TESTS, 1):
        name = function.__name__.replace("_", " ")
        with tempfile.TemporaryDirectory(prefix="kj-explain-") as directory:
            try:
                function(directory)
                print(f"ok {number} - {name}")
            except (AssertionError, StopIteration, OSError, subprocess.TimeoutExpired) as error:
                failed = True
                print(f"not ok {number} - {name}")
                print("\n".join("# " + line for line in str(error).splitlines()[:40]))
    return failed


if __name__ == "__main__":
    sys.exit(main())
