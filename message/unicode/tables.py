#!/usr/bin/env python3
"""tables.py - the Unicode tables of the views, made from the data beside this file

  tables.py                        prints tables.c
  tables.py --extract UCD CONF     rewrites the extracts from a directory with Unicode's UnicodeData.txt and
                                   EquivalentUnifiedIdeograph.txt, and the file confusables.txt (UTS #39)

An extract is the file's own header and the lines that are used. Standard library only; nothing here asks Python's
own Unicode tables, whose version is another one.
"""
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = 64
LIMIT = 0x20000

# Scripts of which confusables are taken, by the beginning of the character's name. Left out: scripts written without
# blanks or from right to left, digits, mathematical and other signs, and what NFKC makes Greek (no mail has them).
SCRIPTS = {
    "LATIN": "LATIN",
    "GREEK": "GREEK", "COPTIC": "OTHER", "CYRILLIC": "OTHER", "ARMENIAN": "OTHER", "GEORGIAN": "OTHER",
    "CHEROKEE": "OTHER", "LISU": "OTHER", "CANADIAN": "OTHER", "TIFINAGH": "OTHER", "DESERET": "OTHER",
    "OSAGE": "OTHER", "WARANG": "OTHER", "ELBASAN": "OTHER", "CARIAN": "OTHER", "LYCIAN": "OTHER", "OLD": "OTHER",
    "RUNIC": "OTHER", "MIAO": "OTHER", "ESTIMATED": "OTHER",
    "NEGATIVE": "SYMBOL", "REGIONAL": "SYMBOL",
}
PAIRS = ("AA", "AE", "AO", "AU", "AV", "AY", "OE", "OO", "OU", "HV", "TZ", "VY")
LATIN_NAME = re.compile(r"LATIN SMALL (?:LETTER|LIGATURE) (?:DOTLESS )?([A-Z]|%s)(?: WITH .*)?$" % "|".join(PAIRS))


def lines(name):
    with open(os.path.join(HERE, name), encoding="utf-8-sig") as file:
        return [line.rstrip("\n") for line in file]


def fields(line):
    return [field.strip() for field in line.split("#")[0].split(";")]


def span(text):
    first, _, last = text.partition("..")
    return range(int(first, 16), int(last or first, 16) + 1)


def name_of(line):
    """The name of the source in a comment of confusables.txt: "( a → b ) NAME → NAME"."""
    return re.search(r"\) ([^→]+?) →", line).group(1)


def is_wanted(line):
    """A row from one character of a script above to one ASCII letter."""
    row = fields(line)
    if len(row) < 3 or " " in row[0] or not re.fullmatch(r"00(4[1-9A-F]|5[0-9A]|6[1-9A-F]|7[0-9A])", row[1]):
        return False
    name = name_of(line)
    return int(row[0], 16) >= 0x80 and name.split()[0] in SCRIPTS and not re.search(r"DIGIT|NUM(BER|ERAL)|NOTATION|GEGRAMMENI", name)


def own_rows(table):
    rows = {}
    for line in lines("own.txt"):
        row = fields(line)
        if len(row) == 3 and row[2] == table:
            for step, code in enumerate(span(row[0])):
                text = chr(ord(row[1]) + step) if len(span(row[0])) > 1 else row[1]
                rows[code] = (text, line.split("#")[1].split()[0])
    return rows


def plain_letters():
    """Small Latin letters by their names: LATIN SMALL LETTER O WITH STROKE is o."""
    table = {code: text for code, (text, _) in own_rows("plain").items()}
    for line in lines("UnicodeData.txt"):
        row = line.split(";")
        match = re.match(LATIN_NAME, row[1]) if len(row) > 2 else None
        if match:
            table.setdefault(int(row[0], 16), match.group(1).lower())
    return table


def alike_letters(plain):
    table, dropped = {}, own_rows("drop")
    for line in lines("confusables.txt"):
        if not is_wanted(line):
            continue
        code, target, name = int(fields(line)[0], 16), chr(int(fields(line)[1], 16)), name_of(line)
        # The prototype of I is l.
        if target == "l" and "SMALL" not in name:
            target = "I"
        if code not in dropped and code not in plain:
            table[code] = (target, SCRIPTS[name.split()[0]])
    for code, (target, word) in own_rows("alike").items():
        table[code] = (target, SCRIPTS[word])
    for code, (target, _) in own_rows("near").items():
        table[code] = (target, "NEAR")
    return table


def ideographs():
    table = {}
    for line in lines("EquivalentUnifiedIdeograph.txt"):
        row = fields(line)
        if len(row) == 2:
            table.update({code: int(row[1], 16) for code in span(row[0])})
    return table


def paged(values):
    """Two stages: the page of a code point, and the pages; page 0 is empty."""
    pages, index = [[0] * PAGE], []
    for first in range(0, LIMIT, PAGE):
        page = [values.get(code, 0) for code in range(first, first + PAGE)]
        if page not in pages:
            pages.append(page)
        index.append(pages.index(page))
    return index, [value for page in pages for value in page]


def array(kind, name, values, form):
    out = [f"const {kind} {name}[{len(values)}] = {{"]
    line = "\t"
    for value in values:
        text = form % value + ","
        if len(line) + len(text) + 8 > 110:
            out.append(line.rstrip())
            line = "\t"
        line += text + " "
    return "\n".join(out + [line.rstrip(), "};"])


def generate():
    plain = plain_letters()
    values = {code: (ord(text[1]) << 8 if len(text) > 1 else 0) | ord(text[0]) for code, text in plain.items()}
    for code, (target, script) in alike_letters(plain).items():
        values[code] = {"LATIN": 1, "GREEK": 2, "OTHER": 3, "NEAR": 4, "SYMBOL": 5}[script] << 8 | 0x8000 | ord(target)
    index, pages = paged(values)
    radicals = ideographs()
    print("/* Made by tables.py from Unicode data (message/unicode/LICENSE); do not edit. */")
    print('#include "message/unicode/tables.h"\n')
    print(array("uint8_t", "kj_letter_index", index, "%d") + "\n")
    print(array("uint16_t", "kj_letter_pages", pages, "0x%04x") + "\n")
    print(array("uint32_t", "kj_radicals", [radicals.get(c, 0) for c in range(0x2e80, 0x2fe0)], "0x%04x"))


def header(path):
    """The comment at the head of a file, up to its first line of data."""
    out = []
    with open(path, encoding="utf-8-sig") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                break
            out.append(line)
    while out and not out[-1].strip():
        out.pop()
    return "".join(out) + "#\n# An extract: only the lines that tables.py uses.\n\n" if out else ""


def extract_one(path, wanted):
    with open(path, encoding="utf-8-sig") as file:
        kept = [line for line in file if line.strip() and not line.startswith("#") and wanted(line)]
    with open(os.path.join(HERE, os.path.basename(path)), "w", encoding="utf-8") as file:
        file.write(header(path) + "".join(line.rstrip() + "\n" for line in kept))


def extract(ucd, confusables):
    extract_one(os.path.join(ucd, "UnicodeData.txt"),
                lambda line: int(line.split(";")[0], 16) >= 0x80 and re.match(LATIN_NAME, line.split(";")[1]))
    extract_one(os.path.join(ucd, "EquivalentUnifiedIdeograph.txt"),
                lambda line: 0x2e80 <= span(fields(line)[0])[0] < 0x2fe0)
    extract_one(confusables, is_wanted)


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "--extract":
        extract(sys.argv[2], sys.argv[3])
    elif len(sys.argv) == 1:
        generate()
    else:
        sys.exit(__doc__)
