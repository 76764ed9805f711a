"""samples.py - the mails of tests/mail and how they are sent

tests/mail/envelopes.tsv has a row for each: file, client address, client name (- for none), HELO, envelope sender
(<> for the null sender), recipient, and the actions that are right for it, with | between them. In a mail file
{{date}} stands for now and {{id}} for something new with each rendering.
"""
import collections
import email.utils
import os
import smtplib
import time
import uuid

from kanjikid import TOP

Sample = collections.namedtuple("Sample", "file client name helo sender rcpt actions")
Reply = collections.namedtuple("Reply", "code text put_off")


def load():
    """All rows of envelopes.tsv, in order."""
    samples = []
    with open(os.path.join(TOP, "tests/mail/envelopes.tsv")) as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                row = line.rstrip("\n").split("\t")
                samples.append(Sample(*row[:6], row[6].split("|")))
    return samples


def find(name):
    """The row of a file, without its .eml."""
    return next(sample for sample in load() if sample.file == name + ".eml")


def render(text, now_s=None):
    """Fill in {{date}} and {{id}}."""
    now_s = time.time() if now_s is None else now_s
    text = text.replace(b"{{date}}", email.utils.formatdate(now_s, localtime=False).encode())
    return text.replace(b"{{id}}", uuid.uuid4().hex.encode())


def mail_of(sample):
    with open(os.path.join(TOP, "tests/mail", sample.file), "rb") as file:
        return render(file.read())


def message_id(mail):
    """The value of the mail's Message-ID, by which its delivery is found."""
    for line in mail.split(b"\n\n", 1)[0].splitlines():
        if line.lower().startswith(b"message-id:"):
            return line.split(b":", 1)[1].strip()
    raise ValueError("mail without Message-ID")


def wire(mail):
    """As SMTP wants it: lines end in CR LF."""
    return mail.replace(b"\n", b"\r\n")


def send(port, mail, sample, rcpts=None, login=None, host="127.0.0.1"):
    """Send one mail by SMTP as the sample's client would (XCLIENT).

    Gives a Reply: code and text of the final dot, or of the command that was refused before; and put_off, the
    replies {recipient: "452 ..."} of those recipients that were refused while others were taken.
    """
    name = "[UNAVAILABLE]" if sample.name == "-" else sample.name
    address = "IPV6:" + sample.client if ":" in sample.client else sample.client
    xclient = "ADDR=%s NAME=%s REVERSE_NAME=%s PROTO=ESMTP" % (address, name, name)
    if login:
        xclient += " LOGIN=" + login
    put_off = {}
    with smtplib.SMTP(timeout=60) as smtp:
        for code, text in steps(smtp, host, port, xclient, sample, rcpts or [sample.rcpt], put_off):
            if code >= 400:
                return Reply(code, text.decode(errors="replace"), {})
        code, text = smtp.data(wire(mail))
        return Reply(code, text.decode(errors="replace"), put_off)


def steps(smtp, host, port, xclient, sample, rcpts, put_off):
    """The replies up to DATA, one by one; of the recipients the best."""
    yield smtp.connect(host, port)
    yield smtp.ehlo("world.test")
    yield smtp.docmd("XCLIENT", xclient)
    yield smtp.ehlo(sample.helo)
    yield smtp.mail("" if sample.sender == "<>" else sample.sender)
    replies = {rcpt: smtp.rcpt(rcpt) for rcpt in rcpts}
    put_off.update((rcpt, "%d %s" % (code, text.decode())) for rcpt, (code, text) in replies.items() if code >= 400)
    yield min(replies.values())
