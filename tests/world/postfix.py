"""postfix.py - a private Postfix: own configuration, own queue, own ports

Only its programs and its two users come from the package; /etc/postfix and /var/spool/postfix are not looked at.
It takes mail over SMTP on a loopback port, believes XCLIENT from loopback, asks the milter, and delivers into
Maildirs of the world. It looks nothing up in DNS.
"""
import grp
import os
import pwd
import smtplib
import subprocess

from parts import Part, free_port, wait_until

DOMAINS = ["example.jp", "strict.example.jp", "patient.example.jp", "example.net"]

MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {directory}/queue
data_directory = {directory}/data
mail_owner = postfix
setgid_group = postdrop
maillog_file = {directory}/mail.log
maillog_file_prefixes = {directory}
myhostname = mx.example.jp
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
mynetworks = 127.0.0.0/8, [::1]/128
smtpd_peername_lookup = no
smtpd_authorized_xclient_hosts = 127.0.0.0/8, [::1]/128
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_milters = {before} {{ {milter}, default_action=accept, connect_timeout=5s, command_timeout=10s, content_timeout=30s }}
milter_protocol = 6
virtual_mailbox_domains = {domains}
virtual_mailbox_base = {directory}/mail
virtual_mailbox_maps = texthash:{directory}/etc/mailboxes
virtual_minimum_uid = 100
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
disable_dns_lookups = yes
smtp_host_lookup = native
# Nothing leaves the world: other recipients are refused, and bounces of ours are kept from the network.
default_transport = error:no way out of this world
relay_transport = error:no way out of this world
"""

MASTER_CF = """\
127.0.0.1:{port} inet n - n - 200 smtpd
{ipv6}cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
error     unix - - n - - error
retry     unix - - n - - error
virtual   unix - n n - - virtual
anvil     unix - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """Part `master`; `port` takes SMTP on 127.0.0.1, `ipv6_port` on ::1 (None where the machine has no IPv6)."""

    def __init__(self, directory, milter, before=()):
        self.directory = os.path.join(directory, "postfix")
        self.port = free_port()
        self.ipv6_port = free_port() if os.path.exists("/proc/net/if_inet6") and self.has_ipv6() else None
        self.make_folders()
        self.write("etc/main.cf", MAIN_CF.format(
            directory=self.directory, milter=milter,
            before=" ".join("{ %s, default_action=accept }" % socket for socket in before), domains=", ".join(DOMAINS),
            uid=pwd.getpwnam("nobody").pw_uid, gid=pwd.getpwnam("nobody").pw_gid))
        ipv6 = "[::1]:%d inet n - n - 200 smtpd\n" % self.ipv6_port if self.ipv6_port else ""
        self.write("etc/master.cf", MASTER_CF.format(port=self.port, ipv6=ipv6))
        # One Maildir for a whole domain, so that any recipient is good; Delivered-To tells them apart.
        self.write("etc/mailboxes", "".join("@%s %s/\n" % (domain, domain) for domain in DOMAINS))
        daemons = subprocess.run(["postconf", "-dh", "daemon_directory"], check=True, capture_output=True,
                                 text=True).stdout.strip()
        self.parts = [Part("postfix", [daemons + "/master", "-c", self.directory + "/etc", "-d"],
                           self.directory + "/master.log", self.answers)]

    @staticmethod
    def has_ipv6():
        with open("/proc/net/if_inet6") as file:
            return any(line.startswith("0" * 31 + "1") for line in file)

    def make_folders(self):
        """What Postfix expects of a queue directory, with the owners it insists on."""
        owner, group = pwd.getpwnam("postfix"), grp.getgrnam("postdrop")
        for name in ["", "etc", "queue", "queue/pid"]:
            os.makedirs(os.path.join(self.directory, name))
        mine = ["data"] + ["queue/" + name for name in ("active", "bounce", "corrupt", "defer", "deferred", "flush",
                                                        "hold", "incoming", "private", "saved", "trace")]
        for name in mine:
            path = os.path.join(self.directory, name)
            os.mkdir(path, 0o700)
            os.chown(path, owner.pw_uid, -1)
        for name, mode in [("queue/maildrop", 0o730), ("queue/public", 0o710)]:
            path = os.path.join(self.directory, name)
            os.mkdir(path)
            os.chown(path, owner.pw_uid, group.gr_gid)
            os.chmod(path, mode)
        nobody = pwd.getpwnam("nobody")
        for domain in [""] + DOMAINS:
            path = os.path.join(self.directory, "mail", domain)
            os.makedirs(path)
            os.chown(path, nobody.pw_uid, nobody.pw_gid)

    def write(self, name, text):
        with open(os.path.join(self.directory, name), "w") as file:
            file.write(text)

    def answers(self):
        """Does it greet?"""
        try:
            with smtplib.SMTP("127.0.0.1", self.port, timeout=5) as smtp:
                return smtp.noop()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    def start(self):
        for part in self.parts:
            part.start()
        return self

    def stop(self):
        for part in self.parts:
            part.stop()

    def delivered(self, rcpt):
        """The mails delivered to a recipient, as bytes, oldest first."""
        folder = os.path.join(self.directory, "mail", rcpt.split("@")[1], "new")
        try:
            paths = [os.path.join(folder, name) for name in os.listdir(folder)]
        except FileNotFoundError:
            return []
        mails = []
        for path in sorted(paths, key=os.path.getmtime):
            with open(path, "rb") as file:
                mail = file.read()
            if b"\nDelivered-To: %s\n" % rcpt.encode() in mail.split(b"\n\n", 1)[0]:
                mails.append(mail)
        return mails

    def wait_delivered(self, rcpt, text, timeout_s=20):
        """The delivered mail that contains these bytes (a Message-ID)."""
        def look():
            return next((mail for mail in self.delivered(rcpt) if text in mail), None)
        return wait_until(look, timeout_s, "delivery of %s to %s" % (text.decode(), rcpt))

    def log(self):
        try:
            with open(self.directory + "/mail.log", errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""
