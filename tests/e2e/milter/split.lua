-- split = yes: a recipient of another policy is put off with 452, the others are judged.
dofile(common)
local conn = open()
greet(conn, "192.0.2.10", "mail.example.com")
must(mt.mailfrom(conn, "<sender@example.com>"), "mail")
must(mt.rcptto(conn, "<user@example.jp>"), "first recipient")
want(mt.getreply(conn) == SMFIR_CONTINUE, "CONTINUE for the first recipient")
must(mt.rcptto(conn, "<user@other.example>"), "second recipient")
want(mt.getreply(conn) == SMFIR_REPLYCODE, "a reply of our own for one of another policy")
must(mt.rcptto(conn, "<second@example.jp>"), "third recipient")
want(mt.getreply(conn) == SMFIR_CONTINUE, "CONTINUE for one of the first one's policy")
for _, field in ipairs(PLAIN) do
	must(mt.header(conn, field[1], field[2]), "header")
end
must(mt.bodystring(conn, "Hello.\r\n"), "body")
must(mt.eom(conn), "end of message")
want(mt.getreply(conn) == SMFIR_ACCEPT, "ACCEPT")
mt.disconnect(conn)
