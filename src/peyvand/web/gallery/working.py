"""The parts that are worked with: lists, acts and forms; and the ground that pages are laid out on."""

from dataclasses import replace

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as N_

from peyvand.filters.models import KeptFilter
from peyvand.web.bulk import Choice
from peyvand.web.doing import Offer
from peyvand.web.gallery import samples
from peyvand.web.gallery.part import BUTTON, FOLD, LINKS, NOTHING, Part, State, part, sample
from peyvand.web.kept import Kept, KeptBar

# ---- Lists ----


def _lists() -> list[State]:
    page = samples.list_page
    return [
        State(_("Some rows"), {"page": page()}),
        State(_("More than are counted"), {"page": page(counted_all=False)}),
        State(_("Empty"), {"page": page(rows=False)}),
    ]


def _tables() -> list[State]:
    ticked = {"page": replace(samples.list_page(), acts=_accept()), "prefix": f"{get_language()}-"}
    return [
        State(_("Sorted by a date"), {"page": samples.list_page(), "caption": _("Needs")}),
        State(_("With rows to tick"), ticked | {"caption": _("Promises")}),
    ]


def _accept() -> list[Choice]:
    return [Choice("accept", _("Accept the promises"))]


def _bulk() -> list[State]:
    page = replace(samples.list_page(), acts=_accept(), older_url="#part-bulk")
    return [State(_("One act, more rows than the page shows"), {"page": page, "prefix": f"{get_language()}-"})]


def _kept() -> list[State]:
    late = KeptFilter(name=_("Late promises"), path="#part-kept", query="late=on")
    kept = {"address": "#part-kept", "prefix": f"{get_language()}-"}
    return [
        State(_("One in use"), kept | {"kept": KeptBar([Kept(late, True, [])], "", "#part-kept")}),
        State(_("To be kept"), kept | {"kept": KeptBar([], "late=on", "#part-kept")}),
        State(
            _("A part of it is no longer known"),
            kept | {"kept": KeptBar([Kept(late, True, ["late"])], "", "#part-kept"), "name": _("My filters: a sample")},
        ),
    ]


def _batch_rows() -> list[State]:
    return [State(_("As it is"), {"rows": samples.batch_rows(), "becomes": _("becomes a promise"), "not_shown": 75})]


def _why_not() -> list[State]:
    why = _("Something was delivered on this promise meanwhile.")
    return [State(_("As it is"), {"groups": [{"why": why, "n": 2, "rows": samples.batch_rows()}]})]


_QUESTION = N_("The remaining sessions go back to the capacity and the family is told. This cannot be undone.")


def _offers() -> list[State]:
    acts = [
        Offer(_("Take it up again"), "#part-offers", True),
        Offer(_("Give a reason"), "#part-offers", False),
        Offer(_("Withdraw the promise"), "#part-offers", True, _QUESTION),
    ]
    return [State(_("Of a page"), {"acts": acts, "small": ""}), State(_("Of one row"), {"acts": acts, "small": "1"})]


def _filters() -> list[State]:
    return [
        State(_("Not used"), {"page": samples.list_page(filters=""), "bar_name": _("Filter the list: a sample")}),
        State(
            _("In use, one of them wrong"),
            {
                "page": samples.list_page(filters="state=open&since=1405/13"),
                "bar_name": _("Filter the list: another sample"),
            },
        ),
    ]


LISTS = (
    part(
        "bulk",
        N_("Acts on chosen rows"),
        N_("Shows first what would happen to each row; nothing is done before that."),
        N_(
            "Space ticks a row; with Shift the pointer ticks all rows between two. Tab leads on to the act and its button."
        ),
        _bulk,
    ),
    part("kept", N_("Kept filters"), N_("What a reader keeps of a list under a name of his own."), LINKS, _kept),
    part(
        "offers",
        N_("Acts on a row"),
        N_("What may be done with it now: at once, or by a form of its own."),
        LINKS,
        _offers,
    ),
    part("batch_rows", N_("Rows of an act"), N_("Each chosen row, and what it becomes."), LINKS, _batch_rows),
    part("why_not", N_("Rows left out"), N_("Which rows an act would leave as they are, and why."), LINKS, _why_not),
    part(
        "filters",
        N_("Filters"),
        N_("Narrow a list; the address keeps what was asked for."),
        N_("The key / goes to the search box, Tab from field to field, Enter shows the list."),
        _filters,
    ),
    part(
        "list",
        N_("List"),
        N_("Filters, how many were found (read out by itself), files to take, rows, pages."),
        N_("Tab goes through the filters, the files, the headings that sort, and the first cell of each row."),
        _lists,
    ),
    part(
        "list_head",
        N_("Head of a list"),
        N_("How many rows there are, read out when the filters change, and the files to take."),
        LINKS,
        lambda: [State(_("As it is"), {"page": samples.list_page(older=True)})],
    ),
    part(
        "nothing_fits",
        N_("Nothing fits"),
        N_("Where the filters of a list leave no row; it is read out."),
        LINKS,
        lambda: [State(_("As it is"), {"page": samples.list_page(older=True)})],
    ),
    part(
        "table",
        N_("Table"),
        N_("On a narrow screen each row becomes a card."),
        N_("Headings that sort are links: Enter sorts, Enter again turns the order."),
        _tables,
    ),
    part(
        "pagination",
        N_("Pages of a list"),
        N_("The page before and the page after; no numbers, for rows come and go."),
        LINKS,
        lambda: [State(_("In the middle"), {"page": samples.list_page(older=True)})],
    ),
    part(
        "tabs",
        N_("Tabs"),
        N_("The same page cut another way. Each is a page of its own, with an address."),
        LINKS,
        lambda: [State(_("Three, the first is open"), {"name": _("Needs"), "tabs": samples.tabs()})],
    ),
    sample(
        "choose",
        N_("Lines"),
        N_("A short list of links or of things to tick."),
        N_("Tab goes from line to line, Space ticks."),
    ),
)

# ---- Acts and forms ----


def _acts() -> list[State]:
    return [
        State(title, {"label": label, "url": "#part-act", "tone": tone, "small": tone == "plain"})
        for title, label, tone in (
            (_("The main act"), _("Promise this"), ""),
            (_("Beside it"), _("Not now"), "quiet"),
            (_("Grave"), _("Withdraw the promise"), "grave"),
            (_("Small"), _("Undo"), "plain"),
        )
    ]


def _confirm() -> list[State]:
    return [
        State(
            _("Closed"),
            {
                "label": _("Withdraw the promise"),
                "question": _QUESTION,
                "answer": _("Yes, withdraw it"),
                "url": "#part-confirm",
            },
        )
    ]


def _field_states() -> list[State]:
    new, wrong = samples.form("field"), samples.form("wrong-field")
    return [
        State(_("With a hint"), {"field": new["title"]}),
        State(_("With a unit"), {"field": new["amount"]}),
        State(_("May stay empty"), {"field": new["note"]}),
        State(_("One of several"), {"field": new["help_kind"]}),
        State(_("To tick"), {"field": new["consent"]}),
        State(_("Wrong"), {"field": wrong["due"]}),
    ]


ACTS = (
    sample("buttons", N_("Buttons"), N_("One main button on a page; the others step back."), BUTTON),
    part("act", N_("A button that acts at once"), N_("The next page offers to undo it."), BUTTON, _acts),
    part(
        "confirm",
        N_("An act that cannot be undone"),
        N_("Says what will happen before it happens."),
        N_("Enter or Space opens the question, Tab reaches its button, Escape closes it."),
        _confirm,
    ),
    Part(
        "web/forms/field.html",
        N_("Field"),
        N_("Label, hint, error and box in this order; hint and error are read with the box."),
        N_("Tab reaches the box; in a choice of several the arrow keys choose."),
        _field_states,
    ),
    Part(
        "web/forms/form.html",
        N_("Form"),
        N_("What was typed stays. Errors are told on top and beside their fields."),
        N_("After an error the focus stands on the summary; Tab and Enter on one of its lines lead to the field."),
        lambda: [
            State(_("Empty"), {"form": samples.form("new")}),
            State(_("Sent with mistakes"), {"form": samples.form("wrong")}),
        ],
        "web/gallery/form.html",
    ),
    part(
        "again",
        N_("Send it again"),
        N_("For a form that came too late: what was typed is kept, and shown on request."),
        N_("Tab reaches the button first, then the list of what was typed; Enter opens it."),
        lambda: [
            State(_("With a file that was left behind"), {"typed": samples.typed_form(), "label": _("Send it again")})
        ],
    ),
    sample(
        "form_wide",
        N_("Form in two columns"),
        N_("What stands side by side on a wide screen, for work on the telephone."),
        N_("Tab goes down the first column, then down the second."),
        lambda: [State(_("As it is"), {"form": samples.form("wide")})],
    ),
    sample("more", N_("More to read"), N_("What few need, folded away."), FOLD),
)

# ---- Ground ----

GROUND = (
    sample(
        "values",
        N_("Values in words"),
        N_("One filter for each kind of value, in the reader's language."),
        NOTHING,
        lambda: [State(_("As it is"), {"day": samples.DAY, "now": samples.NOW, "days": samples.days()})],
    ),
    sample(
        "headline", N_("Opening, great figures, numbered steps"), N_("For a page that introduces something."), NOTHING
    ),
    sample("prose", N_("Long text"), N_("A guide or a story: short lines, room between them."), LINKS),
    sample("ground", N_("Card, columns, grid"), N_("What pages are laid out with."), NOTHING),
    sample(
        "paper", N_("Paper to fill in by hand"), N_("For a visit without a telephone; prints on one sheet."), NOTHING
    ),
)
