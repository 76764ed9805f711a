#!/bin/sh
# The project's own SPF cases, through our resolver and a DNS server on the loopback; and the openspf suites, which are not
# ours to carry, where they are found.
set -- "$KJ_SRCDIR/tests/spf/cases.yml"
for suite in "${KJ_SPF_SUITES:-$KJ_SRCDIR/../shared/suites/spf}"/*.yml; do
	[ -f "$suite" ] && set -- "$@" "$suite"
done
exec python3 "$KJ_SRCDIR/tests/spf/run" --tap "$@"
