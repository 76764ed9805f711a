#!/usr/bin/env python3
"""shared_list.py - lists/shared.conf says nothing twice: no entry is there again, or below another. TAP on standard output."""
import os
import re
import sys

PATH = os.path.join(os.environ.get("KJ_SRCDIR", "."), "lists/shared.conf")


def settings(text):
    """Each list by its name, as (line number, entry), without comments."""
    found, name = {}, None
    for number, line in enumerate(text.splitlines(), 1):
        line = re.sub(r"#.*", "", line)
        begin = re.match(r"([a-z-]+) = \[", line)
        if begin:
            name = begin.group(1)
            found[name] = []
        for entry in re.findall(r'"([^"]*)"', line):
            found[name].append((number, entry))
    return found


def written_out(entry):
    """"ns-[00-02].example" as its three names."""
    match = re.fullmatch(r"(.*)\[(\d+)-(\d+)\](.*)", entry)
    if not match:
        return [entry]
    before, first, last, behind = match.groups()
    return [f"{before}{n:0{len(first)}}{behind}" for n in range(int(first), int(last) + 1)]


def repeated(entries):
    places = {}
    problems = []
    for line, entry in entries:
        for name in written_out(entry):
            if name in places:
                problems.append(f"line {line}: {name} is already in line {places[name]}")
            places.setdefault(name, line)
    for name, line in places.items():
        labels = name.split(".")
        for above in (".".join(labels[i:]) for i in range(1, len(labels))):
            if above in places:
                problems.append(f"line {line}: {name} is below {above} of line {places[above]}")
    return problems


def odd(entries):
    """What would not be read as it is written."""
    return [f"line {line}: {name} is not lower case, or no domain"
            for line, entry in entries for name in written_out(entry)
            if not re.fullmatch(r"([a-z0-9-]+\.)+[a-z]{2,}", name)]


def main():
    with open(PATH, encoding="utf-8") as file:
        lists = settings(file.read())
    results = [("there are both lists, and they are not empty",
                [n for n in ("pools", "name-servers") if len(lists.get(n, [])) < 20])]
    for name, entries in lists.items():
        results.append((f"{name}: no entry is there twice or below another", repeated(entries)))
        results.append((f"{name}: every entry is a domain in lower case", odd(entries)))
    print(f"1..{len(results)}")
    for number, (name, problems) in enumerate(results, 1):
        print(f"{'not ok' if problems else 'ok'} {number} - {name}")
        for problem in problems:
            print(f"# {problem}")
    return any(problems for _, problems in results)


if __name__ == "__main__":
    sys.exit(main())
