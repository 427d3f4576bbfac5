"""Rows in the words of the field: names in the reader's language, states, priorities and reasons."""

from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from peyvand.flow.commitment.enums import CommitmentState, UnservedReason
from peyvand.flow.commitment.models import Commitment, Unserved
from peyvand.flow.commitment.rules import is_late
from peyvand.flow.delivery.enums import DeliveryAnswer
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.need.enums import Band, ClosedAs, NeedState
from peyvand.flow.need.models import Need
from peyvand.flow.need.rules import band
from peyvand.web.lists import Badge
from peyvand.web.templatetags.peyvand_format import number, quantity

_BAND_TONES = {Band.URGENT: "wrong", Band.HIGH: "late", Band.MEDIUM: "waiting", Band.LOW: "stopped"}


def named(row: Any) -> str:
    """The name of a place, an organisation or a specification in the reader's language."""
    if row is None:
        return ""
    return row.name_fa if (get_language() or "fa").startswith("fa") else row.name_en or row.name_fa


def where(place: Any) -> str:
    """«نوبنیاد، ساری»: a place with the one it lies in (read together with it)."""
    return f"{named(place)}، {named(place.parent)}" if place.parent else named(place)


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


def promise_badge(row: Commitment, today: date) -> Badge:
    if is_late(state=row.state, due=row.due_date, today=today):
        return Badge(_("Late"), "late")
    tones = {
        CommitmentState.OFFERED: "waiting",
        CommitmentState.ACCEPTED: "going",
        CommitmentState.KEPT: "done",
        CommitmentState.BROKEN: "wrong",
    }
    return Badge(row.get_state_display(), tones.get(CommitmentState(row.state), "stopped"))


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
    said = UnservedReason(row.reason)
    if said is UnservedReason.FULL and row.lowest_priority is not None:
        return _(
            "All %(count)s capacities that could reach it are promised to needs whose priority is at least %(lowest)s."
        ) % {"count": number(row.reachable), "lowest": number(row.lowest_priority)}
    return str(said.label)
