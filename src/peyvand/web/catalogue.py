"""The Persian catalogues: `python -m peyvand.web.catalogue extract|check|compile`, with Babel and without gettext.

One catalogue for the core (`peyvand/locale`) and one for each programme (`programmes/<slug>/locale`). English is the
message ids themselves. Ids are read from gettext calls in Python, from templates, and from the `message` of refusals.
"""

import ast
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

from peyvand.extend.discovery import folders

PACKAGE = Path(__file__).resolve().parent.parent
KEYWORDS: dict[str, Any] = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "N_": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2), "npgettext": ((1, "c"), 2, 3),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
}  # fmt: skip
_CHANGING_HEADERS = re.compile(
    r'^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By|Report-Msgid).*\n', re.MULTILINE
)
_PLACES = re.compile(r"%\(\w+\)\w|\{\w*\}")
Found = tuple[str | tuple[str, ...], str | None]


def roots() -> list[Path]:
    """The folders that have a catalogue of their own: the core, then each programme."""
    return [PACKAGE, *folders()]


def po_path(root: Path) -> Path:
    return root / "locale" / "fa" / "LC_MESSAGES" / "django.po"


def _sources(root: Path) -> Iterator[Path]:
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root).parts
        if path.suffix not in (".py", ".html", ".txt") or {"tests", "migrations", "static"} & set(inside):
            continue
        if root != PACKAGE or inside[0] != "programmes" or len(inside) == 2:
            yield path


def _calls(source: bytes) -> Iterator[Found]:
    function: Any
    messages: Any
    for _line, function, messages, _comments in extract_python(io.BytesIO(source), KEYWORDS, [], {}):
        words = messages if isinstance(messages, tuple) else (messages,)
        spec = KEYWORDS[function]
        context = words[0] if spec and isinstance(spec[0], tuple) else None
        places = [place for place in spec or (1,) if isinstance(place, int)]
        chosen = tuple(words[place - 1] for place in places if len(words) >= place)
        if len(chosen) == len(places) and all(chosen):
            yield (chosen if len(chosen) > 1 else chosen[0]), context


def _reasons(call: ast.Call) -> Iterator[Found]:
    """`NotPermitted(reason="...")` and `BadValue(field="...", reason="...")`: the details of a refusal are words too."""
    if isinstance(call.func, ast.Name) and call.func.id in ("NotPermitted", "BadValue"):
        for word in call.keywords:
            if isinstance(word.value, ast.Constant) and isinstance(word.value.value, str):
                yield word.value.value, None


def _refusals(source: str) -> Iterator[Found]:
    """`message = "..."` in the body of a class: the words of a refusal."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield from _reasons(node)
        if not isinstance(node, ast.ClassDef):
            continue
        for line in node.body:
            match line:
                case (
                    ast.Assign(targets=[ast.Name(id="message")], value=ast.Constant(value=str(words)))
                    | ast.AnnAssign(target=ast.Name(id="message"), value=ast.Constant(value=str(words)))
                ):
                    yield words, None


def messages_in(path: Path) -> Iterator[Found]:
    """Every (id, context) of one file; an id with a plural is a pair."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield from _refusals(text)
        yield from _calls(text.encode())
        return
    # Templates become Python calls; indentation means nothing there and would stop Python's reader.
    python = "\n".join(line.strip() for line in templatize(text, origin=str(path)).splitlines())
    yield from _calls(python.encode())


def extract(root: Path) -> Catalog:
    """The catalogue of all ids under `root`, without translations."""
    catalog = Catalog(locale="fa", project="peyvand", fuzzy=False)
    for path in _sources(root):
        for words, context in messages_in(path):
            catalog.add(words, context=context)
    return catalog


def read(root: Path) -> Catalog:
    path = po_path(root)
    if not path.is_file():
        return Catalog(locale="fa")
    with path.open("rb") as file:
        return read_po(file, locale="fa")


def update(root: Path) -> None:
    """Write the catalogue with every id in use, keeping the translations there are and dropping ids out of use."""
    catalog, old = extract(root), read(root)
    for message in catalog:
        known = old.get(message.id, message.context) if message.id else None
        if known:
            message.string = known.string
    path = po_path(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalog.header_comment = (
        "# Persian words of Peyvand, sorted by id and without line numbers so that changes read well."
    )
    with path.open("wb") as file:
        write_po(file, catalog, width=0, no_location=True, sort_output=True, omit_header=False)
    text = path.read_text(encoding="utf-8")
    path.write_text(_CHANGING_HEADERS.sub("", text), encoding="utf-8")


def _strings(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string or ""]


def _fault(message: Message) -> str:
    """What is wrong with one translation, or nothing."""
    strings = _strings(message)
    if not all(strings):
        return "untranslated"
    if message.fuzzy:
        return "fuzzy"
    ids = message.id if isinstance(message.id, tuple | list) else [message.id]
    wanted = set(_PLACES.findall(ids[-1]))
    if any(set(_PLACES.findall(string)) - wanted for string in strings) or wanted - set(_PLACES.findall(strings[-1])):
        return "its {places} differ"
    return ""


def faults(root: Path) -> list[str]:
    """Why the catalogue of `root` is not complete, one sentence each."""
    used, known, name = extract(root), read(root), po_path(root).relative_to(root.parent)
    found = []
    for message in used:
        if not message.id:
            continue
        translated = known.get(message.id, message.context)
        fault = _fault(translated) if translated else "missing (run extract)"
        if fault:
            found.append(f"{name}: {message.id!r} {fault}")
    for message in [*known, *known.obsolete.values()]:
        if message.id and (message.id in known.obsolete or used.get(message.id, message.context) is None):
            found.append(f"{name}: {message.id!r} is no longer used (run extract)")
    return found


def told_twice() -> list[str]:
    """Ids that two catalogues say in different words: at run time all are one, and one of the two would be shown for both."""
    said: dict[tuple[Any, str | None], dict[tuple[str, ...], str]] = {}
    for root in roots():
        for message in read(root):
            if message.id:
                ways = said.setdefault((message.id, message.context), {})
                ways.setdefault(tuple(_strings(message)), root.name)
    return [
        f"{one!r} is said differently in {' and '.join(ways.values())} (use another id)"
        for (one, _context), ways in said.items()
        if len(ways) > 1
    ]


def compile_all() -> list[Path]:
    compiled = []
    for root in roots():
        if po_path(root).is_file():
            target = po_path(root).with_suffix(".mo")
            with target.open("wb") as file:
                write_mo(file, read(root))
            compiled.append(target)
    return compiled


def main(arguments: list[str]) -> int:
    if arguments not in (["extract"], ["check"], ["compile"]):
        print("usage: python -m peyvand.web.catalogue extract|check|compile", file=sys.stderr)
        return 2
    if not settings.configured:
        settings.configure(USE_I18N=False)
        django.setup()
    if arguments == ["compile"]:
        print(*compile_all(), sep="\n")
    elif arguments == ["extract"]:
        for root in roots():
            update(root)
    else:
        found = [fault for root in roots() for fault in faults(root)] + told_twice()
        print("\n".join(found) or "The Persian catalogues are complete.", file=sys.stderr if found else sys.stdout)
        return 1 if found else 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
