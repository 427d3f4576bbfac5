"""Reads of representatives. Whether somebody is an author is asked of rows that name nobody on any page."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from peyvand.programmes.proposals.enums import ChoosingState, ProposalState
from peyvand.programmes.proposals.models import Happening, Proposal, Theme
from peyvand.programmes.proposals.speaking_models import Candidate, CandidateName, Choosing, ThemeWords, Voice
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import models_at_once, only

MOST_HAPPENINGS, MOST_SHOWN = 200, 100


def one_choosing(choosing_id: int) -> Choosing:
    """Raises `NotFound`."""
    return only(Choosing.objects.select_related("theme").filter(pk=choosing_id))


def one_candidate(candidate_id: int) -> Candidate:
    """Raises `NotFound`."""
    return only(Candidate.objects.select_related("choosing", "theme").filter(pk=candidate_id))


def written_in(theme_id: int) -> QuerySet[Proposal]:
    """The proposals of a theme that were not withdrawn."""
    return Proposal.objects.filter(theme_id=theme_id).exclude(state=ProposalState.WITHDRAWN)


def is_author(by: Acting, theme_id: int) -> bool:
    return bool(by.account_id) and written_in(theme_id).filter(author_id=by.account_id).exists()


def may_choose(by: Acting, choosing: Choosing) -> bool:
    """An author; where the rule says so, somebody who supports one of the proposals too."""
    return sides_of(by, choosing)[1]


def sides_of(by: Acting, choosing: Choosing) -> tuple[bool, bool]:
    """Whether the actor is an author of the theme, and whether he may choose, in one question."""
    if not by.account_id:
        return False, False
    author = Q(author_id=by.account_id)
    chooser = author
    if choosing.with_supporters:
        chooser |= Q(supports__account_id=by.account_id, supports__withdrawn_at__isnull=True)
    own = written_in(choosing.theme_id).filter(chooser)
    told = own.aggregate(written=Count("pk", filter=author), all=Count("pk"))
    return told["written"] > 0, told["all"] > 0


def speaks_now(one: Candidate, today: date) -> bool:
    return (
        one.withdrawn_at is None and one.since is not None and one.until is not None and one.since <= today < one.until
    )


@dataclass
class Voices:
    """What the page of a theme's representatives shows; names where the policies let this reader see them."""

    choosing: Choosing | None
    standing: list[Candidate]
    speaking: list[Candidate]
    former: list[Candidate]
    names: dict[int, CandidateName]
    words: list[ThemeWords]
    own_voice: int | None


def voices_of(theme: Theme, by: Acting, today: date) -> Voices:
    """In two statements: names are read by themselves, for they are kept encrypted."""
    names = CandidateName.objects.filter(candidate__theme=theme)
    current_or_chosen = Q(choosing__state=ChoosingState.OPEN) | Q(since__isnull=False)
    choosings, candidates, words, own = models_at_once(
        Choosing.objects.filter(theme=theme).order_by("pk"),
        Candidate.objects.filter(current_or_chosen, theme=theme).order_by("-pk")[:MOST_SHOWN],
        ThemeWords.objects.filter(theme=theme).order_by("-on", "-pk")[:MOST_SHOWN],
        Voice.objects.filter(choosing__theme=theme, account_id=by.account_id),
    )
    current = next((one for one in choosings if one.state == ChoosingState.OPEN), None)
    of = {one.pk: one for one in choosings}
    candidates.reverse()  # as they stood; where there are very many, the newest
    for one in candidates:
        one.theme, one.choosing = theme, of[one.choosing_id]
    standing = [one for one in candidates if current and one.choosing_id == current.pk and one.withdrawn_at is None]
    chosen = [one for one in candidates if one.since is not None]
    speaking = [one for one in chosen if speaks_now(one, today)]
    return Voices(
        choosing=current, standing=standing, speaking=speaking, former=[one for one in chosen if one not in speaking],
        names={one.candidate_id: one for one in names}, words=words, own_voice=own[0].candidate_id if own else None,
    )  # fmt: skip


def thread(theme: Theme) -> list[Happening]:
    """What happened to all proposals of a theme, the newest first."""
    rows = Happening.objects.filter(proposal__theme=theme).select_related("proposal", "organisation", "other")
    return list(rows.order_by("-at", "-id")[:MOST_HAPPENINGS])


def to_choose(by: Acting, today: date) -> QuerySet[Choosing]:
    """Open ones of themes the actor wrote for, in which he has given no voice."""
    if not by.account_id:
        return Choosing.objects.none()
    wrote = Proposal.objects.filter(author_id=by.account_id).exclude(state=ProposalState.WITHDRAWN).values("theme_id")
    given = Voice.objects.filter(account_id=by.account_id).values("choosing_id")
    rows = Choosing.objects.filter(state=ChoosingState.OPEN, closes_date__gte=today, theme__in=wrote)
    return rows.exclude(pk__in=given)
