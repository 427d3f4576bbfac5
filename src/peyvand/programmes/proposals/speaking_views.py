"""Who speaks for a theme: representatives, the choosing that is open, their words at sessions, and the whole thread of the theme."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from peyvand.programmes.proposals import speaking_queries as queries
from peyvand.programmes.proposals.actions import SLUG
from peyvand.programmes.proposals.list_views import is_open
from peyvand.programmes.proposals.queries import one_theme
from peyvand.programmes.proposals.speaking_acts import CANDIDATE, CHOOSING, THEME
from peyvand.programmes.proposals.speaking_models import Candidate, CandidateName
from peyvand.programmes.proposals.speaking_rules import LEAST_SHOWN
from peyvand.scope.encryption import Protected
from peyvand.web.pages.access import acting, today
from peyvand.web.templatetags.peyvand_format import jdate, number


def name_of(candidate_id: int, names: dict[int, CandidateName]) -> str:
    """Its name where the reader may see it."""
    row = names.get(candidate_id)
    return cast(Protected, row.name).reveal() if row else gettext("An author of this theme")


@require_GET
def speakers(request: HttpRequest, theme_id: int) -> HttpResponseBase:
    by, row = acting(request), one_theme(theme_id)
    told, opened = queries.voices_of(row, by, today()), is_open(by)
    if told.choosing:
        told.choosing.sides = queries.sides_of(by, told.choosing)  # type: ignore[attr-defined]

    def shown(one: Candidate) -> dict[str, Any]:
        return {
            "row": one, "name": name_of(one.pk, told.names), "is_own_voice": one.pk == told.own_voice,
            "is_me": bool(by.account_id) and one.account_id == by.account_id, "voices": _voices(one),
            "acts": CANDIDATE.offers(one, by, opened, f"{SLUG}:candidate_act"),
        }  # fmt: skip

    context = {
        "theme": row, "choosing": told.choosing, "facts": _facts(told),
        "acts": THEME.offers(row, by, opened, f"{SLUG}:theme_act") if not told.choosing else [],
        "choosing_acts": CHOOSING.offers(told.choosing, by, opened, f"{SLUG}:choosing_act") if told.choosing else [],
        "standing": [shown(one) for one in told.standing], "speaking": [shown(one) for one in told.speaking],
        "former": [shown(one) for one in told.former],
        "words": [(one, name_of(one.candidate_id, told.names)) for one in told.words], "thread": queries.thread(row),
    }  # fmt: skip
    return render(request, "proposals/speakers.html", context)


def _voices(one: Candidate) -> str:
    """How many chose it, where that points at nobody."""
    return number(one.voices) if one.voices is not None and one.voices >= LEAST_SHOWN else ""


def _facts(told: queries.Voices) -> list[tuple[Any, str]]:
    one = told.choosing
    if one is None:
        return []
    who = (
        gettext("authors and supporters of its proposals")
        if one.with_supporters
        else gettext("authors of its proposals")
    )
    return [
        (_("Until"), jdate(one.closes_date)), (_("Who chooses"), who), (_("How many speak for the theme"), number(one.seats)),
        (_("Term in months"), number(one.term_months)),
    ]  # fmt: skip
