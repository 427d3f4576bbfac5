"""Reads of federations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from peyvand.flow.capacity.enums import CapacityState
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.need.enums import NeedState
from peyvand.flow.need.models import Need
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.places.queries import ancestors
from peyvand.programmes.federations.buying_models import JointBuy
from peyvand.programmes.federations.enums import MeetingState, MemberState, TakingState
from peyvand.programmes.federations.models import (
    Decision,
    Election,
    Federation,
    FederationSeat,
    Meeting,
    Member,
    Representative,
    SharedNeed,
    Taking,
)
from peyvand.resources.models import Specification
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import below, in_area, models_at_once, only
from peyvand.votes.models import Vote

_SHOWN = 100


def federations() -> QuerySet[Federation]:
    """All, with how many members each has: which organisations form one is public."""
    members = Count("members", filter=Q(members__state=MemberState.MEMBER))
    return Federation.objects.select_related("organisation", "place").annotate(member_count=members)


def one_federation(federation_id: int) -> Federation:
    """Raises `NotFound` where there is none."""
    return only(federations().filter(pk=federation_id))


def current(federation_id: int) -> QuerySet[Member]:
    rows = Member.objects.filter(federation_id=federation_id, state=MemberState.MEMBER)
    return rows.select_related("organisation").order_by("organisation__sort_key", "pk")


def members_on(federation_id: int, day: date) -> QuerySet[Member]:
    """Those that were members on a day."""
    in_force = Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gte=day))
    return Member.objects.filter(in_force, federation_id=federation_id).select_related("organisation").order_by("pk")


def of_house(by: Acting) -> Q:
    """Members that the actor's organisation is, belongs to, or has below it; by `member_path`."""
    above = [by.organisation_path[: at + 1] for at, sign in enumerate(by.organisation_path) if sign == "/"]
    return below(by.organisation_path, "member_path") | Q(member_path__in=above)


@dataclass
class Whole:
    """What the page of a federation shows."""

    members: list[Member]
    asking: list[Member]
    past: list[Member]
    speakers: dict[int, Representative]
    board: list[FederationSeat]
    meetings: list[Meeting]
    elections: list[Vote]
    buys: list[JointBuy]


def whole(federation: Federation, today: date) -> Whole:
    """In three statements, however much there is."""
    rows = list(federation.members.select_related("organisation").order_by("organisation__sort_key", "pk"))
    speakers = Representative.objects.filter(member__federation=federation, until__isnull=True)
    ours = Election.objects.filter(federation=federation).values("pk")
    board, meetings, elections, buys, kinds = models_at_once(
        federation.seats.filter(since__lte=today, until__gt=today).order_by("pk"),
        federation.meetings.order_by("-date", "-pk")[:_SHOWN],
        Vote.objects.filter(pk__in=ours).order_by("-pk")[:_SHOWN],
        JointBuy.objects.filter(federation=federation).order_by("-closes_date", "-pk")[:_SHOWN],
        Specification.objects.filter(
            pk__in=JointBuy.objects.filter(federation=federation).values("specification_id")
        ).order_by("pk"),
    )
    of = {one.pk: one for one in rows}
    for seat in board:
        seat.member = of[seat.member_id]
    kind_of = {one.pk: one for one in kinds}
    for buy in buys:
        buy.specification = kind_of[buy.specification_id]
    return Whole(
        members=[one for one in rows if one.state == MemberState.MEMBER],
        asking=[one for one in rows if one.state == MemberState.ASKED],
        past=[one for one in rows if one.until is not None],
        speakers={one.member_id: one for one in speakers},
        board=board,
        meetings=meetings,
        elections=elections,
        buys=buys,
    )


def one_meeting(meeting_id: int) -> Meeting:
    """Raises `NotFound` where it does not exist or lies outside the scope."""
    return only(Meeting.objects.select_related("federation__organisation", "federation__place").filter(pk=meeting_id))


def one_member(member_id: int) -> Member:
    """Raises `NotFound` where it does not exist or lies outside the scope."""
    related = ("federation__organisation", "federation__place", "organisation")
    return only(Member.objects.select_related(*related).filter(pk=member_id))


def decisions_of(meeting: Meeting) -> list[Decision]:
    return list(meeting.decisions.order_by("number"))


def passed(federation_id: int) -> QuerySet[Decision]:
    return Decision.objects.filter(federation_id=federation_id, passed=True).order_by("-number")


def election_votes() -> QuerySet[Vote]:
    return Vote.objects.filter(pk__in=Election.objects.values("pk")).select_related("place")


def shared(by: Acting) -> QuerySet[SharedNeed]:
    """What the members of the actor's federations share and still lack, with all a list shows."""
    ours = Member.objects.filter(of_house(by), federation=OuterRef("federation_id"), state=MemberState.MEMBER)
    rows = SharedNeed.objects.filter(Exists(ours), left__gt=0, unshared_at__isnull=True)
    return rows.select_related("specification", "place", "holder", "federation__organisation")


def one_shared(shared_id: int) -> SharedNeed:
    """Raises `NotFound` where it does not exist or lies outside the scope."""
    related = ("specification", "place", "holder", "federation__organisation", "federation__place")
    return only(SharedNeed.objects.select_related(*related).filter(pk=shared_id))


def one_taking(taking_id: int) -> Taking:
    """Raises `NotFound` where it does not exist or lies outside the scope."""
    related = ("shared__place", "shared__specification", "organisation", "shared__holder")
    return only(Taking.objects.select_related(*related).filter(pk=taking_id))


def takings(by: Acting) -> QuerySet[Taking]:
    """Those the actor's organisation waits for or has to answer, and what became of earlier ones."""
    mine = below(by.organisation_path, "taker_path") | below(by.organisation_path, "holder_path")
    related = ("shared__specification", "shared__place", "shared__holder", "organisation", "commitment")
    return Taking.objects.filter(mine).select_related(*related)


def waiting_for(by: Acting) -> QuerySet[Taking]:
    """Takings the actor's organisation has to answer."""
    return Taking.objects.filter(below(by.organisation_path, "holder_path"), state=TakingState.ASKED)


def asking(by: Acting) -> QuerySet[Member]:
    """Organisations that ask to join a federation whose papers the actor keeps."""
    return Member.objects.filter(_kept(by), state=MemberState.ASKED)


def meetings_to_write(by: Acting, today: date) -> QuerySet[Meeting]:
    """Its assemblies whose day has come and whose minutes are not closed."""
    come = Q(state=MeetingState.CALLED, date__lte=today) | Q(state=MeetingState.HELD)
    return Meeting.objects.filter(_kept(by), come)


def _kept(by: Acting) -> Q:
    return in_area(by) & below(by.organisation_path, "organisation_path")


def shareable(by: Acting) -> QuerySet[Need]:
    """Open needs of the actor's organisation of which something is left, the most urgent first."""
    own = in_area(by) & below(by.organisation_path, "organisation_path")
    rows = Need.objects.filter(own, state=NeedState.OPEN).exclude(pk__in=_shared_already())
    return rows.select_related("specification", "place").order_by("-priority", "pk")


def _shared_already() -> QuerySet:
    return SharedNeed.objects.filter(unshared_at__isnull=True).values("need_id")


def federations_of(by: Acting) -> QuerySet[Federation]:
    """Those the actor's house is a member of."""
    ours = Member.objects.filter(of_house(by), state=MemberState.MEMBER)
    return Federation.objects.filter(pk__in=ours.values("federation_id")).select_related("organisation").order_by("pk")


def offers_for(by: Acting, one: SharedNeed) -> QuerySet[Capacity]:
    """Open offers of the actor's organisation, of the kind that is needed."""
    own = below(by.organisation_path, "organisation_path")
    rows = Capacity.objects.filter(own, specification_id=one.specification_id, state=CapacityState.OPEN)
    return rows.select_related("specification", "place").order_by("pk")


def place_told(need: Need) -> Place:
    """What members are told of where a need is: of a family's or a person's the county, of nobody's alone the place itself."""
    if need.household_id is None and need.person_id is None:
        return need.place
    rows = Place.objects.filter(path__in=ancestors(need.place_path)).defer("boundary")
    wide = (PlaceKind.COUNTRY, PlaceKind.PROVINCE, PlaceKind.COUNTY)
    found = [one for one in rows if one.kind in wide]
    return max(found, key=lambda one: len(one.path))


def one_election(vote_id: int) -> Vote:
    """Raises `NotFound` where it is none, or lies outside the scope."""
    return only(election_votes().filter(pk=vote_id))


def houses_of(rows: Sequence[Vote]) -> dict[int, int]:
    """The federation of each election, by the id of its vote."""
    return dict(Election.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", "federation_id"))
