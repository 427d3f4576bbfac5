"""What becomes of the suggestions of a run: promises kept, late, in part, refused, broken, withdrawn and lapsed."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from random import Random

from peyvand.demo.months import MATCHED_IN
from peyvand.demo.upkeep import analyse_flow
from peyvand.demo.world import World
from peyvand.flow.commitment.actions import (
    accept_commitments,
    break_commitment,
    lapse_commitments,
    withdraw_commitments,
)
from peyvand.flow.commitment.enums import CommitmentState, DeclineReason, SuggestionState
from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.commitment.models import Commitment, Suggestion
from peyvand.flow.commitment.suggestions import accept_suggestions, decline_suggestion
from peyvand.flow.delivery.actions import (
    NewDelivery,
    accept_deliveries,
    record_deliveries,
    refuse_delivery,
    reverse_delivery,
)
from peyvand.flow.delivery.enums import RefusalReason
from peyvand.flow.delivery.models import Delivery
from peyvand.kernel.jalali import business_date
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.database import scope

_TAKEN_UP = 0.75
_DUE_IN = (18, 30, 45)  # days after the answer
_ANSWERS = {"agreed": 88, "silent": 7, "declined": 5}
# What becomes of an agreed promise.
_OUTCOMES = {"kept": 62, "late": 14, "part": 9, "part_late": 5, "open": 6, "withdrawn": 4}
# Outcomes that take an act each are kept few: at most so many in a run, and no more than one promise in forty.
_SINGLES = {"refused": 8, "broken": 8, "reversed": 2}
_FEW = 40
_DECLINED = 8
_STEP = timedelta(days=4)
_EARLY = (timedelta(days=11), timedelta(days=3))
_LATE = (timedelta(days=5), timedelta(days=14))
_ANALYSED_EVERY = 25
_OWN_ENTRY = 3  # a giver with fewer rows leaves them to the receivers' side, and so do all but the largest of a day:
_LARGEST = 4  # an act for each would take more minutes than it shows

Act = tuple[datetime, int, Callable[[datetime], None]]


class Round:
    """One run of the matching and all that follows from it until the next one."""

    def __init__(self, world: World, month: int) -> None:
        self.world, self.month = world, month
        self.random: Random = world.random("promises", month)
        self.leader = world.acting["hq_leader"]
        self.recorder = world.acting["hq_leader_2"]  # who writes down what arrived does not accept it too
        self.managers = {one.organisation.path: one.manager for one in world.givers}
        self.acts: list[Act] = []
        self.start = world.calendar.run_at(month)

    def run(self) -> None:
        analyse_flow()
        run_matching(place=self.world.province, by=self.leader, now=self.start)
        analyse_flow()
        self._take_up()
        # Acts of one moment keep the order in which they were planned; what lies ahead of today has not happened.
        for place, (when, _, act) in enumerate(sorted(self.acts, key=lambda one: one[:2])):
            if place % _ANALYSED_EVERY == 0:
                analyse_flow()
            if when < self.world.calendar.now:
                act(when)
        following = [month for month in MATCHED_IN if month > self.month]
        end = self.world.calendar.run_at(following[0]) if following else self.world.calendar.now
        lapse_commitments(by=SYSTEM, now=end - timedelta(hours=1))

    def _later(self, when: datetime, act: Callable[[datetime], None]) -> None:
        self.acts.append((when, len(self.acts), act))

    def _take_up(self) -> None:
        now = self.start + timedelta(hours=12)
        with scope(self.leader):
            proposed = Suggestion.objects.filter(state=SuggestionState.PROPOSED, run__started_at=self.start)
            inside = proposed.exclude(capacity__end_date__lt=business_date(now))
            ids = list(inside.order_by("pk").values_list("pk", flat=True))
        self.random.shuffle(ids)
        declined = min(_DECLINED, -(-len(ids) // _FEW))
        for suggestion_id in ids[:declined]:
            reason = self.random.choice(list(DeclineReason))
            decline_suggestion(suggestion_id=suggestion_id, reason=reason, by=self.leader, now=now)
        taken = ids[declined : declined + round(len(ids) * _TAKEN_UP)]
        promises: list[Commitment] = []
        for place, days in enumerate(_DUE_IN):
            own = sorted(taken[place :: len(_DUE_IN)])
            due = business_date(now) + timedelta(days=days)
            promises += accept_suggestions(
                suggestion_ids=own, due_date=due, by=self.leader, now=now, random=self.random
            )
        self._answer(promises, now + timedelta(days=2))

    def _answer(self, promises: list[Commitment], now: datetime) -> None:
        """The givers agree, say no, or say nothing."""
        agreed = [one for one in promises if one.state == CommitmentState.ACCEPTED]
        waiting: dict[tuple[str, str], list[Commitment]] = defaultdict(list)
        for one in promises:
            if one.state == CommitmentState.OFFERED:
                answer = self.random.choices(list(_ANSWERS), list(_ANSWERS.values()))[0]
                waiting[one.giver_path, answer].append(one)
        for (giver, answer), rows in sorted(waiting.items(), key=lambda one: one[0]):
            if answer == "agreed":
                self._later(now, partial(self._agree, [one.pk for one in rows], self.managers[giver]))
                agreed += rows
        self._step_back(
            now, {giver: [one.pk for one in rows] for (giver, said), rows in waiting.items() if said == "declined"}
        )
        self._keep(sorted(agreed, key=lambda one: one.pk), now)

    def _keep(self, agreed: list[Commitment], now: datetime) -> None:
        """Draw for each agreed promise what becomes of it, and plan the acts in batches of giver and day."""
        self.random.shuffle(agreed)
        for kind, count in _SINGLES.items():
            few = min(count, -(-len(agreed) // _FEW))
            for one in agreed[:few]:
                getattr(self, f"_{kind}")(one)
            agreed = agreed[few:]
        withdrawn: dict[str, list[int]] = defaultdict(list)
        handed: dict[tuple[str, datetime], list[tuple[int, int]]] = defaultdict(list)
        for one in agreed:
            outcome = self.random.choices(list(_OUTCOMES), list(_OUTCOMES.values()))[0]
            due = self.world.calendar.moment(one.due_date)
            early = due - self.random.choice(_EARLY)
            if outcome == "withdrawn":
                withdrawn[one.giver_path].append(one.pk)
            elif outcome == "kept" or (outcome.startswith("part") and one.quantity == 1):
                handed[one.giver_path, early].append((one.pk, one.quantity))
            elif outcome == "late":
                handed[one.giver_path, due + self.random.choice(_LATE)].append((one.pk, one.quantity))
            elif outcome.startswith("part"):
                first = self.random.randint(1, one.quantity - 1)
                handed[one.giver_path, early].append((one.pk, first))
                if outcome == "part_late":
                    handed[one.giver_path, due + _LATE[0]].append((one.pk, one.quantity - first))
        self._step_back(now + _STEP, withdrawn)
        arrived: dict[datetime, list[tuple[str, list[tuple[int, int]]]]] = defaultdict(list)
        for (giver, when), rows in sorted(handed.items()):
            arrived[when].append((giver, rows))
        for when, groups in sorted(arrived.items()):
            self._later(when, partial(self._hand_over, groups))

    def _step_back(self, when: datetime, by_giver: dict[str, list[int]]) -> None:
        """Givers with several promises take them back themselves; the receivers' side does it for the others."""
        few: list[int] = []
        for giver, ids in sorted(by_giver.items()):
            if len(ids) >= _OWN_ENTRY:
                self._later(when, partial(self._withdraw, ids, self._by(giver)))
            else:
                few += ids
        if few:
            self._later(when, partial(self._withdraw, few, self.leader))

    def _by(self, giver: str) -> Acting:
        """The giver's manager; the office itself answers for what its centres and their residents give."""
        return self.managers.get(giver, self.leader)

    def _hands(self, giver: str) -> Acting:
        return self.managers.get(giver, self.recorder)

    def _agree(self, ids: list[int], by: Acting, now: datetime) -> None:
        accept_commitments(commitment_ids=ids, by=by, now=now)

    def _withdraw(self, ids: list[int], by: Acting, now: datetime) -> None:
        withdraw_commitments(commitment_ids=ids, reason=self.random.choice(list(DeclineReason)), by=by, now=now)

    def _hand_over(self, groups: list[tuple[str, list[tuple[int, int]]]], now: datetime) -> None:
        """Givers hand over; two days later the receivers' side answers (that of the last days has not come yet)."""
        made: list[int] = []
        largest = sorted(groups, key=lambda group: (-len(group[1]), group[0]))[:_LARGEST]
        own = {giver for giver, rows in largest if len(rows) >= _OWN_ENTRY}
        few = [row for giver, rows in groups if giver not in own for row in rows]
        for giver, rows in groups:
            if giver in own:
                made += self._record(rows, self._hands(giver), now)
        made += self._record(few, self.recorder, now) if few else []
        answered = now + timedelta(days=2)
        if made and answered < self.world.calendar.now:
            accept_deliveries(delivery_ids=made, by=self.leader, now=answered)

    def _record(self, rows: list[tuple[int, int]], by: Acting, now: datetime) -> list[int]:
        day = business_date(now)
        new = [NewDelivery(pk, quantity, day) for pk, quantity in rows]
        return [one.pk for one in record_deliveries(rows=new, by=by, now=now)]

    def _refused(self, one: Commitment) -> None:
        """Handed over, refused, and handed over again as promised."""
        due, by = self.world.calendar.moment(one.due_date), self._hands(one.giver_path)

        def refuse(now: datetime) -> None:
            made = self._record([(one.pk, one.quantity)], by, now)
            reason = self.random.choice(list(RefusalReason))
            refuse_delivery(delivery_id=made[0], reason=reason, by=self.leader, now=now + timedelta(hours=5))

        self._later(due - timedelta(days=2), refuse)
        again = [(one.giver_path, [(one.pk, one.quantity)])]
        self._later(due + timedelta(days=6), partial(self._hand_over, again))

    def _broken(self, one: Commitment) -> None:
        def break_(now: datetime) -> None:
            break_commitment(commitment_id=one.pk, by=self.leader, now=now)

        self._later(self.world.calendar.moment(one.due_date) + timedelta(days=10), break_)

    def _reversed(self, one: Commitment) -> None:
        """Accepted by mistake, and put right some days later."""

        def hand_over_and_reverse(now: datetime) -> None:
            made = self._record([(one.pk, one.quantity)], self._hands(one.giver_path), now)
            accept_deliveries(delivery_ids=made, by=self.leader, now=now + timedelta(hours=3))
            note = "به‌اشتباه برای این خانواده ثبت شده بود."
            reverse_delivery(delivery_id=made[0], note=note, by=self.leader, now=now + timedelta(days=1))

        self._later(self.world.calendar.moment(one.due_date) - timedelta(days=4), hand_over_and_reverse)


def match_today(world: World) -> None:
    """The run that those who sign in find waiting for their answer."""
    run_matching(place=world.province, by=world.acting["hq_leader"], now=world.calendar.now)


def told_of(world: World) -> dict[str, Delivery]:
    """Accepted deliveries to families that a story can be told of: the newest of each kind of help, by its slug."""
    with scope(world.acting["hq_leader"]):
        found = Delivery.objects.filter(
            answer="accepted", quantity__gt=0, reversal__isnull=True, commitment__need__household__isnull=False
        )
        ordered = found.order_by("commitment__need__specification_id", "-recorded_at", "-pk")
        rows = ordered.distinct("commitment__need__specification_id").select_related("commitment__need__specification")
        return {row.commitment.need.specification.slug: row for row in rows}
