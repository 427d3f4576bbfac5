"""Every write of assemblies. Rows are locked in one order: the vote, then ideas by their ids."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Any

from peyvand.extend.switches import off_refusal
from peyvand.flow.need.actions import NewNeed, open_needs
from peyvand.flow.need.models import Need
from peyvand.journal.actions import record
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, require
from peyvand.kernel.text import search_key
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.programmes.assemblies import rules
from peyvand.programmes.assemblies.enums import IdeaState
from peyvand.programmes.assemblies.models import Assembly, Candidate, Idea, PlanNeed, Study
from peyvand.programmes.assemblies.permissions import may_decide, may_tell_at, may_work_on
from peyvand.programmes.assemblies.queries import candidates_of, unpublished
from peyvand.resources.models import Specification
from peyvand.scope.acting import Acting, require_system
from peyvand.scope.bulk import lock
from peyvand.scope.database import action
from peyvand.votes import actions as votes
from peyvand.votes.enums import VoteState
from peyvand.votes.models import Option, Vote
from peyvand.votes.rules import Rule

SLUG = "assemblies"


@action
def tell_idea(
    *, title: str, text: str, place: Place, organisation: Organisation, by: Acting, now: datetime
) -> Idea:  # fmt: skip
    """What somebody of a place wants done there: told by a resident himself, or written down for him."""
    if not title.strip():
        raise BadValue(field="title", reason="an idea has a name")
    idea = Idea(
        place=place, place_path=place.path, organisation=organisation, organisation_path=organisation.path, title=title.strip(),
        text=text.strip(), search_key=search_key(title)[:200], state=rules.LIFE.start, told_by_id=by.account_id or None, told_at=now,
    )  # fmt: skip
    require(may_tell_at(by, idea))
    _require_on(idea, now)
    idea.save()
    _event("idea.told", [idea], by, now)
    return idea


@action
def join_idea(*, idea_id: int, to_id: int, by: Acting, now: datetime) -> Idea:
    """Let a like idea of the same place go on for both. Undone by `part_idea`. Raises `JoinedOne`."""
    found = _locked({idea_id, to_id})
    idea, other = found[idea_id], found.get(to_id, found[idea_id])
    require(may_work_on(by, idea))
    _require_on(idea, now)
    if (
        other.pk == idea.pk
        or other.state == IdeaState.JOINED
        or other.place_path != idea.place_path
        or idea.joined.exists()
    ):
        raise rules.JoinedOne
    idea.state, idea.joined_to = rules.LIFE.after("join_idea", idea.state), other
    return _saved("idea.joined", idea, by, now)


@action
def part_idea(*, idea_id: int, by: Acting, now: datetime) -> Idea:
    """Take an idea out of the one it was joined to: it goes on by itself, as it was."""
    idea = _locked({idea_id})[idea_id]
    require(may_work_on(by, idea))
    _require_on(idea, now)
    idea.state, idea.joined_to = rules.LIFE.after("part_idea", idea.state), None
    return _saved("idea.parted", idea, by, now)


@dataclass(frozen=True)
class Findings:
    """What a study found: `parts` by the names of `rules.PARTS` and `rules.ANNEX`."""

    parts: Mapping[str, str]
    cost_rial: int
    feasible: bool = True


@action
def write_study(*, idea_id: int, findings: Findings, by: Acting, now: datetime) -> Study:
    """Keep what was found so far; nobody outside sees it before `publish_study`."""
    idea = _locked({idea_id})[idea_id]
    require(may_work_on(by, idea))
    _require_on(idea, now)
    rules.LIFE.after("publish_study", idea.state)  # raises where the study was published, or the idea joined
    values: dict[str, Any] = {part: findings.parts.get(part, "").strip() for part in (*rules.PARTS, *rules.ANNEX)}
    values |= {"cost_rial": findings.cost_rial, "feasible": findings.feasible, "written_by_id": by.account_id or None}
    study, _new = Study.objects.update_or_create(idea=idea, defaults=values)
    _event("idea.study_written", [idea], by, now)
    return study


@action
def publish_study(*, idea_id: int, by: Acting, now: datetime) -> Study:
    """Show the study to everyone, for good. An idea that cannot be done ends here, with its reasons. Raises `StudyNotWhole`."""
    idea = _locked({idea_id})[idea_id]
    require(may_decide(by, idea))
    _require_on(idea, now)
    study = Study.objects.filter(idea=idea).first()
    parts = {part: getattr(study, part, "") for part in (*rules.PARTS, *rules.ANNEX)}
    if study is None or not rules.whole(parts, study.cost_rial):
        raise rules.StudyNotWhole
    idea.state = rules.LIFE.after("publish_study" if study.feasible else "find_infeasible", idea.state)
    study.published_at, study.published_by_id = now, by.account_id or None
    study.save(update_fields=["published_at", "published_by"])
    _saved("idea.study_published", idea, by, now)
    return study


@action
def prepare_assembly(
    *, title: str, place: Place, organisation: Organisation, rule: Rule, idea_ids: Sequence[int], by: Acting, now: datetime
) -> Vote:  # fmt: skip
    """A vote between ideas of a place, still a draft. Studies may be missing yet; `open_assembly` asks for them."""
    found = _locked(set(idea_ids))
    ideas = [found[pk] for pk in dict.fromkeys(idea_ids)]
    if not ideas:
        raise BadValue(field="ideas", reason="choose the ideas to vote on")
    costs = dict(Study.objects.filter(idea__in=ideas).values_list("idea_id", "cost_rial"))
    for idea in ideas:
        _require_on(idea, now)
        if idea.state not in (IdeaState.TOLD, IdeaState.STUDIED) or not idea.place_path.startswith(place.path):
            raise BadValue(field="ideas", reason="each lies in the place of the vote and is neither joined nor decided")
    options = [votes.NewOption(idea.title, costs.get(idea.pk) or 1, str(idea.pk)) for idea in ideas]
    vote = votes.prepare_vote(
        title=title, place=place, organisation=organisation, rule=rule, options=options, by=by, now=now
    )
    assembly = Assembly.objects.create(vote=vote)
    rows = Option.objects.filter(vote=vote).order_by("number")
    Candidate.objects.bulk_create(
        [Candidate(option=option, assembly=assembly, idea=idea) for option, idea in zip(rows, ideas, strict=True)]
    )
    _event("assembly.prepared", ideas, by, now)
    return vote


@action
def open_assembly(*, vote_id: int, opens_at: datetime, closes_at: datetime, by: Acting, now: datetime) -> Vote:
    """Put the ideas to the vote, each at the cost its published study found. Raises `StudyNotPublished`.

    A trigger of the database refuses the same, whoever opens the vote.
    """
    votes.locked(vote_id)
    candidates = candidates_of(vote_id)
    ideas = _locked({one.idea_id for one in candidates})
    if missing := unpublished(candidates):
        raise rules.StudyNotPublished(titles="، ".join(missing))
    for one in candidates:
        if one.option.cost != one.idea.study.cost_rial:
            one.option.cost = one.idea.study.cost_rial
            one.option.save(update_fields=["cost"])
    vote = votes.open_vote(vote_id=vote_id, opens_at=opens_at, closes_at=closes_at, by=by, now=now)
    _move("put_to_vote", "idea.put_to_vote", ideas.values(), by, now)
    return vote


@action
def part_chosen(*, vote_ids: Sequence[int], by: Acting, now: datetime) -> None:
    """Of votes that were counted: what the residents chose can be planned, the rest can be put to a later vote.

    Votes of others, and those seen to before, are passed over.
    """
    require_system(by)
    for vote in Vote.objects.filter(pk__in=vote_ids, state=VoteState.COUNTED).order_by("pk"):
        candidates = candidates_of(vote.pk)
        ideas = _locked({one.idea_id for one in candidates})
        waiting = [one for one in candidates if ideas[one.idea_id].state == IdeaState.ON_BALLOT]
        chosen = set((vote.result or {})["chosen"])
        won = [ideas[one.idea_id] for one in waiting if one.option.number in chosen]
        lost = [ideas[one.idea_id] for one in waiting if one.option.number not in chosen]
        _move("choose_idea", "idea.chosen", won, by, now)
        _move("leave_idea", "idea.not_chosen", lost, by, now)


@action
def call_off_assembly(*, vote_id: int, reason: str, by: Acting, now: datetime) -> Vote:
    """End the vote without a count; its ideas can be put to another."""
    vote = votes.call_off_vote(vote_id=vote_id, reason=reason, by=by, now=now)
    ideas = _locked({one.idea_id for one in candidates_of(vote_id)})
    on_ballot = [one for one in ideas.values() if one.state == IdeaState.ON_BALLOT]
    _move("leave_idea", "idea.not_chosen", on_ballot, by, now)
    return vote


@dataclass(frozen=True)
class PlanLine:
    """One need of the plan: how much of what, and by when."""

    specification: Specification
    quantity: int
    due_date: date | None = None


@action
def plan_idea(
    *, idea_id: int, lines: Sequence[PlanLine], by: Acting, now: datetime, random: Random | None = None
) -> list[Need]:
    """Make a chosen idea a plan: its needs are opened for the neighbourhood, and found and given as all others are."""
    idea = _locked({idea_id})[idea_id]
    require(may_decide(by, idea))
    _require_on(idea, now)
    idea.state = rules.LIFE.after("plan_idea", idea.state)
    if not lines:
        raise BadValue(field="lines", reason="a plan has at least one need")
    told = [
        NewNeed(one.specification, one.quantity, idea.place, due_date=one.due_date, organisation=idea.organisation)
        for one in lines
    ]
    needs = open_needs(rows=told, by=by, now=now, random=random)
    PlanNeed.objects.bulk_create([PlanNeed(need=need, idea=idea) for need in needs])
    _saved("idea.planned", idea, by, now)
    return needs


@action
def forget_tellers(*, ended_before: date, by: Acting, now: datetime) -> int:
    """Take away who told ideas, and what they wrote beyond the title, of those told before a day; gives how many."""
    require_system(by)
    rows = Idea.objects.filter(told_at__date__lt=ended_before).exclude(told_by__isnull=True, text="")
    ideas = list(rows.select_for_update(of=("self",)).order_by("pk"))
    Idea.objects.filter(pk__in=[one.pk for one in ideas]).update(told_by=None, text="")
    if ideas:
        _event("idea.tellers_forgotten", ideas, by, now)
    return len(ideas)


def _locked(ids: Iterable[int]) -> dict[int, Idea]:
    return lock(Idea.objects.select_related("place", "organisation"), ids, of=("self",))


def _require_on(idea: Idea, now: datetime) -> None:
    require(off_refusal(SLUG, [(idea.place_path, idea.organisation_path)], business_date(now)))


def _move(step: str, act: str, ideas: Iterable[Idea], by: Acting, now: datetime) -> None:
    moved = list(ideas)
    for idea in moved:
        idea.state = rules.LIFE.after(step, idea.state)
    Idea.objects.bulk_update(moved, ["state"])
    if moved:
        _event(act, moved, by, now)


def _saved(act: str, idea: Idea, by: Acting, now: datetime) -> Idea:
    idea.save(update_fields=["state", "joined_to"])
    _event(act, [idea], by, now)
    return idea


def _event(act: str, ideas: Sequence[Idea], by: Acting, now: datetime) -> None:
    only = ideas[0] if len(ideas) == 1 else None
    record(
        act, kind="idea", subject=only.pk if only else None, by=by, now=now,
        place_path=only.place_path if only else by.place_path,
        organisation_path=only.organisation_path if only else by.organisation_path,
        rows=[(one.pk,) for one in ideas],
    )  # fmt: skip
