"""A DNS server for the zone data of the openspf test format.

It listens on a free loopback port, over UDP and TCP, and answers as a recursive resolver would: CNAMEs are
followed, a CNAME loop is SERVFAIL, a name below which others exist is NODATA. The conventions of the format:

- an entry is {TYPE: value}, a list of strings makes one TXT record of several strings, MX is [preference, host];
- records given as SPF (type 99) are TXT records too, unless the name has TXT entries of its own;
  `TXT: NONE` is such an entry, and no record;
- TIMEOUT: questions for which the name has no record get no answer at all.
"""
import ipaddress
import socket
import struct
import threading

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "SPF": 99}
NOERROR, SERVFAIL, NXDOMAIN = 0, 2, 3
OPT = 41


def to_bytes(text):
    """The format writes bytes as \\xNN escapes, which YAML reads as characters."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8")


def wire_name(name):
    out = b""
    for label in to_bytes(name).rstrip(b".").split(b"."):
        if len(label) > 63:
            raise ValueError("label too long: " + name)
        if label:
            out += bytes([len(label)]) + label
    return out + b"\0"


def wire_txt(value):
    out = b""
    for text in value if isinstance(value, list) else [value]:
        data = to_bytes(text)
        for at in range(0, max(len(data), 1), 255):
            piece = data[at:at + 255]
            out += bytes([len(piece)]) + piece
    return out or b"\0"


def rdata(kind, value):
    if kind == "A":
        return ipaddress.IPv4Address(value).packed
    if kind == "AAAA":
        return ipaddress.IPv6Address(value).packed
    if kind == "MX":
        return struct.pack("!H", int(value[0])) + wire_name(value[1])
    if kind in ("TXT", "SPF"):
        return wire_txt(value)
    return wire_name(value)


class Zone:
    """name (bytes, lower case) -> {type number: [rdata]}, and the names that are silent otherwise."""

    def __init__(self, zonedata):
        self.records, self.silent = {}, set()
        for name, entries in (zonedata or {}).items():
            key = to_bytes(name).lower().rstrip(b".")
            self.records[key] = self.read_entries(key, entries or [])

    def read_entries(self, key, entries):
        records, own_txt = {}, False
        for entry in entries:
            if entry == "TIMEOUT":
                self.silent.add(key)
                continue
            for kind, value in entry.items():
                own_txt |= kind == "TXT"
                if value != "NONE":
                    records.setdefault(TYPES[kind], []).append(rdata(kind, value))
        if not own_txt and TYPES["SPF"] in records:
            records[TYPES["TXT"]] = records[TYPES["SPF"]]
        return records

    def lookup(self, name, kind):
        """(rcode, [(owner, type, rdata)]), or None for silence."""
        answers, seen = [], set()
        while True:
            records = self.records.get(name)
            if records is not None and kind in records:
                return NOERROR, answers + [(name, kind, data) for data in records[kind]]
            if name in self.silent:
                return None
            if records is None:
                below = any(other.endswith(b"." + name) for other in self.records)
                return NOERROR if below else NXDOMAIN, answers
            if TYPES["CNAME"] not in records:
                return NOERROR, answers
            target = records[TYPES["CNAME"]][0]
            answers.append((name, TYPES["CNAME"], target))
            seen.add(name)
            name = read_name(target, 0)[0]
            if name in seen:
                return SERVFAIL, []


def read_name(data, at):
    labels = []
    while data[at]:
        labels.append(data[at + 1:at + 1 + data[at]])
        at += 1 + data[at]
    return b".".join(labels).lower(), at + 1


def wire_labels(name):
    return b"".join(bytes([len(label)]) + label for label in name.split(b".") if label) + b"\0"


def respond(zone, query, limit):
    """The answer to one query packet; None for silence."""
    ident, flags, questions, _, _, extra = struct.unpack_from("!6H", query)
    name, at = read_name(query, 12)
    kind, klass = struct.unpack_from("!2H", query, at)
    question = query[12:at + 4]
    if extra and query[at + 4:at + 7] == b"\0" + struct.pack("!H", OPT):
        limit = max(limit, struct.unpack_from("!H", query, at + 7)[0])
    found = zone.lookup(name, kind) if questions == 1 and klass == 1 else (SERVFAIL, [])
    if found is None:
        return None
    rcode, answers = found
    body = question
    for owner, owner_kind, data in answers:
        body += wire_labels(owner) + struct.pack("!2HIH", owner_kind, 1, 60, len(data)) + data
    head = 0x8180 | (flags & 0x0100) | rcode
    if len(body) + 12 > limit:
        return struct.pack("!6H", ident, head | 0x0200, 1, 0, 0, 0) + question
    return struct.pack("!6H", ident, head, 1, len(answers), 0, 0) + body


class Server:
    def __init__(self, zonedata):
        self.zone = Zone(zonedata)
        self.udp, self.tcp = self.bind()
        self.port = self.udp.getsockname()[1]
        for target in (self.serve_udp, self.serve_tcp):
            threading.Thread(target=target, daemon=True).start()

    @staticmethod
    def bind():
        """A UDP and a TCP socket on one free port."""
        for _ in range(100):
            tcp = socket.create_server(("127.0.0.1", 0))
            udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                udp.bind(tcp.getsockname())
                return udp, tcp
            except OSError:
                tcp.close()
                udp.close()
        raise OSError("no free port")

    def serve_udp(self):
        while True:
            try:
                query, peer = self.udp.recvfrom(4096)
            except OSError:
                return
            answer = respond(self.zone, query, 512)
            if answer:
                self.udp.sendto(answer, peer)

    def serve_tcp(self):
        while True:
            try:
                connection, _ = self.tcp.accept()
            except OSError:
                return
            threading.Thread(target=self.serve_connection, args=(connection,), daemon=True).start()

    def serve_connection(self, connection):
        with connection, connection.makefile("rb") as stream:
            while True:
                head = stream.read(2)
                if len(head) < 2:
                    return
                answer = respond(self.zone, stream.read(struct.unpack("!H", head)[0]), 65535)
                if answer:
                    connection.sendall(struct.pack("!H", len(answer)) + answer)

    def close(self):
        self.udp.close()
        self.tcp.close()
