#!/bin/sh
# Leaves a Chromium that runs at build/browser/run: the machine's, else Debian's (root installs it), else npm's.
set -eu
cd "$(dirname "$0")/.."
folder=$PWD/build/browser
mkdir -p "$folder"
: >"$folder/log"

works() { timeout 90 .venv/bin/python scripts/try_browser.py "$folder/run" 2>>"$folder/log"; }
wrap() { printf '#!/bin/sh\nhere=$(dirname "$0")\n%sexec "%s" "$@"\n' "${2:-}" "$1" >"$folder/run" && chmod 755 "$folder/run" && works; }
of_the_machine() {
  for name in chromium chromium-browser google-chrome; do
    found=$(command -v $name) && wrap "$found" && return
  done
  return 1
}
of_debian() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  echo "Installing Debian's Chromium for the tests..."
  apt-get -qq update >>"$folder/log" 2>&1 && DEBIAN_FRONTEND=noninteractive \
    apt-get -qq install -y --no-install-recommends chromium >>"$folder/log" 2>&1 && of_the_machine
}
of_npm() {
  [ -d node_modules/@sparticuz/chromium ] || return 1
  # This name makes the package unpack the system libraries it was built with, which a bare machine lacks.
  TMPDIR=$folder AWS_LAMBDA_JS_RUNTIME=nodejs22.x scripts/node.sh node --input-type=module -e \
    'import chromium from "@sparticuz/chromium"; await chromium.executablePath()' 2>>"$folder/log" || return 1
  # Its own list of fonts names folders of another machine, and without any font a page has no text.
  cat >"$folder/fonts.conf" <<'END'
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
END
  # shellcheck disable=SC2016 # the wrapper asks where it lies
  wrap '$here/chromium' 'export LD_LIBRARY_PATH="$here/al2023/lib" FONTCONFIG_FILE="$here/fonts.conf"
'
}

[ -x "$folder/run" ] && works && exit 0
of_the_machine || of_debian || of_npm && exit 0
rm -f "$folder/run"
tail -n 5 "$folder/log" >&2
echo "No browser could be made ready, and the journeys need one (the lines above and $folder/log say why)." \
  "On Debian, as root: apt-get install chromium" >&2
exit 1
