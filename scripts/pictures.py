#!/usr/bin/env python3
"""Draws the pictures of docs/exports.md from the demo book: `make pictures`. Needs Chromium and poppler's tools."""

import html
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

SHELF = sys.argv[1]
PICTURES = pathlib.Path(__file__).parent.parent / "docs" / "formats"
MAX_BYTES = 100_000
# What is shown of the text formats: from this line on, so many lines.
EXCERPTS = {
    "md": (r"^# CHAPTER II", 12),
    "txt": (r"^Shelf\t", 16),
    "tei": (r"<head type=\"number\">CHAPTER II\.", 12),
    "json": (r'CHAPTER II\.', 4),
    "jsonl": (r'"page":9,', 1),
    "hocr": (r'id="page_9"', 12),
    "alto": (r'<Page ID="page_9"', 12),
    "mets": (r"<structMap TYPE=\"LOGICAL\"", 14),
    "dc": (r"", 20),
    "marcxml": (r"", 24),
}


def run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def screenshot(page: pathlib.Path, picture: pathlib.Path, width: int, height: int) -> None:
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={width},{height}"]
    run("chromium", *options, f"--screenshot={picture}", page.resolve().as_uri())


def excerpt(path: pathlib.Path, begins: str, count: int) -> str:
    lines = path.read_text("utf-8").splitlines()
    start = next((at for at, line in enumerate(lines) if re.search(begins, line)), None)
    if start is None:
        sys.exit(f"error: {path.name} has no line with {begins}")
    return "\n".join(line if len(line) <= 600 else line[:600] + " …" for line in lines[start : start + count])


def draw_text(text: str, folder: pathlib.Path, picture: pathlib.Path) -> None:
    page = folder / "excerpt.html"
    style = "margin: 8px; font: 11px/1.35 'DejaVu Sans Mono'; white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 12"
    page.write_text(f"<meta charset=utf-8><body style='margin:0'><pre style=\"{style}\">{html.escape(text)}</pre>", "utf-8")
    screenshot(page, picture, 720, 300)


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        library = folder / "library"
        run(SHELF, "--library", library, "demo", "--quiet")

        def export(form: str, *options: object) -> pathlib.Path:
            file = folder / f"demo.{form}"
            run(SHELF, "--library", library, "export", "demo", "--format", form, "--quiet", "-o", file, *options)
            return file

        for form, (begins, count) in EXCERPTS.items():
            draw_text(excerpt(export(form), begins, count), folder, PICTURES / f"{form}.png")
        with zipfile.ZipFile(export("epub")) as epub:
            epub.extractall(folder / "epub")
        chapters = sorted((folder / "epub" / "EPUB").glob("text_*.xhtml"))
        chapter = next(file for file in chapters if "four volumes are wanting" in file.read_text("utf-8"))
        screenshot(chapter, PICTURES / "epub.png", 480, 640)
        for how in ["original", "compact"]:
            pdf = export("pdf", "--pdf-images", how)
            crop = ["-x", 90, "-y", 130, "-W", 440, "-H", 230]
            run("pdftoppm", "-r", 90, "-gray", "-png", "-singlefile", "-f", 5, "-l", 5, *crop, pdf, PICTURES / f"pdf-{how}")
    for picture in sorted(PICTURES.glob("*.png")):
        size = picture.stat().st_size
        print(f"{picture.name:20} {size:7} bytes")
        if size >= MAX_BYTES:
            sys.exit(f"error: {picture} has {size} bytes: expected less than {MAX_BYTES}")


if shutil.which("chromium") is None:
    sys.exit("error: `chromium` is missing\nhint: `scripts/setup.sh peers` installs it")
main()
