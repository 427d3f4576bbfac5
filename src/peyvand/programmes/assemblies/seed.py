"""Demo rows, by the product's own acts and a fixed random source."""

from datetime import datetime, timedelta
from random import Random

from peyvand.extend.switches import switch_on
from peyvand.kernel.jalali import business_date
from peyvand.kernel.text import persian_digits
from peyvand.people.models import Membership, Organisation
from peyvand.people.queries import acting_as
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.programmes.assemblies import actions
from peyvand.programmes.assemblies.models import Idea
from peyvand.resources.models import Specification
from peyvand.scope.acting import SYSTEM, Role
from peyvand.scope.bulk import below
from peyvand.scope.database import scope
from peyvand.votes.actions import close_vote
from peyvand.votes.casting import cast_by_code
from peyvand.votes.counting import count_at_once
from peyvand.votes.enums import Way
from peyvand.votes.roll import NewVoter, give_codes, vouch_voters
from peyvand.votes.rules import Choice, Rule

_MILLION = 10_000_000  # rial in a million toman
_TOGETHER = 4  # ideas that a vote decides between, at most
_VOTERS = 7
_WISHES = (
    ("روشن‌کردن کوچهٔ مدرسه", 60), ("رمپ برای ورودی خانهٔ محله", 25), ("نیمکت و سایه‌بان در ایستگاه", 40), ("سرعت‌گیر جلوی درمانگاه", 15),
    ("کتابخانهٔ کوچک در مسجد", 35), ("جای بازی برای کودکان دارای معلولیت", 90), ("آب‌خوری در بوستان", 20), ("کلاس سواد برای مادران", 30),
)  # fmt: skip


def seed(count: int, random: Random, now: datetime) -> int:
    """Ideas of a few neighbourhoods in every state; in each place one vote that is counted. Gives how many ideas were added."""
    with scope(SYSTEM):
        wanted = max(0, count - Idea.objects.count())
        rows = Membership.objects.filter(role=Role.FACILITATOR.value, until__isnull=True)
        member = rows.select_related("place", "organisation").order_by("pk").first()
        if not wanted or member is None:
            return 0
        inside = below(member.place.path, "path")
        places = list(Place.objects.filter(inside, kind=PlaceKind.NEIGHBOURHOOD).order_by("path")[:5]) or [member.place]
    house = Organisation.objects.get(path=member.organisation.path.split("/")[0] + "/")
    switch_on(slug=actions.SLUG, organisation=house, since=business_date(now) - timedelta(days=90), by=SYSTEM, now=now)
    worker = acting_as(member)
    told = []
    for row in range(wanted):
        title, cost = _WISHES[row % len(_WISHES)]
        place = places[row // _TOGETHER % len(places)]
        at = now - timedelta(days=random.randint(40, 80))
        idea = actions.tell_idea(
            title=f"{title} در {place.name_fa}",
            text="",
            place=place,
            organisation=member.organisation,
            by=worker,
            now=at,
        )
        told.append((idea, cost * _MILLION))
    if wanted > 1:
        _decide(told[:_TOGETHER], member.organisation, random, now)
    return wanted


def _decide(told: list[tuple[Idea, int]], house: Organisation, random: Random, now: datetime) -> None:
    """Study them, vote on them, and plan one that was chosen."""
    then, place = now - timedelta(days=30), told[0][0].place
    for idea, cost in told:
        parts = dict.fromkeys(
            ("technical", "money", "law", "people", "risk"), "دادهٔ نمایشی: بررسی شد و مانعی دیده نشد."
        )
        parts |= {"gains": "دادهٔ نمایشی: همهٔ اهالی کوچه", "left_out": "دادهٔ نمایشی: کسی که دورتر است؛ نوبت بعد از اوست"}
        findings = actions.Findings(parts, cost)
        actions.write_study(idea_id=idea.pk, findings=findings, by=SYSTEM, now=then)
        actions.publish_study(idea_id=idea.pk, by=SYSTEM, now=then)
    budget = 100 * _MILLION
    vote = actions.prepare_assembly(
        title=f"بودجهٔ {place.name_fa} (دادهٔ نمایشی)", place=place, organisation=house, rule=Rule(budget=budget, step=_MILLION),
        idea_ids=[idea.pk for idea, _cost in told], by=SYSTEM, now=then,
    )  # fmt: skip
    rows = [
        NewVoter(f"رأی‌دهندهٔ نمایشی {persian_digits(number)}", f"نمایشی {persian_digits(number)}")
        for number in range(1, _VOTERS + 1)
    ]
    ids = [one.pk for one in vouch_voters(vote_id=vote.pk, rows=rows, by=SYSTEM, now=then)]
    codes = give_codes(vote_id=vote.pk, voter_ids=ids, way=Way.HAND, by=SYSTEM, now=then)
    closes = then + timedelta(days=7)
    actions.open_assembly(vote_id=vote.pk, opens_at=then, closes_at=closes, by=SYSTEM, now=then)
    for code in list(codes.values())[:-1]:
        likes = tuple(sorted(random.sample(range(1, len(told) + 1), 2)))
        cast_by_code(vote_id=vote.pk, code=code, choice=Choice(likes), by=SYSTEM, now=then)
    close_vote(vote_id=vote.pk, by=SYSTEM, now=closes)
    done = count_at_once(vote_id=vote.pk, by=SYSTEM, now=closes)
    actions.part_chosen(vote_ids=[vote.pk], by=SYSTEM, now=closes)
    if done.result and done.result["chosen"]:
        winner = told[done.result["chosen"][0] - 1][0]
        kind = Specification.objects.get(slug="public-works")
        actions.plan_idea(idea_id=winner.pk, lines=[actions.PlanLine(kind, 5)], by=SYSTEM, now=closes, random=random)
