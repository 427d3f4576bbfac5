"""A refusal: the answer "no" with a code that never changes and a sentence a person understands.

Programs decide by `code`, people read the message; no decision is ever taken from the text of a message.
"""

from typing import ClassVar


class Refusal(Exception):
    """Base of every refusal. `code` is stable; `message` is an English message id; `details` fills its {places}."""

    code: ClassVar[str] = "refused"
    message: ClassVar[str] = "This cannot be done."

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__(self.message.format(**details))


class NotPermitted(Refusal):
    code = "not_permitted"
    message = "Your role does not allow this: {reason}"


class NotFound(Refusal):
    code = "not_found"
    message = "This item does not exist, or is outside what your role may see."


class BadValue(Refusal):
    code = "bad_value"
    message = "The value of {field} is not acceptable: {reason}"


class AlreadyThere(Refusal):
    """`constraint` is the database's name of what must be unique, for a form to say it beside the right field."""

    code = "already_there"
    message = "The same is recorded already, or twice in what was sent."

    def __init__(self, constraint: str = "") -> None:
        super().__init__()
        self.constraint = constraint


def require(refusal: Refusal | None) -> None:
    """Raise the refusal a permission or rule answered with, if any."""
    if refusal is not None:
        raise refusal


class NotEnoughLeft(Refusal):
    """Promise (b): what is there is given out once."""

    code = "not_enough_left"
    message = "Only {left} is left, and {asked} was asked for."
