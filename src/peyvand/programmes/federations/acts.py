"""What can be done to federations, members, meetings, shared needs and takings, as pages offer it."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.people.models import Organisation
from peyvand.programmes.federations import (
    actions,
    election_actions,
    forms,
    meeting_actions,
    permissions,
    queries,
    sharing_actions,
)
from peyvand.programmes.federations.buying_acts import OPEN_BUY
from peyvand.programmes.federations.enums import MeetingState, MemberState, TakingState
from peyvand.programmes.federations.models import Federation, Meeting, Member, SharedNeed
from peyvand.scope.acting import Acting, within
from peyvand.votes.enums import Method, Ties
from peyvand.web.doing import Act, Acts
from peyvand.web.pages.words import listed, named
from peyvand.web.templatetags.peyvand_format import jdate

SLUG = actions.SLUG


def _keeps(row: Federation | Member | Meeting, by: Acting) -> Refusal | None:
    return permissions.may_found(by, place_path=row.place_path, organisation_path=row.organisation_path)


def _may_join(row: Federation, by: Acting) -> Refusal | None:
    """For the actor's own organisation, where it is none of the federation's and neither asks nor is a member."""
    if not by.organisation_id or within(by.organisation_path, row.organisation_path) or _is_there(row, by):
        return NotPermitted(reason="your organisation is part of the federation already")
    return permissions.may_speak(by, by.organisation_path)


def _is_there(row: Federation, by: Acting) -> bool:
    read: list[Member] | None = getattr(row, "present", None)  # by the page, which shows them all
    if read is not None:
        return any(one.organisation_id == by.organisation_id for one in read)
    return Member.objects.filter(federation=row, organisation_id=by.organisation_id, until__isnull=True).exists()


def _speaks(row: Member, by: Acting) -> Refusal | None:
    return permissions.may_speak(by, row.member_path)


def _is(state: str) -> Any:
    return lambda row: row.state == state


FEDERATION = Acts(
    "federation_id",
    {
        "join": Act(
            _("Ask to join"), _("Asked. The federation answers."),
            lambda row, said, by, now: actions.ask_to_join(
                federation_id=row.pk, organisation=Organisation.objects.get(pk=by.organisation_id), by=by, now=now
            ),
            _may_join,
        ),
        "meeting": Act(
            _("Call the assembly"), _("The assembly was called."),
            lambda row, said, by, now: meeting_actions.call_meeting(
                federation_id=row.pk, on=said["on"], agenda=said["agenda"], where=said["where"], by=by, now=now
            ),
            _keeps, form=forms.MeetingForm,
        ),
        "election": Act(
            _("Prepare an election"), _("The election is prepared. Give the representatives their codes, then open it."),
            lambda row, said, by, now: election_actions.prepare_election(
                federation_id=row.pk, title=said["title"], member_ids=[one.pk for one in said["members"]],
                rule=forms.seats_rule(Method(said["method"]), said["seats"], Ties(said["ties"])),
                term_months=said["term"], by=by, now=now,
            ),
            _keeps, form=forms.ElectionForm,
            lead=_("Seats belong to member organisations. Each member has one ballot, cast by its representative in secret."),
        ),
        "quorum": Act(
            _("Set the quorum"), _("The quorum was set."),
            lambda row, said, by, now: actions.set_quorum(
                federation_id=row.pk, quorum_percent=said["quorum"], by=by, now=now
            ),
            _keeps, form=forms.QuorumForm, initial=lambda row, by: {"quorum": row.quorum_percent},
        ),
        "buy": OPEN_BUY,
    },
    lambda by, pk: queries.one_federation(pk),
    lambda row: row.place,
    lambda row: reverse(f"{SLUG}:federation", args=[row.pk]),
    lambda row: named(row.organisation),
)  # fmt: skip

MEMBER = Acts(
    "member_id",
    {
        "admit": Act(
            _("Admit"), _("A member from today."),
            lambda row, said, by, now: actions.admit_member(member_id=row.pk, by=by, now=now),
            _keeps, _is(MemberState.ASKED),
        ),
        "decline": Act(
            _("Do not admit"), _("The organisation reads why, and may ask again."),
            lambda row, said, by, now: actions.decline_member(member_id=row.pk, reason=said["reason"], by=by, now=now),
            _keeps, _is(MemberState.ASKED), forms.ReasonForm,
        ),
        "representative": Act(
            _("Name a representative"), _("Named."),
            lambda row, said, by, now: actions.name_representative(member_id=row.pk, name=said["name"], by=by, now=now),
            _speaks, lambda row: row.state in (MemberState.ASKED, MemberState.MEMBER), forms.RepresentativeForm,
        ),
        "withdraw": Act(
            _("Take the wish back"), _("Your organisation no longer asks to join. It may ask again."),
            lambda row, said, by, now: actions.leave_federation(member_id=row.pk, by=by, now=now),
            _speaks, _is(MemberState.ASKED),
        ),
        "leave": Act(
            _("Leave the federation"), _("Your organisation left. It may ask to join again from tomorrow."),
            lambda row, said, by, now: actions.leave_federation(member_id=row.pk, by=by, now=now),
            _speaks, _is(MemberState.MEMBER), final=_("Your organisation loses its vote today; joining again is asked for anew."),
        ),
        "exclude": Act(
            _("Exclude by a decision"), _("The membership ended by the decision of the assembly."),
            lambda row, said, by, now: actions.exclude_member(
                member_id=row.pk, decision_id=said["decision"].pk, by=by, now=now
            ),
            _keeps, _is(MemberState.MEMBER), forms.ExcludeForm,
        ),
    },
    lambda by, pk: queries.one_member(pk),
    lambda row: row.federation.place,
    lambda row: reverse(f"{SLUG}:federation", args=[row.federation_id]),
    lambda row: listed(named(row.federation.organisation), named(row.organisation)),
)  # fmt: skip

MEETING = Acts(
    "meeting_id",
    {
        "hold": Act(
            _("Record the assembly"), _("The assembly was recorded."),
            lambda row, said, by, now: meeting_actions.hold_meeting(
                meeting_id=row.pk, present=[one.pk for one in said["present"]], minutes=said["minutes"], by=by, now=now
            ),
            _keeps, _is(MeetingState.CALLED), forms.HoldForm,
        ),
        "decide": Act(
            _("Write down a decision"), _("The decision was written down."),
            lambda row, said, by, now: meeting_actions.decide(
                meeting_id=row.pk, title=said["title"], in_favour=said["in_favour"], against=said["against"],
                abstained=said["abstained"], by=by, now=now,
            ),
            _keeps, lambda row: row.state == MeetingState.HELD and row.present >= row.needed, forms.DecideForm,
        ),
        "close": Act(
            _("Close the minutes"), _("The minutes are closed."),
            lambda row, said, by, now: meeting_actions.close_or_cancel(meeting_id=row.pk, act="close", by=by, now=now),
            _keeps, _is(MeetingState.HELD), final=_("Nothing is written into closed minutes any more."),
        ),
        "cancel": Act(
            _("Call the assembly off"), _("The assembly was called off."),
            lambda row, said, by, now: meeting_actions.close_or_cancel(meeting_id=row.pk, act="cancel", by=by, now=now),
            _keeps, _is(MeetingState.CALLED), final=_("It is not held any more; a new assembly can be called."),
        ),
    },
    lambda by, pk: queries.one_meeting(pk),
    lambda row: row.federation.place,
    lambda row: reverse(f"{SLUG}:meeting", args=[row.pk]),
    lambda row: listed(named(row.federation.organisation), jdate(row.date)),
)  # fmt: skip


def _may_take(row: SharedNeed, by: Acting) -> Refusal | None:
    if within(row.holder_path, by.organisation_path) or within(by.organisation_path, row.holder_path):
        return NotPermitted(reason="this need is your own")
    return permissions.may_speak(by, by.organisation_path)


def _back_to_list(row: Any) -> str:
    return reverse(f"{SLUG}:shared")


SHARED = Acts(
    "shared_id",
    {
        "take": Act(
            _("We take this one"), _("Said. The one who holds the need answers; then it becomes a promise."),
            lambda row, said, by, now: sharing_actions.take_shared(
                shared_id=row.pk, capacity_id=said["capacity"].pk, quantity=said["quantity"], due=said["due"], by=by, now=now
            ),
            _may_take, lambda row: row.left > 0 and row.unshared_at is None, forms.TakeForm,
            initial=lambda row, by: {"quantity": max(1, row.left - row.asked)},
        ),
        "unshare": Act(
            _("Take off the list"), _("It is off the list. Share it again, and it stands there as before."),
            lambda row, said, by, now: sharing_actions.unshare_need(shared_id=row.pk, by=by, now=now),
            lambda row, by: permissions.may_share(by, row.holder), lambda row: row.unshared_at is None,
        ),
    },
    lambda by, pk: queries.one_shared(pk),
    lambda row: row.place,
    _back_to_list,
    lambda row: listed(named(row.specification), named(row.place)),
)  # fmt: skip

TAKING = Acts(
    "taking_id",
    {
        "promise": Act(
            _("Yes, promise it"), _("It is a promise now; the one who takes it agrees to it among the promises."),
            lambda row, said, by, now: sharing_actions.answer_taking(taking_id=row.pk, agree=True, by=by, now=now),
            lambda row, by: permissions.may_share(by, row.shared.holder), _is(TakingState.ASKED),
        ),
        "decline": Act(
            _("No, thank you"), _("Declined."),
            lambda row, said, by, now: sharing_actions.answer_taking(taking_id=row.pk, agree=False, by=by, now=now),
            lambda row, by: permissions.may_share(by, row.shared.holder), _is(TakingState.ASKED),
        ),
        "withdraw": Act(
            _("Take it back"), _("Taken back."),
            lambda row, said, by, now: sharing_actions.withdraw_taking(taking_id=row.pk, by=by, now=now),
            lambda row, by: permissions.may_speak(by, row.taker_path), _is(TakingState.ASKED),
        ),
    },
    lambda by, pk: queries.one_taking(pk),
    lambda row: row.shared.place,
    lambda row: reverse(f"{SLUG}:takings"),
    lambda row: listed(named(row.shared.specification), named(row.organisation)),
)  # fmt: skip
