#!/usr/bin/env python3
"""house.py - the rules of the house that a compiler does not hold

Who may include whom, which file alone uses which library, what no library may call, that every symbol has a
weight and every weight a symbol, and that every contract compiles alone. TAP on standard output.
"""
import os
import re
import subprocess
import sys

TOP = os.environ.get("KJ_SRCDIR", ".")
BUILD = os.environ.get("KJ_BUILDDIR", ".")
FOLDERS = ["base", "message", "crowd", "lookup", "scoring", "store", "conf", "pipeline", "milter", "ctl"]
LIBRARIES = FOLDERS[:8]

MAY_USE = {
    "base": [],
    "message": ["base"],
    "crowd": ["base", "message"],
    "lookup": ["base"],
    "scoring": ["base", "message"],
    # The state file and Redis keep sightings, which have sketches of texts.
    "store": ["base", "message", "crowd"],
    # conf fills the plain structs of the others, and compiles the phrases.
    "conf": ["base", "message", "lookup", "scoring"],
    "pipeline": ["base", "message", "crowd", "lookup", "scoring", "store", "conf"],
    "milter": ["base", "message", "scoring", "conf", "pipeline"],
    # kanjikictl spf looks over the evaluator's shoulder.
    "ctl": ["base", "message", "crowd", "lookup", "scoring", "store", "conf", "pipeline"],
}

# Contracts of plain data, and whose they are. The definition of a DNSBL is read by the checks that ask and by the lookups
# that answer and keep watch.
OWNED = {"dnsbl.h": "base", "text.h": "message"}

# Headers of foreign libraries, and the only files that may include them (by the beginning of their names).
ONLY_USER = {
    r"ldns/": ["lookup/wire.c"],
    r"spf2/": ["lookup/spf_engine.c"],
    r"gmime/": ["message/"],
    r"gumbo\.h": ["message/html"],
    r"nettle/": ["message/wallet_check.c", "scoring/list_hash.c", "store/share_seal.c"],
    r"hiredis/": ["store/share_reply.c", "store/share_talk.c"],
    r"gnutls/": ["store/share_link.c", "store/share_target."],
    r"pcre2\.h|hs\.h|hs/hs\.h": ["scoring/phrase_"],
    r"libpsl\.h|idn2\.h": ["base/name.c"],
    r"sqlite3\.h": ["store/"],
    r"libmilter/": ["milter/"],
    r"systemd/": ["milter/"],
    r"zlib\.h": ["ctl/log_file.c"],
}

# Calls that end the process, speak to a terminal or the log, or refuse a mail for good.
FORBIDDEN_IN_LIBRARIES = r"\b(exit|_exit|abort|perror|syslog|puts|printf)\s*\(|fprintf\s*\(\s*stderr"
REFUSALS = r"SMFIS_REJECT|SMFIS_DISCARD|\"5[0-9][0-9]\"|\b5\.[0-9]\.[0-9]\b"

results = []


def report(name, problems):
    results.append((name, problems))


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        return file.read()


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.S)


def sources(folder):
    """What people wrote there: a release also has what bison and flex made of it."""
    names = sorted(os.listdir(os.path.join(TOP, folder)))
    made = {n[:-2] for n in names if n.endswith((".y", ".l"))}
    return [f"{folder}/{n}" for n in names
            if n.endswith((".y", ".l")) or (n.endswith((".c", ".h")) and n[:-2] not in made)]


def contracts():
    return sorted(n for n in os.listdir(os.path.join(TOP, "include/kanjiki")) if n.endswith(".h"))


def owner_of(contract):
    stem = contract[:-2]
    return [f for f in FOLDERS if os.path.exists(os.path.join(TOP, f, stem + ".c"))]


def check_owners():
    problems = []
    for contract in contracts():
        owners = owner_of(contract)
        if len(owners) != 1 and contract not in OWNED:
            problems.append(f"{contract}: owned by {owners or 'nobody'}")
    report("every contract belongs to one folder", problems)


def folder_of_include(path):
    match = re.fullmatch(r"kanjiki/(.+\.h)", path)
    if match:
        owners = [OWNED[match.group(1)]] if match.group(1) in OWNED else owner_of(match.group(1))
        return owners[0] if owners else None
    head = path.split("/")[0]
    return head if "/" in path and head in FOLDERS else None


def check_edges():
    problems = []
    for folder in FOLDERS:
        for path in sources(folder):
            for include in re.findall(r'#include "([^"]+)"', read(path)):
                used = folder_of_include(include)
                private = used and not include.startswith("kanjiki/")
                if used and used != folder and (private or used not in MAY_USE[folder]):
                    problems.append(f"{path} includes {include} of {used}/")
    report("folders include only what the floor plan allows", problems)


def check_foreign():
    problems = []
    for folder in FOLDERS:
        for path in sources(folder):
            for include in re.findall(r"#include <([^>]+)>", read(path)):
                for pattern, users in ONLY_USER.items():
                    if re.match(pattern, include) and not any(path.startswith(u) for u in users):
                        problems.append(f"{path} includes <{include}>")
    report("each foreign library has one room", problems)


def check_calls():
    problems = []
    for folder in LIBRARIES:
        for path in sources(folder):
            for number, line in enumerate(without_comments(read(path)).splitlines(), 1):
                if re.search(FORBIDDEN_IN_LIBRARIES, line):
                    problems.append(f"{path}:{number}: {line.strip()}")
    report("libraries neither shout nor die", problems)


def check_refusals():
    problems = []
    for folder in FOLDERS:
        for path in sources(folder):
            for number, line in enumerate(without_comments(read(path)).splitlines(), 1):
                if re.search(REFUSALS, line):
                    problems.append(f"{path}:{number}: {line.strip()}")
    report("nothing refuses a mail for good", problems)


def check_symbols():
    weighed = set(re.findall(r'^symbol "?([A-Z0-9_]+)"?', read("lists/weights.conf"), re.M))
    hit = set()
    for path in sources("scoring"):
        for table in re.findall(r"const symbols\[\] = \{(.*?)\};", read(path), re.S):
            hit |= set(re.findall(r'"([A-Z0-9_]+)"', table))
    report("every symbol has a weight, every weight a symbol",
           [f"no weight: {s}" for s in sorted(hit - weighed)] + [f"no check: {s}" for s in sorted(weighed - hit)])


def check_lengths():
    problems = []
    for folder in FOLDERS:
        for path in sources(folder):
            lines = read(path).count("\n")
            if lines > 500:
                problems.append(f"{path} has {lines} lines")
    report("no file is longer than 500 lines", problems)


def check_contracts_compile():
    problems = []
    compiler = os.environ.get("CC", "cc").split()
    for contract in contracts():
        run = subprocess.run(compiler + ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c",
                                         "-I", os.path.join(TOP, "include"),
                                         os.path.join(TOP, "include/kanjiki", contract)],
                             capture_output=True, text=True, check=False)
        if run.returncode:
            problems.append(f"{contract}: {run.stderr.splitlines()[0]}")
    report("every contract compiles alone", problems)


def check_links():
    """What a library leaves undefined must be defined by the folders it may use, or by nobody of ours."""
    defined, wanted = {}, {}
    for folder in LIBRARIES:
        archive = os.path.join(BUILD, folder, f"lib{folder}.a")
        out = subprocess.run(["nm", "-P", archive], capture_output=True, text=True, check=True).stdout
        for line in out.splitlines():
            fields = line.split()
            if len(fields) >= 2 and fields[0].startswith("kj_"):
                if fields[1] == "U":
                    wanted.setdefault(folder, set()).add(fields[0])
                elif fields[1].isupper():
                    defined[fields[0]] = folder
    problems = [f"{folder}/ calls {name} of {defined[name]}/"
                for folder, names in wanted.items() for name in sorted(names)
                if name in defined and defined[name] not in MAY_USE[folder] + [folder]]
    report("no library links against a folder above it", problems)


def main():
    for check in (check_owners, check_edges, check_foreign, check_calls, check_refusals, check_symbols,
                  check_lengths, check_contracts_compile, check_links):
        check()
    print(f"1..{len(results)}")
    for number, (name, problems) in enumerate(results, 1):
        print(f"{'not ok' if problems else 'ok'} {number} - {name}")
        for problem in problems:
            print(f"# {problem}")
    return any(problems for _, problems in results)


if __name__ == "__main__":
    sys.exit(main())
