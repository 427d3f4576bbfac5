"""How rows of the flow are named and marked on every page: one word and one badge per thing."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import CharField, F, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from peyvand.flow.capacity.enums import CapacityState, Reach
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.enums import CommitmentState
from peyvand.flow.commitment.rules import is_late
from peyvand.flow.need.enums import Band
from peyvand.flow.need.rules import band
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import below, in_area
from peyvand.web.lists import Badge
from peyvand.web.templatetags.peyvand_format import km

COUNTY_DEPTH = 3

_PROMISE_TONES = {
    CommitmentState.OFFERED: "waiting",
    CommitmentState.ACCEPTED: "going",
    CommitmentState.KEPT: "done",
    CommitmentState.BROKEN: "wrong",
    CommitmentState.WITHDRAWN: "stopped",
    CommitmentState.LAPSED: "stopped",
}
_CAPACITY_TONES = {
    CapacityState.DRAFT: "waiting",
    CapacityState.OPEN: "going",
    CapacityState.PAUSED: "stopped",
    CapacityState.CLOSED: "stopped",
}


def promise_badge(state: str, due: date, today: date) -> Badge:
    if is_late(state=state, due=due, today=today):
        return Badge(_("Late"), "late")
    known = CommitmentState(state)
    return Badge(known.label, _PROMISE_TONES[known])


def capacity_badge(row: Capacity) -> Badge:
    state = CapacityState(row.state)
    if state == CapacityState.OPEN and row.committed >= row.quantity:
        return Badge(_("All promised"), "done")
    return Badge(state.label, _CAPACITY_TONES[state])


def band_label(priority: int) -> str:
    return str(Band(band(priority)).label)


def reach_text(row: Capacity) -> str:
    return (
        gettext("Within %(km)s") % {"km": km(row.reach_km)}
        if row.reach == Reach.KILOMETRES
        else row.get_reach_display()
    )


def local_name(prefix: str = "") -> str:
    """The ORM path of a name in the reader's language."""
    return f"{prefix}name_fa" if (get_language() or "fa").startswith("fa") else f"{prefix}name_en"


def county_path(column: str = "place_path") -> Func:
    """The path of the county (or, above it, of the place itself): as near as a private need is ever told."""
    pattern = Value(f"^(?:[^/]+/){{1,{COUNTY_DEPTH}}}")
    return Func(F(column), pattern, function="substring", output_field=CharField())


def with_county(rows: QuerySet, column: str = "place_path") -> QuerySet:
    """Each row with `county`, the name of its county in the reader's language, without a query a row."""
    named = Place.objects.filter(path=OuterRef("county_path_")).values(shown_name=_or_persian())[:1]
    return rows.annotate(county_path_=county_path(column)).annotate(county=Subquery(named))


def with_giver(rows: QuerySet) -> QuerySet:
    """Each row with `giver` and `asker`: the names of the two organisations, from the public registry."""
    for name in ("giver", "asker"):
        named = Organisation.objects.filter(path=OuterRef(f"{name}_path")).values(shown_name=_or_persian())[:1]
        rows = rows.annotate(**{name: Subquery(named)})
    return rows


def _or_persian() -> Any:
    return Coalesce(NullIf(F(local_name()), Value("")), F("name_fa"))


def county_of(path: str) -> Place | None:
    return Place.objects.filter(path="/".join(path.split("/")[:COUNTY_DEPTH]).rstrip("/") + "/").first()


def in_place(request: HttpRequest, rows: QuerySet) -> QuerySet:
    """The rows in the place that `?place=` names by its path; all of them without it."""
    path = request.GET.get("place", "")
    return rows.filter(below(path)) if path.endswith("/") else rows


def either_side(acting: Acting) -> Q:
    """Rows of promises and suggestions where the need or the offer lies in the actor's area."""
    return in_area(acting) | in_area(acting, "giver_place_path")


def address(route: str, *args: Any) -> str:
    """The address of a page, or nothing where this installation has no such page."""
    try:
        return reverse(route, args=args)
    except NoReverseMatch:
        return ""


def steps(marks: Iterable[tuple[Any, str, str, str]]) -> list[dict[str, Any]]:
    """The thread from need to story: (label, state, note, url) for each step."""
    return [{"label": label, "state": state, "note": note, "url": url} for label, state, note, url in marks]
