-- A mail above the tag threshold: its marks are put in, forged ones taken out, and it is delivered.
dofile(common)
local conn = open()
greet(conn, "192.0.2.10", "seed.localhost")
send(conn, "TAG1", plus(PLAIN, {
	{"X-Spam-Status", " No, score=-99 required=5 tests=none"},
	{"X-Spam-Flag", " NO"},
	{"X-Spam-Status", " No, again"},
}), "Hello.\r\n")
want(mt.getreply(conn) == SMFIR_ACCEPT, "ACCEPT: tagged mail is delivered")
want(mt.eom_check(conn, MT_HDRINSERT, "X-Spam-Flag", " YES"), "X-Spam-Flag: YES")
want(mt.eom_check(conn, MT_HDRINSERT, "X-Spam-Status"), "X-Spam-Status")
want(mt.eom_check(conn, MT_HDRDELETE, "X-Spam-Status"), "the forged X-Spam-Status gone")
want(mt.eom_check(conn, MT_HDRDELETE, "X-Spam-Flag"), "the forged X-Spam-Flag gone")
want(mt.eom_check(conn, MT_HDRCHANGE, "Subject"), "the subject prefix")
want(not mt.eom_check(conn, MT_BODYCHANGE), "the body as it was")
mt.disconnect(conn)
