#!/bin/sh
# Makes .venv. What the machine lacks is told, with what to do.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
fail() { printf '%s\n' "$@" >&2; exit 1; }

[ -w . ] || fail "The folder $PWD cannot be written, and the installation puts .venv, node_modules and build there." \
  "Run this as the user it belongs to, or in a checkout of your own."
command -v "$python" >/dev/null || fail "Python is not installed. On Debian: apt-get install python3 python3-venv"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  fail "Peyvand needs Python 3.11 or newer; this is $("$python" --version). Name another with PYTHON=/path/to/python3"
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
  fail "The package python3-venv is not installed. On Debian: apt-get install python3-venv"
free=$(df -Pk . | awk 'NR == 2 { print int($4 / 1024) }')
[ "$free" -ge 3000 ] ||
  fail "Only $free MB are free on this disk, and the installation needs 3000 MB. Nothing was changed: free some and try again."
[ -x .venv/bin/python ] && .venv/bin/python -c 'import pip' 2>/dev/null || "$python" -m venv --clear .venv
