"""The briefing book of a session: contents, then one page a practice, every figure with where it is known from."""

from typing import Any

from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from peyvand import papers
from peyvand.extend.figures import LEAST
from peyvand.flow.story.models import Story
from peyvand.flow.story.queries import published
from peyvand.programmes.practices import queries
from peyvand.programmes.practices.enums import NominationState, PracticeState
from peyvand.programmes.practices.models import HighSession, Practice
from peyvand.programmes.practices.queries import Reach, Twig
from peyvand.scope.acting import Acting
from peyvand.web.pages.access import acting, today
from peyvand.web.pages.office_frame import FONTS, frame
from peyvand.web.pages.words import listed, named
from peyvand.web.templatetags.peyvand_format import jdate, number, toman_text

STORY_LETTERS = 900


def printed(request: HttpRequest, session: HighSession) -> bytes:
    """Of the practices that were accepted and are still shown. Read inside the reader's scope."""
    rows = queries.nominations_of(session.pk).filter(
        state=NominationState.ACCEPTED, practice__state=PracticeState.PUBLISHED
    )
    chosen = [one.practice for one in rows]
    trees = queries.trees_of([one.pk for one in chosen])
    reaches = queries.reaches_of(trees)
    stories = published().in_bulk({one.story_id for one in chosen if one.story_id})
    by = acting(request)
    items = [
        _told(one, reaches[one.pk], _own(trees[one.pk], one, by), stories.get(one.story_id or 0)) for one in chosen
    ]
    lead = listed(session.host, jdate(session.held_date), named(session.place))
    return papers.briefing_book(
        frame(request, session.title, office=named(session.organisation), lead=lead), contents=_("Contents"), items=items,
        notes=[_("Each figure stands with who counted it. Figures are not weighed against one another.")],
        empty=_("Nothing stands in the book yet."), fonts=FONTS,
    )  # fmt: skip


def _own(twigs: list[Twig], row: Practice, by: Acting) -> tuple[int, int] | None:
    return next(twig.told_to(by, LEAST) for twig in twigs if twig.practice.pk == row.pk)


def _told(row: Practice, reach: Reach, needs: tuple[int, int] | None, story: Story | None) -> papers.Told:
    parts = [
        (_("Who carries it, and how many"), row.people),
        (_("What came of it"), row.result),
        (_("Conditions"), row.conditions),
    ]
    told = (story.title, Truncator(story.body).chars(STORY_LETTERS), _("In the teller's own words")) if story else ()
    return papers.Told(
        title=row.title, lead=listed(named(row.place), named(row.organisation)), problem=(_("The problem"), row.problem),
        steps=(_("The steps"), row.steps.splitlines()), parts=parts,
        figures=(_("Figures and their sources"), _figures(row, reach, needs)), story=told,
    )  # fmt: skip


def _figures(row: Practice, reach: Reach, needs: tuple[int, int] | None) -> list[tuple[str, str, str]]:
    counted = _("Peyvand, counted on %(day)s") % {"day": jdate(today())}
    rows: list[tuple[str, Any, str]] = [
        (_("People reached"), number(row.people_reached), row.result_source),
        (_("Cost"), toman_text(row.cost_rial), row.cost_source),
        (_("It began on"), jdate(row.begun_date), row.result_source),
        (_("Done, with a result told"), number(reach.done), counted),
        (_("Counties with a result"), number(reach.counties), counted),
        (_("People reached, all together"), number(reach.people_reached), counted),
        (_("How far it has come"), str(reach.stage.label), counted),
    ]
    if needs and needs[0]:
        share = _("%(met)s of %(asked)s") % {"met": number(needs[1]), "asked": number(needs[0])}
        rows.insert(2, (_("Accepted by those who received"), share, counted))
    return rows
