"""Federations for programs: the same acts and lists as the pages."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Query

from peyvand.api.answers import Order, Page, PageQuery, act, page_of, reading, say
from peyvand.api.shapes import Id, organisation_at, organisation_ref, place_ref, specification_ref
from peyvand.extend.programme import ApiRoute
from peyvand.flow.need.enums import Band
from peyvand.kernel.jalali import business_date
from peyvand.programmes.federations import actions, meeting_actions, queries, sharing_actions
from peyvand.programmes.federations.buying_api import BUYING_ROUTES
from peyvand.programmes.federations.election_api import ELECTION_ROUTES
from peyvand.programmes.federations.enums import MeetingState, MemberState, TakingState
from peyvand.programmes.federations.models import Federation, SharedNeed, Taking
from peyvand.programmes.federations.shapes import (
    AnswerIn,
    AssemblyHeldIn,
    AssemblyIn,
    AssemblyOut,
    DecisionIn,
    DecisionOut,
    FederationIn,
    FederationJoinIn,
    FederationMemberOut,
    FederationOut,
    FederationWhole,
    MemberDeclineIn,
    MemberExcludeIn,
    QuorumIn,
    RepresentativeIn,
    SharedNeedOut,
    SharedNeedsIn,
    SharedNow,
    TakeIn,
    TakingOut,
)
from peyvand.scope.acting import Acting

NEWEST = Order("newest", ("-pk",))


def _federation(row: Federation) -> dict[str, object]:
    return {
        "id": row.pk, "organisation": organisation_ref(row.organisation), "place": place_ref(row.place),
        "quorum_percent": row.quorum_percent, "members": row.member_count, "founded_at": row.founded_at,  # type: ignore[attr-defined]
    }  # fmt: skip


def federations_out(rows: Sequence[Federation]) -> list[FederationOut]:
    return [FederationOut.model_validate(_federation(row)) for row in rows]


def _whole(pk: int) -> FederationWhole:
    row = queries.one_federation(pk)
    told = queries.whole(row, business_date(timezone.now()))
    members = [
        FederationMemberOut(
            id=one.pk, organisation=organisation_ref(one.organisation), state=MemberState(one.state), since=one.since,
            until=one.until,
        )
        for one in (*told.members, *told.asking, *told.past)
    ]  # fmt: skip
    return FederationWhole.model_validate(
        _federation(row)
        | {
            "all_members": members,
            "board": [organisation_ref(one.member.organisation) for one in told.board],
            "meeting_ids": [one.pk for one in told.meetings],
            "election_ids": [one.pk for one in told.elections],
        }
    )


def _member(pk: int) -> FederationMemberOut:
    one = queries.one_member(pk)
    return FederationMemberOut(
        id=one.pk, organisation=organisation_ref(one.organisation), state=MemberState(one.state), since=one.since, until=one.until
    )  # fmt: skip


def _meeting(pk: int) -> AssemblyOut:
    row = queries.one_meeting(pk)
    decisions = [
        DecisionOut(
            id=one.pk, number=one.number, title=one.title, in_favour=one.in_favour, against=one.against,
            abstained=one.abstained, passed=one.passed,
        )
        for one in queries.decisions_of(row)
    ]  # fmt: skip
    return AssemblyOut(
        id=row.pk, federation_id=row.federation_id, state=MeetingState(row.state), date=row.date, where=row.where, agenda=row.agenda,
        minutes=row.minutes, members=row.members, needed=row.needed, present=row.present, decisions=decisions,
    )  # fmt: skip


def shared_out(rows: Sequence[SharedNeed]) -> list[SharedNeedOut]:
    return [
        SharedNeedOut(
            id=row.pk, federation_id=row.federation_id, specification=specification_ref(row.specification),
            quantity=row.quantity, left=row.left, asked=row.asked, place=place_ref(row.place), band=Band(row.band),
            opened_date=row.opened_date, holder=organisation_ref(row.holder),
        )
        for row in rows
    ]  # fmt: skip


def takings_out(rows: Sequence[Taking]) -> list[TakingOut]:
    return [
        TakingOut(
            id=row.pk, shared_id=row.shared_id, organisation=organisation_ref(row.organisation), quantity=row.quantity,
            due_date=row.due_date, state=TakingState(row.state), commitment_id=row.commitment_id,
        )
        for row in rows
    ]  # fmt: skip


def _taking(pk: int) -> TakingOut:
    return takings_out([queries.one_taking(pk)])[0]


def list_federations(request: HttpRequest, page: Query[PageQuery]) -> HttpResponse:
    with reading(request):
        return page_of(request, queries.federations(), page, federations_out, NEWEST)


def get_federation(request: HttpRequest, federation_id: Path[Id]) -> HttpResponse:
    with reading(request):
        return say(_whole(federation_id))


def found_federation(request: HttpRequest, body: FederationIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> FederationWhole:
        house = organisation_at(body.organisation_id, "organisation")
        made = actions.found_federation(organisation=house, quorum_percent=body.quorum_percent, by=by, now=now)
        return _whole(made.pk)

    return act(request, run, status=201)


def set_federation_quorum(request: HttpRequest, federation_id: Path[Id], body: QuorumIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> FederationWhole:
        actions.set_quorum(federation_id=federation_id, quorum_percent=body.quorum_percent, by=by, now=now)
        return _whole(federation_id)

    return act(request, run)


def ask_to_join_federation(request: HttpRequest, federation_id: Path[Id], body: FederationJoinIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> FederationMemberOut:
        house = organisation_at(body.organisation_id, "organisation")
        return _member(actions.ask_to_join(federation_id=federation_id, organisation=house, by=by, now=now).pk)

    return act(request, run, status=201)


def admit_federation_member(request: HttpRequest, member_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: _member(actions.admit_member(member_id=member_id, by=by, now=now).pk))


def decline_federation_member(request: HttpRequest, member_id: Path[Id], body: MemberDeclineIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> FederationMemberOut:
        return _member(actions.decline_member(member_id=member_id, reason=body.reason, by=by, now=now).pk)

    return act(request, run)


def exclude_federation_member(request: HttpRequest, member_id: Path[Id], body: MemberExcludeIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> FederationMemberOut:
        return _member(actions.exclude_member(member_id=member_id, decision_id=body.decision_id, by=by, now=now).pk)

    return act(request, run)


def leave_federation(request: HttpRequest, member_id: Path[Id]) -> HttpResponse:
    """Also takes back that one asked to join."""
    return act(request, lambda by, now: _member(actions.leave_federation(member_id=member_id, by=by, now=now).pk))


def name_federation_representative(request: HttpRequest, member_id: Path[Id], body: RepresentativeIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> FederationMemberOut:
        actions.name_representative(member_id=member_id, name=body.name, by=by, now=now)
        return _member(member_id)

    return act(request, run)


def get_assembly(request: HttpRequest, meeting_id: Path[Id]) -> HttpResponse:
    with reading(request):
        return say(_meeting(meeting_id))


def call_assembly(request: HttpRequest, federation_id: Path[Id], body: AssemblyIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> AssemblyOut:
        made = meeting_actions.call_meeting(
            federation_id=federation_id, on=body.on, agenda=body.agenda, where=body.where, by=by, now=now
        )
        return _meeting(made.pk)

    return act(request, run, status=201)


def hold_assembly(request: HttpRequest, meeting_id: Path[Id], body: AssemblyHeldIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> AssemblyOut:
        meeting_actions.hold_meeting(meeting_id=meeting_id, present=body.present, minutes=body.minutes, by=by, now=now)
        return _meeting(meeting_id)

    return act(request, run)


def write_assembly_decision(request: HttpRequest, meeting_id: Path[Id], body: DecisionIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> AssemblyOut:
        meeting_actions.decide(
            meeting_id=meeting_id, title=body.title, in_favour=body.in_favour, against=body.against, abstained=body.abstained,
            by=by, now=now,
        )  # fmt: skip
        return _meeting(meeting_id)

    return act(request, run, status=201)


def close_assembly(request: HttpRequest, meeting_id: Path[Id]) -> HttpResponse:
    def run(by: Acting, now: datetime) -> AssemblyOut:
        return _meeting(meeting_actions.close_or_cancel(meeting_id=meeting_id, act="close", by=by, now=now).pk)

    return act(request, run)


def cancel_assembly(request: HttpRequest, meeting_id: Path[Id]) -> HttpResponse:
    def run(by: Acting, now: datetime) -> AssemblyOut:
        return _meeting(meeting_actions.close_or_cancel(meeting_id=meeting_id, act="cancel", by=by, now=now).pk)

    return act(request, run)


def list_shared_needs(request: HttpRequest, page: Query[PageQuery]) -> HttpResponse:
    with reading(request) as by:
        return page_of(request, queries.shared(by), page, shared_out, NEWEST)


def share_needs(request: HttpRequest, federation_id: Path[Id], body: SharedNeedsIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> SharedNow:
        rows = sharing_actions.share_needs(federation_id=federation_id, need_ids=body.need_ids, by=by, now=now)
        return SharedNow(items=shared_out([queries.one_shared(one.pk) for one in rows]))

    return act(request, run)


def _on_shared(run: Callable[[Acting, datetime], int]) -> Callable[[Acting, datetime], SharedNeedOut]:
    return lambda by, now: shared_out([queries.one_shared(run(by, now))])[0]


def unshare_need(request: HttpRequest, shared_id: Path[Id]) -> HttpResponse:
    return act(
        request, _on_shared(lambda by, now: sharing_actions.unshare_need(shared_id=shared_id, by=by, now=now).pk)
    )


def take_shared_need(request: HttpRequest, shared_id: Path[Id], body: TakeIn) -> HttpResponse:
    """Its holder answers; yes makes it a commitment of the core."""

    def run(by: Acting, now: datetime) -> TakingOut:
        made = sharing_actions.take_shared(
            shared_id=shared_id, capacity_id=body.capacity_id, quantity=body.quantity, due=body.due_date, by=by, now=now
        )
        return _taking(made.pk)

    return act(request, run, status=201)


def list_takings(request: HttpRequest, page: Query[PageQuery]) -> HttpResponse:
    with reading(request) as by:
        return page_of(request, queries.takings(by), page, takings_out, NEWEST)


def answer_taking(request: HttpRequest, taking_id: Path[Id], body: AnswerIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> TakingOut:
        return _taking(sharing_actions.answer_taking(taking_id=taking_id, agree=body.agree, by=by, now=now).pk)

    return act(request, run)


def withdraw_taking(request: HttpRequest, taking_id: Path[Id]) -> HttpResponse:
    return act(
        request, lambda by, now: _taking(sharing_actions.withdraw_taking(taking_id=taking_id, by=by, now=now).pk)
    )


_ONE, _MEMBER, _MEETING = "/federations/{int:federation_id}", "/members/{int:member_id}", "/assemblies/{int:meeting_id}"
_NEED, _TAKING = "/shared-needs/{int:shared_id}", "/takings/{int:taking_id}"
_MEMBER_OUT, _ASSEMBLY_OUT = FederationMemberOut, AssemblyOut
API_ROUTES = (
    ApiRoute("GET", "/federations", "list", list_federations, Page[FederationOut], "Federations"),
    ApiRoute("GET", _ONE, "federation", get_federation, FederationWhole, "One federation with its members and board"),
    ApiRoute(
        "POST", "/federations", "found", found_federation, {201: FederationWhole}, "Make an organisation a federation"
    ),
    ApiRoute("POST", f"{_ONE}/quorum", "act", set_federation_quorum, FederationWhole, "Set the quorum of its assembly"),
    ApiRoute(
        "POST", f"{_ONE}/join", "act", ask_to_join_federation, {201: _MEMBER_OUT}, "Ask to join, for your organisation"
    ),
    ApiRoute(
        "POST", f"{_MEMBER}/admit", "act", admit_federation_member, _MEMBER_OUT, "Admit an organisation that asked"
    ),
    ApiRoute(
        "POST", f"{_MEMBER}/decline", "act", decline_federation_member, _MEMBER_OUT, "Not admit it, with the reason"
    ),
    ApiRoute("POST", f"{_MEMBER}/exclude", "act", exclude_federation_member, _MEMBER_OUT, "Exclude it by a decision"),
    ApiRoute("POST", f"{_MEMBER}/leave", "act", leave_federation, _MEMBER_OUT, "Leave, for your organisation"),
    ApiRoute(
        "POST",
        f"{_MEMBER}/representative",
        "act",
        name_federation_representative,
        _MEMBER_OUT,
        "Name who speaks for it",
    ),
    ApiRoute("GET", _MEETING, "meeting", get_assembly, _ASSEMBLY_OUT, "One assembly with its decisions"),
    ApiRoute("POST", f"{_ONE}/assemblies", "act", call_assembly, {201: _ASSEMBLY_OUT}, "Call the assembly"),
    ApiRoute(
        "POST", f"{_MEETING}/hold", "act", hold_assembly, _ASSEMBLY_OUT, "Record who was represented and what was said"
    ),
    ApiRoute(
        "POST", f"{_MEETING}/decisions", "act", write_assembly_decision, {201: _ASSEMBLY_OUT}, "Write down a decision"
    ),
    ApiRoute("POST", f"{_MEETING}/close", "act", close_assembly, _ASSEMBLY_OUT, "Close its minutes"),
    ApiRoute("POST", f"{_MEETING}/cancel", "act", cancel_assembly, _ASSEMBLY_OUT, "Call it off"),
    *ELECTION_ROUTES,
    *BUYING_ROUTES,
    ApiRoute("GET", "/shared-needs", "shared", list_shared_needs, Page[SharedNeedOut], "Needs shared without names"),
    ApiRoute("POST", f"{_ONE}/shared-needs", "share", share_needs, SharedNow, "Share open needs with the members"),
    ApiRoute("POST", f"{_NEED}/unshare", "share", unshare_need, SharedNeedOut, "Take one off the list"),
    ApiRoute(
        "POST", f"{_NEED}/take", "share", take_shared_need, {201: TakingOut}, "Say that your organisation takes it"
    ),
    ApiRoute("GET", "/takings", "takings", list_takings, Page[TakingOut], "What was taken, and what became of it"),
    ApiRoute("POST", f"{_TAKING}/answer", "share", answer_taking, TakingOut, "The holder's yes or no"),
    ApiRoute("POST", f"{_TAKING}/withdraw", "share", withdraw_taking, TakingOut, "Take it back before the answer"),
)
