"""Representatives: an author opens a choosing, authors stand and choose, the night counts, the chosen one speaks for the theme."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from peyvand.journal.actions import record
from peyvand.kernel.jalali import add_months, business_date
from peyvand.kernel.refusals import BadValue, NotPermitted, require
from peyvand.programmes.proposals import speaking_rules as rules
from peyvand.programmes.proposals.actions import happened, require_on_at, require_said
from peyvand.programmes.proposals.enums import ChoosingState, HappeningKind
from peyvand.programmes.proposals.models import Proposal, Support, Theme
from peyvand.programmes.proposals.permissions import may_write
from peyvand.programmes.proposals.queries import one_theme
from peyvand.programmes.proposals.speaking_models import Candidate, CandidateName, Choosing, ThemeWords, Voice
from peyvand.programmes.proposals.speaking_queries import (
    is_author,
    may_choose,
    one_candidate,
    one_choosing,
    speaks_now,
    written_in,
)
from peyvand.scope.acting import SYSTEM, Acting, require_system
from peyvand.scope.bulk import lock
from peyvand.scope.database import action, scope

LONGEST_DAYS = 90


@dataclass(frozen=True)
class ChoosingTerms:
    """Until which day one chooses, how many, for how long, and whether supporters choose too."""

    closes: date
    seats: int = 1
    term_months: int = 12
    with_supporters: bool = False


@action
def open_choosing(*, theme_id: int, terms: ChoosingTerms, by: Acting, now: datetime) -> Choosing:
    """By an author: let the authors of the theme choose who speaks for it. Raises `NoAuthor`; `AlreadyThere` where one is open."""
    theme = _author(theme_id, by, now)
    days = (terms.closes - business_date(now)).days
    if not 1 <= days <= LONGEST_DAYS:
        raise BadValue(field="closes", reason="from tomorrow to ninety days ahead, so that all authors can choose")
    if not 1 <= terms.seats <= 3 or not 1 <= terms.term_months <= 24:
        raise BadValue(field="seats", reason="one to three speak for a theme, for one to twenty-four months")
    choosing = Choosing.objects.create(
        theme=theme, state=rules.CHOOSING.start, with_supporters=terms.with_supporters, seats=terms.seats,
        term_months=terms.term_months, closes_date=terms.closes, opened_at=now,
    )  # fmt: skip
    _told(HappeningKind.CHOOSING, theme, now)
    _event("proposal.choosing_opened", theme, by, now, choosing.pk)
    return choosing


@action
def stand(
    *, choosing_id: int, name: str, text: str, is_name_public: bool = False, by: Acting, now: datetime
) -> Candidate:
    """Agree to speak for a theme one wrote for. The authors and the bodies in charge read the name; everyone only where one says so.

    Said again, the last words hold; who had stepped back stands again.
    """
    choosing = _open(choosing_id, now)
    theme = _author(choosing.theme_id, by, now)
    require_said(text, "text")
    if len(name.strip()) < 3:
        raise BadValue(field="name", reason="the authors choose somebody with a name")
    candidate, _fresh = Candidate.objects.update_or_create(
        choosing=choosing, account_id=by.account_id,
        defaults={"theme": theme, "text": text.strip(), "stood_at": now, "withdrawn_at": None},
    )  # fmt: skip
    CandidateName.objects.update_or_create(
        candidate=candidate, defaults={"name": name.strip(), "is_public": is_name_public}
    )
    _event("proposal.candidate_stood", theme, by, now, candidate.pk)
    return candidate


@action
def step_back(*, candidate_id: int, by: Acting, now: datetime) -> Candidate:
    """Stand no longer, or speak for the theme no longer; the name is erased with it."""
    candidate = one_candidate(candidate_id)
    if not by.account_id or candidate.account_id != by.account_id:
        raise NotPermitted(reason="one steps back for oneself alone")
    candidate = lock(Candidate.objects.all(), [candidate_id])[candidate_id]
    if candidate.withdrawn_at is None:
        candidate.withdrawn_at = now
        candidate.save(update_fields=["withdrawn_at"])
        CandidateName.objects.filter(candidate=candidate).delete()
        if candidate.since is not None:
            _told(HappeningKind.STEPPED, candidate.theme, now)
        _event("proposal.candidate_stepped_back", candidate.theme, by, now, candidate.pk)
    return candidate


@action
def give_voice(*, candidate_id: int, by: Acting, now: datetime) -> None:
    """One account, one voice; given again it replaces the earlier one. No event: whom somebody chose is written nowhere else.

    Raises `ChoosingOver`, `NoAuthor`. A trigger of the database asks the same.
    """
    require(may_write(by))
    candidate = one_candidate(candidate_id)
    choosing = _open(candidate.choosing_id, now)
    require_on_at([by], now)
    if not may_choose(by, choosing):
        raise rules.NoAuthor
    if candidate.withdrawn_at is not None:
        raise BadValue(field="candidate", reason="this candidate has stepped back")
    Voice.objects.update_or_create(
        choosing=choosing, account_id=by.account_id, defaults={"candidate": candidate, "given_at": now}
    )


@action
def count_choosings(*, by: Acting, now: datetime) -> int:
    """Count those whose last day has passed, seat whom they chose, and erase the voices. Gives how many were counted."""
    require_system(by)
    today = business_date(now)
    due = Choosing.objects.filter(state=ChoosingState.OPEN, closes_date__lt=today).values_list("pk", flat=True)
    rows = [one for one in lock(Choosing.objects.all(), list(due)).values() if one.state == ChoosingState.OPEN]
    for choosing in rows:
        _count(choosing, today, now)
        _event("proposal.choosing_counted", choosing.theme, by, now, choosing.pk)
    return len(rows)


def _count(choosing: Choosing, today: date, now: datetime) -> None:
    given = Voice.objects.filter(choosing=choosing, candidate__withdrawn_at__isnull=True)
    valid = given.filter(account_id__in=_entitled(choosing))
    voices = Counter(valid.values_list("candidate_id", flat=True))
    standing = list(choosing.candidates.filter(withdrawn_at__isnull=True).order_by("stood_at", "pk"))
    winners = set(rules.chosen(voices, [one.pk for one in standing], choosing.seats))
    if winners:
        before = Candidate.objects.filter(theme=choosing.theme, until__gt=today)
        before.update(until=today)
    for one in standing:
        one.voices = voices[one.pk]
        if one.pk in winners:
            one.since, one.until = today, add_months(today, choosing.term_months)
    Candidate.objects.bulk_update(standing, ["voices", "since", "until"])
    # Who was not chosen gave the name for this choosing alone.
    CandidateName.objects.filter(candidate__choosing=choosing).exclude(candidate__in=winners).delete()
    choosing.state, choosing.voters = rules.CHOOSING.after("count", choosing.state), sum(voices.values())
    choosing.save(update_fields=["state", "voters"])
    Voice.objects.filter(choosing=choosing).delete()
    if winners:
        _told(HappeningKind.CHOSEN, choosing.theme, now)


def _entitled(choosing: Choosing) -> set[int]:
    """Accounts that may choose today: who withdrew a proposal or a support meanwhile is heard no more."""
    proposals = written_in(choosing.theme_id)
    found = set(proposals.filter(author__isnull=False).values_list("author_id", flat=True))
    if choosing.with_supporters:
        support = Support.objects.filter(proposal__in=proposals, withdrawn_at__isnull=True)
        found |= set(support.values_list("account_id", flat=True))
    return found


@action
def speak(*, candidate_id: int, session: str, on: date, text: str, by: Acting, now: datetime) -> ThemeWords:
    """By the representative, within the term: the words of the theme, as brought to a session. All authors and supporters are told."""
    candidate = one_candidate(candidate_id)
    today = business_date(now)
    if not by.account_id or candidate.account_id != by.account_id or not speaks_now(candidate, today):
        raise rules.NoRepresentative
    require_on_at([by], now)
    require_said(text, "text")
    if len(session.strip()) < 3:
        raise BadValue(field="session", reason="which session were they brought to?")
    if on > today:
        raise BadValue(field="on", reason="this day has not come yet")
    words = ThemeWords.objects.create(
        candidate=candidate, theme=candidate.theme, session=session.strip(), on=on, text=text.strip(), at=now
    )
    _told(HappeningKind.SPOKEN, candidate.theme, now, words.session)
    _event("proposal.theme_spoken_for", candidate.theme, by, now, words.pk)
    return words


@action
def forget_speakers(*, ended_before: date, by: Acting, now: datetime) -> int:
    """Erase the names of those whose term ended before a day; gives how many. Their words stay, without a name."""
    require_system(by)
    gone, _by_model = CandidateName.objects.filter(candidate__until__lt=ended_before).delete()
    if gone:
        record(
            "proposal.speakers_forgotten", kind="proposal_theme", subject=None, by=by, now=now, place_path=by.place_path,
            organisation_path=by.organisation_path, data={"count": gone},
        )  # fmt: skip
    return gone


def _author(theme_id: int, by: Acting, now: datetime) -> Theme:
    require(may_write(by))
    require_on_at([by], now)
    theme = one_theme(theme_id)
    if not is_author(by, theme_id):
        raise rules.NoAuthor
    return theme


def _open(choosing_id: int, now: datetime) -> Choosing:
    choosing = one_choosing(choosing_id)
    if choosing.state != ChoosingState.OPEN or choosing.closes_date < business_date(now):
        raise rules.ChoosingOver
    return choosing


def _told(kind: HappeningKind, theme: Theme, now: datetime, text: str = "") -> None:
    """On the page of each proposal of the theme; its author and supporters find it among what is new to them."""
    with scope(SYSTEM):
        proposals: QuerySet[Proposal] = written_in(theme.pk)
        happened(kind, list(proposals.order_by("pk").values_list("pk", flat=True)), now, text=text)


def _event(act: str, theme: Theme, by: Acting, now: datetime, row: int) -> None:
    record(
        act, kind="proposal_theme", subject=theme.pk, by=by, now=now, place_path=by.place_path,
        organisation_path=by.organisation_path, rows=[(row,)],
    )  # fmt: skip
