#!/bin/sh
# Installs one lock into .venv, every file checked against its hash, and the program itself: scripts/install.sh base|test
set -eu
cd "$(dirname "$0")/.."
if ! .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
  -r "requirements/$1.txt"; then
  echo "The packages could not be installed (see above). The network is needed once, for this step; then try again." >&2
  exit 1
fi
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
