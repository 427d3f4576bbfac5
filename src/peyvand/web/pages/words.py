"""How rows of the flow are named and marked on every page: one word and one badge per thing."""

from collections.abc import Callable, Iterable
from datetime import date
from operator import attrgetter
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from peyvand.flow.capacity.enums import CapacityState, Reach
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.enums import CommitmentState, UnservedReason
from peyvand.flow.commitment.models import Unserved
from peyvand.flow.commitment.rules import is_late
from peyvand.flow.delivery.enums import DeliveryAnswer
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.need.enums import Band, ClosedAs, NeedState
from peyvand.flow.need.models import Need
from peyvand.flow.need.rules import band
from peyvand.kernel.codes import spoken
from peyvand.web.lists import Badge
from peyvand.web.templatetags.peyvand_format import km, number, quantity, said

_BAND_TONES = {Band.URGENT: "wrong", Band.HIGH: "late", Band.MEDIUM: "waiting", Band.LOW: "stopped"}
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


def named(row: Any) -> str:
    """The name of a place, an organisation or a specification in the reader's language."""
    if row is None:
        return ""
    return in_ones_language(row.name_fa, row.name_en)


def in_ones_language(name_fa: str, name_en: str) -> str:
    return name_fa if _persian() else name_en or name_fa


def code_at(path: str = "tracking_code") -> Callable[[Any], str]:
    """For a column of a list: a tracking code as it is printed and read out; `path` leads to it from the row."""
    return lambda row: spoken(attrgetter(path)(row))


def _persian() -> bool:
    return (get_language() or "fa").startswith("fa")


def listed(*names: Any) -> str:
    """Names after one another, with the comma of the reader's language."""
    return ("، " if _persian() else ", ").join(map(str, names))


def where(place: Any) -> str:
    """«نوبنیاد، ساری»: a place with the one it lies in (read together with it)."""
    return listed(named(place), named(place.parent)) if place.parent else named(place)


def amount(need: Need) -> str:
    return quantity(need.quantity, need.specification.unit)


def what(need: Need) -> str:
    """«ویلچر (۲ عدد)»."""
    return f"{named(need.specification)} ({amount(need)})" if need.quantity > 1 else named(need.specification)


def need_badge(need: Need, *, late: bool = False) -> Badge:
    """`late` tells that a promise to this need is past its date."""
    if need.state == NeedState.CLOSED:
        return Badge(need.get_closed_as_display(), "done" if need.closed_as == ClosedAs.MET else "stopped")
    if need.state == NeedState.DRAFT:
        return Badge(_("Waits for a vouch"), "waiting")
    if late:
        return Badge(_("Promise is late"), "late")
    if need.underway:
        return Badge(_("Delivered, waits for confirmation"), "going")
    if need.committed:
        return Badge(_("Promised"), "going")
    return Badge(_("Open"), "waiting")


def band_badge(priority: int) -> Badge:
    found = band(priority)
    return Badge(found.label, _BAND_TONES[found])


def delivery_badge(row: Delivery) -> Badge:
    if row.reverses_id:
        return Badge(_("Correction"), "stopped")
    if not row.answer:
        return Badge(_("Waits for confirmation"), "waiting")
    return Badge(row.get_answer_display(), "done" if row.answer == DeliveryAnswer.ACCEPTED else "wrong")


def source(text: str) -> str:
    """Where a part of a priority comes from; what the product itself wrote is a message id."""
    known = {
        "said when the need was told": _("said when the need was told"),
        "family file": _("family file"),
        "days since the need was told": _("days since the need was told"),
        "default setting": _("default setting"),
    }
    return known.get(text, text)


def why_unserved(row: Unserved) -> str:
    """The certificate of the matching in a sentence."""
    reason = UnservedReason(row.reason)
    if reason is UnservedReason.FULL and row.lowest_priority is not None:
        said = ngettext(
            "The one offer that could reach it, even by exchanging, is full with needs of band “%(band)s” or above.",
            "All %(count)s offers that could reach it, even by exchanging, are full with needs of band “%(band)s” or above.",
            row.reachable,
        )
        return said % {"count": number(row.reachable), "band": band_label(row.lowest_priority)}
    return held_reason(row) or str(reason.label)


def held_reason(row: Unserved) -> str:
    """Why a programme keeps the need out of the matching, in its own words; empty where none does."""
    return said(row.held_message, row.held_details) if row.held_message else ""


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
    return _("Within %(km)s") % {"km": km(row.reach_km)} if row.reach == Reach.KILOMETRES else row.get_reach_display()


def steps(marks: Iterable[tuple[Any, str, str, str]]) -> list[dict[str, Any]]:
    """The thread from need to story: (label, state, note, url) for each step."""
    return [{"label": label, "state": state, "note": note, "url": url} for label, state, note, url in marks]
