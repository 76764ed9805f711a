"""
answers.py - what the DNS of the world knows about the clients of the generated mails

The benchmark asks the same name servers as `./dev run` (tests/world/nameservers.py); here their zone files are copied
and what milter_load sends from is added: the sender domains (A, MX, SPF), the clients' PTR records and names, and
the clients that are on a blocklist.
"""
import os
import shutil

ZONE = "bl.kanjiki.test"


def forward_zone(clients):
    """The zone of all sender domains."""
    lines, nets = [], {}
    for addr, _name, _helo, domain, _listed in clients:
        net, _, host = addr.rpartition(".")
        nets[domain] = net
        lines.append("mx%s.%s. A %s\n" % (host, domain, addr))
    for domain, net in nets.items():
        lines.append('%s. MX 10 mx1.%s.\n%s. A %s.1\nrelay.%s. A %s.1\n%s. TXT "v=spf1 ip4:%s.0/24 -all"\n'
                     % (domain, domain, domain, net, domain, net, domain, net))
    return "".join(lines)


def reverse_zone(clients):
    """198.in-addr.arpa; a client without a name has none."""
    return "".join("%s PTR %s.\n" % (".".join(reversed(addr.split(".")[1:])), name)
                   for addr, name, _helo, _domain, _listed in clients if name != "unknown")


def write_answers(world, folder, clients):
    """A folder with zones/ and dnsbl/ for Nameservers; clients are the rows of `milter_load --names`."""
    for name in ("zones", "dnsbl"):
        shutil.copytree(os.path.join(world, name), os.path.join(folder, name))
    with open(os.path.join(folder, "zones", "198.in-addr.arpa"), "w", encoding="ascii") as out:
        out.write(reverse_zone(clients))
    for domain in sorted({row[3] for row in clients}):
        with open(os.path.join(folder, "zones", domain), "w", encoding="ascii") as out:
            out.write(forward_zone([row for row in clients if row[3] == domain]))
    with open(os.path.join(folder, "dnsbl", ZONE), "a", encoding="ascii") as out:
        out.write("".join(row[0] + " :127.0.0.2:Listed for the benchmark\n" for row in clients if row[4] == "listed"))
