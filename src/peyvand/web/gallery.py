"""The pattern book: every component in each of its states, on one page. Nothing on it is real."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from peyvand.web.charts import Bar, Chart, line
from peyvand.web.fields import JalaliDateField, MobileField, QuantityField, TomanField
from peyvand.web.forms import Form
from peyvand.web.lists import Badge, Column, Filters, Heading, ListPage, ListSpec
from peyvand.web.templatetags.peyvand_format import jmonth, percent

DAY = date(2026, 11, 21)


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
        Column("title", gettext_lazy("Need"), link=lambda row: "#list"),
        Column("code", gettext_lazy("Code"), kind="code"),
        Column("place", gettext_lazy("Neighbourhood")),
        Column("amount", gettext_lazy("Quantity"), kind="number", sort="amount"),
        Column("worth", gettext_lazy("Worth"), kind="toman", sort="worth"),
        Column("due", gettext_lazy("Needed by"), kind="date", sort="due"),
        Column("state", gettext_lazy("State"), kind="badge"),
    ),
    default_sort="due",
    filters=SampleFilters,
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


def _page(samples: list[Sample]) -> ListPage:
    headings = [
        Heading(column, "#list" if column.sort else "", "ascending" if column.name == "due" else "")
        for column in SPEC.columns
    ]
    filters = SampleFilters(QueryDict("since=۱۴۰۵/۱/۱"))
    filters.is_valid()
    return ListPage(
        spec=SPEC,
        objects=samples,
        headings=headings,
        filters=filters,
        count=1000,
        counted_all=False,
        older_url="#list",
        newer_url="#list",
        csv_url="#list",
        xlsx_url="#list",
        rows=[SPEC.cells(row) for row in samples],
    )


def _steps(*states: tuple[str, str]) -> list[dict[str, str]]:
    names = (_("Need"), _("Capacity"), _("Promise"), _("Delivery"), _("Story"))
    return [{"label": label, "state": state, "note": note} for label, (state, note) in zip(names, states, strict=True)]


def _bars() -> list[dict[str, Any]]:
    parts = [(_("Agencies"), 41, ""), (_("Charities"), 27, ""), (_("Jointly"), 18, "joined"), (_("Residents"), 9, "")]
    return [
        {"label": label, "value": percent(share / 100), "share": share, "tone": tone}
        for label, share, tone in [*parts, (_("Firms"), 5, "")]
    ]


def _pictures() -> dict[str, Any]:
    """Charts with what a reader meets in them: a withheld month, what fell out of a way, a gift half given."""
    months = [(f"{number} 1405", count) for number, count in enumerate((12, 18, None, 25, 9, 0), 1)]
    told = [(_("Still waiting"), "41"), (_("Withdrawn"), "7")]
    steps = [
        {"label": _("Offered by the giver"), "text": "10", "state": "done", "notes": [jmonth(DAY)]},
        {
            "label": _("Promised"),
            "text": "6",
            "state": "current",
            "notes": [_("A rehabilitation centre promised eight sessions.")],
        },
        {"label": _("Delivered"), "text": "0", "state": "ahead", "notes": []},
    ]
    return {
        "line": line(_("Needs told"), months),
        "river": [Bar(_("Needs told"), "100", 100.0, "", told), Bar(_("Promised"), "52", 52.0, "joined")],
        "gift_steps": steps,
        "chart": Chart("sample", _("Needs told"), [_("Month"), _("Needs told")], months, {}),
    }  # fmt: skip


def _threads() -> dict[str, Any]:
    return {
        "thread": _steps(
            ("done", _("Recorded on 12 Aban")),
            ("done", _("Found in the same county")),
            ("current", _("8 of 12 sessions promised")),
            ("ahead", ""),
            ("ahead", ""),
        ),
        "late_thread": _steps(("done", ""), ("done", ""), ("late", _("Due 4 days ago")), ("ahead", ""), ("ahead", "")),
        "events": [
            {"at": DAY, "text": _("The third session was held and accepted.")},
            {"at": DAY - timedelta(9), "text": _("A rehabilitation centre promised eight sessions.")},
        ],
    }


def _forms() -> dict[str, Form]:
    typed = {"amount": "چند", "due": "۱۴۰۵/۱۳/۱", "mobile": "۰۹۱۱", "worth": "۲٬۵۰۰٬۰۰۰"}
    wrong = SampleForm({f"wrong-{name}": text for name, text in typed.items()}, prefix="wrong")
    return {"form": SampleForm(), "wrong_form": wrong}


def gallery(request: HttpRequest) -> HttpResponse:
    badges = [(_("Open"), "waiting"), (_("Promised"), "going"), (_("Met"), "done"), (_("Late"), "late")]
    context = {
        "page": _page(_samples()),
        "badges": [Badge(*one) for one in [*badges, (_("Withdrawn"), "stopped"), (_("Broken"), "wrong")]],
        "bars": _bars(),
        "tabs": [
            {"label": _("Waiting for me"), "url": "#tabs", "current": True, "tally": 12},
            {"label": _("Under way"), "url": "#tabs", "tally": 48},
            {"label": _("All"), "url": "#tabs", "tally": None},
        ],
        "facts": [
            (_("Recorded by"), _("A facilitator of the neighbourhood")),
            (_("Kind of help"), _("Empowerment")),
            (_("Quantity"), _("12 sessions")),
        ],
        "crumbs": [(_("Needs"), "#"), (_("Nilufar"), "#")],
        "now": datetime(2026, 11, 21, 9, 30, tzinfo=UTC),
        "days": [DAY - timedelta(3), DAY, DAY + timedelta(10)],
        "day": DAY,
    }
    return render(request, "web/gallery.html", context | _threads() | _forms() | _pictures())
