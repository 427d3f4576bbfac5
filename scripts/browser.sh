#!/bin/sh
# Leaves a Chromium that runs at build/browser/run: the machine's, else Debian's (root installs it), else npm's.
set -eu
cd "$(dirname "$0")/.."
folder=$PWD/build/browser
mkdir -p "$folder"

works() { timeout 90 .venv/bin/python scripts/try_browser.py "$folder/run" 2>/dev/null; }
wrap() { printf '#!/bin/sh\n%sexec "%s" "$@"\n' "${2:-}" "$1" >"$folder/run" && chmod 755 "$folder/run" && works; }
of_the_machine() {
  for name in chromium chromium-browser google-chrome; do
    found=$(command -v $name) && wrap "$found" && return
  done
  return 1
}
of_debian() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  echo "Installing Debian's Chromium for the tests..."
  apt-get -qq update >/dev/null &&
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium >/dev/null && of_the_machine
}
of_npm() {
  [ -d node_modules/@sparticuz/chromium ] || return 1
  # This name makes the package unpack the system libraries it was built with, which a bare machine lacks.
  found=$(TMPDIR=$folder AWS_LAMBDA_JS_RUNTIME=nodejs22.x scripts/node.sh node --input-type=module -e \
    'import chromium from "@sparticuz/chromium"; console.log(await chromium.executablePath())') || return 1
  wrap "$found" ||
    wrap "$found" "LD_LIBRARY_PATH='$folder/al2023/lib' FONTCONFIG_PATH='$folder/fonts' "
}

[ -x "$folder/run" ] && works && exit 0
of_the_machine || of_debian || of_npm && exit 0
rm -f "$folder/run"
echo "No browser could be made ready, and the journeys need one. On Debian: apt-get install chromium" >&2
exit 1
