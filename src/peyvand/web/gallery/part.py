"""What the pattern book knows of a part, and what many parts have in common."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as N_

NOTHING = N_("It takes no focus; it is read in its place.")
LINKS = N_("Tab goes from link to link, Enter opens.")
BUTTON = N_("Tab reaches it, Enter or Space presses it.")
FOLD = N_(
    "Tab reaches the heading, Enter or Space opens and closes it; what is inside follows in the order of reading."
)


@dataclass(frozen=True)
class State:
    title: Any
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """`file` is the template that pages include; `frame` the sample around it, where it cannot stand alone.

    `states` is asked in each language: its words are those of the language that is active then.
    """

    file: str
    title: Any
    what: Any
    keyboard: Any
    states: Callable[[], list[State]]
    frame: str = ""

    @property
    def name(self) -> str:
        return (self.file or self.frame).rpartition("/")[2].removesuffix(".html")

    @property
    def template(self) -> str:
        return self.frame or self.file


def one(**context: Any) -> Callable[[], list[State]]:
    """The single state of a part that has no words of its own to say."""
    return lambda: [State(_("As it is"), context)]


def part(
    name: str, title: Any, what: Any, keyboard: Any, states: Callable[[], list[State]], *, framed: bool = False
) -> Part:
    return Part(f"web/parts/{name}.html", title, what, keyboard, states, f"web/gallery/{name}.html" if framed else "")


def sample(name: str, title: Any, what: Any, keyboard: Any, states: Callable[[], list[State]] | None = None) -> Part:
    """Something made of classes alone, without a template of its own."""
    return Part("", title, what, keyboard, states or one(), f"web/gallery/{name}.html")
