"""A household does not want help from a provider: recorded, honoured by runs and by hand, and taken back."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from peyvand.flow.commitment.again import fitting_again
from peyvand.flow.commitment.enums import DeclineReason, SuggestionState
from peyvand.flow.commitment.models import Suggestion
from peyvand.flow.commitment.rules import SUGGESTION_LIFE
from peyvand.flow.need.enums import NeedState
from peyvand.flow.need.models import Need, ProviderRefused
from peyvand.flow.need.queries import of_household
from peyvand.journal.actions import record
from peyvand.kernel.refusals import NotFound, NotPermitted, require
from peyvand.people.models import Household, Organisation, Task
from peyvand.people.permissions import may_keep_households
from peyvand.scope.acting import SYSTEM, Acting, Role
from peyvand.scope.bulk import lock, only
from peyvand.scope.database import action, scope


@action
def refuse_provider(
    *, household_id: int, organisation_id: int, by: Acting, now: datetime
) -> tuple[ProviderRefused, list[int]]:
    """From now on this provider and its branches are neither proposed to the household nor promised to it.

    Suggestions that wait for an answer are declined; gives their ids with the row. Promises that stand are ended by their own
    act. For those who have a task with the household.
    """
    household = _of_the_case(household_id, by)
    provider = only(Organisation.objects.filter(pk=organisation_id, is_active=True))
    of_provider = {"giver_path__startswith": provider.path, "state": SuggestionState.PROPOSED}
    with scope(SYSTEM):  # a suggestion's other side may lie outside the actor's area
        waiting = Suggestion.objects.filter(of_household(household_id, "need__"), **of_provider)
        list(waiting.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
        needs = Need.objects.filter(of_household(household_id), state=NeedState.OPEN)
        list(needs.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
        declined = list(waiting.order_by("pk").values_list("pk", flat=True))
        Suggestion.objects.filter(pk__in=declined).update(
            state=SUGGESTION_LIFE.after("decline_suggestion", SuggestionState.PROPOSED), answered_at=now,
            decline_reason=DeclineReason.FAMILY_REFUSED,
        )  # fmt: skip
    row = ProviderRefused.objects.create(
        household=household, organisation=provider, place_path=household.place_path,
        organisation_path=household.organisation_path, since=now,
    )  # fmt: skip
    _note("provider.refused", row, by, now)
    return row, declined


@action
def accept_providers(*, refused: Mapping[int, Sequence[int]], by: Acting, now: datetime) -> list[ProviderRefused]:
    """Take refusals back, each with the suggestions it had declined: they wait again where nothing else has come of them."""
    rows = lock(ProviderRefused.objects.all(), refused)
    for row in rows.values():
        household = _of_the_case(row.household_id, by)
        if row.until is not None:
            raise NotFound
        row.until = now
        row.save(update_fields=["until"])
        with scope(SYSTEM):
            _reopen(household, refused[row.pk])
        _note("provider.accepted", row, by, now)
    return list(rows.values())


def _reopen(household: Household, suggestion_ids: Sequence[int]) -> None:
    """Only what still fits into its need and its offer, beside what stands there now."""
    rows = Suggestion.objects.filter(
        of_household(household.pk, "need__"), pk__in=suggestion_ids, state=SuggestionState.DECLINED,
        decline_reason=DeclineReason.FAMILY_REFUSED,
    )  # fmt: skip
    for row in fitting_again(rows.select_for_update(of=("self",)).order_by("pk")):
        row.state = SUGGESTION_LIFE.after("reopen_suggestion", row.state)
        row.decline_reason, row.answered_at = "", None
        row.save(update_fields=["state", "decline_reason", "answered_at"])


def _of_the_case(household_id: int, by: Acting) -> Household:
    require(may_keep_households(by))
    household = lock(Household.objects.all(), [household_id])[household_id]
    mine = Task.objects.filter(household=household, membership_id=by.membership_id, until__isnull=True)
    if by.role is not Role.SYSTEM and not mine.exists():
        raise NotPermitted(reason="what a family refuses is recorded by those who have a task with it")
    return household


def _note(act: str, row: ProviderRefused, by: Acting, now: datetime) -> None:
    """The event names the family's file and not the provider: the journal is read by more people than the case is."""
    record(
        act, kind="household", subject=row.household_id, by=by, now=now, place_path=row.place_path,
        organisation_path=row.organisation_path, rows=[(row.pk,)],
    )  # fmt: skip
