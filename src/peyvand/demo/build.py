"""Building the demo province, stage by stage, with the product's own acts."""

from datetime import datetime

from django.db.models import Count, Q

from peyvand.demo import agreeing, families, ground, promising, telling, telling_stories
from peyvand.demo.months import MATCHED_IN, MONTHS, Calendar
from peyvand.demo.plan import SEED, Plan
from peyvand.demo.state import BUILT, Built, check
from peyvand.demo.upkeep import analyse, unhurried_commits
from peyvand.demo.world import Progress, World
from peyvand.extend.discovery import programmes
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.counting.actions import keep_counts
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.need.models import Need
from peyvand.journal.actions import record
from peyvand.kernel.refusals import Refusal
from peyvand.people.models import Disability, Household, Organisation, Person
from peyvand.places.models import Place
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.database import action, scope

_ROWS_OF_A_PROGRAMME = 400  # at full size
_FEWEST_ROWS = 12


class AlreadyBuilt(Refusal):
    code = "demo_already_built"
    message = "The demo is there already. Build it afresh with RESET=1."


def build(*, scale: float, now: datetime, seed: int = SEED, progress: Progress = lambda stage, share: None) -> Built:
    """Build the demo in an empty database; `now` is the real present. Raises `AlreadyBuilt`, `NotDemo` or `Unfinished`."""
    if check() is not None:
        raise AlreadyBuilt
    world = World(Plan.of(scale), seed, Calendar(now), progress)
    with unhurried_commits():
        progress("places", 0)
        ground.lay(world)
        progress("organisations", 0)
        ground.found(world)
        families.register(world)
    with unhurried_commits():  # the families may have closed the connection
        families.residents(world)
        analyse()
        _live(world)
        progress("stories", 0)
        telling_stories.tell_stories(world)
        _programmes(world)
        analyse()
        keep_counts(by=SYSTEM, now=now)
        figures = count()
        _finish(scale=scale, seed=seed, figures=figures, by=SYSTEM, now=now)
    progress("ready", 1)
    return Built(scale, seed, figures)


def _programmes(world: World) -> None:
    """Every programme that is found adds its own rows; the demo names none of them."""
    rows = max(_FEWEST_ROWS, round(_ROWS_OF_A_PROGRAMME * world.plan.scale))
    for slug, programme in programmes().items():
        world.progress("programmes", 0)
        programme.seed(rows, world.random("programme", slug), world.calendar.now)


def _live(world: World) -> None:
    """The fourteen months."""
    telling.of_neighbourhoods(world)
    agreeing.sign(world)
    offers = telling.Offers(world)
    for month in range(MONTHS):
        world.progress("months", month / MONTHS)
        offers.make(month)
        telling.tell(world, month)
        if month == MONTHS - 2:
            telling.by_residents(world)
        if month in MATCHED_IN:
            telling.look_again(world, month)
            promising.Round(world, month).run()
    promising.match_today(world)


def count() -> dict[str, object]:
    """The key figures of what stands in the database."""
    with scope(SYSTEM):
        kinds = Disability.objects.values("kind").annotate(n=Count("pk")).order_by("kind").values_list("kind", "n")
        needs = Need.objects.values_list("state", "closed_as", "met_by").annotate(n=Count("pk"))
        deliveries = Delivery.objects.aggregate(
            all=Count("pk"), refused=Count("pk", Q(answer="refused")), reversing=Count("pk", Q(quantity__lt=0)),
            waiting=Count("pk", Q(answer="")),
        )  # fmt: skip
        promises = (
            Commitment.objects.values("state").annotate(n=Count("pk")).order_by("state").values_list("state", "n")
        )
        return {
            "neighbourhoods": Place.objects.filter(kind="neighbourhood").count(),
            "invented_neighbourhoods": Place.objects.filter(kind="neighbourhood", is_invented=True).count(),
            "organisations": Organisation.objects.count(),
            "households": Household.objects.count(),
            "persons": Person.objects.count(),
            "disabilities": dict(kinds),
            "needs": {"/".join(filter(None, key)): n for *key, n in sorted(needs)},
            "commitments": dict(promises),
            "deliveries": deliveries,
        }


@action
def _finish(*, scale: float, seed: int, figures: dict[str, object], by: Acting, now: datetime) -> None:
    record(
        BUILT, kind="demo", subject=None, by=by, now=now, place_path=ground.PROVINCE, organisation_path="-",
        data={"scale": scale, "seed": seed, "figures": figures},
    )  # fmt: skip
