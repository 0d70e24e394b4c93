#!/usr/bin/env python3
"""Measures pages per second of each export of the demo book, beside OCRmyPDF (its text is given, so it recognises nothing) and `hocr-pdf`.

Prints a table in Markdown: `/usr/bin/python3 scripts/export_speed.py SHELF HOCR_PDF [ROUNDS]`. Needs Debian's `ocrmypdf`, and `hocr-tools` of PyPI,
whose `hocr-pdf` runs on Python 3.9 or later only if `decodestring` in it is replaced by `decodebytes`. A second is one of the processors, all
together: other programs disturb it less than the clock.
"""

import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

PAGES = 16
FORMATS = ["epub", "md", "txt", "tei", "json", "jsonl", "pdf", "hocr", "alto", "mets", "page"]
# An engine for OCRmyPDF that takes the text of a page from an hOCR file.
PLUGIN = """
import os, pathlib, re, shutil
from ocrmypdf import OcrEngine, hookimpl
from ocrmypdf.pluginspec import OrientationConfidence

class Given(OcrEngine):
    @staticmethod
    def version(): return '1'
    @staticmethod
    def creator_tag(options): return 'given'
    def __str__(self): return 'given'
    @staticmethod
    def languages(options): return {'eng'}
    @staticmethod
    def get_orientation(input_file, options): return OrientationConfidence(0, 0)
    @staticmethod
    def get_deskew(input_file, options): return 0.0
    @staticmethod
    def generate_hocr(input_file, output_hocr, output_text, options):
        page = int(re.match(r'\\d+', pathlib.Path(input_file).name).group())
        shutil.copy(os.path.join(os.environ['GIVEN_HOCR'], f'page_{page:04}.hocr'), output_hocr)
        pathlib.Path(output_text).write_text('')
    @staticmethod
    def generate_pdf(input_file, output_pdf, output_text, options): raise NotImplementedError

@hookimpl
def get_ocr_engine(): return Given()
"""


def run(command: list[str]) -> float:
    """Runs a command, and returns the seconds that it took of all processors."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    shelf, hocr_pdf = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        library = folder / "library"
        run([shelf, "--library", str(library), "demo", "--quiet"])
        pages = folder / "pages"
        pages.mkdir()
        for page in range(1, PAGES + 1):
            stem = f"page_{page:04}"
            shutil.copy(library / "demo" / "source" / f"{stem}.jpg", pages)
            hocr = str(pages / f"{stem}.hocr")
            run([shelf, "--library", str(library), "export", "demo", "--format", "hocr", "--pages", str(page), "-o", hocr])
        plugin = folder / "given.py"
        plugin.write_text(PLUGIN)
        os.environ["GIVEN_HOCR"] = str(pages)
        scans = str(folder / "scans.pdf")
        run([sys.executable, "-m", "img2pdf", "-o", scans, *sorted(map(str, pages.glob("*.jpg")))])
        export = [shelf, "--library", str(library), "export", "demo", "-o", str(folder / "out"), "--quiet", "--format"]
        grafted = str(folder / "grafted.pdf")
        contenders = {f"shelf, `{form}`": [*export, form] for form in FORMATS}
        contenders["shelf, `pdf --pdf-images compact`"] = [*export, "pdf", "--pdf-images", "compact"]
        contenders["OCRmyPDF, `--output-type pdfa`, given text"] = [
            *["ocrmypdf", "--output-type", "pdfa", "--optimize", "0", "--pdf-renderer", "hocr"],
            *["--plugin", str(plugin), scans, grafted],
        ]
        contenders["`hocr-pdf`"] = [hocr_pdf, str(pages)]
        seconds: dict[str, list[float]] = {contender: [] for contender in contenders}
        for _ in range(rounds):
            for contender, command in contenders.items():
                seconds[contender].append(run(command))
    print("| program and format | pages per second of the processors |\n| --- | --- |")
    for contender, times in seconds.items():
        print(f"| {contender} | {PAGES / statistics.median(times):.1f} |")


main()
