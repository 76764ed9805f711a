"""redis.py - a Redis of the test's own, through which hosts share what they saw

    with Redis() as redis:
        World(conf=redis.conf()) ...

It listens on a unix socket that everybody may use, or (tls) on a loopback port, with a certificate made for this run. It
keeps nothing on disk, so that a restart finds it empty.
"""
import contextlib
import os
import shutil
import socket
import ssl
import subprocess
import tempfile

from parts import Failure, Part, free_port

SECRET = "1f0c6a4b9d2e8357"
PREFIX = "kanjiki:"


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, capture_output=True)


class Redis:
    """Part redis.

    password: "" for none
    """

    def __init__(self, tls=False, password=""):
        self.tls, self.password = tls, password
        self.directory = tempfile.mkdtemp(prefix="kanjiki-redis-")
        os.chmod(self.directory, 0o755)
        self.port = free_port() if tls else 0
        self.parts = [self.make()]

    @property
    def part(self):
        return self.parts[0]

    def path(self, name):
        return os.path.join(self.directory, name)

    def make(self):
        text = ["dir %s" % self.directory, "port 0", "save \"\"", "appendonly no", "daemonize no"]
        if self.tls:
            self.make_certificates()
            text += ["bind 127.0.0.1", "tls-port %d" % self.port, "tls-auth-clients no", "tls-cert-file server.pem",
                     "tls-key-file server.key", "tls-ca-cert-file ca.pem"]
        else:
            text += ["unixsocket %s" % self.path("redis.sock"), "unixsocketperm 777"]
        if self.password:
            text += ["requirepass %s" % self.password]
        with open(self.path("redis.conf"), "w") as file:
            file.write("\n".join(text) + "\n")
        return Part("redis", ["redis-server", self.path("redis.conf")], self.path("redis.log"), self.answers)

    def make_certificates(self):
        """An authority, and what it says of 127.0.0.1."""
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=authority of this run",
                "-keyout", self.path("ca.key"), "-out", self.path("ca.pem"))
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=redis", "-keyout", self.path("server.key"),
                "-out", self.path("server.csr"))
        with open(self.path("names"), "w") as file:
            file.write("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
        openssl("x509", "-req", "-days", "2", "-in", self.path("server.csr"), "-CA", self.path("ca.pem"), "-CAkey",
                self.path("ca.key"), "-CAcreateserial", "-extfile", self.path("names"), "-out", self.path("server.pem"))

    def conf(self, **changes):
        """The block for kanjiki.conf."""
        values = {"server": "127.0.0.1:%d" % self.port if self.tls else "unix:" + self.path("redis.sock"),
                  "secret": SECRET}
        if self.password:
            values["password"] = self.password
        if self.tls:
            values["ca-file"] = self.path("ca.pem")
        values.update(changes)
        lines = ["  %s = \"%s\"\n" % item for item in values.items()] + ["  tls = yes\n"] * self.tls
        return "redis {\n%s}\n" % "".join(lines)

    def connect(self):
        if not self.tls:
            sock = socket.socket(socket.AF_UNIX)
            sock.settimeout(5)
            sock.connect(self.path("redis.sock"))
            return sock
        context = ssl.create_default_context(cafile=self.path("ca.pem"))
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        return context.wrap_socket(sock, server_hostname="127.0.0.1")

    def ask(self, *words):
        """The first line of the reply to one command: "+PONG", ":7", "-ERR ..."."""
        commands = [("AUTH", self.password)] * bool(self.password) + [words]
        with contextlib.closing(self.connect()) as sock, sock.makefile("rb") as replies:
            for command in commands:
                sock.sendall(b"*%d\r\n" % len(command) + b"".join(
                    b"$%d\r\n%s\r\n" % (len(word.encode()), word.encode()) for word in command))
                reply = replies.readline().decode().rstrip()
        return reply

    def answers(self):
        try:
            return self.ask("PING") == "+PONG"
        except OSError:
            return False

    def told(self):
        """How many sightings lie in it."""
        return int(self.ask("XLEN", PREFIX + "sightings")[1:])

    def start(self):
        for part in self.parts:
            part.start()
        return self

    def kill(self):
        self.part.kill()

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        try:
            self.part.stop()
        except Failure:
            self.part.kill()
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)
