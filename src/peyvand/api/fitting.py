"""The rules of the match: what needs ask, offers bring and kinds demand; who could give one need; what a family refuses."""

from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Path, Query, Router, Schema

from peyvand.api.answers import Given, Order, Page, PageQuery, act, page_of, reading, say, the_one
from peyvand.api.capacities import CapacityOut, capacity_out
from peyvand.api.identity import SIGNED_IN
from peyvand.api.shapes import Day, Id, OrganisationRef, Quantity, Slug, maybe, organisation_ref
from peyvand.flow.capacity.actions import set_brought
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.capacity.rules import Brought
from peyvand.flow.commitment.offers import Offer, offers_for
from peyvand.flow.commitment.refusing import accept_providers, refuse_provider
from peyvand.flow.need.actions import LONGEST_KM, set_asked
from peyvand.flow.need.models import Need, ProviderRefused
from peyvand.flow.need.queries import needs_of
from peyvand.flow.need.rules import Asked
from peyvand.flow.need.together import MOST_TOGETHER, set_together
from peyvand.kernel.refusals import NotFound
from peyvand.people.enums import Sex
from peyvand.people.models import Household
from peyvand.resources.actions import KindRules, rules_of_kind, set_kind_rules
from peyvand.resources.enums import QualityKind
from peyvand.resources.models import Quality, Specification
from peyvand.scope.acting import Acting

needs, capacities, families = Router(tags=["Needs"]), Router(tags=["Capacities"]), Router(tags=["Families"])
specifications, qualities = Router(tags=["Registers"]), Router(tags=["Registers"])
Qualities = Annotated[
    list[Slug], Field(max_length=100, description="Slugs of qualities, as `GET /qualities` gives them")
]


class QualityOut(Schema):
    slug: str
    kind: QualityKind
    name_fa: str
    name_en: str


class AskedIn(Given):
    """All licences, skills and ways in are needed; of languages one is enough. Whatever is empty asks nothing."""

    qualities: Qualities = []
    giver_sex: Sex | None = None
    start_date: Annotated[Day, Field(description="Not before this day")] | None = None
    most_km: Annotated[int, Field(ge=1, le=LONGEST_KM, description="How far the person can go")] | None = None
    may_share: Annotated[bool, Field(description="Several givers may share it")] = True


class AskedOut(Schema):
    need_id: int
    qualities: list[str]
    giver_sex: Sex | None
    start_date: date | None
    most_km: int | None
    may_share: bool


class TogetherIn(Given):
    """The other needs that this one goes together with, all of one place and one keeper; none, and it goes by itself."""

    need_ids: Annotated[list[Id], Field(max_length=MOST_TOGETHER - 1)] = []


class TogetherOut(Schema):
    """Needs that are served all or none: this one and those that go with it, as far as you see them. Alone, it goes by itself."""

    need_ids: list[int]


class BroughtIn(Given):
    qualities: Qualities = []
    giver_sex: Sex | None = None
    most_a_week: (
        Annotated[Quantity, Field(description="Taken on in a week, all offers of the kind together")] | None
    ) = None


class BroughtOut(Schema):
    capacity_id: int
    qualities: list[str]
    giver_sex: Sex | None
    most_a_week: int | None


class WhyNot(Schema):
    code: str = Field(description="Stable code of the rule", examples=["skill_missing"])
    message: str


class OfferOut(Schema):
    """`units` could be promised to the need now; `why_not` is empty where the offer fits."""

    capacity: CapacityOut
    units: int
    km: float | None
    why_not: list[WhyNot]


class Offers(Schema):
    items: list[OfferOut]


class RefusedIn(Given):
    organisation_id: Annotated[Id, Field(description="The provider that the family does not want")]


class RefusedOut(Schema):
    id: int
    family_id: int
    provider: OrganisationRef
    since: datetime
    until: datetime | None


class KindRulesIn(Given):
    licences: Qualities = []
    same_sex: Annotated[bool, Field(description="Only given by somebody of the same sex as the person")] = False
    at_venue: Annotated[bool, Field(description="The person goes to the giver's place")] = False
    substitutes: Annotated[list[Slug], Field(max_length=100, description="What may be given in its place")] = []


class KindRulesOut(Schema):
    specification: str
    licences: list[str]
    same_sex: bool
    at_venue: bool
    substitutes: list[str]


def _asked_out(row: Need) -> AskedOut:
    return AskedOut(
        need_id=row.pk, qualities=row.asks, giver_sex=maybe(Sex, row.giver_sex), start_date=row.start_date,
        most_km=row.most_km, may_share=row.may_share,
    )  # fmt: skip


def _together_out(row: Need) -> TogetherOut:
    if row.together is None:
        return TogetherOut(need_ids=[row.pk])
    members = Need.objects.filter(together=row.together).order_by("pk")
    return TogetherOut(need_ids=list(members.values_list("pk", flat=True)))


def _brought_out(row: Capacity) -> BroughtOut:
    return BroughtOut(
        capacity_id=row.pk, qualities=row.brings, giver_sex=maybe(Sex, row.giver_sex), most_a_week=row.most_a_week
    )


def _offer_out(one: Offer, by: Acting) -> OfferOut:
    why = [WhyNot(code=reason.code, message=reason.message.format(**reason.details)) for reason in one.why_not]
    return OfferOut(capacity=capacity_out(one.capacity, by), units=one.units, km=one.km, why_not=why)


def _refused_out(row: ProviderRefused) -> RefusedOut:
    return RefusedOut(
        id=row.pk,
        family_id=row.household_id,
        provider=organisation_ref(row.organisation),
        since=row.since,
        until=row.until,
    )


def _rules_out(kind: Specification) -> KindRulesOut:
    rules = rules_of_kind(kind)
    return KindRulesOut(
        specification=kind.slug, licences=list(rules.licences), same_sex=rules.same_sex, at_venue=rules.at_venue,
        substitutes=list(rules.substitutes),
    )  # fmt: skip


@needs.get("/{int:need_id}/asked", response=AskedOut, summary="What a need asks of whoever gives")
def get_asked(request: HttpRequest, need_id: Path[Id]) -> HttpResponse:
    with reading(request):
        return say(_asked_out(the_one(Need.objects.all(), need_id)))


@needs.post("/{int:need_id}/asked", response=AskedOut, summary="Set what a need asks of whoever gives")
def ask_of_givers(request: HttpRequest, need_id: Path[Id], body: AskedIn) -> HttpResponse:
    """Promises that stand stay; new ones and runs go by it."""
    asked = Asked(
        tuple(body.qualities),
        body.giver_sex.value if body.giver_sex else "",
        body.start_date,
        body.most_km,
        body.may_share,
    )
    return act(request, lambda by, now: _asked_out(set_asked(need_id=need_id, asked=asked, by=by, now=now)))


@needs.get("/{int:need_id}/together", response=TogetherOut, summary="Needs that go together with this one")
def get_together(request: HttpRequest, need_id: Path[Id]) -> HttpResponse:
    with reading(request):
        return say(_together_out(the_one(Need.objects.all(), need_id)))


@needs.post("/{int:need_id}/together", response=TogetherOut, summary="Set which needs go together with this one")
def go_together(request: HttpRequest, need_id: Path[Id], body: TogetherIn) -> HttpResponse:
    """Runs serve all of them or none, and promises are made for all of them or none."""
    ids = [need_id, *body.need_ids]
    return act(
        request,
        lambda by, now: TogetherOut(need_ids=[row.pk for row in set_together(need_ids=ids, by=by, now=now)]),
    )


@needs.get(
    "/{int:need_id}/offers",
    response=Offers,
    summary="Open offers beside a need: those that fit, and why not the others",
)
def offers_of_need(request: HttpRequest, need_id: Path[Id]) -> HttpResponse:
    """Those that fit come first, the nearest before the others. Nothing is held for the need by asking."""
    with reading(request) as by:
        if not by.is_staff:
            raise NotFound
        the_one(needs_of(by, timezone.now()), need_id)
        found = offers_for(need_id, by=by, now=timezone.now())
        return say(Offers(items=[_offer_out(one, by) for one in found]))


@capacities.get("/{int:capacity_id}/brought", response=BroughtOut, summary="What an offer brings for what needs ask")
def get_brought(request: HttpRequest, capacity_id: Path[Id]) -> HttpResponse:
    with reading(request):
        return say(_brought_out(the_one(Capacity.objects.all(), capacity_id)))


@capacities.post("/{int:capacity_id}/brought", response=BroughtOut, summary="Set what an offer brings")
def bring(request: HttpRequest, capacity_id: Path[Id], body: BroughtIn) -> HttpResponse:
    brought = Brought(tuple(body.qualities), body.giver_sex.value if body.giver_sex else "", body.most_a_week)
    return act(
        request, lambda by, now: _brought_out(set_brought(capacity_id=capacity_id, brought=brought, by=by, now=now))
    )


@families.get("/{int:family_id}/refused", response=Page[RefusedOut], summary="Providers that a family does not want")
def list_refused(request: HttpRequest, family_id: Path[Id], page: Query[PageQuery]) -> HttpResponse:
    """Seen by those who have a task with the family."""
    with reading(request):
        the_one(Household.objects.all(), family_id)
        rows = ProviderRefused.objects.filter(household_id=family_id).select_related("organisation")
        return page_of(
            request, rows, page, lambda found: [_refused_out(row) for row in found], Order("oldest", ("id",))
        )


@families.post(
    "/{int:family_id}/refused", response={201: RefusedOut}, summary="Record that a family does not want a provider"
)
def refuse_a_provider(request: HttpRequest, family_id: Path[Id], body: RefusedIn) -> HttpResponse:
    """From then on it is neither proposed nor promised to the family; suggestions that wait are declined."""

    def run(by: Acting, now: datetime) -> RefusedOut:
        row, _declined = refuse_provider(household_id=family_id, organisation_id=body.organisation_id, by=by, now=now)
        return _refused_out(row)

    return act(request, run, status=201)


@families.post("/refused/{int:refused_id}/accept", response=RefusedOut, summary="Take the refusal of a provider back")
def accept_a_provider(request: HttpRequest, refused_id: Path[Id]) -> HttpResponse:
    def run(by: Acting, now: datetime) -> RefusedOut:
        accept_providers(refused={refused_id: ()}, by=by, now=now)
        return _refused_out(ProviderRefused.objects.select_related("organisation").get(pk=refused_id))

    return act(request, run)


@specifications.post(
    "/{int:specification_id}/rules",
    response=KindRulesOut,
    auth=SIGNED_IN,
    summary="Set what a kind asks of every giver",
)
def set_rules_of_kind(request: HttpRequest, specification_id: Path[Id], body: KindRulesIn) -> HttpResponse:
    """By administrators. Promises that stand stay; new ones and runs go by it."""
    rules = KindRules(tuple(body.licences), body.same_sex, body.at_venue, tuple(body.substitutes))

    def run(by: Acting, now: datetime) -> KindRulesOut:
        slug = the_one(Specification.objects.all(), specification_id).slug
        return _rules_out(set_kind_rules(slug=slug, rules=rules, by=by, now=now))

    return act(request, run)


@qualities.get("", response=Page[QualityOut], summary="Qualities that rules of the match can ask for")
def list_qualities(request: HttpRequest, page: Query[PageQuery]) -> HttpResponse:
    with reading(request):
        shape = lambda rows: [  # noqa: E731
            QualityOut(slug=one.slug, kind=QualityKind(one.kind), name_fa=one.name_fa, name_en=one.name_en)
            for one in rows
        ]
        return page_of(request, Quality.objects.all(), page, shape, Order("oldest", ("id",)))
