#!/usr/bin/env python3
"""ctl_spf.py - kanjikictl spf: result, explanation and the whole way, against a DNS server on the loopback"""

import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import zone_server  # noqa: E402

SRCDIR = os.environ.get("KJ_SRCDIR", ".")
KANJIKICTL = os.path.join(os.environ.get("KJ_BUILDDIR", "."), "ctl", "kanjikictl")
CLIENT = ["--ip", "203.0.113.9", "--helo", "mx.example.net"]

ZONE = {
    "example.jp": [{"TXT": "site-verification=1"},
                   {"TXT": "v=spf1 include:_spf.example.net a:nowhere.example.jp mx -all exp=why.example.jp"},
                   {"MX": [10, "m1.example.jp"]}, {"MX": [20, "m2.example.jp"]}],
    "_spf.example.net": [{"TXT": ["v=spf1 a:out.example.net", " -all"]}],
    "out.example.net": [{"A": "192.0.2.7"}],
    "m1.example.jp": [{"A": "192.0.2.10"}],
    "m2.example.jp": [{"A": "192.0.2.11"}],
    "why.example.jp": [{"TXT": "%{i} may not send for %{d}"}],
    "mx.example.net": [{"TXT": "v=spf1 ip4:203.0.113.9 -all"}],
    "slow.example.jp": [{"TXT": "v=spf1 include:silent.example.jp -all"}],
    "silent.example.jp": ["TIMEOUT"],
    "escape.example.jp": [{"TXT": "v=spf1 x=1\x1b]0;evil\x07\nA: forged"}],
    "open.example.jp": [{"TXT": "v=spf1 ip4:192.0.2.1 +all"}],
}

WAY = """\
result: fail (-all of example.jp)
identity: MAIL FROM, domain example.jp
explanation: 203.0.113.9 may not send for example.jp
4 of 10 terms that may ask the DNS, # ms
TXT example.jp: "v=spf1 include:_spf.example.net a:nowhere.example.jp mx -all exp=why.example.jp", and 1 of other kinds
  TXT _spf.example.net: "v=spf1 a:out.example.net -all" [include:_spf.example.net, 1 of 10]
    A out.example.net: 192.0.2.7 [a:out.example.net, 2 of 10]
  A nowhere.example.jp: no such name [a:nowhere.example.jp, 3 of 10, void]
  MX example.jp: 10 m1.example.jp, 20 m2.example.jp [mx, 4 of 10]
  A m1.example.jp: 192.0.2.10 [mx]
  A m2.example.jp: 192.0.2.11 [mx]
  TXT why.example.jp: "%{i} may not send for %{d}" [exp=why.example.jp]
"""

TESTS = []


def test(function):
    TESTS.append(function)
    return function


def spf(conf, *args):
    return subprocess.run([KANJIKICTL, "spf", "-c", conf, *args], capture_output=True, text=True, timeout=60, check=False)


def without_time(text):
    return "\n".join(line.rsplit(", ", 1)[0] + ", # ms" if line.endswith(" ms") else line for line in text.split("\n"))


@test
def the_whole_way_is_printed_in_order(conf):
    done = spf(conf, *CLIENT, "--from", "<user@example.jp>")
    assert done.returncode == 0 and without_time(done.stdout) == WAY, done


@test
def json_says_the_same(conf):
    done = spf(conf, *CLIENT, "--from", "user@example.jp", "--json")
    answer = json.loads(done.stdout)
    assert (answer["result"], answer["terms"]) == ("fail", 4), answer
    assert answer["explanation"] == "203.0.113.9 may not send for example.jp", answer
    way = [(step["type"], step["name"], step["depth"], step["counted"], step["void"]) for step in answer["lookups"]]
    assert way[1:4] == [("TXT", "_spf.example.net", 1, 1, False), ("A", "out.example.net", 2, 2, False),
                        ("A", "nowhere.example.jp", 1, 3, True)], way
    assert answer["lookups"][4]["answers"] == ["10 m1.example.jp", "20 m2.example.jp"], answer
    assert answer["lookups"][3]["status"] == "nxdomain" and answer["lookups"][3]["of"] == "example.jp", answer


@test
def without_a_sender_the_helo_is_checked(conf):
    for sender in ([], ["--from", ""], ["--from", "<>"]):
        done = spf(conf, *CLIENT, *sender)
        assert done.returncode == 0 and done.stdout.startswith("result: pass (matched ip4:203.0.113.9 of mx.example.net)\n"
                                                               "identity: HELO, domain mx.example.net\n"), done


@test
def no_result_is_a_failure_of_the_command(conf):
    for sender, want in (("user@slow.example.jp", "result: temperror (no answer for TXT of silent.example.jp)"),
                         ("user@escape.example.jp", "result: permerror ("),
                         ("user@nothing.example.jp", "result: none (no SPF record at nothing.example.jp)"),
                         ("user@[192.0.2.1]", "result: none (no domain to check)")):
        done = spf(conf, *CLIENT, "--from", sender)
        assert done.returncode == 0 and done.stdout.startswith(want), done


@test
def a_record_cannot_write_to_the_terminal(conf):
    done = spf(conf, *CLIENT, "--from", "user@escape.example.jp")
    assert "\x1b" not in done.stdout and "\x07" not in done.stdout, done
    assert not any(line.startswith("A: forged") for line in done.stdout.split("\n")), done


@test
def how_much_passes_is_said(conf):
    assert "\nbreadth: everybody passes (+all)\n" in spf(conf, *CLIENT, "--from", "user@open.example.jp").stdout


@test
def wrong_usage_is_told_from_failure(conf):
    assert spf(conf, "--helo", "mx.example.net").returncode == 64
    assert spf(conf, "--ip", "203.0.113.9").returncode == 64
    assert spf(conf, "--ip", "nonsense", "--helo", "mx.example.net").returncode == 64
    assert spf(conf, *CLIENT, "more").returncode == 64
    assert spf(conf + ".gone", *CLIENT).returncode == 1


def main():
    server = zone_server.Server(ZONE)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="kj-spf-") as directory:
        conf = os.path.join(directory, "kanjiki.conf")
        with open(conf, "w", encoding="utf-8") as file:
            file.write(f'lists = "{SRCDIR}/lists"\nstate = ""\n'
                       f'resolver {{ servers = ["127.0.0.1:{server.port}"]  retry = 100ms  attempts = 2 }}\n')
        print(f"1..{len(TESTS)}")
        for number, function in enumerate(TESTS, 1):
            try:
                function(conf)
                why = None
            except Exception as error:  # pylint: disable=broad-except
                why = f"{type(error).__name__}: {error}"
            failed += why is not None
            print(f"{'not ok' if why else 'ok'} {number} - {function.__name__.replace('_', ' ')}", flush=True)
            if why:
                print("# " + why.replace("\n", "\n# "))
    server.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
