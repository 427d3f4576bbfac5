"""Make the site ready to be served: `python -m peyvand.web.build [node_modules]`, after `npm ci`.

Copies the front-end packages' files into `static/vendor/` (never into the repository), cuts the font of the pages down to the
letters they use, copies the guide of `docs/guide`, and compiles the catalogues.
"""

import shutil
import sys
from pathlib import Path

from fontTools import subset

from peyvand.web import catalogue
from peyvand.web.guide import FOLDER

VENDOR = Path(__file__).parent / "static" / "vendor"
GUIDE = Path(__file__).resolve().parents[3] / "docs" / "guide"
FILES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "htmx.LICENSE.txt": "htmx.org/LICENSE",
    "leaflet.js": "leaflet/dist/leaflet.js",
    "leaflet.js.map": "leaflet/dist/leaflet.js.map",  # named in it, so it must be there to be packed
    "leaflet.css": "leaflet/dist/leaflet.css",
    "leaflet.LICENSE.txt": "leaflet/LICENSE",
    # Named in its style sheet, so they must be there to be packed.
    **{f"images/{name}.png": f"leaflet/dist/images/{name}.png" for name in ("layers", "layers-2x", "marker-icon")},
    "vazirmatn-regular.ttf": "vazirmatn/fonts/ttf/Vazirmatn-Regular.ttf",
    "vazirmatn-bold.ttf": "vazirmatn/fonts/ttf/Vazirmatn-Bold.ttf",
    "vazirmatn.OFL.txt": "vazirmatn/OFL.txt",
}
FONT = "vazirmatn/fonts/webfonts/Vazirmatn[wght].woff2"
# English, the whole Arabic block (names come in every spelling), joiners and marks of direction, quotes, dashes and the arrows of lists.
LETTERS = "U+0020-007E,U+00A0,U+00AB,U+00B7,U+00BB,U+00D7,U+0600-06FF,U+200B-200F,U+2010-2015,U+2018-201E,U+2022,U+2026,U+2066-2069,U+2190-2193,U+2212,U+25BE,U+FDFC"  # noqa: E501


def copy_vendor(node_modules: Path) -> list[Path]:
    """Copy each file of `FILES`; FileNotFoundError names the first package that is not installed."""
    (VENDOR / "images").mkdir(parents=True, exist_ok=True)
    copied = []
    for source in (*FILES.values(), FONT):
        if not (node_modules / source).is_file():
            raise FileNotFoundError(f"{node_modules / source} is missing. Run `npm ci` first.")
    for name, source in FILES.items():
        copied.append(Path(shutil.copyfile(node_modules / source, VENDOR / name)))
    return copied


def cut_font(node_modules: Path) -> Path:
    """The variable font with the letters of `LETTERS` only: half the bytes a phone must wait for."""
    options = subset.Options(flavor="woff2")
    font = subset.load_font(str(node_modules / FONT), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=subset.parse_unicodes(LETTERS.replace("U+", "")))
    cutter.subset(font)
    subset.save_font(font, str(VENDOR / "vazirmatn.woff2"), options)
    return VENDOR / "vazirmatn.woff2"


def copy_guide(source: Path = GUIDE) -> list[Path]:
    """The texts and pictures of the guide, as they are now and no older ones, to where the site reads them."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    shutil.copytree(source, FOLDER)
    return sorted(FOLDER.glob("*.md"))


def main(arguments: list[str]) -> int:
    node_modules = Path(arguments[0] if arguments else "node_modules")
    try:
        copied = copy_vendor(node_modules)
    except FileNotFoundError as missing:
        print(missing, file=sys.stderr)
        return 1
    font = cut_font(node_modules)
    guides = copy_guide()
    compiled = catalogue.compile_all()
    print(
        f"{len(copied)} vendor files copied, the font cut to {font.stat().st_size // 1000} KB, {len(guides)} texts of the guide "
        f"copied, {len(compiled)} catalogues compiled"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
