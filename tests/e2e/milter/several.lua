-- Several mails on one connection; each verdict belongs to its own mail.
dofile(common)
local conn = open()
greet(conn, "2001:db8::25", "mail.example.com")
for i = 1, 5 do
	send(conn, "SEV" .. i, PLAIN, string.rep("A line of text.\r\n", i * 10))
	want(mt.getreply(conn) == SMFIR_ACCEPT, "ACCEPT for mail " .. i)
	want(mt.eom_check(conn, MT_HDRINSERT, "X-Spam-Status"), "a status for mail " .. i)
	want(not mt.eom_check(conn, MT_HDRDELETE, "X-Spam-Flag"), "nothing left over from the mail before")
	if i == 3 then
		send(conn, "SEV3b", plus(PLAIN, {{"X-Spam-Flag", " NO"}}), "Hello.\r\n")
		want(mt.eom_check(conn, MT_HDRDELETE, "X-Spam-Flag"), "the forged field of this mail gone")
	end
end
mt.disconnect(conn)
