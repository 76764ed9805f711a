#!/bin/sh
# The project's own SPF cases, through our resolver and a DNS server on the loopback.
exec python3 "$KJ_SRCDIR/tests/spf/run" --tap "$KJ_SRCDIR/tests/spf/cases.yml"
