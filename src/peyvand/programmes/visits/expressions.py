"""The expressions of an XLSForm that this site knows, pure: read from text into plain lists, and said of answers.

The subset of XPath: `${question}`, `.` (the answer itself), texts, whole and decimal numbers, `=` `!=` `<` `<=` `>` `>=`, `and`, `or`,
`not(...)`, `selected(${question}, 'choice')` and parentheses. Whatever else is said to be unknown, never skipped. The page on the
phone says the same lists by the same rules (`static/visits/survey.js`; a test runs both).
"""

import re
from collections.abc import Iterator, Mapping
from math import nan
from typing import Any

from peyvand.kernel.text import latin_digits

_TOKEN = re.compile(
    r"\s*(?:(?P<ref>\$\{\s*[\w.-]+\s*\})|(?P<text>'[^']*'|\"[^\"]*\")|(?P<number>\d+(?:\.\d+)?)|(?P<sign><=|>=|!=|[=<>(),.])"
    r"|(?P<word>[A-Za-z][\w-]*))"
)
_SIGNS = ("=", "!=", "<", "<=", ">", ">=")
DEEPEST = 30
Node = list[Any]


class Unknown(ValueError):
    """What of an expression this site does not know."""


def parse(text: str) -> Node:
    """The expression as nested lists. Raises `Unknown` with the part that is not known."""
    tokens = _tokens(text)
    reader = _Reader(tokens)
    node = reader.either(0)
    if reader.place < len(tokens):
        raise Unknown(tokens[reader.place][1])
    return node


def _tokens(text: str) -> list[tuple[str, str]]:
    found, place, end = [], 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None:
            raise Unknown(text[place:].strip()[:20])
        found.append((str(match.lastgroup), match.group(str(match.lastgroup))))
        place = match.end()
    return found


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens, self.place = tokens, 0

    def either(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise Unknown("((((")
        node = self.both(depth)
        while self.takes("word", "or"):
            node = ["or", node, self.both(depth)]
        return node

    def both(self, depth: int) -> Node:
        node = self.compared(depth)
        while self.takes("word", "and"):
            node = ["and", node, self.compared(depth)]
        return node

    def compared(self, depth: int) -> Node:
        node = self.one(depth)
        for sign in _SIGNS:
            if self.takes("sign", sign):
                return [sign, node, self.one(depth)]
        return node

    def one(self, depth: int) -> Node:
        kind, word = self.next()
        if kind == "ref":
            return ["ref", word[2:-1].strip()]
        if kind == "text":
            return ["text", word[1:-1]]
        if kind == "number":
            return ["number", float(word)]
        if (kind, word) == ("sign", "."):
            return ["self"]
        if (kind, word) == ("sign", "("):
            node = self.either(depth + 1)
            self.must(")")
            return node
        if (kind, word) == ("word", "not"):
            self.must("(")
            node = self.either(depth + 1)
            self.must(")")
            return ["not", node]
        if (kind, word) == ("word", "selected"):
            return self.selected(depth)
        raise Unknown(word)

    def selected(self, depth: int) -> Node:
        self.must("(")
        of = self.one(depth)
        self.must(",")
        kind, choice = self.next()
        if kind != "text" or of[0] not in ("ref", "self"):
            raise Unknown("selected")
        self.must(")")
        return ["selected", of, choice[1:-1]]

    def takes(self, kind: str, word: str) -> bool:
        if self.place < len(self.tokens) and self.tokens[self.place] == (kind, word):
            self.place += 1
            return True
        return False

    def must(self, sign: str) -> None:
        if not self.takes("sign", sign):
            raise Unknown(self.tokens[self.place][1] if self.place < len(self.tokens) else sign)

    def next(self) -> tuple[str, str]:
        if self.place == len(self.tokens):
            raise Unknown(self.tokens[-1][1] if self.tokens else "")
        self.place += 1
        return self.tokens[self.place - 1]


def references(node: Node) -> Iterator[str]:
    if node[0] == "ref":
        yield node[1]
    for part in node[1:]:
        if isinstance(part, list):
            yield from references(part)


def holds(node: Node | None, answers: Mapping[str, Any], own: Any = None) -> bool:
    """Whether an expression holds of answers (numbers, texts, lists of choices; missing where there is none)."""
    return node is None or _truth(_value(node, answers, own))


def _value(node: Node, answers: Mapping[str, Any], own: Any) -> Any:
    head = node[0]
    if head == "ref":
        return answers.get(node[1])
    if head == "self":
        return own
    if head in ("text", "number"):
        return node[1]
    if head == "selected":
        said = _value(node[1], answers, own)
        return node[2] in said if isinstance(said, list) else said == node[2]
    if head == "not":
        return not _truth(_value(node[1], answers, own))
    one, other = _value(node[1], answers, own), _value(node[2], answers, own)
    if head in ("and", "or"):
        return _truth(one) and _truth(other) if head == "and" else _truth(one) or _truth(other)
    return _compare(head, one, other)


def _truth(value: Any) -> bool:
    if isinstance(value, (int, float)):
        return bool(value) and value == value
    return bool(value)


def _compare(sign: str, one: Any, other: Any) -> bool:
    """As XPath 1.0: equal as numbers where one side is a number, else as texts; greater and less always as numbers."""
    if sign in ("=", "!="):
        as_numbers = isinstance(one, (int, float)) or isinstance(other, (int, float))
        same = _number(one) == _number(other) if as_numbers else _text(one) == _text(other)
        return same is (sign == "=")
    left, right = _number(one), _number(other)
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[sign]


def _number(value: Any) -> float:
    if isinstance(value, (int, float)):
        return float(value)
    text = latin_digits(_text(value)).strip()
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else nan


def _text(value: Any) -> str:
    return " ".join(value) if isinstance(value, list) else "" if value is None else str(value)
