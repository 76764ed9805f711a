"""parts.py - the processes a world is made of

A part is one program with its log file. It is started, watched until it truly answers, stopped, killed or frozen -
always by its own pid, never by name: other worlds, and the machine's own daemons, run beside this one.
"""
import os
import random
import signal
import socket
import struct
import subprocess
import time

# The daemons lie in sbin, which is not in everybody's PATH.
os.environ["PATH"] = os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"


class Failure(Exception):
    """A part did not do what it should; the text says which one and shows the end of its log."""


def wait_until(check, timeout_s, what):
    """Poll check() until it gives something true, and return that; Failure after timeout_s seconds."""
    end = time.monotonic() + timeout_s
    while True:
        result = check()
        if result:
            return result
        if time.monotonic() > end:
            raise Failure("waited %g s in vain for %s" % (timeout_s, what))
        time.sleep(0.02)


def free_port():
    """A port of 127.0.0.1 that neither UDP nor TCP uses.

    Below the range the kernel takes for outgoing connections, so that nobody gets it by chance between this look
    and the start of the part.
    """
    for _ in range(200):
        port = random.randrange(10240, 32000)
        try:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET, kind) as sock:
                    sock.bind(("127.0.0.1", port))
        except OSError:
            continue
        return port
    raise Failure("no free port")


def ask_dns(port, name, qtype, timeout_s=0.5):
    """One question over UDP to 127.0.0.1; gives (rcode, number of answers), or None when nobody answers."""
    number = random.randrange(65536)
    labels = [part for part in name.rstrip(".").split(".") if part]
    qname = b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"
    query = struct.pack("!6H", number, 0x0100, 1, 0, 0, 0) + qname + struct.pack("!2H", qtype, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(timeout_s)
        try:
            sock.connect(("127.0.0.1", port))
            sock.send(query)
            answer = sock.recv(4096)
        except OSError:
            return None
    if len(answer) < 12 or struct.unpack("!H", answer[:2])[0] != number:
        return None
    return answer[3] & 15, struct.unpack("!H", answer[6:8])[0]


class Part:
    """One process. ready() is polled after the start until it is true."""

    def __init__(self, name, argv, log, ready, timeout_s=30, stop_s=20, env=None):
        self.name, self.argv, self.log = name, argv, log
        self.ready, self.timeout_s, self.stop_s, self.env = ready, timeout_s, stop_s, env
        self.process = None

    def running(self):
        return self.process is not None and self.process.poll() is None

    def log_tail(self):
        try:
            with open(self.log, errors="replace") as file:
                return "".join(file.readlines()[-60:])
        except OSError:
            return ""

    def start(self):
        with open(self.log, "ab") as log:
            # A session of its own: Ctrl-C reaches the world, which then ends its parts in order.
            self.process = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=self.env, start_new_session=True)

        def up():
            if not self.running():
                raise Failure("%s ended with status %s:\n%s" % (self.name, self.process.poll(), self.log_tail()))
            return self.ready()
        try:
            wait_until(up, self.timeout_s, self.name)
        except Failure as failure:
            self.kill()
            raise Failure("%s\n%s" % (failure, self.log_tail())) from None
        return self

    def signal(self, number):
        """To the part and what it started."""
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass

    def stop(self):
        """Ask it to end and wait; gives its exit status. A part that does not end in time is killed: Failure."""
        if self.process is None:
            return None
        if self.running():
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(self.stop_s)
            except subprocess.TimeoutExpired:
                self.kill()
                raise Failure("%s did not stop within %d s" % (self.name, self.stop_s)) from None
        self.signal(signal.SIGKILL)  # children it left behind
        status, self.process = self.process.returncode, None
        return status

    def kill(self):
        """SIGKILL, as the kernel would out of memory."""
        if self.process is not None:
            self.signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def freeze(self):
        """Alive but silent: its sockets take questions, and nobody answers."""
        self.signal(signal.SIGSTOP)

    def thaw(self):
        self.signal(signal.SIGCONT)
