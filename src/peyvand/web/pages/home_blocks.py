"""What waits for somebody, as blocks of at most five rows: each says how many there are and where all of them stand."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from peyvand.exports.enums import ExportState, FileKind
from peyvand.exports.queries import exports_of
from peyvand.flow.capacity.enums import CapacityState
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.enums import CommitmentState, Side, SuggestionState
from peyvand.flow.commitment.models import Commitment, Suggestion
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.delivery.permissions import acceptable_by
from peyvand.flow.need.enums import NeedState
from peyvand.flow.need.models import Need, PriorityOverride
from peyvand.flow.need.queries import of_family
from peyvand.flow.story.enums import StoryState
from peyvand.flow.story.models import Story
from peyvand.kernel.jalali import business_date
from peyvand.people.models import Look
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import below, in_area
from peyvand.web.pages import words
from peyvand.web.pages.home_reading import Line, Waiting
from peyvand.web.pages.home_words import due, due_or_waits, waits
from peyvand.web.templatetags.peyvand_format import jdate, jdate_ago, jdatetime, number, quantity

ENDS_SOON = timedelta(days=14)


def _own(by: Acting, organisation: str = "organisation_path", place: str = "place_path") -> Q:
    return in_area(by, place) & below(by.organisation_path, organisation)


def _asker(by: Acting) -> Q:
    return _own(by, "asker_path")


def _giver(by: Acting) -> Q:
    return _own(by, "giver_path", "giver_place_path")


def _need_line(need: Need, today: date, note: str = "") -> Line:
    title = f"{words.what(need)} — {words.named(need.place)}"
    when = due_or_waits(need.due_date, business_date(need.created_at), today)
    return Line(title, reverse("need", args=[need.pk]), note, words.band_badge(need.priority), when)


def _needs(by: Acting) -> QuerySet[Need]:
    return Need.objects.filter(_own(by))


def to_vouch(by: Acting, today: date) -> Waiting:
    rows = _needs(by).filter(state=NeedState.DRAFT).order_by("created_at", "pk")
    return Waiting(
        "to_vouch",
        _("Needs that wait for a vouch"),
        rows,
        lambda need: _need_line(need, today),
        reverse("needs") + "?state=draft&sort=created",
        step=_("Vouch for them"),
    )


def open_longest(by: Acting, today: date) -> Waiting:
    rows = _needs(by).filter(state=NeedState.OPEN, committed=0).order_by("created_at", "pk")
    return Waiting(
        "open_longest",
        _("Needs open longest, nothing promised"),
        rows,
        lambda need: _need_line(need, today),
        reverse("needs") + "?state=unpromised&sort=created",
        step=_("See who could help"),
    )


def without_capacity(by: Acting, today: date) -> Waiting:
    """Worst-off first, with the reason the newest matching run gave."""
    rows = _needs(by).filter(state=NeedState.OPEN, unserved__isnull=False, committed=0)
    return Waiting(
        "without_capacity",
        _("Needs without a capacity"),
        rows.order_by("-priority", "created_at", "pk"),
        lambda need: _need_line(need, today, words.why_unserved(need.unserved)),
        reverse("needs") + "?state=unpromised&sort=-priority",
        step=_("See where help is missing"),
    )


def lost_a_giver(by: Acting, today: date) -> Waiting:
    """Needs of a group that lack a giver, while somebody stands for others of it: until all have one, none of them is helped."""
    proposed = Suggestion.objects.filter(need=OuterRef("pk"), state=SuggestionState.PROPOSED)
    others = Need.objects.filter(together=OuterRef("together")).exclude(pk=OuterRef("pk"))
    lacking = _needs(by).filter(
        ~Exists(proposed), state=NeedState.OPEN, together__isnull=False, committed__lt=F("quantity")
    )
    rows = lacking.filter(Exists(others.filter(Q(committed__gt=0) | Exists(proposed))))

    def line(need: Need) -> Line:
        return replace(_need_line(need, today), url=reverse("need_offers", args=[need.pk]))

    return Waiting(
        "lost_a_giver",
        _("Needs without a giver, while others they go together with have one"),
        rows.order_by("-priority", "created_at", "pk"),
        line,
        step=_("See who could help"),
    )


def _promises(side: Q) -> QuerySet[Commitment]:
    return Commitment.objects.filter(side)


def _promise_line(row: Commitment, today: date, *, giver: bool = False) -> Line:
    said = quantity(row.quantity, row.need.specification.unit)
    who = words.named(row.need.place) if giver else words.named(row.capacity.organisation)
    note = _("due %(day)s") % {"day": jdate(row.due_date)}
    url = reverse("promise", args=[row.pk])
    title = f"{words.listed(words.named(row.need.specification), said)} — {who}"
    return Line(title, url, note, words.promise_badge(row.state, row.due_date, today), due(row.due_date, today))


def to_accept(by: Acting, today: date) -> Waiting:
    """Offers of the other side that this side has not answered."""
    waiting = (_asker(by) & Q(offered_by_side=Side.GIVER)) | (_giver(by) & Q(offered_by_side=Side.ASKER))
    rows = _promises(waiting).filter(state=CommitmentState.OFFERED).order_by("due_date", "pk")
    return Waiting(
        "to_accept",
        _("Offers that wait for your answer"),
        rows,
        lambda row: _promise_line(row, today),
        reverse("promises") + "?waits=answer",
        step=_("Answer them"),
    )


def late_promises(by: Acting, today: date) -> Waiting:
    rows = _promises(_asker(by)).filter(state=CommitmentState.ACCEPTED, due_date__lt=today).order_by("due_date", "pk")
    return Waiting(
        "late_promises",
        _("Late promises"),
        rows,
        lambda row: _promise_line(row, today),
        reverse("promises") + "?state=late",
        late=True,
        step=_("Ask the giver, or call it broken"),
    )


def own_promises_due(by: Acting, today: date) -> Waiting:
    rows = _promises(_giver(by)).filter(state=CommitmentState.ACCEPTED, due_date__lte=today + timedelta(days=7))
    return Waiting(
        "own_promises_due",
        _("Your promises that are due this week or late"),
        rows.order_by("due_date", "pk"),
        lambda row: _promise_line(row, today, giver=True),
        reverse("promises") + "?state=accepted",
        late=True,
        step=_("Deliver, or say that you cannot"),
    )


def to_confirm(by: Acting, today: date) -> Waiting:
    waiting = Delivery.objects.filter(_asker(by), answer="", reverses__isnull=True)
    rows = acceptable_by(waiting, by, timezone.now()).order_by("delivered_date", "pk")

    def line(row: Delivery) -> Line:
        need = row.commitment.need
        said = quantity(row.quantity, need.specification.unit)
        title = f"{words.listed(words.named(need.specification), said)} — {words.named(need.place)}"
        return Line(title, reverse("promise", args=[row.commitment_id]), when=waits(row.delivered_date, today))

    return Waiting(
        "to_confirm",
        _("Deliveries to confirm"),
        rows,
        line,
        reverse("deliveries") + "?answer=mine",
        step=_("Say whether it arrived"),
    )


def _suggestions(name: str, title: str, side: Q, today: date) -> Waiting:
    rows = Suggestion.objects.filter(side, state=SuggestionState.PROPOSED).order_by("-priority", "pk")

    def line(row: Suggestion) -> Line:
        said = quantity(row.quantity, row.need.specification.unit)
        text = f"{words.listed(words.named(row.need.specification), said)} — {words.named(row.need.place)}"
        when = due_or_waits(row.need.due_date, business_date(row.need.created_at), today)
        return Line(text, reverse("suggestion", args=[row.pk]), "", words.band_badge(row.priority), when)

    return Waiting(name, title, rows, line, reverse("suggestions"), step=_("Accept or decline"))


def suggestions_to_answer(by: Acting, today: date) -> Waiting:
    return _suggestions("suggestions_to_answer", _("Suggestions to answer"), _giver(by), today)


def suggestions_unanswered(by: Acting, today: date) -> Waiting:
    return _suggestions("suggestions_unanswered", _("Suggestions nobody has answered"), _asker(by), today)


def running_out(by: Acting, today: date) -> Waiting:
    """Offers of which a tenth or less is left, or that end within two weeks."""
    rows = Capacity.objects.filter(_own(by), state=CapacityState.OPEN).filter(
        Q(quantity__gte=(F("quantity") - F("committed")) * 10) | Q(end_date__lte=today + ENDS_SOON)
    )

    def line(row: Capacity) -> Line:
        left = quantity(row.quantity - row.committed, row.specification.unit)
        return Line(
            words.named(row.specification),
            reverse("capacity", args=[row.pk]),
            _("%(left)s left") % {"left": left},
            when=due(row.end_date, today) if row.end_date else None,
        )

    ordered = rows.order_by(F("end_date").asc(nulls_last=True), "pk")
    return Waiting(
        "running_out", _("Capacities that run out"), ordered, line, reverse("capacities"), step=_("Renew or replace it")
    )


def looks_taken(by: Acting, today: date) -> Waiting:
    rows = Look.objects.filter(below(by.organisation_path, "organisation_path")).order_by("-since")
    return Waiting(
        "looks_taken",
        _("Looks an auditor took into your rows"),
        rows,
        lambda row: Line(row.reason, "", jdate(row.since)),
    )


def stories_to_review(by: Acting, today: date) -> Waiting:
    rows = Story.objects.filter(_own(by), state=StoryState.SUBMITTED).order_by("created_at", "pk")
    return Waiting(
        "stories_to_review",
        _("Stories that wait for review"),
        rows,
        lambda row: Line(row.title, reverse("story", args=[row.pk]), when=waits(business_date(row.created_at), today)),
        reverse("stories") + "?tab=ours",
        step=_("Read and publish"),
    )


def overrides_to_sign(by: Acting, today: date) -> Waiting:
    rows = (
        PriorityOverride.objects.filter(_own(by, "need__organisation_path", "need__place_path"))
        .filter(signed_by__isnull=True)
        .exclude(proposed_by_id=by.account_id)
        .order_by("proposed_at", "pk")
    )

    def line(row: PriorityOverride) -> Line:
        note = _("proposed: %(priority)s instead of %(present)s") % {
            "priority": number(row.priority),
            "present": number(row.need.priority),
        }
        return replace(_need_line(row.need, today, note), when=waits(business_date(row.proposed_at), today))

    return Waiting(
        "overrides_to_sign", _("Priorities that wait for a second signature"), rows, line, step=_("Read and sign")
    )


def received(by: Acting, today: date) -> Waiting:
    """What came to a resident's family and waits for its word."""
    rows = Delivery.objects.filter(of_family(by, "commitment__need__"), answer="", quantity__gt=0)

    def line(one: Delivery) -> Line:
        note = _("handed over on %(day)s, they say") % {"day": jdate(one.delivered_date)}
        return Line(words.what(one.commitment.need), reverse("received"), note)

    rows = acceptable_by(rows, by, timezone.now()).order_by("delivered_date", "pk")
    return Waiting("received", _("Did it arrive?"), rows, line, reverse("received"))


def own_needs(by: Acting, today: date) -> Waiting:
    """A resident's own needs and those of his family, with state and next date."""
    rows = Need.objects.filter(of_family(by)).order_by("-created_at")

    def line(need: Need) -> Line:
        note = _("needed by %(day)s") % {"day": jdate(need.due_date)} if need.due_date else ""
        told = _("told %(when)s") % {"when": jdate_ago(need.created_at, today)}
        return Line(words.what(need), reverse("need", args=[need.pk]), note or told, words.need_badge(need))

    return Waiting("own_needs", _("My needs"), rows, line, reverse("needs"))


def own_gifts(by: Acting, today: date) -> Waiting:
    """What somebody gives through an organisation, each leading to what became of it."""
    rows = Capacity.objects.filter(provider_person_id=by.person_id).order_by("-created_at")

    def line(gift: Capacity) -> Line:
        amount = quantity(gift.quantity, gift.specification.unit)
        return Line(
            f"{words.named(gift.specification)} · {amount}",
            reverse("gift", args=[gift.pk]),
            _("What became of it"),
            words.capacity_badge(gift),
        )

    return Waiting("own_gifts", _("My gifts"), rows, line, "")


def files_ready(by: Acting, since: datetime) -> Waiting:
    """What was written for somebody since then and waits to be taken."""
    rows = exports_of(by).filter(state=ExportState.DONE, ended_at__gte=since).order_by("-ended_at", "-pk")
    url = reverse("exports")
    return Waiting(
        "exports",
        _("Files that are ready"),
        rows,
        lambda one: Line(one.title, url, f"{FileKind(one.kind).label} · {jdatetime(one.ended_at)}"),
        url,
    )
