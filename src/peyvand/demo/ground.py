"""The ground of the demo: places, what is needed and offered, organisations and those who work in them."""

from peyvand.demo.plan import NAMED, SOURCE, apportion, centres_of, invented_by_county
from peyvand.demo.world import Centre, Giver, World, texts
from peyvand.engines.deprivation import census_prior
from peyvand.kernel.refusals import BadValue
from peyvand.kernel.text import persian_digits, word_key
from peyvand.people.accounts import register_organisation
from peyvand.people.enums import MemberRole, OrganisationKind
from peyvand.people.models import Organisation
from peyvand.places.actions import NewPlace, put_places
from peyvand.places.census import INDICATORS
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.places.reference import load_reference, province_path
from peyvand.resources.actions import put_qualities, put_specifications, starter
from peyvand.resources.models import Specification
from peyvand.scope.acting import SYSTEM
from peyvand.scope.bulk import below

PROVINCE = province_path("IR-02")
SEAT = "ساری"
SAME_COUNTY = 0.4  # the share of families that live in the neighbourhoods of the plan; the others in towns


def lay(world: World) -> None:
    """Reference places, the 56 neighbourhoods and the specifications."""
    begin = world.calendar.begin
    load_reference(by=SYSTEM, now=begin)
    put_specifications(rows=starter().specifications, by=SYSTEM, now=begin)
    put_qualities(rows=starter().qualities, by=SYSTEM, now=begin)
    world.specifications = {one.slug: one for one in Specification.objects.all()}
    world.province = Place.objects.get(path=PROVINCE)
    world.counties = list(Place.objects.filter(below(PROVINCE, "path"), kind=PlaceKind.COUNTY).order_by("path"))
    put_places(rows=_peopled(world), by=SYSTEM, now=begin)
    put_places(rows=_neighbourhoods(world), by=SYSTEM, now=begin)
    for county in world.counties:
        inside = Place.objects.filter(below(county.path, "path")).order_by("path")
        world.neighbourhoods[county.path] = [one for one in inside if one.kind == PlaceKind.NEIGHBOURHOOD]
        world.towns[county.path] = [one for one in inside if one.kind == PlaceKind.CITY] or [county]


def county_named(world: World, name: str) -> Place:
    for county in world.counties:
        if word_key(county.name_fa) == word_key(name):
            return county
    raise BadValue(field="county", reason=f"the reference places have no county «{name}»")


def _peopled(world: World) -> list[NewPlace]:
    """Invented people of the counties and of their province, and a deprivation from invented indicators, as a census file gives."""
    random = world.random("census")
    people = [random.randrange(40_000, 500_000, 100) for _ in world.counties]
    harder = census_prior({name: [random.random() for _ in world.counties] for name in INDICATORS})
    figures = [*zip(world.counties, people, map(int, harder), strict=True), (world.province, sum(people), None)]
    return [
        NewPlace(
            PlaceKind(place.kind), place.name_fa, place.code, place.path.removesuffix(f"{place.code}/"), place.name_en,
            deprivation=deprivation, deprivation_source=SOURCE if deprivation is not None else "",
            population=count, population_source=SOURCE,
        )
        for place, count, deprivation in figures
    ]  # fmt: skip


def _neighbourhoods(world: World) -> list[NewPlace]:
    random = world.random("neighbourhoods")
    counts = invented_by_county([county.name_fa for county in world.counties])
    rows = [(county_named(world, county), name, f"d{place}", False) for place, (county, name) in enumerate(NAMED)]
    number = 0
    for county, count in zip(world.counties, counts, strict=True):
        for _ in range(count):
            number += 1
            rows.append((county, f"محلهٔ نمایشی {persian_digits(number)} {county.name_fa}", f"i{number:02d}", True))
    # A point of a neighbourhood is invented around the county's: it is no place of anybody's home.
    return [
        NewPlace(
            PlaceKind.NEIGHBOURHOOD, name, code, county.path,
            lat=round(county.lat + random.uniform(-0.06, 0.06), 4) if county.lat is not None else None,
            lon=round(county.lon + random.uniform(-0.06, 0.06), 4) if county.lon is not None else None,
            deprivation=random.randrange(45, 96), deprivation_source=SOURCE,
            source=SOURCE if invented else f"iribnews.ir 3699335 (نام)؛ نقطه: {SOURCE}", is_invented=invented,
        )
        for county, name, code, invented in rows
    ]  # fmt: skip


def found(world: World) -> None:
    """The office with its county offices and centres, the givers, and one account for each role."""
    _offices(world)
    _centres(world)
    _givers(world)
    seat, office, province = county_named(world, SEAT), world.office, world.province
    for key, name, role in (
        ("hq_leader", "راهبر ستادی", MemberRole.HQ_LEADER),
        ("hq_leader_2", "راهبر ستادی دوم", MemberRole.HQ_LEADER),
        ("auditor", "حسابرس", MemberRole.AUDITOR),
        ("administrator", "مدیر سامانه", MemberRole.ADMINISTRATOR),
    ):
        world.acting[key] = world.join(key, f"{name} (نمایشی)", role, province, office)
    governor = _register(world, OrganisationKind.AGENCY, "استانداری نمایشی مازندران", province)
    world.acting["governor_office"] = world.join(
        "governor_office", "دفتر استاندار (نمایشی)", MemberRole.GOVERNOR_OFFICE, province, governor
    )
    first = next(centre for centre in world.centres if centre.county.pk == seat.pk)
    world.acting |= {"facilitator": first.facilitator, "social_worker": first.social_worker}
    world.acting["county_officer"] = world.officers[seat.path]
    world.acting["organisation_manager"] = next(
        one.manager for one in world.givers if one.organisation.kind == OrganisationKind.CHARITY
    )
    world.acting["firm_manager"] = next(
        one.manager for one in world.givers if one.organisation.kind == OrganisationKind.FIRM
    )
    world.acting["field_leader"] = world.join(
        "field_leader", f"راهبر میدانی {seat.name_fa} (نمایشی)", MemberRole.FIELD_LEADER, seat,
        world.county_offices[seat.path],
    )  # fmt: skip


def _register(
    world: World, kind: OrganisationKind, name: str, place: Place, parent: Organisation | None = None
) -> Organisation:
    return register_organisation(
        kind=kind, name_fa=name, place=place, parent=parent, by=SYSTEM, now=world.calendar.begin
    )


def _offices(world: World) -> None:
    world.office = _register(world, OrganisationKind.AGENCY, "بهزیستی مازندران (نمایشی)", world.province)
    for county in world.counties:
        name = f"بهزیستی شهرستان {county.name_fa} (نمایشی)"
        office = _register(world, OrganisationKind.AGENCY, name, county, world.office)
        world.county_offices[county.path] = office
        world.officers[county.path] = world.join(
            f"officer_{county.code}", f"کارشناس {county.name_fa} (نمایشی)", MemberRole.COUNTY_OFFICER, county, office
        )


def _centres(world: World) -> None:
    """One for 600 files; families and needs are shared out by the number of towns and neighbourhoods."""
    weights = [
        2 * len(world.neighbourhoods[one.path]) + len(world.towns[one.path]) + (6 if one.name_fa == SEAT else 0)
        for one in world.counties
    ]
    households = apportion(world.plan.households, weights)
    for county, files, count in zip(world.counties, households, centres_of(households), strict=True):
        shares = apportion(files, [1] * count)
        places = world.neighbourhoods[county.path] + world.towns[county.path]
        for number, share in enumerate(shares, 1):
            own = (
                places[(number - 1) % len(places) :: count] if count <= len(places) else [places[number % len(places)]]
            )
            world.centres.append(_centre(world, county, number, own or places, share))
    for centre, needs in zip(
        world.centres, apportion(world.plan.needs, [one.households or 0.001 for one in world.centres]), strict=True
    ):
        centre.needs = needs


def _centre(world: World, county: Place, number: int, places: list[Place], households: int) -> Centre:
    label = f"{persian_digits(number)} {county.name_fa}"
    organisation = _register(
        world, OrganisationKind.POSITIVE_LIFE_CENTRE, f"مرکز مثبت زندگی نمایشی {label}", county,
        world.county_offices[county.path],
    )  # fmt: skip
    key = f"{county.code}_{number}"
    facilitator = world.join(
        f"facilitator_{key}", f"تسهیلگر {label} (نمایشی)", MemberRole.FACILITATOR, county, organisation
    )
    worker = world.join(
        f"social_worker_{key}", f"مددکار {label} (نمایشی)", MemberRole.SOCIAL_WORKER, county, organisation
    )
    return Centre(organisation, county, places, facilitator, worker, households)


def _givers(world: World) -> None:
    random = world.random("givers")
    number = 0
    for row in texts("organisations")["kind"]:
        for word in row["words"]:
            number += 1
            wide = row["kind"] in ("agency", "bank", "fund", "university")
            place = world.province if wide else random.choice(world.counties)
            name = row["name"].format(word=word)
            organisation = _register(world, OrganisationKind(row["kind"]), name, place)
            manager = world.join(
                f"manager_{number}", f"مدیر {name}", MemberRole.ORGANISATION_MANAGER, world.province, organisation
            )
            offers = [slug for slug in row["offers"] if random.random() < 0.8] or row["offers"][:1]
            world.givers.append(Giver(organisation, manager, offers, place))
