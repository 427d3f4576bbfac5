"""`peyvand demo` builds once, keeps what is there, and says what to do when it cannot; `peyvand office new` begins in earnest."""

import re
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow


def ended(command: Any) -> tuple[int, str]:
    said, _ = command.communicate(timeout=500)
    return command.returncode, said


@pytest.mark.usefixtures("migrated", "shared")
def test_the_demo_is_built_once_then_kept_and_no_office_begins_over_it(peyvand: Any, in_one_process: Any) -> None:
    built, kept, office, rotated, renewed, again = in_one_process(
        ("demo", "--no-serve", "--scale", "0.0005"),
        ("demo", "--no-serve", "--scale", "1"),
        ("office", "new", "--province", "سمنان", "--organisation", "اداره", "--administrator", "مدیر"),
        ("keys", "rotate", "column"),
        ("keys", "renew"),
        ("keys", "renew"),
    )
    assert built[0] == 0, built[1]
    assert "Mazandaran: 81 households, 180 persons" in built[1]
    assert kept[0] == 0, kept[1]
    assert "The demo is kept as it was built, at scale 0.0005. RESET=1 builds it afresh." in kept[1]
    assert office[0] == 1
    assert "This database holds the demo province." in office[1]
    assert rotated[0] == 0, rotated[1]
    assert re.search(r"The key k2-\w+ was added to .*column\.json\. Make a copy of the file now\.", rotated[1])
    assert _encrypted_anew(rotated) + _encrypted_anew(renewed) >= 81, "every family can be called"
    assert _encrypted_anew(again) == 0
    status, said = ended(peyvand("demo", "--no-serve", SCALE="0.0006", RESET="1"))
    assert status == 0, said
    assert "Mazandaran: 97 households, 216 persons" in said


def _encrypted_anew(done: tuple[int, str]) -> int:
    """How many values a command says it gave another key."""
    assert done[0] == 0, done[1]
    said = re.search(r"Encrypted anew: ([\d,]+) values\.", done[1])
    return int(said[1].replace(",", "")) if said else 0


@pytest.mark.parametrize("scale", ["big", "0", "2", "nan"])
def test_a_size_that_cannot_be_built_is_refused_before_anything_is_removed(
    peyvand: Any, data: Path, scale: str
) -> None:
    status, said = ended(peyvand("demo", "--no-serve", SCALE=scale, RESET="1"))
    assert status == 1
    assert "The value of SCALE is not acceptable" in said
    assert not data.exists()


@pytest.mark.usefixtures("migrated", "shared")
def test_a_real_office_begins_with_one_command_and_no_demo_is_built_over_it(peyvand: Any) -> None:
    words = (
        "office",
        "new",
        "--province",
        "Semnan",
        "--organisation",
        "بهزیستی سمنان",
        "--administrator",
        "مدیر نمونه",
    )
    status, said = ended(peyvand(*words))
    assert status == 0, said
    assert "«بهزیستی سمنان» in سمنان is ready." in said
    assert "Sign-in code, for one use within a day: " in said
    for extra in ({}, {"RESET": "1"}):
        status, said = ended(peyvand("demo", "--no-serve", SCALE="0.0005", **extra))
        assert status == 1
        assert (
            "This database holds the data of a real office, so no demo is built over it and nothing was changed."
            in said
        )


@pytest.mark.parametrize(
    ("words", "extra", "sentence"),
    [
        (("demo", "--host", "0.0.0.0"), {}, "the demo is served on this machine only"),
        (("demo", "--no-serve"), {"SCALE": "much"}, "«much» is not a number like 0.02 or 1"),
        (("demo", "--no-serve"), {"SCALE": "3"}, "3.0 is not between 0.0005 and 1"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(peyvand: Any, words: tuple, extra: dict, sentence: str) -> None:
    status, said = ended(peyvand(*words, **extra))
    assert status == 1
    assert sentence in said
    assert "Traceback" not in said
