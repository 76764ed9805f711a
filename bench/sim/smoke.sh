#!/bin/sh
# smoke.sh - the simulator sends what it says, and the same again
#
# A simulator whose mails do not arrive, or that is different every time, prints figures all the same.

dir=$(mktemp -d "${TMPDIR:-/tmp}/kanjiki-sim.XXXXXX") || exit 99
trap 'rm -rf "$dir"' EXIT
count=0

ok() { # STATUS NAME
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then echo "ok $count - $2"; else echo "not ok $count - $2"; fi
}

simulate() { # FILE OPTION...; true where it could be run, whatever the targets say
	file=$1
	shift
	"$KJ_BUILDDIR/bench/kj-sim" --lists "$KJ_SRCDIR/lists" --days 16 --rate 300 --campaigns 4 --messages 6 --json "$file" "$@" \
	    >"$dir/out" 2>"$dir/err"
	[ $? -le 1 ]
}

says() { # EXPRESSION: true of the JSON object r of the first run
	python3 -c 'import json, sys; r = json.load(open(sys.argv[1])); sys.exit(not eval(sys.argv[2]))' "$dir/a" "$1"
}

echo 1..8
simulate "$dir/a" --set helo=farm --set fcrdns=no
ok $? "sixteen days and four campaigns can be run"
simulate "$dir/b" --set helo=farm --set fcrdns=no
cmp -s "$dir/a" "$dir/b"
ok $? "the same seed gives the same figures"
simulate "$dir/c" --set helo=farm --set fcrdns=no --seed 2
! cmp -s "$dir/a" "$dir/c"
ok $? "another seed gives others"
says 'len(r["campaigns"]) == 4 and all(c["mails"] == 6 and len(c["tagged_at"]) == 6 for c in r["campaigns"])'
ok $? "every message of a campaign has a verdict"
says 'all(c["helo"] == "farm" and c["symbols"]["HELO_SPECIAL"] == 6 for c in r["campaigns"])'
ok $? "the messages reach the checks: HELO of a farm scores in each"
says '400 < sum(h["mails"] for h in r["honest"]) < 1500 and sum(h["fresh"] for h in r["honest"]) > 100'
ok $? "honest mail counts from the end of the warm-up on, and many domains are new"
says 'sum(h["mails"] > 0 for h in r["honest"]) >= 18'
ok $? "nearly all classes of honest mail are sent in two small days"
"$KJ_BUILDDIR/bench/kj-sim" --set helo=nonsense >"$dir/out" 2>&1
[ $? -eq 2 ]
ok $? "a level that does not exist is refused"
