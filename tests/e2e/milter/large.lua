-- A header and a body far beyond the limits are taken, and judged.
dofile(common)
local conn = open()
greet(conn, "192.0.2.10", "mail.example.com")
local many = {}
for i = 1, 1500 do
	many[i] = {"X-Filler-" .. i, "" .. string.rep("x", 60)}
end
must(mt.macro(conn, SMFIC_MAIL, "i", "BIG1"), "macro")
must(mt.mailfrom(conn, "<sender@example.com>"), "mail")
must(mt.rcptto(conn, "<user@example.jp>"), "rcpt")
for _, field in ipairs(plus(PLAIN, many)) do
	must(mt.header(conn, field[1], field[2]), "header")
end
local chunk = string.rep("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd\r\n", 500)
for i = 1, 60 do
	must(mt.bodystring(conn, chunk), "body chunk " .. i)
end
must(mt.eom(conn), "end of message")
want(mt.getreply(conn) == SMFIR_ACCEPT, "ACCEPT")
want(mt.eom_check(conn, MT_HDRINSERT, "X-Spam-Status"), "a status")
mt.disconnect(conn)
