"""kanjikid.py - the daemon under test, its configuration and its log lines"""
import os
import pwd
import shutil
import signal
import socket
import subprocess
import threading

from parts import Failure, Part, wait_until

TOP = os.environ.get("KJ_SRCDIR") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("KJ_BUILDDIR") or TOP

SLOW_S = 120

# What every world's configuration says; a test puts its own settings behind it.
CONF = """\
socket = "unix:{directory}/milter.sock"
socket-mode = 0666
control-socket = "{directory}/control.sock"
user = "nobody"
state = "{state}"
authserv-id = "mx.example.jp"
lists = "{directory}/lists"
warm-up = {warm_up}
deadline = {deadline}
resolver {{ servers = ["127.0.0.1:{dns_port}"]  {resolver} }}
# The ceiling has its own tests; here it would make one test depend on another.
deferral {{ min-age = {min_age}  attempts = 5  keep = 1d  floor = 10000 }}
dnsbl "bl.kanjiki.test" {{
	code "127.0.0.2" {{ symbol = RBL_WORLD  score = 3.0  about = "listed in the world's general list" }}
	code "127.0.0.4" {{ symbol = RBL_WORLD_XBL  score = 2.5  about = "hijacked machine in the world's general list" }}
}}
dnsbl "css.kanjiki.test" {{
	code "127.0.0.3" {{ symbol = RBL_WORLD_CSS  score = 3.5  about = "snowshoe source in the world's list" }}
}}
domain "strict.example.jp" {{ tag = 3.0  tempfail = 4.0 }}
domain "patient.example.jp" {{ tempfail = never  subject-prefix = "[SPAM] " }}
"""


def parse_logfmt(line):
    """{key: value} of a line in logfmt."""
    fields, rest = {}, line.strip()
    while rest:
        key, found, rest = rest.partition("=")
        if not found:
            break
        if rest.startswith('"'):
            value, index = "", 1
            while index < len(rest) and rest[index] != '"':
                if rest[index] == "\\":
                    index += 1
                value += rest[index:index + 1]
                index += 1
            rest = rest[index + 1:]
        else:
            value, _, rest = rest.partition(" ")
        fields[key.split()[-1] if key.split() else key] = value
        rest = rest.lstrip()
    return fields


class Kanjikid:
    """Part kanjikid. Its files lie in `directory`, owned by the user it becomes.

    state: the state file, if it lies elsewhere; "" for none
    """

    def __init__(self, directory, dns_port, more="", deadline="2s", min_age="2s", resolver="", warm_up="0s", state=None):
        self.directory = os.path.join(directory, "kanjiki")
        self.state = os.path.join(self.directory, "state.db") if state is None else state
        os.mkdir(self.directory)
        user = pwd.getpwnam("nobody")
        os.chown(self.directory, user.pw_uid, user.pw_gid)
        # A copy, for the daemon reads them again at a reload, when it may not look into the tree any more.
        shutil.copytree(os.path.join(TOP, "lists"), os.path.join(self.directory, "lists"))
        self.conf = os.path.join(self.directory, "kanjiki.conf")
        self.values = {"directory": self.directory, "dns_port": dns_port, "deadline": deadline, "min_age": min_age,
                       "resolver": resolver, "warm_up": warm_up, "state": self.state}
        self.configure(more)
        self.socket = "unix:%s/milter.sock" % self.directory
        self.log_path = os.path.join(self.directory, "log")
        self.ready = threading.Event()
        self.notify = self.notify_socket()
        env = dict(os.environ, NOTIFY_SOCKET=self.notify.getsockname())
        self.part = Part("kanjikid", [os.path.join(BUILD, "milter/kanjikid"), "-c", self.conf], self.log_path,
                         self.ready.is_set, timeout_s=SLOW_S, stop_s=SLOW_S, env=env)
        self.parts = [self.part]

    def notify_socket(self):
        """Where systemd's readiness notification goes."""
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        sock.bind(os.path.join(self.directory, "notify.sock"))
        os.chmod(sock.getsockname(), 0o666)
        threading.Thread(target=self.take_notes, args=(sock,), daemon=True).start()
        return sock

    def take_notes(self, sock):
        """Every note is taken, as systemd does: a daemon waits until there is room for it."""
        while True:
            if b"READY=1" in sock.recv(4096):
                self.ready.set()

    def configure(self, more="", **values):
        """Write the world's configuration with `more` behind it; values stand for those of __init__."""
        with open(self.conf, "w") as file:
            file.write(CONF.format(**dict(self.values, **values)) + more)

    def start(self):
        self.ready.clear()
        self.part.start()
        return self

    def stop(self):
        status = self.part.stop()
        if status not in (None, 0):
            raise Failure("kanjikid ended with status %s\n%s" % (status, self.part.log_tail()))

    def kill(self):
        self.part.kill()

    def reload(self, more="", **values):
        """configure() and SIGUSR1; gives the lines the daemon logs about it."""
        self.configure(more, **values)
        mark = self.mark()
        self.part.process.send_signal(signal.SIGUSR1)
        # Hundreds of phrases are compiled; under a sanitizer, on a busy machine, that takes its time.
        self.wait_log("event=reload", mark, SLOW_S)
        return self.lines_since(mark)

    def ctl(self, *words):
        """The command line of kanjikictl for this daemon."""
        return [os.path.join(BUILD, "ctl/kanjikictl")] + list(words)

    def ask(self, *words):
        """What kanjikictl prints when it asks this daemon; Failure if it does not succeed."""
        done = subprocess.run(self.ctl(*words, "-s", os.path.join(self.directory, "control.sock")), capture_output=True,
                              text=True, check=False, timeout=SLOW_S)
        if done.returncode != 0:
            raise Failure("kanjikictl %s: status %d, %s" % (" ".join(words), done.returncode, done.stderr))
        return done.stdout

    def clusters(self, *words):
        """[{column: text}] of `kanjikictl clusters`; ID, SIGNAL, DOMAINS ... EXAMPLE."""
        head, *rows = self.ask("clusters", *words).splitlines()
        names = head.split()
        return [dict(zip(names, row.split(maxsplit=len(names) - 1))) for row in rows]

    def log(self):
        with open(self.log_path, errors="replace") as file:
            return file.read()

    def mark(self):
        """The end of the log as it is now."""
        return os.path.getsize(self.log_path)

    def lines_since(self, mark):
        with open(self.log_path, "rb") as file:
            file.seek(mark)
            data = file.read()
        return [line for line in data.decode(errors="replace").splitlines() if line]

    def verdicts_since(self, mark):
        """The log lines of scored mails behind a mark, as dictionaries."""
        fields = [parse_logfmt(line) for line in self.lines_since(mark)]
        return [line for line in fields if "score" in line]

    def wait_verdict(self, mark, timeout_s=10):
        """The first log line of a mail behind the mark."""
        return wait_until(lambda: self.verdicts_since(mark), timeout_s, "a log line of kanjikid")[0]

    def wait_log(self, text, mark=0, timeout_s=10):
        """Wait until a line behind the mark contains the text; gives the line."""
        def look():
            return next((line for line in self.lines_since(mark) if text in line), None)
        return wait_until(look, timeout_s, "%r in the log of kanjikid" % text)
