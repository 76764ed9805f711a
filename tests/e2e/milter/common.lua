-- common.lua - what the milter scripts share: a connection, a mail, and checks that say what they wanted
--
-- miltertest's own functions return nil on success. The global `socket` comes from -D. miltertest speaks no IPv6 and
-- none of the flags by which answers are left out; those are the business of mta.py.

-- miltertest ends with a bare status at error(), so the words are printed first.
function fail(words)
	mt.echo(words)
	error(words)
end

function must(problem, what)
	if problem ~= nil then
		fail(what .. ": " .. tostring(problem))
	end
end

function want(condition, what)
	if not condition then
		fail("wanted: " .. what)
	end
end

function open()
	local conn = mt.connect(socket)
	want(conn ~= nil, "a connection to " .. socket)
	must(mt.negotiate(conn, nil, nil, nil), "negotiate")
	return conn
end

function greet(conn, ip, helo)
	must(mt.conninfo(conn, "client.example", ip), "connect")
	want(mt.getreply(conn) == SMFIR_CONTINUE, "CONTINUE to connect from " .. ip)
	must(mt.helo(conn, helo), "helo")
end

-- From MAIL to end of message; fields is a list of {name, value}.
function send(conn, id, fields, body, rcpt)
	must(mt.macro(conn, SMFIC_MAIL, "i", id), "macro")
	must(mt.mailfrom(conn, "<sender@example.com>"), "mail")
	want(mt.getreply(conn) == SMFIR_CONTINUE, "CONTINUE to MAIL")
	must(mt.rcptto(conn, rcpt or "<user@example.jp>"), "rcpt")
	for _, field in ipairs(fields) do
		must(mt.header(conn, field[1], field[2]), "header " .. field[1])
	end
	must(mt.bodystring(conn, body), "body")
	must(mt.eom(conn), "end of message")
end

-- Values come as sent, with the blank behind the colon, since the daemon asks for that.
PLAIN = {
	{"From", " Sender <sender@example.com>"},
	{"To", " user@example.jp"},
	{"Subject", " Minutes of Tuesday"},
	{"Date", " Tue, 3 Nov 2026 10:00:00 +0900"},
	{"Message-ID", " <1@example.com>"},
}

function plus(fields, more)
	local all = {}
	for _, field in ipairs(fields) do all[#all + 1] = field end
	for _, field in ipairs(more) do all[#all + 1] = field end
	return all
end
