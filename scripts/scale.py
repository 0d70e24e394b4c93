#!/usr/bin/env python3
"""Prints the tables of docs/scale.md.

  scripts/scale.py target/scale/florida --cpu-seconds 123.4

BOOK is a processed book in a library; its files are counted. --cpu-seconds is what all its pages took, user and system
time together: /usr/bin/time -f '%U %S' shelf process florida --engine rules. The events of a job are counted in the
history that the tests of crates/temporal replay."""

import argparse
import json
from pathlib import Path

HISTORY = Path(__file__).parent.parent / "crates/temporal/tests/histories/three-books-0.1.0.json"

# Pages of a book, and pages of a part of a job (`--pages-per-part`).
PAGES_PER_BOOK = 250
PAGES_PER_PART = 10
# Phases of a job: what shards do without waiting for each other (docs/clusters.md).
PHASES = 5
# docs/tokens.md: text sent and answered, and prompt with schema, for each page of Colonial Florida.
TOKENS_SENT, TOKENS_ANSWERED = 4930 / 20 + 722, 780 / 20
# A picture at high resolution: https://ai.google.dev/gemini-api/docs/media-resolution
TOKENS_OF_A_PICTURE = 1120
# US dollars a million tokens of google/gemini-3.1-flash-lite: https://openrouter.ai/google/gemini-3.1-flash-lite
PRICE_SENT, PRICE_ANSWERED = 0.25, 1.50
# US dollars an hour and vCPUs: https://docs.aws.amazon.com/autoscaling/ec2/userguide/weights-spot-price-per-unit-hour-example.html
MACHINES = {"c5.2xlarge": (8, 0.34), "c5.24xlarge": (96, 4.08)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("book", type=Path, metavar="BOOK")
    parser.add_argument("--cpu-seconds", type=float, required=True)
    arguments = parser.parse_args()
    files = [path for path in arguments.book.rglob("*") if path.is_file() and "logs" not in path.parts]
    pages = json.loads((arguments.book / "metadata.json").read_text())["total_pages"]
    of_pages = [path for path in files if path.name.startswith("page_")]
    made = sum(path.stat().st_size for path in of_pages if "source" not in path.parts) / pages
    scans = sum(path.stat().st_size for path in of_pages if "source" in path.parts) / pages
    files_per_page, files_per_book = len(of_pages) / pages, len(files) - len(of_pages)
    cpu = arguments.cpu_seconds / pages
    events = json.loads(HISTORY.read_text())["events"]
    parts = sum("ActivityTaskScheduledEventAttributes" in event["attributes"] for event in events)
    events_per_part = len(events) / parts
    model = ((TOKENS_SENT + TOKENS_OF_A_PICTURE) * PRICE_SENT + TOKENS_ANSWERED * PRICE_ANSWERED) / 1e6

    print(f"| measured on {pages} pages of `{arguments.book.name}` | |\n| --- | ---: |")
    print(f"| files of a page | {files_per_page:.1f} |\n| further files of a book | {files_per_book} |")
    print(f"| scan of a page | {scans / 1000:.0f} kB |\n| all else of a page | {made / 1000:.0f} kB |")
    print(f"| processor time of a page, rules | {cpu:.2f} s |")
    print(f"| events of a part in a job's history ({len(events)} events, {parts} parts) | {events_per_part:.1f} |")
    print(f"| model, `corrected`, a page | ${model:.5f} |\n")

    print(f"| books of {PAGES_PER_BOOK} pages | files | without scans | core hours | model | parts | events |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for exponent in range(7):
        books = 10**exponent
        all_pages = books * PAGES_PER_BOOK
        all_parts = books * (PHASES * -(-PAGES_PER_BOOK // PAGES_PER_PART) + 1)
        print(
            f"| {books:,} | {all_pages * files_per_page + books * files_per_book:,.0f} | {all_pages * made / 1e9:,.2f} GB "
            f"| {all_pages * cpu / 3600:,.1f} | ${all_pages * model:,.2f} | {all_parts:,} | {all_parts * events_per_part:,.0f} |"
        )

    print("\n| a million pages | vCPUs | days | machine | with a model for `corrected` |\n| --- | ---: | ---: | ---: | ---: |")
    for name, (cores, hourly) in MACHINES.items():
        hours = 1e6 * cpu / 3600 / cores
        print(f"| one {name} | {cores} | {hours / 24:.1f} | ${hours * hourly:,.0f} | ${hours * hourly + 1e6 * model:,.0f} |")


if __name__ == "__main__":
    main()
