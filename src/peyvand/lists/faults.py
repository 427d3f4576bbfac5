"""What is wrong with a list, named by file, row and column; and the refusal that carries it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from peyvand.kernel.refusals import Refusal
from peyvand.lists.words import Language, say

SHOWN = 20


@dataclass(frozen=True)
class Fault:
    """One thing wrong: `code` is stable, `row` is as a spreadsheet shows it, `column` the heading in the file."""

    file: str
    code: str
    row: int | None = None
    column: str | None = None
    details: Mapping[str, object] = field(default_factory=dict)

    def reason(self, language: Language = "en") -> str:
        return say(f"fault.{self.code}", language, **self.details)

    def say(self, language: Language = "en") -> str:
        place = "file" if self.row is None else "row" if self.column is None else "cell"
        return say(
            f"fault_at.{place}",
            language,
            file=self.file,
            row=self.row,
            column=self.column,
            reason=self.reason(language),
        )


class ListRefused(Refusal):
    """The list cannot be taken as it is: nothing is written. `faults` has every reason, in the order of the file."""

    code = "list_refused"
    message = "{reasons}"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(reasons=self.say())

    def say(self, language: Language = "en") -> str:
        """The first reasons, one a line, and how many there are in all."""
        lines = [fault.say(language) for fault in self.faults[:SHOWN]]
        if len(self.faults) > SHOWN:
            lines.append(say("fault_at.more", language, shown=SHOWN, total=len(self.faults)))
        return "\n".join(lines)


class BadCell(Exception):
    """Raised by a column's parser: the text of one cell is no value of that column."""

    def __init__(self, code: str, **details: object) -> None:
        self.code, self.details = code, details
        super().__init__(code)


def refuse(file: str, code: str, **details: object) -> ListRefused:
    """A refusal of a whole file for one reason."""
    return ListRefused([Fault(file, code, details=details)])
