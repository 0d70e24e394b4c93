#!/usr/bin/env python3
"""Compares books with another file by file, without the times in them.

    scripts/compare_books.py BOOK OTHER…

Left out are locks, logs, and what models were asked and have replied. Prints the differences, and exits with 1 if there are any.
"""
import csv
import io
import json
import re
import sys
from pathlib import Path

# Times, and what follows from them or from how often a page was begun.
VOLATILE = {"attempts", "checksum", "finished", "when"}
LEFT_OUT = {"logs", "replies"}


def without_times(value):
    if isinstance(value, dict):
        kept = {key: part for key, part in value.items() if key not in VOLATILE and not re.search("(_seconds?|timestamp)$", key)}
        return {key: without_times(part) for key, part in kept.items()}
    if isinstance(value, list):
        return [without_times(part) for part in value]
    return value


def content(path):
    data = path.read_bytes()
    if path.suffix == ".json":
        return without_times(json.loads(data))
    if path.name == "report.csv":
        rows = list(csv.DictReader(io.StringIO(data.decode())))
        return [{key: cell for key, cell in row.items() if not re.search("time|seconds", key, re.I)} for row in rows]
    return data


def files(book):
    found = {}
    for path in sorted(book.rglob("*")):
        relative = path.relative_to(book)
        is_left_out = any(part.startswith(".lock") or part in LEFT_OUT for part in relative.parts)
        if path.is_file() and not is_left_out:
            found[str(relative)] = path
    return found


def main():
    expected = files(Path(sys.argv[1]))
    contents = {name: content(path) for name, path in expected.items()}
    differences = []
    for book in sys.argv[2:]:
        found = files(Path(book))
        differences += [f"{book} lacks {name}" for name in sorted(expected.keys() - found.keys())]
        differences += [f"{book} has {name} too" for name in sorted(found.keys() - expected.keys())]
        names = sorted(expected.keys() & found.keys())
        differences += [f"{book}: {name} differs" for name in names if content(found[name]) != contents[name]]
    print("\n".join(differences[:20]) if differences else f"{len(expected)} files of {len(sys.argv) - 2} books are the same")
    sys.exit(bool(differences))


main()
