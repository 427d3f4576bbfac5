"""Every write of the shared board of a place: who sits on it, what they want together, and what stands in the way."""

from datetime import date, datetime, timedelta

from django.db.models import Sum

from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, require
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.programmes.neighbourhoods import rules
from peyvand.programmes.neighbourhoods.actions import event, require_on
from peyvand.programmes.neighbourhoods.board_models import BoardSeat, Objective, Obstacle, Share, TrustedPerson
from peyvand.programmes.neighbourhoods.board_queries import lead_path_at
from peyvand.programmes.neighbourhoods.clash_actions import look_again
from peyvand.programmes.neighbourhoods.enums import BoardRole, BoardState, Dimension, ObjectiveState
from peyvand.programmes.neighbourhoods.known import FOUR
from peyvand.programmes.neighbourhoods.permissions import may_move_obstacle, may_set_lead, may_speak, may_work_at
from peyvand.scope.acting import NOWHERE, Acting
from peyvand.scope.bulk import lock
from peyvand.scope.database import action, one_at_a_time


def lead_of(place: Place) -> BoardSeat | None:
    return BoardSeat.objects.filter(place=place, role=BoardRole.LEAD, until__isnull=True).first()


@action
def set_lead(*, place: Place, organisation: Organisation, stands_for: str = "", by: Acting, now: datetime) -> BoardSeat:
    """Name the lead agency of a place from today on; the lead until now stays on the board as an accompanying agency.

    Of two who do so at the same moment the second waits: side by side, the database could only let one fail. Raises `AlreadyLead`.
    """
    require(may_set_lead(by, place.path))
    require_on(place.path, by.organisation_path, now)
    _known(stands_for)
    one_at_a_time(f"board:{place.pk}")
    today = business_date(now)
    standing = BoardSeat.objects.select_for_update().filter(place=place, until__isnull=True)
    sitting = {one.organisation_id: one for one in standing.order_by("pk") if one.state == BoardState.ON_BOARD}
    before = next((one for one in sitting.values() if one.role == BoardRole.LEAD), None)
    if before is not None and before.organisation_id == organisation.pk:
        raise rules.AlreadyLead
    named = stands_for or (sitting[organisation.pk].stands_for if organisation.pk in sitting else "")
    for one in (before, BoardSeat.objects.filter(place=place, organisation=organisation, until__isnull=True).first()):
        if one is not None:
            one.state, one.until = BoardState.LEFT, today - timedelta(days=1)
            one.save(update_fields=["state", "until"])
    if before is not None:
        _seated(place, before.organisation, BoardRole.MEMBER, before.stands_for, now)
    seat = _seated(place, organisation, BoardRole.LEAD, named, now)
    event("board.lead_named", "board", seat.pk, by, now, row=seat)
    look_again([place.pk], now)
    return seat


def _seated(
    place: Place, organisation: Organisation, role: BoardRole, stands_for: str, now: datetime,
    state: BoardState = BoardState.ON_BOARD,
) -> BoardSeat:  # fmt: skip
    return BoardSeat.objects.create(
        place=place, place_path=place.path, organisation=organisation, organisation_path=organisation.path, role=role, state=state,
        stands_for=stands_for, asked_at=now, since=business_date(now),
    )  # fmt: skip


@action
def ask_to_join(
    *, place: Place, organisation: Organisation, role: BoardRole = BoardRole.MEMBER, stands_for: str = "", by: Acting,
    now: datetime,
) -> BoardSeat:  # fmt: skip
    """Ask for a place on the board, for one's own organisation, as an accompanying agency or a guest."""
    require(may_speak(by, place_path=place.path, organisation_path=organisation.path))
    require_on(place.path, organisation.path, now)
    _known(stands_for)
    if role == BoardRole.LEAD:
        raise BadValue(field="role", reason="the lead agency is named, it does not ask")
    seat = _seated(place, organisation, role, stands_for, now, rules.BOARD.start)
    event("board.asked", "board", seat.pk, by, now, row=seat)
    return seat


@action
def move_seat(*, seat_id: int, act: str, reason: str = "", by: Acting, now: datetime) -> BoardSeat:
    """Admit or decline who asks (the lead agency does, or who names leads), or leave the board (one's own organisation)."""
    seat = lock(BoardSeat.objects.select_related("place"), [seat_id], of=("self",))[seat_id]
    require_on(seat.place_path, seat.organisation_path, now)
    if act == "leave":
        require(may_speak(by, place_path=seat.place_path, organisation_path=seat.organisation_path))
    elif may_set_lead(by, seat.place_path) is not None:
        lead = lead_of(seat.place)
        require(
            may_speak(by, place_path=seat.place_path, organisation_path=lead.organisation_path if lead else NOWHERE)
        )
    seat.state = rules.BOARD.after(act, seat.state)
    if act == "decline" and len(reason.strip()) < 5:
        raise BadValue(field="reason", reason="whoever asked will read it: a sentence is needed")
    seat.reason = reason.strip()
    if seat.state != BoardState.ON_BOARD:
        seat.until = max(seat.since, business_date(now)) if act == "leave" else business_date(now)
    else:
        seat.since = business_date(now)
    seat.save()
    event(f"board.{_DONE[act]}", "board", seat.pk, by, now, row=seat)
    look_again([seat.place_id], now)
    return seat


_DONE = {"admit": "admitted", "decline": "declined", "leave": "left"}


@action
def add_trusted(
    *, place: Place, organisation: Organisation, name: str, agreed: date, by: Acting, now: datetime
) -> TrustedPerson:
    """Write down a local trusted person who agreed to it; the name is seen by the organisation that knows him alone."""
    require(may_work_at(by, place.path))
    require_on(place.path, organisation.path, now)
    if len(name.strip()) < 3 or agreed > business_date(now):
        raise BadValue(field="name", reason="a name, and a day on which the person agreed")
    person = TrustedPerson.objects.create(
        place=place, place_path=place.path, organisation=organisation, organisation_path=organisation.path, name=name.strip(),
        agreed_date=agreed,
    )  # fmt: skip
    event("board.trusted_added", "trusted_person", person.pk, by, now, row=person)
    return person


@action
def end_trusted(*, trusted_id: int, by: Acting, now: datetime) -> None:
    """The person is not asked any more: name and row go at once, the event stays."""
    person = lock(TrustedPerson.objects.all(), [trusted_id])[trusted_id]
    require(may_work_at(by, person.place_path))
    event("board.trusted_ended", "trusted_person", person.pk, by, now, row=person)
    person.delete()


@action
def set_objective(
    *, place: Place, organisation: Organisation, title: str, dimension: Dimension, measure: str, target: int, due: date,
    by: Acting, now: datetime,
) -> Objective:  # fmt: skip
    """Write down what the agencies of a place want together. `organisation` sits on its board."""
    require(may_speak(by, place_path=place.path, organisation_path=organisation.path))
    require_on(place.path, organisation.path, now)
    _on_board(place.pk, organisation)
    if len(title.strip()) < 3 or not measure.strip() or target < 1:
        raise BadValue(field="title", reason="a title, what is counted, and how many")
    if due < business_date(now):
        raise BadValue(field="due", reason="this day has passed")
    objective = Objective.objects.create(
        place=place, place_path=place.path, organisation=organisation, organisation_path=organisation.path, title=title.strip(),
        dimension=dimension, measure=measure.strip(), target=target, due_date=due, state=rules.OBJECTIVE.start, created_at=now,
    )  # fmt: skip
    event("objective.set", "objective", objective.pk, by, now, row=objective)
    look_again([place.pk], now)
    return objective


@action
def take_share(
    *, objective_id: int, organisation: Organisation, promised: int, done: int = 0, by: Acting, now: datetime
) -> Share:
    """What one's own organisation takes upon itself of an objective, and how much of it is done by now.

    The objective is reached when what all have done comes to its target, and falls short again when a number is corrected.
    """
    objective = lock(Objective.objects.all(), [objective_id])[objective_id]
    require(may_speak(by, place_path=objective.place_path, organisation_path=organisation.path))
    require_on(objective.place_path, organisation.path, now)
    _on_board(objective.place_id, organisation)
    if objective.state == ObjectiveState.DROPPED:
        raise BadValue(field="promised", reason="this objective was dropped")
    if promised < 1 or done < 0:
        raise BadValue(field="promised", reason="at least one, and nothing less than nothing done")
    share, _ = Share.objects.update_or_create(
        objective=objective, organisation=organisation,
        defaults={"organisation_path": organisation.path, "promised": promised, "done": done},
    )  # fmt: skip
    _bring_in_line(objective, now)
    data: dict[str, object] = {"promised": promised, "done": done}
    event("objective.shared", "objective", objective.pk, by, now, row=objective, data=data)
    look_again([objective.place_id], now)
    return share


@action
def move_objective(*, objective_id: int, act: str, by: Acting, now: datetime) -> Objective:
    """Drop an objective that nobody pursues any more, or take it up again; by the organisation that set it."""
    objective = lock(Objective.objects.all(), [objective_id])[objective_id]
    require(may_speak(by, place_path=objective.place_path, organisation_path=objective.organisation_path))
    if act not in ("drop", "take_up_again"):
        raise BadValue(field="act", reason="an objective is dropped or taken up again; it is reached by what is done")
    _objective_after(objective, act, now)
    _bring_in_line(objective, now)  # what was done meanwhile may have reached it
    event("objective.moved", "objective", objective.pk, by, now, row=objective, data={"act": act})
    look_again([objective.place_id], now)
    return objective


def _bring_in_line(objective: Objective, now: datetime) -> None:
    """Reached or open, by what all agencies have done."""
    total = Share.objects.filter(objective=objective).aggregate(done=Sum("done"))["done"] or 0
    act = rules.reached(state=objective.state, done=total, target=objective.target)
    if act is not None:
        _objective_after(objective, act, now)


def _objective_after(objective: Objective, act: str, now: datetime) -> None:
    objective.state = rules.OBJECTIVE.after(act, objective.state)
    objective.closed_at = None if objective.state == ObjectiveState.OPEN else now
    objective.save(update_fields=["state", "closed_at"])


@action
def tell_obstacle(*, place: Place, title: str, owner: Organisation, by: Acting, now: datetime) -> Obstacle:
    """Write down what stands in the way at a place, and who is to clear it."""
    require(may_work_at(by, place.path))
    keeper = Organisation.objects.filter(pk=by.organisation_id).first() or owner
    require_on(place.path, keeper.path, now)
    if len(title.strip()) < 5:
        raise BadValue(field="title", reason="a few words are needed")
    obstacle = Obstacle.objects.create(
        place=place, place_path=place.path, organisation=keeper, organisation_path=keeper.path, owner=owner,
        owner_path=owner.path, title=title.strip(), state=rules.OBSTACLE.start, told_at=now, handed_at=now,
    )  # fmt: skip
    event("obstacle.told", "obstacle", obstacle.pk, by, now, row=obstacle)
    return obstacle


@action
def move_obstacle(
    *, obstacle_id: int, act: str, note: str = "", owner: Organisation | None = None, by: Acting, now: datetime
) -> Obstacle:
    """Clear an obstacle (with how), hand it to another owner, or tell it again. Its age counts from the first telling.

    Its owner, whoever told it, and the lead agency of the place clear it and hand it on.
    """
    obstacle = lock(Obstacle.objects.all(), [obstacle_id])[obstacle_id]
    require(may_move_obstacle(by, obstacle, act, lead_path_at(obstacle.place_path)))
    require_on(obstacle.place_path, by.organisation_path, now)
    obstacle.state = rules.OBSTACLE.after(act, obstacle.state)
    if act == "hand":
        if owner is None or owner.pk == obstacle.owner_id:
            raise BadValue(field="owner", reason="another organisation is needed")
        obstacle.owner, obstacle.owner_path, obstacle.handed_at = owner, owner.path, now
    elif act == "clear" and len(note.strip()) < 5:
        raise BadValue(field="note", reason="a sentence is needed: how it was cleared helps the next place")
    obstacle.note = note.strip() or obstacle.note
    obstacle.cleared_at = now if act == "clear" else None
    obstacle.save()
    event("obstacle.moved", "obstacle", obstacle.pk, by, now, row=obstacle, data={"act": act})
    return obstacle


def _on_board(place_id: int, organisation: Organisation) -> None:
    on_board = BoardSeat.objects.filter(place_id=place_id, organisation=organisation, state=BoardState.ON_BOARD)
    if not on_board.exists():
        raise rules.NotOnBoard


def _known(stands_for: str) -> None:
    if stands_for and stands_for not in FOUR:
        raise BadValue(field="stands_for", reason="this is none of the four agencies")
