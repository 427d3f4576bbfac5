#!/usr/bin/env bash
# Renews the locks: every version with its hashes, no address of any registry. Needs `uv`.
set -euo pipefail
cd "$(dirname "$0")"
lock() { uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate "$@"; }
lock test.in -o test.txt
lock base.in -c test.txt -o base.txt
