"""Every write of a consultation: a draft paragraph by paragraph, comments with answers, statements with votes."""

from collections.abc import Sequence
from datetime import date, datetime

from peyvand.journal.actions import record
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, NotFound, NotPermitted, require
from peyvand.people.models import Organisation
from peyvand.programmes.proposals import opinions
from peyvand.programmes.proposals.actions import require_on_at
from peyvand.programmes.proposals.enums import Vote
from peyvand.programmes.proposals.models import (
    Comment,
    Consultation,
    KeptOpinions,
    Paragraph,
    Statement,
    StatementVote,
)
from peyvand.programmes.proposals.permissions import may_answer_comments, may_convene, may_write
from peyvand.programmes.proposals.rules import NotOpenNow
from peyvand.scope.acting import Acting, require_system
from peyvand.scope.bulk import only
from peyvand.scope.database import action

MOST_PARAGRAPHS, MOST_STATEMENTS = 200, 300


@action
def open_consultation(
    *, title: str, intro: str, paragraphs: Sequence[str], opens: date, closes: date, statements: Sequence[str] = (),
    by: Acting, now: datetime,
) -> Consultation:  # fmt: skip
    """Put a draft before everyone from one day to another, with the statements to begin with."""
    require(may_convene(by))
    require_on_at([by], now)
    texts = [text.strip() for text in paragraphs if text.strip()]
    if not title.strip() or not texts:
        raise BadValue(field="draft", reason="a draft has a title and at least one paragraph")
    if len(texts) > MOST_PARAGRAPHS:
        raise BadValue(field="draft", reason="at most two hundred paragraphs")
    if closes < opens or closes < business_date(now):
        raise BadValue(field="closes", reason="the last day is not before the first, nor has it passed")
    home = Organisation.objects.get(pk=by.organisation_id)
    row = Consultation.objects.create(
        title=title.strip(), intro=intro.strip(), organisation=home, organisation_path=home.path, opens=opens,
        closes=closes, made_at=now,
    )  # fmt: skip
    Paragraph.objects.bulk_create(
        [Paragraph(consultation=row, number=place, text=text) for place, text in enumerate(texts, 1)]
    )
    for text in dict.fromkeys(text.strip() for text in statements if text.strip()):
        _state(row, text, by, now)
    _event("proposal.consultation_opened", row, by, now)
    return row


@action
def comment_on(*, paragraph_id: int, text: str, by: Acting, now: datetime) -> Comment:
    """Say something to one paragraph of a draft that is open."""
    require(may_write(by))
    paragraph = only(Paragraph.objects.select_related("consultation").filter(pk=paragraph_id))
    _require_open(paragraph.consultation, by, now)
    if not text.strip():
        raise BadValue(field="text", reason="a comment says something")
    return Comment.objects.create(paragraph=paragraph, account_id=by.account_id or None, text=text.strip(), at=now)


@action
def answer_comments(*, comment_ids: Sequence[int], answer: str, by: Acting, now: datetime) -> list[Comment]:
    """One answer to comments that say the same, of one draft; said again, the last holds."""
    rows = Comment.objects.select_related("paragraph__consultation").filter(pk__in=comment_ids).order_by("pk")
    for row in rows:
        require(may_answer_comments(by, row.paragraph.consultation))
    found = list(rows.select_for_update(of=("self",)))
    if len(found) != len(set(comment_ids)) or not found:
        raise NotFound
    require_on_at([by], now)
    if not answer.strip():
        raise BadValue(field="answer", reason="an answer says something")
    for row in found:
        row.answer, row.answered_at = answer.strip(), now
    Comment.objects.bulk_update(found, ["answer", "answered_at"])
    _event("proposal.comments_answered", found[0].paragraph.consultation, by, now, [row.pk for row in found])
    return found


@action
def add_statement(*, consultation_id: int, text: str, by: Acting, now: datetime) -> Statement:
    """A sentence others may agree with; raises `AlreadyThere` where it stands in the same words."""
    require(may_write(by))
    row = only(Consultation.objects.filter(pk=consultation_id))
    _require_open(row, by, now)
    if row.statements.count() >= MOST_STATEMENTS:
        raise BadValue(field="text", reason="there are as many statements as anybody can read")
    return _state(row, text.strip(), by, now)


def _state(row: Consultation, text: str, by: Acting, now: datetime) -> Statement:
    if not text or len(text) > 200:
        raise BadValue(field="text", reason="a statement is one sentence of at most two hundred signs")
    return Statement.objects.create(consultation=row, text=text, account_id=by.account_id or None, at=now)


@action
def vote_on(*, statement_id: int, vote: Vote, by: Acting, now: datetime) -> StatementVote:
    """Agree, disagree or pass; voting again, the last holds."""
    require(may_write(by))
    if not by.account_id:
        raise NotPermitted(reason="somebody who signed in votes")
    statement = only(Statement.objects.select_related("consultation").filter(pk=statement_id))
    _require_open(statement.consultation, by, now)
    row, _made = StatementVote.objects.update_or_create(
        statement=statement, account_id=by.account_id, defaults={"vote": int(vote), "at": now}
    )
    return row


@action
def keep_opinions(*, by: Acting, now: datetime) -> int:
    """Count the groups of every draft on which somebody voted since, and keep them; gives of how many drafts.

    It writes no event: it adds nothing that the votes do not say. Twice at once would keep the same.
    """
    require_system(by)
    ids = list(opinions.to_count().values_list("pk", flat=True))
    for pk in ids:
        KeptOpinions.objects.update_or_create(consultation_id=pk, defaults=opinions.counted(pk) | {"counted_at": now})
    return len(ids)


def is_open(row: Consultation, today: date) -> bool:
    return row.opens <= today <= row.closes


def _require_open(row: Consultation, by: Acting, now: datetime) -> None:
    require_on_at([by], now)
    if not is_open(row, business_date(now)):
        raise NotOpenNow


def _event(act: str, row: Consultation, by: Acting, now: datetime, ids: Sequence[int] = ()) -> None:
    record(
        act, kind="consultation", subject=row.pk, by=by, now=now, place_path=by.place_path,
        organisation_path=row.organisation_path, rows=[(pk,) for pk in ids],
    )  # fmt: skip
