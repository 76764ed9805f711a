-- Who is trusted leaves early: local mail without an address and trusted networks at connect, a login at MAIL.
dofile(common)
local conn = open()
must(mt.conninfo(conn, "localhost", "unspec"), "connect")
want(mt.getreply(conn) == SMFIR_ACCEPT, "ACCEPT for local mail without an address")
mt.disconnect(conn)

conn = open()
must(mt.conninfo(conn, "localhost", "127.0.0.1"), "connect")
want(mt.getreply(conn) == SMFIR_ACCEPT, "ACCEPT for a trusted network")
mt.disconnect(conn)

conn = open()
greet(conn, "192.0.2.10", "seed.localhost")
must(mt.macro(conn, SMFIC_MAIL, "{auth_authen}", "user"), "macro")
must(mt.mailfrom(conn, "<user@example.jp>"), "mail")
want(mt.getreply(conn) == SMFIR_ACCEPT, "ACCEPT for an authenticated client")
-- the login was for that mail only
send(conn, "PAS1", PLAIN, "Hello.\r\n")
want(mt.getreply(conn) == SMFIR_ACCEPT, "ACCEPT")
want(mt.eom_check(conn, MT_HDRINSERT, "X-Spam-Flag", " YES"), "the next mail tagged")
mt.disconnect(conn)
