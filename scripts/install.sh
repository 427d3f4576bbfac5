#!/bin/sh
# Installs one lock, every file checked against its hash: scripts/install.sh base|test (Python) or node [--omit=dev]
set -eu
cd "$(dirname "$0")/.."
fail() {
  echo "The packages could not be installed; the lines above say why. This step needs the network, once, and room on the" \
    "disks of $PWD and ${TMPDIR:-/tmp}. Nothing is lost: run the same command again." >&2
  exit 1
}

if [ "$1" = node ]; then
  shift
  scripts/node.sh npm ci "$@" --no-audit --no-fund --no-update-notifier --loglevel=error || fail
  exit
fi
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
  -r "requirements/$1.txt" || fail
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . || fail
