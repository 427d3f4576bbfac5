"""Text that a spreadsheet program would run: CSV has no way to say that a cell is text."""

import re

# The wide forms too: some programs read them as the narrow ones.
_RISKY = re.compile(r"[=+\-@\t\r＝＋－＠]")


def guarded(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would run it as a formula."""
    return f"'{text}" if _RISKY.match(text) else text
