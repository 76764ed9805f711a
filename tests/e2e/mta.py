"""mta.py - the MTA's side of the milter protocol, version 6, as Postfix speaks it

miltertest knows neither the flags by which a filter leaves answers out nor IPv6. This client does: it offers everything,
and expects an answer exactly where one was agreed on.
"""

import socket
import struct

ALL_ACTIONS = 0x1FF
ALL_STEPS = 0x1FFFFF

ADDHDRS, CHGHDRS, SETSYMLIST = 0x01, 0x10, 0x100
HDR_LEADSPC = 0x100000

# Command, the flag that says the filter does not want it, the flag that says it gives no answer.
STEPS = {
    b"C": (0x01, 0x1000),
    b"H": (0x02, 0x2000),
    b"M": (0x04, 0x4000),
    b"R": (0x08, 0x8000),
    b"T": (0x200, 0x10000),
    b"L": (0x20, 0x80),
    b"N": (0x40, 0x40000),
    b"B": (0x10, 0x80000),
    b"E": (0, 0),
}


class Mta:
    """One connection to the filter."""

    def __init__(self, address):
        kind, _, rest = address.partition(":")
        if kind == "unix":
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(rest)
        else:
            port, _, host = rest.partition("@")
            self.socket = socket.create_connection((host.strip("[]"), int(port)))
        self.socket.settimeout(30)
        self.actions = self.steps = 0
        self.macros = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def write(self, command, data=b""):
        self.socket.sendall(struct.pack(">I", len(data) + 1) + command + data)

    def read(self):
        def exactly(count):
            data = b""
            while len(data) < count:
                more = self.socket.recv(count - len(data))
                assert more, "the filter closed the connection"
                data += more
            return data
        size, = struct.unpack(">I", exactly(4))
        packet = exactly(size)
        return packet[:1], packet[1:]

    def wait_for_close(self):
        assert self.socket.recv(1) == b"", "the filter closes after QUIT"

    def negotiate(self):
        self.write(b"O", struct.pack(">III", 6, ALL_ACTIONS, ALL_STEPS))
        command, data = self.read()
        assert command == b"O", command
        _, self.actions, self.steps = struct.unpack(">III", data[:12])
        self.macros = data[12:]

    def macro(self, step, **macros):
        self.write(b"D", step + b"".join(f"{{{k}}}".encode() + b"\0" + v.encode() + b"\0" if len(k) > 1
                                         else k.encode() + b"\0" + v.encode() + b"\0" for k, v in macros.items()))

    def step(self, command, data=b""):
        """One command: its answer, or None where it is not sent or none was agreed on."""
        unwanted, silent = STEPS[command]
        if self.steps & unwanted:
            return None
        self.write(command, data)
        return None if self.steps & silent else self.read()

    def connect(self, host, ip):
        family = b"6" if ":" in ip else b"4"
        return self.step(b"C", host.encode() + b"\0" + family + struct.pack(">H", 25) + ip.encode() + b"\0")

    def mail(self, queue_id, fields, body, sender="<sender@example.com>", rcpt="<user@example.jp>"):
        """A whole mail: the edits and the last answer."""
        blank = "" if self.steps & HDR_LEADSPC else None
        self.step(b"M", sender.encode() + b"\0")
        self.step(b"R", rcpt.encode() + b"\0")
        self.step(b"T")
        for name, value in fields:
            self.step(b"L", name.encode() + b"\0" + (value if blank is not None else value.strip()).encode() + b"\0")
        self.step(b"N")
        self.step(b"B", body)
        self.macro(b"E", i=queue_id)
        self.write(b"E")
        edits = []
        while True:
            command, data = self.read()
            if command in (b"i", b"m"):
                index, = struct.unpack(">I", data[:4])
                name, value = (part.decode() for part in data[4:].split(b"\0")[:2])
                edits.append(("insert" if command == b"i" else "change", index, name, value))
            else:
                return edits, (command, data)
