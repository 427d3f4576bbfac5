"""What can be done on the board of a place, as its page offers it."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.people.models import Organisation
from peyvand.programmes.neighbourhoods import (
    board_actions,
    board_queries,
    clash_actions,
    clash_words,
    forms,
    permissions,
    queries,
    rules,
)
from peyvand.programmes.neighbourhoods.actions import SLUG
from peyvand.programmes.neighbourhoods.board_models import BoardSeat, Objective, Obstacle, TrustedPerson
from peyvand.programmes.neighbourhoods.clash_models import Clash
from peyvand.programmes.neighbourhoods.clash_queries import RELATED
from peyvand.programmes.neighbourhoods.enums import BoardRole, ClashCode, ClashState, Dimension
from peyvand.scope.acting import NOWHERE, Acting
from peyvand.scope.bulk import only
from peyvand.web.doing import Act, ActForm, Acts, NothingForm
from peyvand.web.pages.words import listed, named


def own(by: Acting) -> Organisation:
    return only(Organisation.objects.filter(pk=by.organisation_id))


def board_url(place_id: int) -> str:
    return reverse(f"{SLUG}:board", args=[place_id])


def _speaks_at(path: str, by: Acting) -> Refusal | None:
    return permissions.may_speak(by, place_path=path, organisation_path=by.organisation_path)


def _works_at(path: str, by: Acting) -> Refusal | None:
    if not by.is_staff:
        return NotPermitted(reason="this is done by those who work in the field")
    return permissions.may_work_at(by, path)


BOARD = Acts(
    "place_id",
    {
        "lead": Act(
            _("Name the lead agency"), _("The lead agency was named."),
            lambda row, said, by, now: board_actions.set_lead(
                place=row, organisation=said["organisation"], stands_for=said["stands_for"], by=by, now=now
            ),
            lambda row, by: permissions.may_set_lead(by, row.path), form=forms.LeadForm,
            lead=_("From today on. The lead until now stays on the board as an accompanying agency."),
        ),
        "join": Act(
            _("Ask for a place on the board"), _("Asked. The lead agency answers."),
            lambda row, said, by, now: board_actions.ask_to_join(
                place=row, organisation=own(by), role=BoardRole(said["role"]), stands_for=said["stands_for"], by=by, now=now
            ),
            lambda row, by: _speaks_at(row.path, by), form=forms.JoinForm,
        ),
        "objective": Act(
            _("Set a shared objective"), _("The objective was set."),
            lambda row, said, by, now: board_actions.set_objective(
                place=row, organisation=own(by), title=said["title"], dimension=Dimension(said["dimension"]),
                measure=said["measure"], target=said["target"], due=said["due"], by=by, now=now,
            ),
            lambda row, by: _speaks_at(row.path, by), form=forms.ObjectiveForm,
        ),
        "obstacle": Act(
            _("Tell an obstacle"), _("The obstacle was told; its age runs from now."),
            lambda row, said, by, now: board_actions.tell_obstacle(
                place=row, title=said["title"], owner=said["owner"], by=by, now=now
            ),
            lambda row, by: permissions.may_work_at(by, row.path), form=forms.ObstacleForm,
        ),
        "trusted": Act(
            _("Add a local trusted person"), _("Written down."),
            lambda row, said, by, now: board_actions.add_trusted(
                place=row, organisation=own(by), name=said["name"], agreed=said["agreed"], by=by, now=now
            ),
            lambda row, by: _works_at(row.path, by), form=forms.TrustedForm,
            lead=_("With the person's own agreement. The name is seen by your own organisation alone."),
        ),
    },
    queries.place_in_area,
    lambda row: row,
    lambda row: board_url(row.pk),
    named,
)  # fmt: skip


def one(model: Any, *related: str) -> Any:
    def read(by: Acting, pk: int) -> Any:
        return only(model.objects.select_related("place", *related).filter(pk=pk))

    return read


def _moves_seat(row: BoardSeat, by: Acting, act: str) -> Refusal | None:
    if act == "leave":
        return permissions.may_speak(by, place_path=row.place_path, organisation_path=row.organisation_path)
    if permissions.may_set_lead(by, row.place_path) is None:
        return None
    path = getattr(row, "lead_path", None)  # read once for all seats of a page
    if path is None:
        lead = board_actions.lead_of(row.place)
        path = lead.organisation_path if lead else NOWHERE
    return permissions.may_speak(by, place_path=row.place_path, organisation_path=path)


def _seat(act: str, title: Any, done: Any, form: type[ActForm] = NothingForm) -> Act:
    return Act(
        title, done,
        lambda row, said, by, now: board_actions.move_seat(
            seat_id=row.pk, act=act, reason=said.get("note", ""), by=by, now=now
        ),
        lambda row, by: _moves_seat(row, by, act), lambda row: act in rules.BOARD.acts(row.state), form,
    )  # fmt: skip


SEAT = Acts(
    "board_seat_id",
    {
        "admit": _seat("admit", _("Admit"), _("Admitted to the board.")),
        "decline": _seat("decline", _("Decline"), _("Declined, with the reason."), forms.WordsForm),
        "leave": _seat("leave", _("Leave the board"), _("Your organisation has left the board.")),
    },
    one(BoardSeat, "organisation"),
    lambda row: row.place,
    lambda row: board_url(row.place_id),
    lambda row: listed(named(row.place), named(row.organisation)),
)  # fmt: skip


def _share(row: Objective, said: dict[str, Any], by: Acting, now: datetime) -> object:
    return board_actions.take_share(
        objective_id=row.pk, organisation=own(by), promised=said["promised"], done=said["done"], by=by, now=now
    )


def _own_share(row: Objective, by: Acting) -> dict[str, Any]:
    found = row.shares.filter(organisation_id=by.organisation_id).first()
    return {"promised": found.promised, "done": found.done} if found else {"done": 0}


def _objective(act: str, title: Any, done: Any, undone_by: str) -> Act:
    return Act(
        title, done,
        lambda row, said, by, now: board_actions.move_objective(objective_id=row.pk, act=act, by=by, now=now),
        lambda row, by: permissions.may_speak(by, place_path=row.place_path, organisation_path=row.organisation_path),
        lambda row: act in rules.OBJECTIVE.acts(row.state), undone_by=undone_by,
    )  # fmt: skip


OBJECTIVE = Acts(
    "objective_id",
    {
        "share": Act(
            _("Our share"), _("Your share was recorded."), _share, lambda row, by: _speaks_at(row.place_path, by),
            lambda row: row.state != "dropped", forms.ShareForm, _own_share,
        ),
        "drop": _objective("drop", _("Drop it"), _("Dropped; it can be taken up again."), "take_up_again"),
        "take_up_again": _objective("take_up_again", _("Take it up again"), _("Taken up again."), "drop"),
    },
    one(Objective),
    lambda row: row.place,
    lambda row: board_url(row.place_id),
    lambda row: row.title,
)  # fmt: skip


def _obstacle(act: str, title: Any, done: Any, form: type[forms.ActForm]) -> Act:
    return Act(
        title, done,
        lambda row, said, by, now: board_actions.move_obstacle(
            obstacle_id=row.pk, act=act, note=said.get("note", ""), owner=said.get("owner"), by=by, now=now
        ),
        lambda row, by: _moves_obstacle(row, by, act), lambda row: act in rules.OBSTACLE.acts(row.state), form,
    )  # fmt: skip


def _moves_obstacle(row: Obstacle, by: Acting, act: str) -> Refusal | None:
    return permissions.may_move_obstacle(by, row, act, _lead_path(row))


def _lead_path(row: Obstacle | Clash) -> str:
    """Read once for all of a page, where the page did."""
    path: str | None = getattr(row, "lead_path", None)
    return board_queries.lead_path_at(row.place_path) if path is None else path


OBSTACLE = Acts(
    "obstacle_id",
    {
        "clear": _obstacle("clear", _("Cleared"), _("Cleared."), forms.WordsForm),
        "hand": _obstacle("hand", _("Hand it to another"), _("Handed on; its age runs on."), forms.HandForm),
        "tell_again": _obstacle("tell_again", _("It stands again"), _("Told again."), forms.OptionalWordsForm),
    },
    one(Obstacle, "owner"),
    lambda row: row.place,
    lambda row: board_url(row.place_id),
    lambda row: row.title,
)  # fmt: skip

TRUSTED = Acts(
    "trusted_id",
    {
        "end": Act(
            _("Take off the list"), _("The name was taken away."),
            lambda row, said, by, now: board_actions.end_trusted(trusted_id=row.pk, by=by, now=now),
            lambda row, by: _works_at(row.place_path, by),
            final=_("The name is erased; it would have to be written down anew, with consent."),
        )
    },
    one(TrustedPerson, "organisation"),
    lambda row: row.place,
    lambda row: board_url(row.place_id),
    lambda row: named(row.place),
)  # fmt: skip


def _sets_aside(row: Clash, by: Acting) -> Refusal | None:
    return permissions.may_set_aside(by, row, _lead_path(row))


def _stands(row: Clash) -> bool:
    return row.state == ClashState.STANDS


def _wanted_together(row: Clash, by: Acting) -> dict[str, Any]:
    kind = named(row.specification)
    return {"title": kind, "measure": kind[:60]}


CLASH = Acts(
    "clash_id",
    {
        "objective": Act(
            _("Make it a shared objective"), _("The objective was set. It is shared once each agency has taken its share."),
            lambda row, said, by, now: board_actions.set_objective(
                place=row.place, organisation=own(by), title=said["title"], dimension=Dimension(said["dimension"]),
                measure=said["measure"], target=said["target"], due=said["due"], by=by, now=now,
            ),
            lambda row, by: _speaks_at(row.place_path, by),
            lambda row: _stands(row) and row.code == ClashCode.SAME_HELP, forms.ObjectiveForm, _wanted_together,
        ),
        "obstacle": Act(
            _("Tell it as an obstacle"), _("The obstacle was told; its age runs from now."),
            lambda row, said, by, now: board_actions.tell_obstacle(
                place=row.place, title=said["title"], owner=said["owner"], by=by, now=now
            ),
            lambda row, by: permissions.may_work_at(by, row.place_path), _stands, forms.ObstacleForm,
            lambda row, by: {"title": clash_words.why(row)[:200], "owner": row.organisation_id},
        ),
        "set_aside": Act(
            _("Set it aside"), _("Set aside, with its reason; it can be taken back."),
            lambda row, said, by, now: clash_actions.move_clash(
                clash_id=row.pk, act="set_aside", reason=said["note"], by=by, now=now
            ),
            _sets_aside, _stands, forms.WordsForm, undone_by="take_back",
            lead=_("Where both know of it and go on as they are. Your sentence stays beside it for the next reader."),
        ),
        "take_back": Act(
            _("It stands after all"), _("It stands again."),
            lambda row, said, by, now: clash_actions.move_clash(clash_id=row.pk, act="take_back", by=by, now=now),
            _sets_aside, lambda row: row.state == ClashState.SET_ASIDE,
        ),
    },
    one(Clash, *(name for name in RELATED if name != "place")),
    lambda row: row.place,
    lambda row: f"{board_url(row.place_id)}#clashes",
    clash_words.what_meets,
)  # fmt: skip
