#!/usr/bin/env python3
"""extortion.py - mails of every language: extortion is known as such by its text alone, honest mail is not tagged

tests/extortion/LANGUAGE/ holds mails in words of our own: plain-N.eml and disguised-N.eml are extortion, legit-N.eml speak of
the same things honestly. They are scored offline with the lists of the tree. Of extortion the family "extortion" alone must
reach the tag threshold, and its reason must name the language and quote the mail; of honest mail the whole score must stay below.
TAP on standard output.
"""
import collections
import glob
import json
import os
import subprocess
import sys
import tempfile

SRCDIR = os.environ.get("KJ_SRCDIR", ".")
CTL = os.path.join(os.environ.get("KJ_BUILDDIR", "."), "ctl/kanjikictl")
TAG = 5.0
LANGUAGES = ["cs", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "zh"]
LEAST = {"plain": 4, "disguised": 2, "legit": 2}  # of each language


def verdicts(paths):
    """One process for all mails: reading the lists takes longer than the mails do."""
    with tempfile.NamedTemporaryFile("w", suffix=".conf", encoding="utf-8") as conf:
        conf.write(f'lists = "{os.path.abspath(SRCDIR)}/lists"\n')
        conf.flush()
        run = subprocess.run([CTL, "score", "--offline", "--json", "-c", conf.name] + paths, capture_output=True,
                             text=True, check=False, timeout=300)
    if run.returncode:
        raise RuntimeError(f"kanjikictl: status {run.returncode}: {run.stderr.strip()}")
    return {verdict["file"]: verdict for verdict in map(json.loads, run.stdout.splitlines())}


def problem(kind, language, verdict):
    """What is wrong with the verdict on a mail of that kind; None if nothing is."""
    hits = [hit for hit in verdict["hits"] if hit["family"] == "extortion"]
    what = "; ".join(f"{hit['symbol']}={hit['score']} {hit['reason']}" for hit in hits) or "no hit"
    if kind == "legit":
        return None if verdict["score"] < TAG else f"score {verdict['score']}: {what}"
    if sum(hit["score"] for hit in hits) < TAG:
        return what
    if not any(hit["reason"].startswith(language + " ") and '"' in hit["reason"] for hit in hits):
        return f"the reason does not name {language} and quote the mail: {what}"
    return None


def main():
    folder = os.path.join(SRCDIR, "tests/extortion")
    paths = sorted(glob.glob(os.path.join(folder, "*/*.eml")))
    mails = [(path, *os.path.relpath(path, folder)[:-len(".eml")].split(os.sep)) for path in paths]
    counts = collections.Counter((language, name.split("-")[0]) for _, language, name in mails)
    results = [(f"{language}: {counts[language, kind]} {kind} mails", None if counts[language, kind] >= least else
                f"at least {least} are wanted") for language in LANGUAGES for kind, least in LEAST.items()]
    scored = verdicts(paths)
    results += [(f"{language} {name}", problem(name.split("-")[0], language, scored[path]))
                for path, language, name in mails]
    print(f"1..{len(results)}")
    for number, (name, wrong) in enumerate(results, 1):
        print(f"{'not ok' if wrong else 'ok'} {number} - {name}" + (f"\n# {wrong}" if wrong else ""))
    return any(wrong for _, wrong in results)


if __name__ == "__main__":
    sys.exit(main())
