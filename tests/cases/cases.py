#!/usr/bin/env python3
"""cases.py - golden cases: a mail, a zone, a policy, and the verdict they must have

A case is one file, NAME.case, in sections:

    --- options        options of `kanjikictl score`, one line (the envelope)
    --- zone           what the DNS says, in zone-file syntax with full names; absent: nothing exists
    --- conf           lines for kanjiki.conf; absent: defaults (and the case's own name server)
    --- want           `action A`, `score S`, one line `SYMBOL SCORE` per hit, `missing LABEL: STATUS` per unknown
    --- mail           the mail, to the end of the file

All names of the case live in one zone, the root, served by a real NSD on a loopback port. Every hit and every missing
answer must be named: a case that says less than the verdict fails. The keys of lists must nowhere be shown. TAP on
standard output.
"""
import glob
import json
import os
import re
import shlex
import socket
import subprocess
import sys
import tempfile
import time

SRCDIR = os.environ.get("KJ_SRCDIR", ".")
CTL = os.path.join(os.environ.get("KJ_BUILDDIR", "."), "ctl/kanjikictl")
SOA = ". 300 IN SOA ns. hostmaster. 1 300 300 300 300\n. 300 IN NS ns.\nns. 300 IN A 127.0.0.1\n"
READY_TRIES, READY_WAIT_S = 200, 0.05


def parse_case(path):
    sections, name = {}, None
    with open(path, encoding="utf-8", newline="") as file:
        lines = file.read().split("\n")
    for index, line in enumerate(lines):
        if line.startswith("--- "):
            name = line[4:].strip()
            if name == "mail":
                sections["mail"] = "\n".join(lines[index + 1:])
                return sections
            sections[name] = []
        elif name:
            sections[name].append(line)
    raise ValueError(f"{path}: no mail")


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        return udp.getsockname()[1]


def answers(port):
    """Whether a DNS server answers a query for the root's SOA."""
    query = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + b"\x00\x00\x06\x00\x01"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(READY_WAIT_S)
        udp.connect(("127.0.0.1", port))
        try:
            udp.send(query)
            return udp.recv(512)[:2] == b"\x12\x34"
        except OSError:
            return False


class Nsd:
    """A name server of its own for one case."""

    def __init__(self, directory, zone):
        self.port = free_port()
        with open(os.path.join(directory, "zone"), "w", encoding="ascii") as file:
            file.write(SOA + zone)
        conf = os.path.join(directory, "nsd.conf")
        with open(conf, "w", encoding="ascii") as file:
            file.write(f"server:\n ip-address: 127.0.0.1@{self.port}\n username: \"\"\n chroot: \"\"\n"
                       f" zonesdir: \"{directory}\"\n pidfile: \"{directory}/nsd.pid\"\n database: \"\"\n"
                       f" logfile: \"{directory}/nsd.log\"\n xfrdfile: \"{directory}/xfrd\"\n zonelistfile: "
                       f"\"{directory}/zonelist\"\n xfrdir: \"{directory}\"\n"
                       f"remote-control:\n control-enable: no\nzone:\n name: \".\"\n zonefile: zone\n")
        self.process = subprocess.Popen(["nsd", "-d", "-c", conf], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        for _ in range(READY_TRIES):
            if answers(self.port):
                return
            if self.process.poll() is not None:
                break
            time.sleep(READY_WAIT_S)
        with open(os.path.join(directory, "nsd.log"), encoding="utf-8") as log:
            raise RuntimeError("nsd: " + log.read()[-300:])

    def stop(self):
        self.process.terminate()
        self.process.wait()


def verdict_of(case, directory, port):
    conf = os.path.join(directory, "kanjiki.conf")
    mail = os.path.join(directory, "mail.eml")
    lines = "\n".join(case.get("conf", [])) + "\n"
    with open(conf, "w", encoding="utf-8") as file:
        file.write(f"lists = \"{SRCDIR}/lists\"\n{lines}")
        if "resolver" not in lines:
            file.write(f"resolver {{ servers = [\"127.0.0.1:{port}\"] }}\n")
    with open(mail, "w", encoding="utf-8", newline="") as file:
        file.write(case["mail"])
    command = [CTL, "score", "--json", "-c", conf] + shlex.split(" ".join(case.get("options", []))) + [mail]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if run.returncode:
        raise RuntimeError(f"kanjikictl: status {run.returncode}: {run.stderr.strip()}")
    for key in re.findall(r'\bkey = "([^"]+)"', lines):
        if key.lower() in (run.stdout + run.stderr).lower():
            raise RuntimeError("kanjikictl shows the key of a list: " + run.stdout)
    return json.loads(run.stdout)


def lines_of(verdict):
    lines = [f"action {verdict['action']}", f"score {verdict['score']:.2f}"]
    lines += [f"{hit['symbol']} {hit['score']:.2f}" for hit in verdict["hits"]]
    lines += [f"missing {missing}" for missing in verdict["evidence"]["missing"]]
    return lines


def run_case(path):
    case = parse_case(path)
    want = [line.strip() for line in case["want"] if line.strip()]
    with tempfile.TemporaryDirectory(prefix="kj-case-") as directory:
        nsd = Nsd(directory, "\n".join(case.get("zone", [])) + "\n")
        try:
            got = lines_of(verdict_of(case, directory, nsd.port))
        finally:
            nsd.stop()
    return [f"- {line}" for line in want if line not in got] + [f"+ {line}" for line in got if line not in want]


def main():
    paths = sys.argv[1:] or sorted(glob.glob(os.path.join(SRCDIR, "tests/cases/*.case")))
    print(f"1..{len(paths)}")
    failed = not paths
    for number, path in enumerate(paths, 1):
        name = os.path.basename(path)[:-len(".case")]
        try:
            differences = run_case(path)
        except (RuntimeError, ValueError, KeyError, OSError, subprocess.TimeoutExpired) as error:
            differences = [str(error)]
        failed = failed or bool(differences)
        print(f"{'not ok' if differences else 'ok'} {number} - {name}", flush=True)
        for line in differences:
            print(f"# {line}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
