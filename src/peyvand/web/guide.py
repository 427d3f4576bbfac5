"""The guide: one text for each role and language, written in `docs/guide`, and the place in it that explains a page.

A heading of a guide carries its anchors at its end: `## Needs {#needs #record-need}`. They are the same in both languages.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from peyvand.scope.acting import PUBLIC, Role

# `peyvand.web.build` copies `docs/guide` here, so that a checkout and an installed package read the same files.
STATIC = "vendor/guide"
FOLDER = Path(__file__).parent / "static" / STATIC
SLUGS: dict[Role, str] = {role: role.value.replace("_", "-") for role in Role if role is not Role.SYSTEM}

# Anchor -> the pages it explains, by the names of their addresses.
_PAGES: dict[str, tuple[str, ...]] = {
    "first-page": ("home", "batch", "filters"),
    "open-pages": ("front", "places", "neighbourhood", "figures", "trends", "beside"),
    "track": ("track",),
    "needs": ("needs", "need", "need_receipt", "need_offers", "need_asked", "need_together"),
    "record-need": ("need_new",),
    "families": ("families", "family", "family_new", "person_add"),
    "capacities": ("capacities", "capacity", "capacity_new", "capacity_brought", "agreements", "agreement_new"),
    "gift": ("gift",),
    "matching": ("matching", "matching_run", "matching_report", "matching_lacks", "suggestions", "suggestion"),
    "promises": ("promises", "promise"),
    "deliveries": ("deliveries", "delivery_new", "delivery_refuse", "delivery_reverse"),
    "received": ("received", "received_not_arrived"),
    "stories": ("stories", "story", "story_new", "story_edit"),
    "papers": ("visit_form", "meeting_list", "papers", "month", "month_of"),
    "lists": ("imports", "import", "import_look", "match_files", "match_result"),
    "exports": ("exports",),
    "people": ("people", "account_new", "role_give"),
    "journal": ("journal",),
    "programmes": ("programme_list", "programme_switches"),
    "start": ("start", "start_organisations", "start_places", "start_place_new", "start_place", "start_weights", "kinds", "kind_rules"),
    "account": (
        "account", "account_login", "account_logout", "account_reauthenticate", "account_inactive",
        "account_change_password", "account_set_password", "enter", "enter_link", "mfa_index", "mfa_authenticate",
        "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes", "api_tokens", "display",
    ),
}  # fmt: skip
ANCHORS = {page: anchor for anchor, pages in _PAGES.items() for page in pages}
# Reason -> the addresses that no guide explains.
EXEMPT: dict[str, tuple[str, ...]] = {
    "the guide itself": ("guide", "guide_of"),
    "for those who build the site": ("gallery",),
    "for those who write programs": ("api_docs", "api_openapi"),
    "leads back to where one was": ("set_language",),
    "a part that a page asks for by itself": ("place_map",),
    "a file to keep or to print": (
        "proof", "export_file", "match_output", "import_rejected", "month_pdf", "month_xlsx", "visit_pdf", "meeting_pdf",
        "receipt_pdf", "matching_report_pdf", "matching_lack_paper", "one_page", "chart_file", "gift_file", "mfa_download_recovery_codes",
    ),
}  # fmt: skip

_MARK = re.compile(r"\s*\{(#[a-z-]+(?: #[a-z-]+)*)\}$")
_OTHER_GUIDE = re.compile(r"^([a-z-]+)\.(?:fa|en)\.md(#[a-z-]+)?$")


@dataclass(frozen=True)
class Guide:
    """`lead` is the first paragraph without markup, `short` the quote after it: the same in simple words, shown above all else.

    `contents` are the headings of the second rank: (anchor, title).
    """

    slug: str
    title: str
    lead: str
    short: str
    contents: list[tuple[str, str]]
    anchors: list[str]
    html: SafeString


def anchor_of(view: str) -> str:
    """Where a page is explained, or "" for the whole guide: those of a programme under the programme's own heading."""
    programme, of_programme, _page = view.partition(":")
    return programme.replace("_", "-") if of_programme else ANCHORS.get(view, "")


def help_url(request: HttpRequest) -> str:
    """The place in the guide of the acting role that explains the page; "" on the pages of the guide."""
    match = request.resolver_match
    view = match.view_name if match else ""
    if view in EXEMPT["the guide itself"]:
        return ""
    role = getattr(request, "acting", PUBLIC).role
    anchor = anchor_of(view)
    return reverse("guide_of", args=[SLUGS.get(role, SLUGS[Role.PUBLIC])]) + (f"#{anchor}" if anchor else "")


@lru_cache(maxsize=64)
def guide(slug: str, language: str) -> Guide:
    """The guide of a role; KeyError for a slug that is none of `SLUGS`, FileNotFoundError before `peyvand.web.build`."""
    if slug not in SLUGS.values():
        raise KeyError(slug)
    return read(slug, (FOLDER / f"{slug}.{language}.md").read_text("utf-8"))


def read(slug: str, text: str) -> Guide:
    """Raw HTML in the text stays text; addresses of pictures and of other guides become those of the site."""
    # Of CommonMark what a guide needs; a table of states is read better as a list on a phone.
    markdown = MarkdownIt("commonmark", {"html": False})
    tokens = markdown.parse(text)
    title, lead, body = tokens[1].content, _plain(tokens[4]), tokens[3:]
    short = ""
    if len(tokens) > 6 and tokens[6].type == "blockquote_open":
        short, body = _plain(tokens[8]), [*tokens[3:6], *tokens[11:]]
    contents: list[tuple[str, str]] = []
    anchors: list[str] = []
    for opening, inline in pairwise(body):
        if opening.type == "heading_open":
            found = _take_anchors(opening, inline)
            anchors += found
            if opening.tag == "h2" and found:
                contents.append((found[0], _plain(inline)))
    for token in _all(body):
        _lead_home(token)
    html = markdown.renderer.render(list(_with_marks(body)), markdown.options, {})
    return Guide(slug, title, lead, short, contents, anchors, mark_safe(html))


def _take_anchors(opening: Token, inline: Token) -> list[str]:
    last = (inline.children or [])[-1]
    mark = _MARK.search(last.content)
    if not mark:
        return []
    last.content = last.content[: mark.start()]
    found = [one.removeprefix("#") for one in mark[1].split()]
    opening.attrSet("id", found[0])
    opening.meta["more"] = found[1:]
    return found


def _with_marks(tokens: list[Token]) -> Iterator[Token]:
    """An empty mark before a heading for each further anchor it carries."""
    for token in tokens:
        for anchor in token.meta.get("more", ()):
            yield Token("html_block", "", 0, content=f'<span id="{anchor}"></span>\n')
        yield token


def _all(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or [])


def _lead_home(token: Token) -> None:
    if token.type == "image":
        token.attrSet("src", static(f"{STATIC}/{token.attrGet('src')}"))
        token.attrSet("loading", "lazy")
    elif token.type == "link_open" and (other := _OTHER_GUIDE.match(str(token.attrGet("href")))):
        token.attrSet("href", reverse("guide_of", args=[other[1]]) + (other[2] or ""))


def _plain(inline: Token) -> str:
    return "".join(one.content for one in inline.children or [] if one.type in ("text", "code_inline"))
