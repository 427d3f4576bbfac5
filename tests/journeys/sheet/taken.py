"""The pictures and the faults of the contact sheet. Not part of a test run: `make sheet` calls it, and it takes its time."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest
from tests.journeys import fitness
from tests.journeys.conftest import SIZES, Visitor
from tests.journeys.peopled import peopled
from tests.journeys.readers import READERS
from tests.journeys.sheet.layout import SAID
from tests.journeys.walking import client_of, walk
from tests.world import World

# So many of a kind of page (each need, each filter of a list) are opened by the walk; one of them has its pictures taken.
FOLLOWED = 12
LONGEST = 4000  # pixels of a picture; a list goes on in the same way
QUICK = "PEYVAND_SHEET_QUICK" in os.environ
_ROLES = [name or "public" for name in READERS]


@dataclass
class Shown:
    """A page as one role meets it in one language; `pictures`: {size: file}."""

    role: str
    language: str
    kind: str
    address: str
    pictures: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


@pytest.fixture
def world(transactional_db: None) -> World:
    return peopled()


def asked(name: str, values: list[str]) -> list[str]:
    return [value for value in values if value == os.environ.get(f"PEYVAND_SHEET_{name}", value)]


@pytest.mark.parametrize("language", asked("LANGUAGE", ["fa", "en"]))
@pytest.mark.parametrize("role", asked("ROLE", _ROLES))
def test_pictures_are_taken(world, visitor, role, language):
    folder = Path(os.environ["PEYVAND_SHEET"])
    name = "" if role == "public" else role
    done = walk(client_of(world, name, language), language, of_a_kind=FOLLOWED, pages=1000)
    kinds = {
        kind: url for url, kind in reversed(done.opened.items()) if os.environ.get("PEYVAND_SHEET_PAGE", "") in kind
    }
    if role == "public":
        kinds |= {"gallery": "/gallery/", "not found": "/no-such-page/"}
    reader = visitor(language=language)
    if name:
        reader.sign_in(world[name])
    shown = []
    for number, (kind, url) in enumerate(kinds.items(), 1):
        shown.append(one := Shown(role, language, kind, url))
        look(reader, one, folder, expected=404 if kind == "not found" else 200)
        with (folder / SAID).open("a", encoding="utf-8") as said:
            said.write(f"{role} {language}: {number} of {len(kinds)}, {kind}{': FAULTY' if one.faults else ''}\n")
    answer = {"walked": len(done.opened), "faults": done.faults, "shown": [asdict(one) for one in shown]}
    (folder / f"{role}.{language}.json").write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")


def look(reader: Visitor, one: Shown, folder: Path, expected: int) -> None:
    reader.faults.clear()
    page = reader.page
    answer = page.goto(reader.address + one.address)
    if answer is None or answer.status != expected:
        one.faults.append(f"answers {answer and answer.status}")
    if not page.title().partition("·")[0].strip():
        one.faults.append("has no title")
    for size, box in SIZES.items():
        page.set_viewport_size(box)  # type: ignore[arg-type]
        found = fitness.cut_off(page) if QUICK else fitness.faults(page)
        one.faults += [f"{size}: {fault}" for fault in found]
        one.pictures[size] = f"{one.role}.{one.language}.{one.kind.replace(':', '-').replace(' ', '-')}.{size}.png"
        height = min(page.evaluate("() => document.documentElement.scrollHeight"), LONGEST)
        clip = {"x": 0, "y": 0, "width": box["width"], "height": height}
        page.screenshot(path=folder / one.pictures[size], full_page=True, clip=clip, animations="disabled")  # type: ignore[arg-type]
    one.faults += [] if QUICK else fitness.faults_of_themes(page, fitness.THEMES)
    said = [fault for fault in reader.faults if not (expected == 404 and "404" in fault)]
    one.faults += sorted(set(said))
