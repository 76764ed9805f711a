#!/bin/sh
# smoke.sh - the load generator and the empty filter understand each other, and failures are failures
#
# A benchmark whose generator loses mails, or whose filter hears nothing, prints figures all the same.

dir=$(mktemp -d "${TMPDIR:-/tmp}/kanjiki-bench.XXXXXX") || exit 99
load=$KJ_BUILDDIR/bench/milter_load
pids=
trap 'for pid in $pids; do kill "$pid" 2>/dev/null; done; rm -rf "$dir"' EXIT
count=0

ok() { # STATUS NAME
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then echo "ok $count - $2"; else echo "not ok $count - $2"; fi
}

free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

start_filter() { # SOCKET
	"$KJ_BUILDDIR/bench/empty_filter" "$1" 2>"$dir/filter.log" &
	pids="$pids $!"
	tries=0
	until "$load" --socket "$1" --mails 1 --connections 1 --distinct 1 --nets 1 >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || return 1
		sleep 0.05
	done
}

field() { # EXPRESSION: true of the JSON object r of the last run
	python3 -c 'import json, sys; r = json.load(open(sys.argv[1])); sys.exit(not eval(sys.argv[2]))' \
	    "$dir/result.json" "$1"
}

sends_fifty() { # SOCKET NAME
	"$load" --socket "$1" --mails 50 --connections 7 --json "$dir/result.json" >/dev/null 2>&1
	ok $? "fifty mails over $2: every one is answered"
	field 'r["mails"] == 50 and r["replies"]["continue"] == 50 and r["errors"] == 0'
	ok $? "over $2: fifty times \"continue\", no errors"
	field 'r["from_eom_ms"]["count"] == 50 and r["from_connect_ms"]["count"] == r["connections"]'
	ok $? "over $2: every end of message and every connection is timed"
	field 'r["from_connect_ms"]["p50"] >= r["from_eom_ms"]["p50"] > 0 and 50 * 1500 < r["body_bytes"] < 50 * 60000'
	ok $? "over $2: waits and sizes are plausible"
}

echo 1..15
start_filter "unix:$dir/socket"
ok $? "the empty filter answers on a unix socket"
sends_fifty "unix:$dir/socket" "a unix socket"
port=$(free_port)
start_filter "inet:$port@127.0.0.1"
ok $? "the empty filter answers on a TCP socket"
sends_fifty "inet:$port@127.0.0.1" TCP

"$load" --socket "unix:$dir/socket" --mails 20 --connections 20 --gap 10 --json "$dir/result.json" >/dev/null 2>&1
field 'r["mails"] == 20 and r["from_connect_ms"]["p50"] >= 50'
ok $? "a round trip of 10 ms between five steps takes 50 ms"
"$load" --socket "unix:$dir/socket" --mails 40 --rate 200 --json "$dir/result.json" >/dev/null 2>&1
field 'r["mails"] == 40 and r["wall_s"] >= 0.19'
ok $? "40 mails at 200 a second take 0.2 s"
"$load" --socket "unix:$dir/nobody" --mails 5 --json "$dir/result.json" >/dev/null 2>&1
[ $? -eq 1 ]
ok $? "no filter there: status 1, and it ends"
"$load" --print-mail 3 >"$dir/a" && "$load" --print-mail 3 >"$dir/b" && "$load" --print-mail 4 >"$dir/c"
cmp -s "$dir/a" "$dir/b" && ! cmp -s "$dir/a" "$dir/c"
ok $? "the same seed makes the same mail"
"$load" --connections none >/dev/null 2>&1
[ $? -eq 2 ]
ok $? "a malformed option is refused"
