#!/usr/bin/env bash
# Installs model servers that others wrote, and runs the tests against them: aimock (npm) and llama.cpp (xllamacpp of PyPI, with a model of
# random weights). They listen on 127.0.0.1 only, and each test starts its own.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=../shared/tools
peers=${CARGO_TARGET_DIR:-target}/peers
for program in node npm python3; do
  if ! command -v "$program" >/dev/null; then
    echo "error: \`$program\` is missing, which the model servers need" >&2
    echo "hint: install Node.js 20 and Python 3.11 or later" >&2
    exit 1
  fi
done
if [ ! -d "$tools" ]; then
  echo "skipped: $tools is missing, which makes the model of random weights and starts llama.cpp"
  exit 0
fi

mkdir -p "$peers"
if [ ! -x "$peers/node_modules/.bin/llmock" ]; then
  echo "installing @copilotkit/aimock"
  npm install --silent --no-fund --no-audit --prefix "$peers" @copilotkit/aimock@1.43.0
fi
if [ ! -x "$peers/venv/bin/python" ] || ! "$peers/venv/bin/python" -c 'import gguf, xllamacpp' 2>/dev/null; then
  echo "installing xllamacpp and gguf"
  python3 -m venv "$peers/venv"
  "$peers/venv/bin/pip" install --quiet --disable-pip-version-check xllamacpp==2026.10.11549 gguf==0.19.0 numpy
fi
if [ ! -f "$peers/nonsense.gguf" ]; then
  "$peers/venv/bin/python" "$tools/tiny_gguf.py" "$peers/nonsense.gguf"
fi

SHELF_PEERS=$(realpath "$peers") SHELF_PEER_TOOLS=$(realpath "$tools") cargo test --quiet --workspace --test peers
