#!/bin/sh
#
# readme.sh - the configurations printed in README are ones that kanjikictl accepts
#
# A block in README begins with the indented line given here and ends at the first line without indentation.
set -u

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
number=0

# block FIRST-LINE FILE
block() {
	awk -v first="  $1" '
		$0 == first { inside = 1 }
		inside && !/^  / { exit }
		inside { print substr($0, 3) }' "$KJ_SRCDIR/README" >"$dir/$2"
	printf 'lists = "%s/lists"\n' "$KJ_SRCDIR" >>"$dir/$2"
}

# accepted NAME FILE LINES - a file of more lines than so many
accepted() {
	number=$((number + 1))
	if [ "$(wc -l <"$dir/$2")" -gt "$3" ] && "$KJ_BUILDDIR/ctl/kanjikictl" check-config -c "$dir/$2" >"$dir/out" 2>&1; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		sed 's/^/# /' "$dir/out" "$dir/$2"
	fi
}

echo 1..5
block '# /etc/kanjiki/kanjiki.conf' five-lines
accepted "the five lines of README are a configuration" five-lines 5
block 'domain "example.jp" {' tuning
accepted "the tuning example of README is a configuration" tuning 5
block 'dnsbl "zen.dq.spamhaus.net" { key = "abcdefghijklmnopqrstuvwxyz" }    # a key is never shown, in no log and no header' lists
accepted "the lists of README are a configuration" lists 2
block 'weights { BODY_CLUSTER_5 = 3.0 }' campaigns
accepted "the weights of README's campaigns are a configuration" campaigns 4
# What the operator has to fill in is left open there; as it stands, check-config must refuse it.
block '# /etc/kanjiki/secret.conf' redis
sed -i 's/= "\.\.\."/= "0123456789abcdef"/' "$dir/redis"
accepted "the Redis of README is a configuration" redis 8
