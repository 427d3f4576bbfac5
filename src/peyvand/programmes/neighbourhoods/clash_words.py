"""Overlaps and conflicts in words: what meets, why it is said, and what can be done about it. No name of a person."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from peyvand.programmes.neighbourhoods.clash_models import Clash
from peyvand.programmes.neighbourhoods.enums import CONFLICTS, ClashCode, ClashState
from peyvand.web.lists import Badge
from peyvand.web.pages.words import listed, named
from peyvand.web.templatetags.peyvand_format import jdate, number

_WHY = {
    ClashCode.SAME_HELP: _("%(agency)s and %(other)s both give “%(kind)s” here in the same months, and no objective has a part of both."),
    ClashCode.SAME_OBJECTIVE: _("“%(first)s” and “%(second)s” count the same thing, with one goal and one day."),
    ClashCode.PROMISED_MORE: _("For “%(first)s” the agencies promised more together than is wanted."),
    ClashCode.SAME_TASK: _("“%(first)s” was resolved twice, and %(agency)s owes both."),
    ClashCode.DIFFERENT_GOALS: _("“%(first)s” wants %(one)s and “%(second)s” wants %(two)s of the same measure."),
    ClashCode.DIFFERENT_DAYS: _("“%(first)s” is due on %(one)s and “%(second)s” on %(two)s, with the same measure and goal."),
    ClashCode.TWO_OWNERS: _("“%(first)s” is owed by %(agency)s in one resolution and by %(other)s in another."),
    ClashCode.SAME_DAY: _("%(first)s and %(second)s meet on %(one)s, and %(agency)s has a seat in both."),
}  # fmt: skip
_TO_DO = {
    ClashCode.SAME_HELP: _("Set one objective in which both have a share; then this goes by itself."),
    ClashCode.SAME_OBJECTIVE: _("Drop one of the two, and take its shares in the other."),
    ClashCode.PROMISED_MORE: _("Agree whose share becomes smaller."),
    ClashCode.SAME_TASK: _("Drop one of the two resolutions, with its reason."),
    ClashCode.DIFFERENT_GOALS: _("Agree on one goal, and drop the other objective."),
    ClashCode.DIFFERENT_DAYS: _("Agree on one day, and drop the other objective."),
    ClashCode.TWO_OWNERS: _("Agree who owes it, and hand one over or drop it."),
    ClashCode.SAME_DAY: _("Cancel one of the sessions, and call it for another day."),
}
_TONES = {ClashState.STANDS: "waiting", ClashState.SET_ASIDE: "stopped", ClashState.GONE: "done"}


def kind_of(row: Clash) -> str:
    return gettext("Conflict") if row.code in CONFLICTS else gettext("Overlap")


def kind_badge(row: Clash) -> Badge:
    return Badge(kind_of(row), "late" if row.code in CONFLICTS else "going")


def state_badge(row: Clash) -> Badge:
    return Badge(row.get_state_display(), _TONES[ClashState(row.state)])


def agencies(row: Clash) -> str:
    both = [row.organisation, row.other_organisation]
    return listed(*dict.fromkeys(named(one) for one in both if one is not None))


def what_meets(row: Clash) -> str:
    return str(row.get_code_display())


def why(row: Clash) -> str:
    return str(_WHY[ClashCode(row.code)]) % {
        "agency": named(row.organisation), "other": named(row.other_organisation), "kind": named(row.specification),
        **_met(row),
    }  # fmt: skip


def what_to_do(row: Clash) -> str:
    return str(_TO_DO[ClashCode(row.code)])


def _met(row: Clash) -> dict[str, Any]:
    """What meets, by its titles, and in what the two differ."""
    if row.session is not None and row.other_session is not None:
        first, second = (named(one.council.kind) for one in (row.session, row.other_session))
        return {"first": first, "second": second, "one": jdate(row.session.date)}
    if row.resolution is not None:
        return {"first": row.resolution.title}
    if row.objective is None:
        return {}
    other = row.other_objective or row.objective
    titles = {"first": row.objective.title, "second": other.title}
    if row.code == ClashCode.DIFFERENT_DAYS:
        return {**titles, "one": jdate(row.objective.due_date), "two": jdate(other.due_date)}
    return {**titles, "one": number(row.objective.target), "two": number(other.target)}
