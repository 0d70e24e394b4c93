"""Reads pages as the original tool does: a pool of processes, each with pytesseract."""

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytesseract
from PIL import Image


def read(job):
    page, out = job
    words = pytesseract.image_to_data(Image.open(page), lang="eng", output_type=pytesseract.Output.STRING)
    (Path(out) / (Path(page).stem + ".tsv")).write_text(words)


if __name__ == "__main__":
    jobs, out, *pages = sys.argv[1:]
    with ProcessPoolExecutor(max_workers=int(jobs)) as pool:
        list(pool.map(read, [(page, out) for page in pages]))
