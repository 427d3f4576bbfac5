"""Persian on an English page, said to be Persian: names without an English one, and what people wrote themselves.

Screen readers choose their voice, and browsers the direction, by the language of each part (WCAG 3.1.2). A name reaches a page through
a hundred sentences, so the finished page is marked: no sentence can forget it.
"""

import re
from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse

_TAG = re.compile(r"(<!--.*?-->|<[^>]*>)", re.DOTALL)
_NAME = re.compile(r"<(/?)([a-zA-Z][\w:-]*)")
_LETTER = "\u0600-\u06ff"
# From the first Persian letter to the last, over spaces, half-spaces, what joins words, and their own quotation marks.
_RUN = re.compile(rf"«?[{_LETTER}](?:[{_LETTER}\u200c\u200d\u00a0 \n.:\-–/«»]*[{_LETTER}])?(?:[.!…]?»)?")
# The same over brackets, with what may close it: it belongs to the Persian or to the sentence around it.
_WITH_END = re.compile(
    rf"(«?[{_LETTER}](?:[{_LETTER}\u200c\u200d\u00a0 \n.:\-–/«»()]*[{_LETTER}])?(?:[.!…]?»)?)(\)?)([.!…]*)"
)
_WORDS_OF_A_SENTENCE = 3
# Where only text may stand, or none that is read.
_CLOSED = frozenset({"script", "style", "textarea", "title", "option", "noscript"})
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)


def marked(html: str) -> str:
    """The page with every run of Persian in a `<bdi lang="fa" dir="rtl">`, in pictures a `<tspan lang="fa">`."""
    return "".join(_parts(html))


def _parts(html: str) -> Iterator[str]:
    within, depth, pictures = "", 0, 0
    for part in _TAG.split(html):
        if not part.startswith("<"):
            yield part if within else (_RUN.sub(_in_picture, part) if pictures else _WITH_END.sub(_in_text, part))
            continue
        yield part
        found = _NAME.match(part)
        if found is None:
            continue
        ends, name = found[1] == "/", found[2].lower()
        whole = part.endswith("/>") or name in _VOID
        pictures += 0 if name != "svg" or whole else (-1 if ends else 1)
        if within:
            depth += 0 if name != within or whole else (-1 if ends else 1)
            within = within if depth else ""
        elif not ends and not whole and (name in _CLOSED or 'lang="fa"' in part) and name != "html":
            within, depth = name, 1


def _in_text(run: re.Match[str]) -> str:
    """Brackets that open within close within; the point after a whole sentence is its own, else it would stand at its beginning."""
    words, bracket, point = run.groups()
    open_ones = words.count("(") - words.count(")")
    if open_ones == 1 and bracket:
        words, bracket = words + bracket, ""
    elif open_ones:
        return _RUN.sub(_alone, run[0])
    if not bracket and len(words.split()) >= _WORDS_OF_A_SENTENCE and not run.string[: run.start()].strip():
        words, point = words + point, ""
    return f"{_wrapped(words)}{bracket}{point}"


def _alone(run: re.Match[str]) -> str:
    return _wrapped(run[0])


def _wrapped(words: str) -> str:
    return f'<bdi lang="fa" dir="rtl">{words}</bdi>'


def _in_picture(run: re.Match[str]) -> str:
    return f'<tspan lang="fa">{run[0]}</tspan>'


def mark_foreign(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Of pages in English only: on a Persian page Persian is no foreign part."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if (
            not response.streaming
            and response.headers.get("Content-Type", "").startswith("text/html")
            and not getattr(request, "LANGUAGE_CODE", "fa").startswith("fa")
        ):
            response.content = marked(response.content.decode(response.charset)).encode(response.charset)
        return response

    return answer
