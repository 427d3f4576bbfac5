"""Signs that look like digits and are none: "²" is one for `isdigit`, and `int` fails on it."""

from pathlib import Path

import peyvand


def test_what_is_taken_for_a_number_can_be_read_as_one():
    """`isdecimal` is true of what `int` reads, in whatever script; `isdigit` only beside `isascii`."""
    sources = sorted(Path(peyvand.__file__).parent.rglob("*.py"))
    found = [
        f"{path.name}:{place}"
        for path in sources
        for place, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if ".isdigit()" in line and "isascii" not in line
    ]
    assert sources
    assert found == []
