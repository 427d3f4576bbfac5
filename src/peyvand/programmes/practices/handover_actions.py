"""A service passes from an office to people, stage by stage, each shown by something."""

from datetime import date, datetime

from peyvand.flow.delivery.enums import DeliveryAnswer
from peyvand.flow.delivery.models import Delivery
from peyvand.journal.actions import record
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, require
from peyvand.people.enums import OrganisationKind
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.programmes.practices import permissions, rules
from peyvand.programmes.practices.actions import require_on
from peyvand.programmes.practices.enums import HandoverStage
from peyvand.programmes.practices.models import Handover, HandoverStep
from peyvand.resources.models import Specification
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.bulk import below, lock
from peyvand.scope.database import action, scope

LEAST_WORDS = 10
# To people: not from one office to another.
NOT_PEOPLE = (OrganisationKind.AGENCY, OrganisationKind.BANK, OrganisationKind.FUND)


@action
def propose_handover(
    *, specification: Specification, place: Place, receiver: Organisation, words: str, by: Acting, now: datetime
) -> Handover:
    """The office proposes to hand a service over in one place. One at a time of a kind and place (`AlreadyThere`)."""
    keeper = Organisation.objects.filter(pk=by.organisation_id).first()
    if keeper is None:
        raise BadValue(field="organisation", reason="a service is handed over by an organisation")
    if receiver.kind in NOT_PEOPLE or receiver.path.startswith(keeper.path):
        raise BadValue(field="receiver", reason="a service is handed over to people, not to another office")
    row = Handover(
        specification=specification, place=place, place_path=place.path, organisation=keeper, organisation_path=keeper.path,
        receiver=receiver, receiver_path=receiver.path, stage=rules.HANDOVER.start, created_at=now,
    )  # fmt: skip
    require(permissions.may_hand_over(by, row))
    require_on(row, now)
    row.save()
    _told("practice.handover_proposed", row, business_date(now), words, by, now)
    return row


@action
def agree_handover(*, handover_id: int, words: str, by: Acting, now: datetime) -> Handover:
    """Those who take it over agree, and say what they need for it. Raises `NotBothSides` for the office itself."""
    row = _locked(handover_id, now)
    if permissions.may_take_over(by, row) is not None:
        raise rules.NotBothSides
    return _moved("agree_handover", "practice.handover_agreed", row, business_date(now), words, by, now)


@action
def advance_handover(*, handover_id: int, since: date, words: str, by: Acting, now: datetime) -> Handover:
    """The next stage is reached, with what shows it. Led by people and in their hands it is only after something of the kind
    that the receiver gave there was accepted since the stage before began (`NothingDoneYet`).
    """
    row = _locked(handover_id, now)
    require(permissions.may_hand_over(by, row))
    before = HandoverStep.objects.filter(handover=row).order_by("-pk").first()
    begun = before.since if before else since
    if not begun <= since <= business_date(now):
        raise BadValue(field="since", reason="after the stage before it, and not ahead")
    if row.stage in (HandoverStage.TOGETHER, HandoverStage.LED) and not given_by_receiver(row, begun):
        raise rules.NothingDoneYet
    return _moved("advance_handover", "practice.handover_advanced", row, since, words, by, now)


@action
def end_handover(*, handover_id: int, words: str, by: Acting, now: datetime) -> Handover:
    """Either side gives the service back, with the reason; the place is free for another handover."""
    row = _locked(handover_id, now)
    require(permissions.may_give_back(by, row))
    return _moved("end_handover", "practice.handover_ended", row, business_date(now), words, by, now)


def given_by_receiver(row: Handover, since: date) -> int:
    """How many deliveries of this kind, given by the receiver in the place since a day, were accepted and not reversed."""
    with scope(SYSTEM):
        rows = Delivery.objects.filter(
            below(row.place_path), below(row.receiver_path, "giver_path"), specification_id=row.specification_id,
            answer=DeliveryAnswer.ACCEPTED, quantity__gt=0, reversal__isnull=True, delivered_date__gte=since,
        )  # fmt: skip
        return rows.count()


def _locked(handover_id: int, now: datetime) -> Handover:
    row = lock(Handover.objects.all(), [handover_id])[handover_id]
    require_on(row, now)
    return row


def _moved(step: str, act: str, row: Handover, since: date, words: str, by: Acting, now: datetime) -> Handover:
    row.stage = rules.HANDOVER.after(step, row.stage)
    row.save(update_fields=["stage"])
    _told(act, row, since, words, by, now)
    return row


def _told(act: str, row: Handover, since: date, words: str, by: Acting, now: datetime) -> None:
    if len(words.strip()) < LEAST_WORDS:
        raise BadValue(field="words", reason="a sentence is needed, which everyone will read")
    HandoverStep.objects.create(
        handover=row,
        stage=row.stage,
        since=since,
        words=words.strip(),
        told_by_id=by.membership_id or None,
        told_at=now,
    )
    record(
        act, kind="handover", subject=row.pk, by=by, now=now, place_path=row.place_path,
        organisation_path=row.organisation_path,
    )  # fmt: skip
