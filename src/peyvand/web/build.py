"""Make the site ready to be served: `python -m peyvand.web.build [node_modules]`, after `npm ci`.

Copies the front-end packages' files into `static/vendor/` (never into the repository) and compiles the catalogues.
"""

import shutil
import sys
from pathlib import Path

from peyvand.web import catalogue

VENDOR = Path(__file__).parent / "static" / "vendor"
FILES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "htmx.LICENSE.txt": "htmx.org/LICENSE",
    "leaflet.js": "leaflet/dist/leaflet.js",
    "leaflet.css": "leaflet/dist/leaflet.css",
    "leaflet.LICENSE.txt": "leaflet/LICENSE",
    "vazirmatn.woff2": "vazirmatn/fonts/webfonts/Vazirmatn[wght].woff2",
    "vazirmatn-regular.ttf": "vazirmatn/fonts/ttf/Vazirmatn-Regular.ttf",
    "vazirmatn-bold.ttf": "vazirmatn/fonts/ttf/Vazirmatn-Bold.ttf",
    "vazirmatn.OFL.txt": "vazirmatn/OFL.txt",
}


def copy_vendor(node_modules: Path) -> list[Path]:
    """Copy each file of `FILES`; FileNotFoundError names the first package that is not installed."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    copied = []
    for name, source in FILES.items():
        if not (node_modules / source).is_file():
            raise FileNotFoundError(f"{node_modules / source} is missing. Run `npm ci` first.")
        copied.append(Path(shutil.copyfile(node_modules / source, VENDOR / name)))
    return copied


def main(arguments: list[str]) -> int:
    try:
        copied = copy_vendor(Path(arguments[0] if arguments else "node_modules"))
    except FileNotFoundError as missing:
        print(missing, file=sys.stderr)
        return 1
    compiled = catalogue.compile_all()
    print(f"{len(copied)} vendor files copied, {len(compiled)} catalogues compiled")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
