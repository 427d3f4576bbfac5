"""A vote as a Pabulib file: written for everyone who wants to count it anew, and read as a counted example."""

from datetime import datetime
from decimal import Decimal, InvalidOperation

import numpy as np

from peyvand.engines.ballots import Election, read, write
from peyvand.engines.ballots.votes import Votes
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, NotFound, require
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.database import action, scope
from peyvand.votes.actions import note
from peyvand.votes.enums import BallotKind, Completion, Method, Ties, Utility, VoteState
from peyvand.votes.models import Ballot, Option, Vote
from peyvand.votes.permissions import may_keep
from peyvand.votes.queries import asked_of, ballots_of, ballots_shown, options_of, rule_of
from peyvand.votes.rules import Choice, Rule, rule_refusal
from peyvand.votes.tally import tally

_VOTE_TYPES = {BallotKind.APPROVAL: "approval", BallotKind.POINTS: "cumulative", BallotKind.RANKS: "ordinal"}
_MOST_SIGNS = 5_000_000
_MOST_BY_ONE = 5_000_000  # of money: the steps of one that a count may take
_BATCH = 5000


def as_pabulib(vote: Vote) -> str:
    """The ballots and who won. Raises `NotFound` before the count and where there are too few ballots to show them."""
    if vote.state != VoteState.COUNTED or vote.result is None or not ballots_shown(vote):
        raise NotFound
    options, ballots = options_of(vote), ballots_of(vote)
    name = {one.number: one.code or str(one.number) for one in options}
    projects = [
        {"project_id": name[one.number], "cost": _written(one.cost, vote), "votes": str(vote.result["received"][str(one.number)]),
         "name": one.title}
        for one in options
    ]  # fmt: skip
    votes = []
    for one in ballots:
        row = {"voter_id": one.receipt, "vote": ",".join(name[number] for number in one.options)}
        votes.append(row | ({"points": ",".join(map(str, one.points))} if vote.kind == BallotKind.POINTS else {}))
    chosen = set(vote.result["chosen"])
    selected = [row for row, one in enumerate(options) if one.number in chosen]
    return write(Election(_meta(vote, len(options)), projects, votes), selected=selected)


def _meta(vote: Vote, options: int) -> dict[str, str]:
    meta = {
        "description": vote.title, "country": "", "unit": vote.place.name_en or vote.place.name_fa, "instance": str(vote.pk),
        "num_projects": str(options), "num_votes": str(vote.counted), "budget": _written(vote.budget or vote.seats, vote),
        "vote_type": _VOTE_TYPES[BallotKind(vote.kind)], "rule": rule_name(rule_of(vote)),
        "currency": vote.currency or "IRR",
    }  # fmt: skip
    if vote.opens_at and vote.closes_at:
        meta["date_begin"] = business_date(vote.opens_at).strftime("%d.%m.%Y")
        meta["date_end"] = business_date(vote.closes_at).strftime("%d.%m.%Y")
    if vote.threshold:
        meta["min_project_score_threshold"] = str(vote.threshold)
    if vote.most_choices:
        meta["max_length"] = str(vote.most_choices)
    if vote.most_points:
        meta["max_sum_points"] = str(vote.most_points)
    comment = (
        f"utility: {vote.utility}; completion: {vote.completion}; step: {vote.step}; ties: {vote.ties}; lot: {vote.lot}"
    )
    return meta | {"comment": comment}


def rule_name(rule: Rule) -> str:
    """The rule as Pabulib calls it; where it has no name for it, in the words of this site."""
    if rule.method == Method.EQUAL_SHARES:
        plain = rule.utility == Utility.COST and rule.completion in (Completion.NONE, Completion.STEP)
        if plain and rule.completion == Completion.NONE:
            return "equalshares"
        return "equalshares/add1" if plain and rule.step == 1 else f"equalshares ({rule.utility}, {rule.completion})"
    if rule.method == Method.GREEDY:
        return "greedy-no-skip" if not rule.skip else "greedy-threshold" if rule.threshold else "greedy"
    return rule.method.value


def _written(money: int, vote: Vote) -> str:
    return str(Decimal(money).scaleb(-vote.digits)) if vote.digits else str(money)


@action
def import_example(
    *, text: str, source: str, place: Place, organisation: Organisation, by: Acting, now: datetime
) -> Vote:  # fmt: skip
    """Read a Pabulib file, count it by the rule it names, and keep it as an example beside what was published.

    Raises `BadValue` naming section and row of what is wrong, or the rule that is not known here.
    """
    if len(text) > _MOST_SIGNS:
        raise BadValue(field="file", reason="too long: at most five million signs")
    if not source.strip():
        raise BadValue(field="source", reason="where it comes from is shown to everyone")
    try:
        election = read(text)
        votes = election.arrays()
    except ValueError as error:
        raise BadValue(field="file", reason=str(error)) from None
    rule = _rule(election, votes.budget, _most_points(votes))
    vote = Vote(
        title=(election.meta.get("description") or "Pabulib")[:160], place=place, place_path=place.path, organisation=organisation,
        organisation_path=organisation.path, state=VoteState.DRAFT, example=True, source=source.strip()[:200],
        currency=election.meta.get("currency", "")[:10] or "—", digits=max(0, -int(election.smallest.as_tuple().exponent)),
        created_by_id=by.account_id or None, created_at=now, lot="example",
        **{name: getattr(rule, name) for name in Rule.__dataclass_fields__},
    )  # fmt: skip
    require(may_keep(by, vote))
    with scope(SYSTEM):
        _fill(vote, election, rule)
        chosen = vote.result["chosen"] if vote.result else []
        published = [row for row, one in enumerate(election.projects, 1) if one.get("selected") in ("1", "2", "3")]
        if any("selected" in one for one in election.projects):
            vote.result = (vote.result or {}) | {"published": published, "as_published": sorted(chosen) == published}
        vote.state, vote.counted, vote.counted_at = VoteState.COUNTED, len(election.votes), now
        vote.save()
    note("vote.example_read", vote, by, now)
    return vote


def _most_points(votes: Votes) -> int:
    """The most that one ballot of a file gave."""
    behind = np.concatenate([[0], np.cumsum(votes.points)])
    return int((behind[votes.indptr[1:]] - behind[votes.indptr[:-1]]).max(initial=1))


def _rule(election: Election, budget: int, most: int) -> Rule:
    meta = election.meta
    name, points = meta.get("rule", "greedy").lower(), meta.get("vote_type", "approval") != "approval"
    kind, most = (BallotKind.POINTS, most) if points else (BallotKind.APPROVAL, 0)
    if name in ("greedy", "greedy-threshold", "greedy-no-skip"):
        try:
            fewest = int(Decimal(meta.get("min_project_score_threshold") or 0))
        except InvalidOperation:
            raise BadValue(field="file", reason="META: min_project_score_threshold is no number") from None
        rule = Rule(
            method=Method.GREEDY, kind=kind, completion=Completion.NONE, ties=Ties.NUMBER, budget=budget, threshold=fewest,
            skip=name != "greedy-no-skip", most_points=most,
        )  # fmt: skip
    elif name in ("equalshares", "equalshares/add1"):
        completion = Completion.STEP if name.endswith("add1") else Completion.NONE
        if completion == Completion.STEP and budget > _MOST_BY_ONE:
            raise BadValue(
                field="file", reason="META: a budget this large is not counted in steps of one while you wait"
            )
        method = Method.EQUAL_SHARES
        return Rule(method=method, kind=kind, completion=completion, step=1, budget=budget, most_points=most)
    else:
        raise BadValue(field="file", reason=f"META: the rule {name!r} is not counted here")
    require(rule_refusal(rule))
    return rule


def _fill(vote: Vote, election: Election, rule: Rule) -> None:
    votes = election.arrays()
    vote.save()
    options = Option.objects.bulk_create(
        Option(vote=vote, number=number, code=row["project_id"][:40], title=(row.get("name") or row["project_id"])[:200],
               cost=int(votes.cost[number - 1]))
        for number, row in enumerate(election.projects, 1)
    )  # fmt: skip
    numbers = (votes.indices + 1).tolist()
    given = votes.points.tolist() if rule.kind == BallotKind.POINTS else []
    fresh = []
    for row, (start, stop) in enumerate(zip(votes.indptr[:-1].tolist(), votes.indptr[1:].tolist(), strict=True)):
        receipt = election.votes[row].get("voter_id") or str(row + 1)
        fresh.append(Ballot(vote=vote, receipt=receipt[:40], options=numbers[start:stop], points=given[start:stop]))
    Ballot.objects.bulk_create(fresh, batch_size=_BATCH)
    choices = [Choice(tuple(one.options), tuple(one.points)) for one in fresh]
    vote.result = tally(rule, asked_of(options), choices, lot=vote.lot)


def counts_again(vote_id: int) -> bool:
    """Whether the published ballots, counted anew, give the kept result."""
    with scope(SYSTEM):
        vote = Vote.objects.select_related("place").get(pk=vote_id)
        ballots = [Choice(tuple(one.options), tuple(one.points)) for one in ballots_of(vote)]
        fresh = tally(rule_of(vote), asked_of(options_of(vote)), ballots, lot=vote.lot)
    return vote.result is not None and all(vote.result[key] == value for key, value in fresh.items())
