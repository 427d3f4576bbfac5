"""What the parts of the pattern book are shown with: invented, and said in the language that is active when it is asked for."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from peyvand.extend.figures import Shown
from peyvand.extend.programme import Counted, Figure
from peyvand.web.fields import JalaliDateField, MobileField, QuantityField, TomanField
from peyvand.web.forms import Form
from peyvand.web.lists import Badge, Column, Filters, Heading, ListPage, ListSpec
from peyvand.web.maps import Map, Spot
from peyvand.web.navigation import Link
from peyvand.web.nets import Actor, Net, Tie, net
from peyvand.web.pages.batches import Row
from peyvand.web.pages.home_reading import Block, Line
from peyvand.web.pages.home_words import due
from peyvand.web.templatetags.peyvand_format import number, percent, toman_exact, toman_short
from peyvand.web.typed import Typed

DAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


class SampleForm(Form):
    title = forms.CharField(
        label=gettext_lazy("What is needed"), help_text=gettext_lazy("In a few words, as the family says it")
    )
    amount = QuantityField(label=gettext_lazy("How much"), unit=gettext_lazy("sessions"))
    worth = TomanField(label=gettext_lazy("Estimated worth"), required=False)
    due = JalaliDateField(label=gettext_lazy("Needed by"))
    mobile = MobileField(label=gettext_lazy("Mobile number"))
    help_kind = forms.ChoiceField(
        label=gettext_lazy("Kind of help"),
        choices=[("relief", gettext_lazy("Relief")), ("empowerment", gettext_lazy("Empowerment"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=gettext_lazy("What else should the helper know?"), widget=forms.Textarea, required=False
    )
    consent = forms.BooleanField(label=gettext_lazy("The family agrees that this need is recorded"))


class SampleFilters(Filters):
    searched = ("title",)
    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=[("", gettext_lazy("All")), ("open", gettext_lazy("Open"))]
    )
    since = JalaliDateField(label=gettext_lazy("Since"), required=False, help_text="")


@dataclass(frozen=True)
class Sample:
    code: str
    title: str
    place: str
    amount: int
    worth: int
    due: date
    state: Badge


SPEC = ListSpec(
    name="samples",
    columns=(
        Column("title", gettext_lazy("Need"), link=lambda row: "#part-list"),
        Column("code", gettext_lazy("Code"), kind="code"),
        Column("place", gettext_lazy("Neighbourhood")),
        Column("amount", gettext_lazy("Quantity"), kind="number", sort="amount"),
        Column("worth", gettext_lazy("Worth"), kind="toman", sort="worth"),
        Column("due", gettext_lazy("Needed by"), kind="date", sort="due"),
        Column("state", gettext_lazy("State"), kind="badge"),
    ),
    default_sort="due",
    filters=SampleFilters,
    exports=False,
    empty_title=gettext_lazy("No need is recorded here yet"),
    empty_text=gettext_lazy("When a facilitator records a need of this neighbourhood, it stands here first."),
)


def _samples() -> list[Sample]:
    rows = [
        ("PN-48213", _("Speech therapy for a child of six"), _("Nilufar"), 12, 48_000_000, 9, Badge(_("Open"))),
        ("PN-48190", _("A wheelchair"), _("Bahar"), 1, 185_000_000, 3, Badge(_("Promised"), "going")),
        ("PN-47702", _("A ramp at the house door"), _("Nilufar"), 1, 96_500_000, -4, Badge(_("Late"), "late")),
        (
            "PN-47655",
            _("A sewing course with a certificate"),
            _("Golestan"),
            20,
            5 * 10**9,
            -21,
            Badge(_("Met"), "done"),
        ),
        (
            "PN-47101",
            _("Winter clothes for two pupils"),
            _("Bahar"),
            2,
            24_000_000,
            -40,
            Badge(_("Withdrawn"), "stopped"),
        ),
    ]
    return [
        Sample(code, title, place, amount, worth, DAY + timedelta(days), state)
        for code, title, place, amount, worth, days, state in rows
    ]


def list_page(
    *, rows: bool = True, filters: str | None = None, counted_all: bool = True, older: bool = False
) -> ListPage:
    """`filters` is what is asked for in the address; None leaves the filter bar out."""
    samples = _samples() if rows else []
    bar = None if filters is None else SampleFilters(QueryDict(filters), auto_id=f"{get_language()}-{len(filters)}-%s")
    if bar:
        bar.is_valid()
    return ListPage(
        spec=SPEC,
        objects=samples,
        headings=[
            Heading(column, "#part-list" if column.sort else "", "ascending" if column.name == "due" else "")
            for column in SPEC.columns
        ],
        filters=bar,
        count=len(samples) if counted_all else 1000,
        counted_all=counted_all,
        older_url="#part-pagination" if older else "",
        newer_url="#part-pagination" if older else "",
        csv_url="#part-list" if rows else "",
        xlsx_url="#part-list" if rows else "",
        clear_url="#part-filters",
        rows=[SPEC.cells(row) for row in samples],
    )


def days() -> list[date]:
    return [DAY - timedelta(3), DAY, DAY + timedelta(10)]


def badges() -> list[Badge]:
    going = [(_("Open"), "waiting"), (_("Promised"), "going"), (_("Met"), "done"), (_("Late"), "late")]
    return [Badge(*one) for one in [*going, (_("Withdrawn"), "stopped"), (_("Broken"), "wrong")]]


def steps(*states: tuple[str, str]) -> list[dict[str, str]]:
    names = (_("Need"), _("Capacity"), _("Promise"), _("Delivery"), _("Story"))
    return [{"label": label, "state": state, "note": note} for label, (state, note) in zip(names, states, strict=True)]


def way() -> list[dict[str, str]]:
    return steps(
        ("done", _("Recorded on 12 Aban")), ("done", _("Found in the same county")),
        ("current", _("8 of 12 sessions promised")), ("ahead", ""), ("ahead", ""),
    )  # fmt: skip


def late_way() -> list[dict[str, str]]:
    return steps(("done", ""), ("done", ""), ("late", _("Due 4 days ago")), ("ahead", ""), ("ahead", ""))


def stopped_way() -> list[dict[str, str]]:
    return steps(("done", ""), ("stopped", _("Withdrawn")), ("ahead", ""), ("ahead", ""), ("ahead", ""))


def bars() -> list[dict[str, Any]]:
    parts = [
        (_("Agencies"), 41, ""),
        (_("Charities"), 27, ""),
        (_("Jointly"), 18, "joined"),
        (_("Residents"), 9, "late"),
    ]
    return [
        {"label": label, "value": percent(share / 100), "share": share, "tone": tone}
        for label, share, tone in [*parts, (_("Firms"), 5, "")]
    ]


def river() -> list[dict[str, Any]]:
    out = [(_("Withdrawn"), number(41)), (_("Open"), number(310))]
    return [
        {"label": _("Need"), "value": number(1250), "share": 100, "tone": "", "out": out},
        {
            "label": _("Promise"),
            "value": number(899),
            "share": 71.9,
            "tone": "joined",
            "out": [(_("Late"), number(14))],
        },
        {"label": _("Story"), "value": number(120), "share": 9.6, "tone": "joined", "out": []},
    ]


def stats() -> list[dict[str, str]]:
    pledged = 124_037_500_000
    return [
        {"value": number(18_427), "label": _("Needs met"), "note": _("in the last six months"), "tone": "joined", "url": "#part-stat"},
        {"value": number(6_210), "label": _("Open needs"), "note": _("in 56 neighbourhoods"), "tone": "", "url": ""},
        {"value": number(134), "label": _("Late promises"), "note": _("more than ten days after their date"), "tone": "late",
         "url": "#part-stat"},
        {"value": toman_short(pledged), "label": _("Pledged"), "note": toman_exact(pledged), "tone": "", "url": ""},
        {"value": _("withheld"), "label": _("Needs told"), "note": "", "tone": "", "url": ""},
    ]  # fmt: skip


def figures() -> list[Shown]:
    promise = _("Whoever asks is answered within three business days.")
    counted = _("Of the answers that were due, the share given in time.")
    share = Figure("share", _("Answered in time"), promise, counted, lambda by, today: Counted(92, 25), "percent")
    days = Figure(
        "days",
        _("Days until the answer"),
        promise,
        _("The median of a year."),
        lambda by, today: Counted(None, 0),
        "days",
    )
    return [Shown(share, 92, 25), Shown(days, None, 0), Shown(share, None, None, withheld=True)]


def events() -> list[dict[str, Any]]:
    return [
        {
            "at": DAY,
            "text": _("The third session was held and accepted."),
            "by": _("A facilitator of the neighbourhood"),
        },
        {"at": DAY - timedelta(9), "text": _("A rehabilitation centre promised eight sessions.")},
    ]


def batch_rows() -> list[Row]:
    return [Row(_("A wheelchair"), "#part-batch_rows", _("Nilufar")), Row(_("School things"), "", _("Bahar"))]


def next_step() -> tuple[Block, Line]:
    line = Line(_("A wheelchair"), "#part-next_step", when=due(DAY - timedelta(2), DAY))
    return Block("late", _("Late promises"), 1, [line], step=_("Ask the giver, or call it broken")), line


def ways() -> list[tuple[str, str]]:
    return [(_("To what waits for you"), "#part-ways"), (_("Back to the page you came from"), "#part-ways")]


def facts() -> list[tuple[str, str]]:
    return [
        (_("Recorded by"), _("A facilitator of the neighbourhood")),
        (_("Kind of help"), _("Empowerment")),
        (_("Quantity"), _("12 sessions")),
    ]


def tabs() -> list[dict[str, Any]]:
    return [
        {"label": _("Waiting for me"), "url": "#part-tabs", "current": True, "tally": 12},
        {"label": _("Under way"), "url": "#part-tabs", "tally": 48},
        {"label": _("All"), "url": "#part-tabs", "tally": None},
    ]


def links() -> list[Link]:
    return [
        Link(_("What waits for you"), "#part-nav_list", current=False, tally=3),
        Link(_("Needs"), "#part-nav_list", current=True, tally=None),
        Link(_("Places"), "#part-nav_list", current=False, tally=None),
    ]


def choices() -> list[dict[str, Any]]:
    roles = [(_("Facilitator"), _("Nilufar")), (_("Resident"), _("Bahar"))]
    return [
        {"value": str(key), "label": f"{role} — {where}", "role": role, "where": where, "current": not key}
        for key, (role, where) in enumerate(roles)
    ]


@dataclass(frozen=True)
class Message:
    """As Django's own messages: `extra_tags` is the address that undoes."""

    text: str
    level_tag: str
    extra_tags: str = ""

    def __str__(self) -> str:
        return self.text


def messages() -> list[Message]:
    return [
        Message(_("The promise was accepted."), "success", "#part-messages"),
        Message(_("This promise is four days late."), "warning"),
        Message(_("Only three sessions are left of this capacity; twelve cannot be promised."), "error"),
        Message(_("Two rows of this list were changed by a colleague while you were reading."), "info"),
    ]


def places() -> list[Spot]:
    spots = [
        (_("Nilufar"), 34, 120.0, 90.0, 22.0),
        (_("Bahar"), 12, 260.0, 150.0, 14.0),
        (_("Golestan"), 0, 310.0, 70.0, 4.0),
    ]
    shown = [Spot(name, "#part-place_map", n, number(n), x, y, r, True, y + r + 12) for name, n, x, y, r in spots]
    near = Spot(_("Sari"), "#part-place_map", 21, number(21), 90.0, 160.0, 17.0, False, 0.0, places=3, own=True)
    return [*shown, near, Spot(_("Sahel"), "#part-place_map", None, _("withheld"), 190.0, 185.0, 5.0, True, 202.0)]


def place_map() -> Map:
    return Map(220, ["M26 40L210 20L374 60L360 200L190 210L40 180Z"], ["M60 50L200 40L240 190L70 170Z"], places(), 1)


def net_of_three() -> Net:
    names = (_("Nilufar"), _("Bahar"), _("Golestan"))
    actors = [Actor(number(at), name, "#part-net", name, own=at == 1) for at, name in enumerate(names, start=1)]
    return net(actors, [Tie(0, 1, firm=True), Tie(1, 2)])


def typed_form() -> Typed:
    return Typed("#part-again", [("title", _("A wheelchair"))], [_("A wheelchair"), _("Nilufar")], files=True)


def form(kind: str) -> SampleForm:
    prefix = f"{get_language()}-{kind}"
    if not kind.startswith("wrong"):
        return SampleForm(prefix=prefix)
    typed = {"amount": "چند", "due": "۱۴۰۵/۱۳/۱", "mobile": "۰۹۱۱", "worth": "۲٬۵۰۰٬۰۰۰"}
    return SampleForm({f"{prefix}-{name}": text for name, text in typed.items()}, prefix=prefix)
