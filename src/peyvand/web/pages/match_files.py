"""`peyvand match` as a page: two files in, who helps whom and why; nothing of it reaches the database."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from peyvand.intake.waiting import Waiting, WaitingRoom
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import NotFound, NotPermitted, Refusal
from peyvand.lists import ListMatch, ListRefused, Synonyms, match_lists, read_table
from peyvand.lists.figures import Figures, Share
from peyvand.lists.forms import capacities_form, needs_form
from peyvand.lists.report import render as report
from peyvand.lists.words import say
from peyvand.lists.writing import table_bytes
from peyvand.scope.acting import Acting
from peyvand.web import notices
from peyvand.web.charts import Bar, Chart, drawn_bars
from peyvand.web.forms import Form
from peyvand.web.pages.access import acting, now, open_to, refuse
from peyvand.web.pages.chart_files import asked_for
from peyvand.web.pages.downloads import attachment
from peyvand.web.templatetags.peyvand_format import number, percent

ROWS_LIMIT = 5_000
FAULTS_SHOWN = 200
OUTPUTS = ("matches.csv", "matches.xlsx", "rejects.xlsx", "report.html")


class TooManyRows(Refusal):
    code = "too_many_rows_for_page"
    message = "The two lists have {rows} rows; this page takes {most}. For more, use the command: peyvand match"


def may_match_files(by: Acting) -> Refusal | None:
    return None if by.is_staff else NotPermitted(reason="lists are matched by those who do the work")


class MatchForm(Form):
    needs = forms.FileField(
        label=gettext_lazy("The list of needs"), help_text=gettext_lazy("With at least: identifier and kind")
    )
    capacities = forms.FileField(
        label=gettext_lazy("The list of capacities"), help_text=gettext_lazy("With at least: identifier and kind")
    )


def room() -> WaitingRoom:
    return WaitingRoom(settings.PEYVAND_WAITING)


@open_to(may_match_files)
@require_http_methods(["GET", "POST"])
def match_files(request: HttpRequest) -> HttpResponse:
    """The two files. They wait in a private folder for an hour at most."""
    form = MatchForm(request.POST, request.FILES) if request.method == "POST" else MatchForm()
    if request.method == "POST" and form.is_valid():
        files = [(file.name, file, file.size) for file in (form.cleaned_data["needs"], form.cleaned_data["capacities"])]
        try:
            waiting = room().put(files, owner=acting(request).account_id, now=now(), about={"what": "match"})
            return _run(request, waiting, without_bad_rows=False)
        except Refusal as refusal:
            refuse(form, refusal)
    return render(request, "web/office/match_files.html", {"form": form})


def _run(request: HttpRequest, waiting: Waiting, *, without_bad_rows: bool) -> HttpResponse:
    """Match, write down the results beside the files, and remove the files themselves as soon as they are not needed."""
    needs, capacities = waiting.file(0), waiting.file(1)
    try:
        _check_size(needs, capacities)
        result = match_lists(needs, capacities, rejects=without_bad_rows)
    except ListRefused as refused:
        whole = any(fault.row is None for fault in refused.faults)
        faults = [[fault.file, fault.row, fault.column, fault.reason(_language())] for fault in refused.faults]
        room().note(
            waiting, faults=faults[:FAULTS_SHOWN], count=len(faults), whole=whole, files=[needs.name, capacities.name]
        )
        return redirect("match_result", waiting.token)
    except TooManyRows:
        room().remove(waiting)
        raise
    _write(waiting, result, (needs.name, capacities.name))
    for path in (needs, capacities):
        path.unlink()
    return redirect("match_result", waiting.token)


def _check_size(needs: Path, capacities: Path) -> None:
    words = Synonyms.load()
    pairs = ((needs, needs_form(words)), (capacities, capacities_form(words)))
    rows = sum(len(read_table(path, form, words).rows) for path, form in pairs)
    if rows > ROWS_LIMIT:
        raise TooManyRows(rows=number(rows), most=number(ROWS_LIMIT))


def _write(waiting: Waiting, result: ListMatch, files: tuple[str, str]) -> None:
    language, right_to_left = _language(), _language() == "fa"
    frame = result.frame(language)
    for name in ("matches.csv", "matches.xlsx"):
        (waiting.folder / name).write_bytes(table_bytes(frame, waiting.folder / name, right_to_left=right_to_left))
    if result.rejected:
        path = waiting.folder / "rejects.xlsx"
        path.write_bytes(table_bytes(result.rejects(language), path, right_to_left=right_to_left))
    page = report(
        result.figures, language=language, today=business_date(now()), files=files, notes=result.sentences(language),
        rejected=len(result.rejected),
    )  # fmt: skip
    (waiting.folder / "report.html").write_text(page, encoding="utf-8")
    shown = _shown(result.figures) | {"notes": result.sentences(language), "rejected": len(result.rejected)}
    (waiting.folder / "figures.json").write_text(json.dumps(shown, ensure_ascii=False), encoding="utf-8")
    room().note(waiting, files=list(files), faults=[])


@open_to(may_match_files)
@require_GET
def result(request: HttpRequest, token: str) -> HttpResponse:
    """The faults, or the figures and the files to take."""
    waiting = room().get(token, owner=acting(request).account_id, now=now())
    figures = waiting.folder / "figures.json"
    if not figures.exists():
        return render(request, "web/office/match_faults.html", {"waiting": waiting, "about": waiting.about})
    shown = json.loads(figures.read_text(encoding="utf-8"))
    context = {"waiting": waiting, "about": waiting.about, **shown}
    return asked_for(request, _charts(shown)) or render(request, "web/office/match_result.html", context)


@open_to(may_match_files)
@require_POST
def go_on(request: HttpRequest, token: str) -> HttpResponse:
    """Match the good rows; the bad ones come out as a file of their own."""
    return _run(request, room().get(token, owner=acting(request).account_id, now=now()), without_bad_rows=True)


@open_to(may_match_files)
@require_GET
def output(request: HttpRequest, token: str, name: str) -> HttpResponse:
    waiting = room().get(token, owner=acting(request).account_id, now=now())
    if name not in OUTPUTS or not (waiting.folder / name).is_file():
        raise NotFound
    return attachment((waiting.folder / name).read_bytes(), name)


@open_to(may_match_files)
@require_POST
def delete(request: HttpRequest, token: str) -> HttpResponse:
    room().remove(room().get(token, owner=acting(request).account_id, now=now()))
    notices.say(request, _("The files and the results were deleted."))
    return redirect("match_files")


def _shown(figures: Figures) -> dict[str, Any]:
    """The figures as the page shows them; counts only, like the report."""
    total = figures.total
    tiles = [
        {"label": _("Needs"), "value": number(total.needs), "tone": ""},
        {"label": _("Served in full"), "value": number(total.served), "tone": "joined"},
        {"label": _("Served in part"), "value": number(total.part), "tone": ""},
        {"label": _("Left"), "value": number(total.left), "tone": "late" if total.left else ""},
        {
            "label": _("Capacities used"),
            "value": f"{number(figures.capacities_used)} / {number(figures.capacities)}",
            "tone": "",
        },
    ]
    return {
        "tiles": tiles,
        "bands": [_bar(share, say(f"band.{share.name}", _language())) for share in figures.by_band],
        "places": [_bar(share, share.name or _("Place not given")) for share in figures.by_place[:20]],
        "why": [[say(f"why.{code}", _language()), number(needs), number(units)] for code, needs, units in figures.why],
        "gaps": [[gap.kind, gap.place or "—", number(gap.units), number(gap.worst_off)] for gap in figures.gaps[:12]],
    }


def _charts(shown: Mapping[str, Any]) -> list[Chart]:
    titles = {
        "bands": (_("Units served, by priority"), _("Priority")),
        "places": (_("Units served, by place"), _("Place")),
    }
    return [
        Chart(
            name, title, [heading, _("Share")], [[row["label"], row["value"]] for row in shown[name]],
            drawn_bars([Bar(**row) for row in shown[name]]),
        )
        for name, (title, heading) in titles.items()
    ]  # fmt: skip


def _bar(share: Share, label: str) -> dict[str, Any]:
    ratio = share.units_served / share.units if share.units else 0
    return {"label": label, "value": percent(ratio, 0), "share": 100 * ratio, "tone": "joined"}


def _language() -> Any:
    return "fa" if (get_language() or "fa").startswith("fa") else "en"
