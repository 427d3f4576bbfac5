"""The parts that draw figures, and what stands beside every drawing: its table, its files, when it was counted."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as N_

from peyvand.web.charts import Chart, line
from peyvand.web.gallery.part import LINKS, NOTHING, State, part
from peyvand.web.gallery.samples import DAY, NOW
from peyvand.web.templatetags.peyvand_format import jmonth, number


def _counts() -> list[tuple[str, int | None]]:
    return [(number(month), count) for month, count in enumerate((12, 18, None, 25, 9, 0), 1)]


def _months() -> list[State]:
    return [
        State(_("A month withheld, and one without any"), {"line": line(_("Needs told"), _counts())}),
        State(_("Joined"), {"line": line(_("Needs met"), _counts(), "joined")}),
    ]


def _table() -> list[State]:
    chart = Chart("sample", _("Needs told"), [_("Month"), _("Needs told")], _counts(), {})
    return [State(_("As it is"), {"chart": chart, "id": ""})]


def _gift_way() -> list[State]:
    steps: list[dict[str, Any]] = [
        {"label": _("Offered by the giver"), "text": number(10), "state": "done", "notes": [jmonth(DAY)]},
        {"label": _("Promised"), "text": number(6), "state": "current", "notes": [_("A ramp at the house door")]},
        {"label": _("Delivered"), "text": number(0), "state": "ahead", "notes": []},
    ]
    return [State(_("Half given"), {"steps": steps})]


CHARTS = (
    part("months", N_("Months"), N_("One line of a trend; the table beside it says the same."), NOTHING, _months),
    part("chart_table", N_("Table of a chart"), N_("What a chart draws, as rows."), NOTHING, _table),
    part(
        "chart_files",
        N_("Files of a chart"),
        N_("A chart taken along, as a picture or as a table."),
        LINKS,
        lambda: [
            State(_("Of a place"), {"chart": "way", "path": "ir", "query": ""}),
            State(_("From its own page"), {"chart": "weights", "path": "", "query": ""}),
        ],
    ),
    part(
        "counted_at",
        N_("When it was counted"),
        N_("Stands under figures that are counted from time to time."),
        NOTHING,
        lambda: [State(_("As it is"), {"counted_at": NOW})],
    ),
    part(
        "gift_way",
        N_("The way of one gift"),
        N_("From the offer to the story, without the family; a screen reader hears where it stands."),
        NOTHING,
        _gift_way,
    ),
)
