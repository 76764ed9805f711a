"""world.py - a whole mail world on loopback: DNS, Postfix, kanjikid

    with World() as world:
        reply = world.send("snowshoe-1")

Everything lies in one directory of its own and listens on free loopback ports; nothing of the machine's own mail
or DNS is touched. Leaving the block ends every process, also after a failure. Root is needed, for Postfix.
"""
import os
import shutil
import signal
import sys
import tempfile

import samples
from kanjikid import Kanjikid
from nameservers import HERE, Nameservers
from parts import Failure
from postfix import Postfix


def become_root():
    """Start this program again under sudo, unless it is root already."""
    if os.geteuid() != 0:
        keep = [name + "=" + value for name, value in os.environ.items() if name.startswith(("KJ_", "PATH"))]
        os.execvp("sudo", ["sudo", "env"] + keep + [sys.executable] + sys.argv)


def end_on_signals():
    """SIGTERM and SIGHUP leave the program the same way as Ctrl-C, so that the world is taken down."""
    def leave(number, _frame):
        raise SystemExit(128 + number)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    # A program started in the background by a shell script would ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


class World:
    """The parts: dns (Nameservers), postfix (Postfix), daemon (Kanjikid).

    conf:    settings behind those of the world in kanjiki.conf
    start:   names of the parts to start; the others are made ready, and can be started later
    unbound: for Nameservers
    zones:   a folder with zones/ and dnsbl/ in place of the world's own
    before:  milters that Postfix asks before kanjikid
    options: for Kanjikid (deadline, min_age, resolver, warm_up, state)
    """

    def __init__(self, conf="", start=("dns", "daemon", "postfix"), directory=None, unbound=(), zones=HERE, before=(),
                 **options):
        self.given = directory is not None
        self.directory = directory or tempfile.mkdtemp(prefix="kanjiki-world-")
        self.first = start
        if self.given:
            os.mkdir(self.directory)
        os.chmod(self.directory, 0o755)
        self.dns = Nameservers(self.directory, top=zones, unbound=unbound)
        self.daemon = Kanjikid(self.directory, self.dns.port, conf, **options)
        self.postfix = Postfix(self.directory, self.daemon.socket, before)

    def __enter__(self):
        end_on_signals()
        try:
            for name in self.first:
                getattr(self, name).start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None and not issubclass(kind, (KeyboardInterrupt, SystemExit)):
            self.show_logs()
        self.stop()

    def stop(self):
        """End all parts; every one is tried, the first failure is raised at the end."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # an impatient second Ctrl-C would leave processes behind
        failures = []
        for part in (self.postfix, self.daemon, self.dns):
            try:
                part.stop()
            except Failure as failure:
                failures.append(failure)
        shutil.rmtree(self.directory, ignore_errors=True)
        if failures:
            raise failures[0]

    def show_logs(self):
        for part in self.dns.parts + self.daemon.parts:
            sys.stderr.write("--- %s\n%s" % (part.name, part.log_tail()))
        sys.stderr.write("--- postfix\n%s\n" % "\n".join(self.postfix.log().splitlines()[-15:]))

    def send(self, sample, mail=None, **options):
        """Send a sample (its name or row), or another mail in its envelope; gives the Reply."""
        if isinstance(sample, str):
            sample = samples.find(sample)
        return samples.send(self.postfix.port, mail or samples.mail_of(sample), sample, **options)

    def judge(self, sample, mail=None, **options):
        """Send; gives (Reply, log line of kanjikid as a dictionary)."""
        mark = self.daemon.mark()
        reply = self.send(sample, mail, **options)
        return reply, self.daemon.wait_verdict(mark)
