#!/usr/bin/env python3
"""
run.py - kanjikid beside a filter that does nothing, under the same load, in the same run

For each scenario both filters are started anew, warmed up, and loaded by turns (A B, B A, ...), so that whatever else
the machine does falls on both. CPU is the filter's own (utime + stime of /proc/PID/stat, all threads), memory is
VmHWM and VmRSS of /proc/PID/status. Figures are medians over the rounds; the ratio is that of the medians.

The delayed scenarios put dns_delay between kanjikid and the resolver, start it with an empty cache and use every
client once or twice: the waits they show are those of a mail about which nothing is known yet.

"reading", "lookups" and "crowd" (for --only) are what a mail, a DNS question, and knowing a campaign again cost by
themselves; "crowd-sim" sends simulated campaigns in the midst of simulated honest mail (bench/kj-sim, which can do more by
itself).

Usage: run.py [--build DIR] [--only TEXT] [--rounds N] [--mails N] [--quick] [--self] [--keep] [--json FILE]
Status 1: a filter failed or lost mails. A target that is missed is printed, and is not a failure of the run.
"""

import argparse
import contextlib
import glob
import json
import os
import pwd
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WORLD = os.path.join(SOURCE, "tests", "world")
sys.path.insert(0, WORLD)

from answers import ZONE, write_answers  # noqa: E402
from nameservers import Nameservers  # noqa: E402
from parts import Failure, Part, free_port  # noqa: E402
from world import end_on_signals  # noqa: E402

TICKS_S = os.sysconf("SC_CLK_TCK")
RUN_LIMIT_S = 60  # no single load takes longer
CROWD_LIMIT_S = 900  # but ten million mails

# name, TCP, connections, mails (times --mails / 1000), DNS delay in ms, further arguments of milter_load
SCENARIOS = [
    ("unix socket, 10 at once", False, 10, 1.0, 0, []),
    ("unix socket, 200 at once", False, 200, 1.0, 0, []),
    ("TCP, 10 at once", True, 10, 0.5, 0, []),
    ("TCP, 200 at once", True, 200, 1.0, 0, []),
    ("unix socket, 300 mails/s", False, 50, 0.3, 0, ["--rate", "300", "--gap", "2"]),
    ("answers 30 ms late, all said at once", False, 20, 0.1, 30, ["--mails-per-connection", "1"]),
    ("answers 30 ms late, client 20 ms away", False, 20, 0.1, 30, ["--mails-per-connection", "1", "--gap", "20"]),
]
DELAYED_CROWD = ["--nets", "512", "--hosts", "4"]


class Filter:
    """One filter process for one scenario."""

    def __init__(self, name, command, address, log):
        self.name, self.address, self.results = name, address, []
        self.part = Part(name, command, log, self.listens)
        self.part.start()

    def listens(self):
        if self.address.startswith("unix:"):
            return os.path.exists(self.address[5:])
        port, _, host = self.address[5:].partition("@")
        with socket.socket() as probe:
            return probe.connect_ex((host, int(port))) == 0

    def cpu_s(self):
        with open("/proc/%d/stat" % self.part.process.pid, encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_S

    def memory_mib(self, what):
        with open("/proc/%d/status" % self.part.process.pid, encoding="ascii") as status:
            for line in status:
                if line.startswith(what + ":"):
                    return int(line.split()[1]) / 1024
        return 0.0

    def stop(self):
        """libmilter takes seconds to stop; the empty filter has nothing to save."""
        if self.name.startswith("empty"):
            self.part.kill()
        else:
            self.part.stop()


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder, self.started = options, folder, 0
        self.build = os.path.abspath(options.build)
        self.log = os.path.join(folder, "filters.log")

    def program(self, name):
        path = os.path.join(self.build, name)
        if not os.path.exists(path):
            raise Failure(f"{path} is missing: run `make all bench-programs` first")
        return path

    def load(self, address, arguments, seed):
        """One run of the generator; the same seed sends the same mails to either filter."""
        path = os.path.join(self.folder, "result.json")
        command = [self.program("bench/milter_load"), "--socket", address, "--json", path, "--seed", str(seed)]
        try:
            done = subprocess.run(command + arguments, stdout=subprocess.DEVNULL, timeout=RUN_LIMIT_S, check=False)
        except subprocess.TimeoutExpired as late:
            raise Failure(f"a load took more than {RUN_LIMIT_S} s: {' '.join(command + arguments)}") from late
        if done.returncode != 0:
            raise Failure(f"milter_load failed against {address}; the logs are in {self.folder}")
        with open(path, encoding="ascii") as result:
            return json.load(result)

    def configuration(self, address, dns_port):
        """kanjiki.conf for the world of the benchmark."""
        state = os.path.join(self.folder, "state.db")
        for old in glob.glob(state + "*"):
            os.unlink(old)
        path = os.path.join(self.folder, "kanjiki.conf")
        user = 'user = "nobody"\n' if os.geteuid() == 0 else ""
        with open(path, "w", encoding="utf-8") as out:
            out.write(f"""socket = "{address}"
control-socket = "{self.folder}/control.sock"
state = "{state}"
authserv-id = "mx.example.jp"
warm-up = 0s
lists = "{SOURCE}/lists"
{user}resolver {{
	servers = ["127.0.0.1:{dns_port}"]
}}
dnsbl "{ZONE}" {{
	code "127.0.0.2" {{ symbol = RBL_BENCH  score = 3.0  about = "Listed for the benchmark" }}
}}
""")
        return path

    def address(self, tcp):
        """A new one for each filter: a socket file that is there means that this filter listens."""
        if tcp:
            return f"inet:{free_port()}@127.0.0.1"
        self.started += 1
        return f"unix:{self.folder}/milter{self.started}.sock"

    def start(self, name, tcp, dns_port):
        address = self.address(tcp)
        if name == "kanjikid":
            command = [self.program("milter/kanjikid"), "-c", self.configuration(address, dns_port)]
        else:
            command = [self.program("bench/empty_filter"), address]
        return Filter(name, command, address, self.log)

    def round(self, one, arguments, seed):
        before = one.cpu_s()
        result = self.load(one.address, arguments, seed)
        result["cpu_s_per_1000"] = (one.cpu_s() - before) * 1000 / result["mails"]
        one.results.append(result)

    def scenario(self, row, dns_port):
        """The summaries of both filters."""
        _name, tcp, connections, share, delay_ms, more = row
        mails = max(connections, int(self.options.mails * share))
        arguments = ["--connections", str(connections), "--mails", str(mails)] + more
        arguments += DELAYED_CROWD if delay_ms else []
        with contextlib.ExitStack() as stack:
            filters = []
            for name in ("empty", "empty again" if self.options.self else "kanjikid"):
                filters.append(self.start(name, tcp, dns_port))
                stack.callback(filters[-1].stop)
                if not delay_ms:
                    self.load(filters[-1].address, ["--connections", str(connections), "--mails", "400"], 1)
            for turn in range(1 if delay_ms else self.options.rounds):
                for one in filters if turn % 2 == 0 else reversed(filters):
                    self.round(one, arguments, turn + 2)
            return [self.summary(one) for one in filters]

    def summary(self, one):
        def median(get):
            return statistics.median(get(result) for result in one.results)

        figures = {
            "filter": one.name,
            "mails_per_s": median(lambda r: r["mails_per_s"]),
            "cpu_s_per_1000": median(lambda r: r["cpu_s_per_1000"]),
            "hwm_mib": one.memory_mib("VmHWM"),
            "rss_mib": one.memory_mib("VmRSS"),
            "replies": {kind: sum(r["replies"][kind] for r in one.results) for kind in one.results[0]["replies"]},
            "edits": {kind: sum(r["edits"][kind] for r in one.results) for kind in one.results[0]["edits"]},
            "generator_cpu_s": sum(r["generator_cpu_s"] for r in one.results),
            "mails": sum(r["mails"] for r in one.results),
        }
        for waits in ("from_eom_ms", "from_connect_ms"):
            for share in ("p50", "p90", "p99", "max"):
                figures[f"{waits}_{share}"] = median(lambda r, w=waits, s=share: r[w][s])
        return figures


HEAD = (f"{'':13}{'mails/s':>9}{'CPU s':>9}{'ms from end of message':^32}{'ms from connect':^32}{'MiB':^15}\n"
        f"{'':13}{'':9}{'/1000':>9}" + "".join(f"{s:>8}" for s in ("p50", "p90", "p99", "max")) * 2 +
        f"{'peak':>8}{'now':>7}")


def print_row(row):
    waits = [row[f"{waits}_{share}"] for waits in ("from_eom_ms", "from_connect_ms")
             for share in ("p50", "p90", "p99", "max")]
    print(f"  {row['filter']:11}{row['mails_per_s']:9.0f}{row['cpu_s_per_1000']:9.3f}" +
          "".join(f"{wait:8.2f}" for wait in waits) + f"{row['hwm_mib']:8.1f}{row['rss_mib']:7.1f}")


def print_scenario(name, empty, ours):
    print(f"\n{name}")
    print_row(empty)
    print_row(ours)
    said = [f"{kind} {count}" for part in ("replies", "edits") for kind, count in ours[part].items() if count]
    ratio = ours["cpu_s_per_1000"] / empty["cpu_s_per_1000"] if empty["cpu_s_per_1000"] else 0
    print(f"  CPU ratio {ratio:.2f}; {ours['filter']} said: {', '.join(said)}", flush=True)
    return ratio


def targets(row, empty, ours):
    """The targets that a scenario is held against: (what, wanted, reached, met)."""
    _name, _tcp, connections, _share, delay_ms, _more = row
    if delay_ms:
        yield "wait at end of message, p50", f"<= {delay_ms} ms + 2", f"{ours['from_eom_ms_p50']:.1f} ms", \
            ours["from_eom_ms_p50"] <= delay_ms + 2
        return
    ratio = ours["cpu_s_per_1000"] / max(empty["cpu_s_per_1000"], 1e-9)
    yield "CPU of the empty filter", "<= 3.0 times", f"{ratio:.2f} times", ratio <= 3
    if connections == 200:
        yield "resident memory", "<= 64 MiB", f"{ours['hwm_mib']:.1f} MiB", ours["hwm_mib"] <= 64


def run_reading(bench):
    """What it costs to read a mail, with the phrases of all languages and of each alone (bench/read_cost)."""
    if bench.options.only not in "reading":
        return []
    lists, program = os.path.join(SOURCE, "lists"), bench.program("bench/read_cost")
    print("\nReading a mail: decoding, views, phrases; without daemon and network")
    subprocess.run([program, lists], check=True)
    medians = {}
    for language in ["all"] + sorted(os.listdir(os.path.join(lists, "extortion"))):
        out = subprocess.run([program, lists, language, "10000"], check=True, stdout=subprocess.PIPE, text=True).stdout
        medians[language] = float(out.splitlines()[-1].split()[2])
    one = statistics.median(ms for language, ms in medians.items() if language != "all")
    ratio = medians["all"] / one
    print(f"all languages: {medians['all']:.3f} ms for 10 KB; one alone: {one:.3f} ms (median of them)")
    return [{"scenario": "reading 10 KB", "medians_ms": medians, "targets": [
        ("CPU", "<= 0.3 ms", f"{medians['all']:.3f} ms", medians["all"] <= 0.3),
        ("all languages beside one", "<= 1.5 times", f"{ratio:.2f} times", ratio <= 1.5)]}]


@contextlib.contextmanager
def relay(bench, dns_port, delay_ms, loss_percent=0):
    """dns_delay before the resolver; its port."""
    command = [bench.program("bench/dns_delay"), "0", str(dns_port), str(delay_ms), str(loss_percent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as delay:
        try:
            yield int(delay.stdout.readline())
        finally:
            delay.kill()


def figures_of(bench, program, *arguments, limit_s=RUN_LIMIT_S):
    """The figures that a program prints, a line each."""
    command = [bench.program(program)] + [str(argument) for argument in arguments]
    out = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=limit_s, check=False)
    if out.returncode != 0:
        raise Failure("failed: " + " ".join(command))
    return {what: float(value) for what, value in (line.split() for line in out.stdout.splitlines())}


def lookup_cost(bench, *arguments):
    return figures_of(bench, "bench/lookup_cost", *arguments)


def ask_waits(bench, dns_port):
    """Twenty questions of a mail: answers 30 ms late, for a client that says everything at once and for one that does
    not; 5% of questions and 5% of answers lost."""
    with relay(bench, dns_port, 30) as port:
        at_once = lookup_cost(bench, "wait", port, 0, dns_port)
        talking = lookup_cost(bench, "wait", port, 40, dns_port)
    with relay(bench, dns_port, 0, 5) as port:
        lossy = lookup_cost(bench, "wait", port, 0, dns_port)
    rows = [("answers 30 ms late", at_once, 33.0), ("answers 30 ms late, client talks for 40 ms", talking, 1.0),
            ("5% of packets lost", lossy, 350.0)]
    for name, figures, _ in rows:
        print(f"  wait, {name:44}{figures['wait_ms']:8.2f} ms, p90 {figures['wait_p90_ms']:.2f}; "
              f"{figures['failed']:.0f} failed")
    return [{"scenario": "20 questions, " + name, "figures": figures, "targets": [
        ("wait, median", f"<= {most:g} ms", f"{figures['wait_ms']:.2f} ms", figures["wait_ms"] <= most),
        ("failed lookups", "0", f"{figures['failed']:.0f}", figures["failed"] == 0)]} for name, figures, most in rows]


def ask_crowd(bench, dns_port):
    figures = lookup_cost(bench, "sessions", dns_port, 10000)
    print(f"  10,000 sessions at once: {figures['questions']:.0f} questions in {figures['seconds']:.1f} s, "
          f"{figures['retries']:.0f} asked again, {figures['failed']:.0f} failed; {figures['cpu_us']:.1f} us CPU each, "
          f"{figures['peak_mib']:.0f} MiB")
    return [{"scenario": "10,000 sessions at an Unbound", "figures": figures, "targets": [
        ("failed lookups", "0", f"{figures['failed']:.0f}", figures["failed"] == 0)]}]


def ask_rivals(bench, dns_port):
    figures = lookup_cost(bench, "cpu", dns_port)
    ways = ["alone", "alone_again", "together", "together_again"]
    print("  CPU us of a lookup" + "".join(f"{way.replace('_', ' '):>16}" for way in ways) + "   (beside ours)")
    for name in dict.fromkeys(what.split("/")[0] for what in figures):
        cells = [figures.get(f"{name}/{way}") for way in ways]
        print(f"  {name:20}" + "".join(
            f"{us:9.2f} {us / max(figures['kanjiki/' + way], 0.01):5.1f}x" if us is not None else f"{'-':>16}"
            for us, way in zip(cells, ways)), flush=True)
    return [{"scenario": "CPU of a lookup", "figures": figures, "targets": []}]


def run_lookups(bench):
    """The resolver by itself (bench/lookup_cost)."""
    if bench.options.only not in "lookups":
        return []
    print("\nLookups: 20 questions of a mail, at an Unbound; none of the names is in our cache")
    answers = os.path.join(bench.folder, "lookup-answers")
    write_answers(WORLD, answers, [])
    with open(os.path.join(answers, "zones", "lookup.test"), "w", encoding="ascii") as out:
        out.write("*.lookup.test. A 192.0.2.1\n")
    names = Nameservers(os.path.join(bench.folder, "lookups"), answers)
    try:
        names.start()
        return ask_waits(bench, names.port) + ask_crowd(bench, names.port) + ask_rivals(bench, names.port)
    finally:
        names.stop()


def crowd_traffic(bench, text_us):
    """A large site's mails, a million a day, into 64 MiB."""
    most = 1000000 if bench.options.quick else 10000000
    figures = figures_of(bench, "bench/crowd_cost", "traffic", most, limit_s=CROWD_LIMIT_S)
    stages = [10 ** power for power in range(4, 8) if 10 ** power <= most]
    print(f"  {'mails seen':>11}{'us, warm':>10}{'cold':>8}{'p99':>8}{'MiB':>8}{'clusters':>10}{'pushed out':>12}"
          f"{'singles':>10}{'pushed out':>12}")
    for seen in stages:
        row = {what.split("/")[0]: value for what, value in figures.items() if what.endswith(f"/{seen}")}
        print(f"  {seen:11}{row['warm_us']:10.1f}{row['cold_us']:8.1f}{row['cold_p99_us']:8.1f}{row['rss_mib']:8.1f}"
              f"{row['clusters']:10.0f}{row['clusters_evicted']:12.0f}{row['singles']:10.0f}"
              f"{row['singles_evicted']:12.0f}")
    print(f"  list {figures['list_ms']:.0f} ms; written {figures['save_ms']:.0f} ms, {figures['dump_mib']:.1f} MiB; "
          f"read {figures['load_ms']:.0f} ms; as a state file {figures['next_snapshot_ms']:.0f} ms, meanwhile a mail "
          f"waits {figures['next_snapshot_wait_ms']:.2f} ms, p99 {figures['next_snapshot_wait_p99_ms']:.1f}; "
          f"start {figures['restore_ms']:.0f} ms")
    worst = max(figures[f"cold_us/{seen}"] for seen in stages)
    growth = (figures[f"cold_us/{most}"] + text_us) / (figures["cold_us/10000"] + text_us)
    return [{"scenario": "the crowd, a million mails a day", "figures": figures, "targets": [
        ("CPU of a mail with a text of 10 KB", "<= 50 us", f"{worst + text_us:.1f} us", worst + text_us <= 50),
        ("the same beside that of a nearly empty memory", "<= 1.5 times", f"{growth:.2f} times", growth <= 1.5),
        ("resident memory", "<= 64 MiB", f"{figures[f'rss_mib/{most}']:.1f} MiB", figures[f"rss_mib/{most}"] <= 64)]}]


def crowd_reach(bench):
    rates = [50000, 200000] + ([] if bench.options.quick else [1000000])
    print("  slow campaigns that are known as such at their fifth mail, by the time between two mails:")
    for rate in rates:
        figures = figures_of(bench, "bench/crowd_cost", "reach", 64 << 20, rate, limit_s=CROWD_LIMIT_S)
        cells = [f"{int(what.split('/')[2]) / 3600:.2g} h {value:.0f}%" for what, value in figures.items()]
        print(f"  {rate:9} mails a day: " + ", ".join(cells))


def crowd_estimates(bench):
    figures = figures_of(bench, "bench/crowd_cost", "estimates")
    print("  error of estimates in percent, median (p90); the last is that of a window which moves on")
    kinds = ["domains", "fresh", "clients", "sliding"]
    print(f"  {'members':>9}" + "".join(f"{kind:>15}" for kind in kinds))
    for members in dict.fromkeys(what.split("/")[2] for what in figures):
        print(f"  {members:>9}" + "".join(
            f"{figures[f'error_percent/{kind}/{members}']:8.1f} ({figures[f'error_p90_percent/{kind}/{members}']:4.1f})"
            for kind in kinds))
    worst = max(value for what, value in figures.items() if what.startswith("error_percent/domains"))
    return [{"scenario": "the crowd, estimates", "figures": figures, "targets": [
        ("error of domains, median", "<= 6.5 %", f"{worst:.1f} %", worst <= 6.5)]}]


def run_crowd(bench):
    """The memory of the recent traffic by itself (bench/crowd_cost)."""
    if bench.options.only not in "crowd":
        return []
    print("\nThe crowd: templates and sketch of a mail, its clusters, and taking it in; without daemon and network")
    texts = figures_of(bench, "bench/crowd_cost", "text")
    print("  us for templates and sketch: " + ", ".join(
        f"{what[8:].replace('/', ' ')} bytes {value:.1f}" for what, value in texts.items()))
    results = crowd_traffic(bench, max(texts.values()))
    crowd_reach(bench)
    return results + crowd_estimates(bench)


def run_crowd_sim(bench):
    """How many mails of snowshoe campaigns are known as such, and how many honest ones are taken for them."""
    if bench.options.only not in "crowd-sim":
        return []
    print("\nCampaigns among honest mail (bench/kj-sim)", flush=True)
    path = os.path.join(bench.folder, "crowd-sim.json")
    command = [bench.program("bench/kj-sim"), "--lists", os.path.join(SOURCE, "lists"), "--json", path]
    command += ["--days", "16", "--campaigns", "40"] if bench.options.quick else []
    if subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode not in (0, 1):
        raise Failure("failed: " + " ".join(command))
    with open(path, encoding="utf-8") as result:
        figures = json.load(result)
    targets = [(t["what"], t["wanted"], t["reached"], t["met"]) for t in figures.pop("targets")]
    return [{"scenario": "crowd-sim", "figures": figures, "targets": targets}]


def run_scenario(bench, row, dns_port):
    """With the delay in front of the resolver if the scenario has one."""
    if not row[4]:
        return bench.scenario(row, dns_port)
    with relay(bench, dns_port, row[4]) as port:
        return bench.scenario(row, port)


def run_all(bench):
    rows = [row for row in SCENARIOS if bench.options.only in row[0]]
    if not rows:
        return []
    answers = os.path.join(bench.folder, "answers")
    write_answers(WORLD, answers, client_rows(bench))
    names = Nameservers(bench.folder, answers)
    results = []
    try:
        names.start()
        print(HEAD)
        for row in rows:
            empty, ours = run_scenario(bench, row, names.port)
            print_scenario(row[0], empty, ours)
            results.append({"scenario": row[0], "empty": empty, "kanjikid": ours,
                            "targets": list(targets(row, empty, ours))})
    finally:
        names.stop()
    return results


def print_targets(results):
    print("\nTargets")
    for result in results:
        for what, wanted, reached, met in result["targets"]:
            print(f"  {'met   ' if met else 'MISSED'}  {result['scenario']}: {what} {wanted}; reached {reached}")


def client_rows(bench):
    """The clients of both crowds: those of the delayed scenarios include the others' networks."""
    rows = {}
    for crowd in ([], DELAYED_CROWD):
        printed = subprocess.run([bench.program("bench/milter_load"), "--names"] + crowd, check=True,
                                 stdout=subprocess.PIPE, text=True).stdout
        for line in printed.splitlines():
            row = line.split("\t")[1:]
            rows.setdefault(row[0], row)
    return list(rows.values())


def parse():
    parser = argparse.ArgumentParser(description="kanjikid beside an empty milter under the same load")
    parser.add_argument("--build", default=".", help="the build folder (.)")
    parser.add_argument("--only", default="", help="scenarios whose name has this text")
    parser.add_argument("--rounds", type=int, default=3, help="of each filter in each scenario (3)")
    parser.add_argument("--mails", type=int, default=4000, help="of a round; some scenarios send a part of it (4000)")
    parser.add_argument("--quick", action="store_true", help="one round, 600 mails")
    parser.add_argument("--self", action="store_true", help="the empty filter in both places: the error of measuring")
    parser.add_argument("--keep", action="store_true", help="keep the folder with the logs")
    parser.add_argument("--json", help="write all figures to this file")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.mails = 1, 600
    return options


def main():
    options = parse()
    end_on_signals()
    folder = tempfile.mkdtemp(prefix="kanjiki-bench.")
    os.chmod(folder, 0o755)
    if os.geteuid() == 0:  # kanjikid gives up its rights and must make its files here
        os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
    bench = Bench(options, folder)
    keep = options.keep
    try:
        results = run_all(bench) + run_reading(bench) + run_lookups(bench) + run_crowd(bench) + run_crowd_sim(bench)
        if not options.self:
            print_targets(results)
        if options.json:
            with open(options.json, "w", encoding="utf-8") as out:
                json.dump(results, out, indent=1)
        return 0
    except Failure as failure:
        keep = True
        print(f"run.py: {failure}", file=sys.stderr)
        return 1
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
