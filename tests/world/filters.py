"""filters.py - OpenDKIM and OpenDMARC, to stand before kanjikid, and mails with a signature

OpenDMARC asks the name servers of /etc/resolv.conf, port 53, and nothing else. So it gets a network and a resolv.conf of
its own (unshare), with an NSD in there that serves the world's zones; its milter socket is a file, and reachable.
"""
import base64
import fcntl
import hashlib
import os
import re
import socket
import struct
import subprocess
import sys

from parts import Part

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
SIGNED = [b"from", b"to", b"subject", b"date", b"message-id"]


def connects(path):
    with socket.socket(socket.AF_UNIX) as sock:
        try:
            sock.connect(path)
        except OSError:
            return False
        return True


class Key:
    """An RSA key made for this run; `txt` is the value of its TXT record, in a zone file's quotes."""

    def __init__(self, path):
        self.path = path
        subprocess.run(["openssl", "genrsa", "-out", path, "2048"], check=True, capture_output=True)
        public = subprocess.run(["openssl", "rsa", "-in", path, "-pubout", "-outform", "DER"], check=True,
                                capture_output=True).stdout
        text = base64.b64encode(public).decode()
        self.txt = '"v=DKIM1; k=rsa; p=%s" "%s"' % (text[:200], text[200:])

    def sign(self, mail, domain, selector):
        """The mail with a DKIM-Signature on top (RFC 6376, rsa-sha256, relaxed/relaxed)."""
        head, body = mail.split(b"\n\n", 1)
        body = re.sub(rb"[ \t]+\n", b"\n", re.sub(rb"[ \t]+", b" ", body)).rstrip(b"\n") + b"\n"
        body_hash = base64.b64encode(hashlib.sha256(body.replace(b"\n", b"\r\n")).digest())
        fields = {name.lower(): value for name, value in re.findall(rb"^([!-9;-~]+):(.*(?:\n[ \t].*)*)", head, re.M)}
        value = b"v=1; a=rsa-sha256; c=relaxed/relaxed; d=%s; s=%s; h=%s; bh=%s; b=" % (
            domain.encode(), selector.encode(), b":".join(SIGNED), body_hash)
        data = b"".join(relaxed(name, fields[name]) + b"\r\n" for name in SIGNED) + relaxed(b"dkim-signature", value)
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.path], input=data, check=True,
                                   capture_output=True).stdout
        return b"DKIM-Signature: " + value + base64.b64encode(signature) + b"\n" + mail


def relaxed(name, value):
    return name + b":" + re.sub(rb"[ \t]+", b" ", value.replace(b"\n", b"")).strip()


class Filters:
    """Parts opendkim and opendmarc; `sockets` are for Postfix, in this order.

    with_queue_id: AuthservIDWithJobID, for both
    """

    def __init__(self, directory, with_queue_id=False):
        self.directory = directory
        os.chmod(directory, 0o777)
        self.with_queue_id = with_queue_id
        self.sockets = ["unix:" + self.path("opendkim.sock"), "unix:" + self.path("opendmarc.sock")]
        self.opendkim = Part("opendkim", ["opendkim", "-f", "-x", self.path("opendkim.conf"), "-p",
                                          "local:" + self.path("opendkim.sock")],
                             self.path("opendkim.log"), lambda: connects(self.path("opendkim.sock")))
        self.opendmarc = Part("opendmarc", ["unshare", "--mount", "--net", sys.executable, os.path.abspath(__file__),
                                            directory],
                              self.path("opendmarc.log"), lambda: connects(self.path("opendmarc.sock")))
        self.parts = [self.opendkim, self.opendmarc]

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)

    @staticmethod
    def can_isolate():
        """Whether OpenDMARC can be given a network of its own: not in every container."""
        return subprocess.run(["unshare", "--mount", "--net", "true"], capture_output=True).returncode == 0

    def configure(self, dns):
        more = "AuthservIDWithJobID %s\n" % ("yes" if self.with_queue_id else "no")
        self.write("opendkim.conf", "Mode v\nUserID nobody\nUMask 000\nAuthservID mx.example.jp\n"
                   "InternalHosts 10.255.255.255\nResolverConfiguration %s\n" % self.path("unbound.conf") + more)
        self.write("unbound.conf", 'server:\n do-not-query-localhost: no\n module-config: "iterator"\nforward-zone:\n'
                   ' name: "."\n forward-addr: 127.0.0.1@%d\n' % dns.port)
        self.write("opendmarc.conf", "AuthservID mx.example.jp\nTrustedAuthservIDs mx.example.jp\nUserID nobody\n"
                   "UMask 000\n" + more)
        self.write("resolv.conf", "nameserver 127.0.0.1\n")
        with open(dns.path("nsd.conf")) as file:
            text = file.read().replace("@%d" % dns.nsd_port, "@53")
        for name in ("nsd.pid", "xfrd.state", "zone.list"):
            text = text.replace(dns.path(name), self.path(name))
        self.write("nsd.conf", text)

    def start(self, dns):
        self.configure(dns)
        for part in self.parts:
            part.start()

    def stop(self):
        for part in reversed(self.parts):
            part.stop()


def run_isolated(directory):
    """Within the new namespaces: a loopback device that is up, a name server, and OpenDMARC in place of this program."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(sock, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))
    subprocess.run(["mount", "--bind", directory + "/resolv.conf", "/etc/resolv.conf"], check=True)
    subprocess.Popen(["nsd", "-d", "-c", directory + "/nsd.conf"])
    os.execvp("opendmarc", ["opendmarc", "-f", "-c", directory + "/opendmarc.conf", "-p",
                            "local:" + directory + "/opendmarc.sock"])


if __name__ == "__main__":
    run_isolated(sys.argv[1])
