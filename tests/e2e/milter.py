#!/usr/bin/env python3
"""milter.py - the daemon as an MTA sees it: miltertest and mta.py play the MTA, over each kind of socket

Also its life: what the control socket and signals do, how it stops, whom it refuses to become. DNS is switched off by
a resolver address that refuses; what the answers would say is the business of other tests.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

import mta

SRCDIR = os.environ.get("KJ_SRCDIR", ".")
BUILDDIR = os.environ.get("KJ_BUILDDIR", ".")
KANJIKID = os.path.join(BUILDDIR, "milter", "kanjikid")
KANJIKICTL = os.path.join(BUILDDIR, "ctl", "kanjikictl")
SCRIPTS = os.path.join(SRCDIR, "tests", "e2e", "milter")
PATIENCE_S = 30


def free_port(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as s:
        s.bind((address, 0))
        return s.getsockname()[1]


def wait_for(what, condition):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen in {PATIENCE_S} s")
        time.sleep(0.02)


class Daemon:
    """kanjikid with a configuration of its own in a directory of its own."""

    def __init__(self, directory, address, extra=""):
        self.directory = directory
        self.address = address
        self.conf = os.path.join(directory, "kanjiki.conf")
        self.control = os.path.join(directory, "control.sock")
        self.log_path = os.path.join(directory, "log")
        self.write(extra)
        self.process = None

    def write(self, extra=""):
        with open(self.conf, "w", encoding="ascii") as f:
            f.write(f"""\
socket = "{self.address}"
control-socket = "{self.control}"
user = "nobody"
state = ""
authserv-id = "mx.example.jp"
lists = "{SRCDIR}/lists"
spf = no
deadline = 100ms
tag = 2.0
tempfail = never
subject-prefix = "[SPAM] "
resolver {{ servers = ["127.0.0.1:{free_port(socket.AF_INET, "127.0.0.1")}"] }}
{extra}
""")

    def __enter__(self):
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen([KANJIKID, "-c", self.conf], stdin=subprocess.DEVNULL, stderr=log)
        wait_for("the start", lambda: "event=start" in self.log() or self.process.poll() is not None)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()

    def log(self):
        with open(self.log_path, encoding="utf-8") as f:
            return f.read()

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def script(self, name):
        """Let miltertest run a script against the daemon; None or what it said."""
        done = subprocess.run(
            ["miltertest", "-D", f"socket={self.address}", "-D", f"common={SCRIPTS}/common.lua", "-s", f"{SCRIPTS}/{name}.lua"],
            capture_output=True, text=True, timeout=120, check=False)
        if done.returncode:
            return f"{done.stdout}{done.stderr}\n{self.log()[-2000:]}"
        return None


TESTS = []


def test(function):
    TESTS.append((function.__name__.replace("_", " "), function))
    return function


def script_test(kind, make_address, name, extra=""):
    def run(directory):
        with Daemon(directory, make_address(directory), extra) as daemon:
            problem = daemon.script(name)
            assert problem is None, problem
            assert daemon.stop() == 0, "status of the daemon"
    TESTS.append((f"{kind}: {name}", run))


def unix_address(directory):
    return f"unix:{directory}/milter.sock"


def inet_address(_):
    return f"inet:{free_port(socket.AF_INET, '127.0.0.1')}@127.0.0.1"


def inet6_address(_):
    return f"inet6:{free_port(socket.AF_INET6, '::1')}@[::1]"


for script in ("old_mta", "edits", "several", "abort", "passing", "large"):
    script_test("unix", unix_address, script)
for script in ("edits", "several", "abort"):
    script_test("inet", inet_address, script)
for kind_, address_ in (("unix", unix_address), ("inet", inet_address)):
    script_test(kind_, address_, "split", 'split = yes\ndomain "other.example" { tag = 6.0 }')


def agreement(kind, make_address):
    """Header changes only; answers left out over unix sockets where they cannot matter, given over TCP."""
    def run(directory):
        with Daemon(directory, make_address(directory)) as daemon, mta.Mta(daemon.address) as conn:
            conn.negotiate()
            assert conn.actions == mta.ADDHDRS | mta.CHGHDRS | mta.SETSYMLIST, hex(conn.actions)
            assert conn.steps & mta.HDR_LEADSPC, hex(conn.steps)
            assert b"{client_name}" in conn.macros and b"{auth_authen}" in conn.macros, conn.macros
            for command in (b"C", b"M", b"E"):
                unwanted, silent = mta.STEPS[command]
                assert not conn.steps & (unwanted | silent), f"an answer to {command}"
            for command in (b"H", b"R", b"L", b"B"):
                unwanted, silent = mta.STEPS[command]
                assert not conn.steps & unwanted, f"{command} is sent"
                assert bool(conn.steps & silent) == (kind == "unix"), f"an answer to {command} over TCP only"
    TESTS.append((f"{kind}: what is agreed on", run))


def tagged(kind, make_address):
    """Values go as they come, with their blank; two mails, so that the answers are seen to stay in step."""
    def run(directory):
        with Daemon(directory, make_address(directory)) as daemon:
            with mta.Mta(daemon.address) as conn:
                conn.negotiate()
                conn.macro(b"C", client_name="client.example")
                answer = conn.connect("client.example", "2001:db8::25")
                assert answer == (b"c", b""), answer
                conn.step(b"H", b"seed.localhost\0")
                for queue_id in ("MTA1", "MTA2"):
                    edits, answer = conn.mail(queue_id, [("From", " sender@example.com"), ("X-Spam-Flag", " NO"),
                                                         ("Subject", " Minutes")], b"Hello.\r\n")
                    assert answer == (b"a", b""), answer
                    assert ("insert", 0, "X-Spam-Flag", " YES") in edits, edits
                    assert ("change", 1, "X-Spam-Flag", "") in edits, edits
                    status = [e[3] for e in edits if e[0] == "insert" and e[2] == "X-Spam-Status"]
                    assert len(status) == 1 and status[0].startswith(" Yes, score="), edits
                    assert "HELO_SPECIAL=" in status[0], edits
                    assert any(e[2] == "Subject" and e[3].startswith(" [SPAM] ") for e in edits), edits
                    assert edits.index(("change", 1, "X-Spam-Flag", "")) < edits.index(("insert", 0, "X-Spam-Flag", " YES"))
                conn.write(b"Q")
                conn.wait_for_close()
            assert daemon.stop() == 0
            assert "connections were open" not in daemon.log(), daemon.log()
    TESTS.append((f"{kind}: a tagged mail of a modern MTA", run))


for kind_, address_ in (("unix", unix_address), ("inet", inet_address), ("inet6", inet6_address)):
    agreement(kind_, address_)
    tagged(kind_, address_)


@test
def each_mail_is_one_log_line_with_its_queue_id(directory):
    with Daemon(directory, unix_address(directory)) as daemon:
        problem = daemon.script("several")
        assert problem is None, problem
        lines = [line for line in daemon.log().splitlines() if "action=" in line]
        assert len(lines) == 6, daemon.log()
        for queue_id in ("SEV1", "SEV2", "SEV3", "SEV3b", "SEV4", "SEV5"):
            assert sum(f"{queue_id} " in line for line in lines) == 1, f"{queue_id}: {daemon.log()}"


@test
def a_reload_takes_a_good_file_and_refuses_a_bad_one(directory):
    with Daemon(directory, unix_address(directory)) as daemon:
        daemon.write("local-mail = score")
        done = subprocess.run([KANJIKICTL, "reload", "-s", daemon.control], capture_output=True, text=True, check=False)
        assert done.returncode == 0 and done.stdout.startswith("ok "), done
        daemon.write("tempfial = 9.0")
        done = subprocess.run([KANJIKICTL, "reload", "-s", daemon.control], capture_output=True, text=True, check=False)
        assert done.returncode == 1, done
        assert f"{daemon.conf}:" in done.stderr and "tempfial" in done.stderr, done.stderr
        done = subprocess.run([KANJIKICTL, "reload", "-c", daemon.conf], capture_output=True, text=True, check=False)
        assert done.returncode == 1 and "nothing was changed" in done.stderr, done
        problem = daemon.script("edits")
        assert problem is None, problem


@test
def a_reload_says_what_needs_a_restart_and_shows_no_secret(directory):
    block = 'crowd {{ memory = {} }}\nredis {{ server = "{}" password = "{}" secret = "{}" }}'
    with Daemon(directory, unix_address(directory), block.format("1MiB", "", "hush-one", "hush-hush-hush-hush")) as daemon:
        daemon.write(block.format("2MiB", "", "hush-two", "hush-hush-hush-hush-2"))
        done = subprocess.run([KANJIKICTL, "reload", "-s", daemon.control], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done
        said = done.stdout + done.stderr
        for name in ("crowd: memory", "redis: password", "redis: secret"):
            sentence = f"a change of `{name}` needs a restart"
            assert sentence in said and sentence in daemon.log(), f"{name}: {said}"
        for name in ("socket", "redis: server", "redis: prefix", "redis: tls"):
            assert f"`{name}`" not in said, said
        daemon.write(block.format("2MiB", "unix:/r", "hush hush", "hush"))
        done = subprocess.run([KANJIKICTL, "reload", "-s", daemon.control], capture_output=True, text=True, check=False)
        assert done.returncode == 1, done
        checked = subprocess.run([KANJIKICTL, "check-config", "-c", daemon.conf], capture_output=True, text=True, check=False)
        assert checked.returncode == 1 and "openssl rand" in checked.stdout + checked.stderr, checked
        assert "hush" not in said + done.stdout + done.stderr + checked.stdout + checked.stderr + daemon.log(), said


@test
def SIGUSR1_reloads(directory):
    with Daemon(directory, unix_address(directory)) as daemon:
        daemon.process.send_signal(signal.SIGUSR1)
        wait_for("the reload", lambda: "event=reload" in daemon.log())
        daemon.write("bogus = 1")
        daemon.process.send_signal(signal.SIGUSR1)
        wait_for("the refusal", lambda: "nothing was changed" in daemon.log())
        assert daemon.process.poll() is None, "the daemon lives on"


@test
def a_reload_survives_mails_under_way(directory):
    with Daemon(directory, unix_address(directory)) as daemon:
        for i in range(10):
            daemon.write(f"local-mail = {'score' if i % 2 else 'pass'}")
            daemon.process.send_signal(signal.SIGUSR1)
            problem = daemon.script("several")
            assert problem is None, problem
        assert daemon.stop() == 0


@test
def TERM_INT_and_HUP_stop_it_within_a_second_and_its_sockets_are_gone(directory):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        with Daemon(directory, unix_address(directory)) as daemon:
            before = time.monotonic()
            assert daemon.stop(number) == 0
            assert time.monotonic() - before < 3, "libmilter's own stop takes five seconds"
        assert not os.path.exists(f"{directory}/milter.sock"), "the milter socket"
        assert not os.path.exists(daemon.control), "the control socket"


@test
def it_stops_while_a_client_is_connected(directory):
    with Daemon(directory, unix_address(directory)) as daemon:
        with mta.Mta(daemon.address) as conn:
            conn.negotiate()
            before = time.monotonic()
            assert daemon.stop() == 0
            assert time.monotonic() - before < 5
        assert "connections were open" in daemon.log()


@test
def a_second_daemon_does_not_take_the_socket_of_the_first(directory):
    with Daemon(directory, unix_address(directory)) as daemon:
        done = subprocess.run([KANJIKID, "-c", daemon.conf], capture_output=True, text=True, check=False)
        assert done.returncode == 69, done
        assert "another daemon answers there" in done.stderr, done.stderr
        problem = daemon.script("edits")
        assert problem is None, problem


@test
def a_stale_socket_is_replaced(directory):
    with Daemon(directory, unix_address(directory)) as daemon:
        daemon.process.kill()
        daemon.process.wait()
    assert os.path.exists(f"{directory}/milter.sock")
    with Daemon(directory, unix_address(directory)) as daemon:
        problem = daemon.script("edits")
        assert problem is None, problem


@test
def sockets_have_the_modes_of_the_configuration(directory):
    with Daemon(directory, unix_address(directory), "socket-mode = 0666") as daemon:
        assert os.stat(f"{directory}/milter.sock").st_mode & 0o777 == 0o666
        assert os.stat(daemon.control).st_mode & 0o777 == 0o600


@test
def a_bad_configuration_is_status_78_with_its_place(directory):
    daemon = Daemon(directory, unix_address(directory), "tempfial = 9.0")
    for options in ([], ["-t"]):
        done = subprocess.run([KANJIKID, *options, "-c", daemon.conf], capture_output=True, text=True, check=False)
        assert done.returncode == 78, done
        assert f"{daemon.conf}:" in done.stderr, done.stderr
    done = subprocess.run([KANJIKID, "-t", "-c", f"{directory}/missing.conf"], capture_output=True, text=True, check=False)
    assert done.returncode == 78, done


@test
def an_unknown_control_command_is_an_error_and_idle_clients_are_dropped(directory):
    with Daemon(directory, unix_address(directory)) as daemon:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(PATIENCE_S)
            client.connect(daemon.control)
            client.sendall(b"frobnicate\n")
            assert client.recv(100).startswith(b"error "), "an error"
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(PATIENCE_S)
            client.connect(daemon.control)
            client.sendall(b"x" * 1000)
            try:
                assert client.recv(100) == b"", "closed: too long for a command"
            except ConnectionResetError:
                pass
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(PATIENCE_S)
            client.connect(daemon.control)
            assert client.recv(100) == b"", "closed: said nothing for too long"


@test
def started_as_root_it_is_somebody_else_or_refuses(directory):
    daemon = Daemon(directory, unix_address(directory))
    if os.geteuid() != 0:
        # Not root: there is nothing to give up, and it must not try.
        with daemon:
            assert daemon.process.poll() is None
        return
    with daemon:
        with open(f"/proc/{daemon.process.pid}/status", encoding="ascii") as f:
            uids = [line.split()[1:] for line in f if line.startswith(("Uid:", "Gid:"))]
        assert all(uid != "0" for line in uids for uid in line), uids
    for user in ("no-such-user-here", "root"):
        daemon.write()
        with open(daemon.conf, encoding="ascii") as f:
            text = f.read().replace('user = "nobody"', f'user = "{user}"')
        with open(daemon.conf, "w", encoding="ascii") as f:
            f.write(text)
        done = subprocess.run([KANJIKID, "-c", daemon.conf], capture_output=True, text=True, check=False)
        assert done.returncode == 67 and user in done.stderr, done


@test
def no_permanent_answer_is_in_the_code(_):
    sources = [n for n in os.listdir(os.path.join(SRCDIR, "milter")) if n.endswith((".c", ".h"))]
    assert "callbacks.c" in sources
    for name in sorted(sources):
        with open(os.path.join(SRCDIR, "milter", name), encoding="utf-8") as f:
            text = f.read()
        for word in ("SMFIS_REJECT", "SMFIS_DISCARD", "SMFIR_REJECT", "smfi_quarantine", "smfi_delrcpt", '"5'):
            assert word not in text, f"{name}: {word}"


def main():
    print(f"1..{len(TESTS)}", flush=True)
    failed = 0
    for number, (name, function) in enumerate(TESTS, 1):
        with tempfile.TemporaryDirectory(prefix="kj-milter-") as directory:
            os.chmod(directory, 0o777)
            try:
                function(directory)
                print(f"ok {number} - {name}", flush=True)
            except (AssertionError, OSError, subprocess.SubprocessError) as problem:
                failed += 1
                print(f"not ok {number} - {name}", flush=True)
                for line in str(problem).splitlines() or [repr(problem)]:
                    print(f"# {line}", flush=True)
    return 1 if failed else 0


sys.exit(main())
