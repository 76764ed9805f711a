"""nameservers.py - the DNS of a world: rbldnsd and NSD with the answers, Unbound in front

Unbound forwards the two DNSBL zones to rbldnsd and everything else to NSD, which also serves a root zone: a name
that no file mentions does not exist, and no question ever leaves the machine. A zone file of zones/ or dnsbl/ is
named after its zone; its SOA and NS are added here.
"""
import os
import selectors
import socket
import threading
import time

from parts import Part, ask_dns, free_port

HERE = os.path.dirname(os.path.abspath(__file__))
A, PTR, SOA = 1, 12, 6

# What Unbound answers by itself unless told otherwise, and the world wants to answer.
LOCAL_ZONES = ["test.", "10.in-addr.arpa.", "2.0.192.in-addr.arpa.", "100.51.198.in-addr.arpa.",
               "113.0.203.in-addr.arpa.", "8.b.d.0.1.0.0.2.ip6.arpa."]


def zone_files(top, folder):
    """[(zone, path)] of a folder in `top`."""
    path = os.path.join(top, folder)
    return [(name, os.path.join(path, name)) for name in sorted(os.listdir(path))]


def write(path, text):
    with open(path, "w") as file:
        file.write(text)
    return path


class Nameservers:
    """Parts rbldnsd, nsd and unbound; `port` is where Unbound listens on 127.0.0.1.

    top: where zones/ and dnsbl/ are, if not beside this file (a copy of them with more in it)
    unbound: lines more for the server section of Unbound's configuration
    """

    def __init__(self, directory, top=HERE, unbound=()):
        self.top, self.unbound_lines = top, unbound
        self.directory = os.path.join(directory, "dns")
        os.makedirs(self.directory)
        self.rbldnsd_port, self.nsd_port, self.port = free_port(), free_port(), free_port()
        self.rbldnsd, self.nsd, self.unbound = self.make_rbldnsd(), self.make_nsd(), self.make_unbound()
        self.parts = [self.rbldnsd, self.nsd, self.unbound]

    def path(self, name):
        return os.path.join(self.directory, name)

    def make_rbldnsd(self):
        zones = []
        for zone, path in zone_files(self.top, "dnsbl"):
            with open(path) as file:
                write(self.path(zone), "$SOA 60 ns.%s hostmaster.%s 1 600 300 86400 60\n$NS 60 ns.%s\n%s"
                      % (zone, zone, zone, file.read()))
            zones.append("%s:ip4set:%s" % (zone, zone))
        # Started as root it becomes the user of its package, who must be able to read this.
        return Part("rbldnsd", ["rbldnsd", "-n", "-f", "-c", "1s", "-w", self.directory,
                                "-b", "127.0.0.1/%d" % self.rbldnsd_port] + zones, self.path("rbldnsd.log"),
                    lambda: ask_dns(self.rbldnsd_port, "2.0.0.127.bl.kanjiki.test", A) == (0, 1))

    def make_nsd(self):
        text = ["server:", "  ip-address: 127.0.0.1@%d" % self.nsd_port, "  server-count: 1", '  username: ""',
                '  zonesdir: "%s"' % self.directory, '  database: ""', '  pidfile: "%s"' % self.path("nsd.pid"),
                '  xfrdfile: "%s"' % self.path("xfrd.state"), '  zonelistfile: "%s"' % self.path("zone.list"),
                '  xfrdir: "%s"' % self.directory, "  hide-version: yes", "  rrl-ratelimit: 0",
                "remote-control:", "  control-enable: no"]
        head = "$ORIGIN %s.\n$TTL 300\n@ SOA ns.world.test. hostmaster.world.test. 1 600 300 86400 60\n" \
               "@ NS ns.world.test.\n"
        root = head % "" + "ns.world.test. A 127.0.0.1\n"
        zones = [(".", "root", root)]
        for zone, path in zone_files(self.top, "zones"):
            with open(path) as file:
                zones.append((zone, zone, head % zone + file.read()))
        for zone, name, contents in zones:
            write(self.path(name + ".zone"), contents)
            text += ["zone:", '  name: "%s"' % zone, '  zonefile: "%s.zone"' % name]
        conf = write(self.path("nsd.conf"), "\n".join(text) + "\n")
        return Part("nsd", ["nsd", "-d", "-c", conf], self.path("nsd.log"),
                    lambda: ask_dns(self.nsd_port, "example.jp", SOA) == (0, 1))

    def make_unbound(self):
        text = ["server:", "  interface: 127.0.0.1", "  port: %d" % self.port, "  num-threads: 1",
                "  access-control: 127.0.0.0/8 allow", '  chroot: ""', '  username: ""', '  pidfile: ""',
                '  directory: "%s"' % self.directory, "  use-syslog: no", '  logfile: ""', "  do-daemonize: no",
                '  module-config: "iterator"', "  do-not-query-localhost: no", "  qname-minimisation: no",
                "  infra-host-ttl: 1", "  infra-keep-probing: yes", "  so-rcvbuf: 1m",
                "  cache-max-negative-ttl: 60"] + ["  " + line for line in self.unbound_lines]
        text += ['  local-zone: "%s" nodefault' % zone for zone in LOCAL_ZONES]
        for zone, _ in zone_files(self.top, "dnsbl"):
            text += ["forward-zone:", '  name: "%s"' % zone, "  forward-addr: 127.0.0.1@%d" % self.rbldnsd_port]
        text += ["forward-zone:", '  name: "."', "  forward-addr: 127.0.0.1@%d" % self.nsd_port,
                 "remote-control:", "  control-enable: no"]
        conf = write(self.path("unbound.conf"), "\n".join(text) + "\n")

        def ready():
            return ask_dns(self.port, "2.0.0.127.css.kanjiki.test", A) == (0, 1) \
                and ask_dns(self.port, "example.jp", SOA) == (0, 1)
        return Part("unbound", ["unbound", "-d", "-c", conf], self.path("unbound.log"), ready)

    def start(self):
        for part in self.parts:
            part.start()
        return self

    def stop(self):
        """They have nothing to save, and rbldnsd may miss a signal that comes while it reads its zones."""
        for part in reversed(self.parts):
            part.kill()

    def freeze(self):
        for part in self.parts:
            part.freeze()

    def thaw(self):
        for part in self.parts:
            part.thaw()


class SlowRelay(threading.Thread):
    """Passes UDP questions on to a name server and its answers back, each answer `delay_s` late.

    For measurements of how long a mail waits for answers; `port` is where it listens on 127.0.0.1.
    """

    def __init__(self, upstream_port, delay_s):
        super().__init__(daemon=True)
        self.upstream, self.delay_s = ("127.0.0.1", upstream_port), delay_s
        self.front = self.udp_socket()
        self.back = self.udp_socket()
        self.port = self.front.getsockname()[1]
        self.clients = {}  # our number of a question -> (client, its number)
        self.late = []     # (due, answer, client), in the order of their being due
        self.next_number = 0
        self.ending = threading.Event()

    @staticmethod
    def udp_socket():
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        sock.bind(("127.0.0.1", 0))
        sock.setblocking(False)
        return sock

    def changed(self, packet):
        """The answer as it is passed on; for relays that lie."""
        return packet

    def questions(self):
        packet, client = self.front.recvfrom(65535)
        number = self.next_number = (self.next_number + 1) % 65536
        self.clients[number] = (client, packet[:2])
        self.back.sendto(number.to_bytes(2, "big") + packet[2:], self.upstream)

    def answers(self):
        packet, _ = self.back.recvfrom(65535)
        asked = self.clients.pop(int.from_bytes(packet[:2], "big"), None)
        if asked is not None:
            self.late.append((time.monotonic() + self.delay_s, asked[1] + self.changed(packet)[2:], asked[0]))

    def run(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self.front, selectors.EVENT_READ, self.questions)
            selector.register(self.back, selectors.EVENT_READ, self.answers)
            while not self.ending.is_set():
                wait_s = min(0.1, max(0.0, self.late[0][0] - time.monotonic())) if self.late else 0.1
                for key, _ in selector.select(wait_s):
                    try:
                        key.data()
                    except OSError:
                        pass  # upstream is down, or another wake-up took the packet: a lost question, as in life
                while self.late and self.late[0][0] <= time.monotonic():
                    _, packet, client = self.late.pop(0)
                    self.front.sendto(packet, client)

    def stop(self):
        self.ending.set()
        self.join()
        self.front.close()
        self.back.close()


class RewritingRelay(SlowRelay):
    """A resolver that sells advertisements: for each name that does not exist it has an address."""

    def __init__(self, upstream_port, address):
        super().__init__(upstream_port, 0)
        self.address = socket.inet_aton(address)

    def changed(self, packet):
        end = 12
        while packet[end]:
            end += packet[end] + 1
        end += 5
        if packet[3] & 15 != 3 or packet[end - 4:end - 2] != b"\0\1":
            return packet
        head = packet[:3] + bytes([packet[3] & 0xf0]) + packet[4:6] + b"\0\1\0\0\0\0"
        return head + packet[12:end] + b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4" + self.address
