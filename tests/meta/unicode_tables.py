#!/usr/bin/env python3
"""unicode_tables.py - message/unicode/tables.c is what its script makes of its data. TAP on standard output."""
import os
import subprocess
import sys

FOLDER = os.path.join(os.environ.get("KJ_SRCDIR", "."), "message/unicode")


def main():
    run = subprocess.run([sys.executable, "-B", os.path.join(FOLDER, "tables.py")], capture_output=True,
                         encoding="utf-8", check=False)
    with open(os.path.join(FOLDER, "tables.c"), encoding="utf-8") as file:
        same = run.returncode == 0 and run.stdout == file.read()
    print("1..1")
    print(f"{'ok' if same else 'not ok'} 1 - tables.c is made from the data beside it")
    for line in run.stderr.splitlines():
        print(f"# {line}")
    return not same


if __name__ == "__main__":
    sys.exit(main())
