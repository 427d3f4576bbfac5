"""The briefing book of a session: contents, then one page a practice, every figure with where it is known from."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from peyvand import papers
from peyvand.flow.story.models import Story
from peyvand.flow.story.queries import published
from peyvand.programmes.practices import queries
from peyvand.programmes.practices.enums import Stage
from peyvand.programmes.practices.models import HighSession, Practice
from peyvand.programmes.practices.queries import BookLine
from peyvand.web.pages.access import acting, today
from peyvand.web.pages.office_frame import FONTS, frame
from peyvand.web.pages.words import listed, named
from peyvand.web.templatetags.peyvand_format import jdate, number, toman_text

STORY_LETTERS = 900


def printed(request: HttpRequest, session: HighSession) -> bytes:
    """Of the practices that were accepted and are still shown. Read inside the reader's scope."""
    chosen = queries.in_book(session.pk)
    day, figures = queries.book_figures(session, chosen, acting(request), today())
    told = Practice.objects.filter(pk__in=[one.pk for one in chosen]).values("story_id")
    stories = {one.pk: one for one in published().filter(pk__in=told)}
    items = [_told(one, figures[one.pk], day, stories.get(one.story_id or 0)) for one in chosen]
    lead = listed(session.host, jdate(session.held_date), named(session.place))
    return papers.briefing_book(
        frame(request, session.title, office=named(session.organisation), lead=lead), contents=_("Contents"), items=items,
        notes=[_("Each figure stands with who counted it. Figures are not weighed against one another.")],
        empty=_("Nothing stands in the book yet."), fonts=FONTS,
    )  # fmt: skip


def _told(row: Practice, counted: BookLine, day: date, story: Story | None) -> papers.Told:
    parts = [
        (_("Who carries it, and how many"), row.people),
        (_("What came of it"), row.result),
        (_("Conditions"), row.conditions),
    ]
    told = (story.title, Truncator(story.body).chars(STORY_LETTERS), _("In the teller's own words")) if story else ()
    return papers.Told(
        title=row.title, lead=listed(named(row.place), named(row.organisation)), problem=(_("The problem"), row.problem),
        steps=(_("The steps"), row.steps.splitlines()), parts=parts,
        figures=(_("Figures and their sources"), _figures(row, counted, day)), story=told,
    )  # fmt: skip


def _figures(row: Practice, line: BookLine, day: date) -> list[tuple[str, str, str]]:
    counted = _("Peyvand, counted on %(day)s") % {"day": jdate(day)}
    rows: list[tuple[str, Any, str]] = [
        (_("People reached"), number(row.people_reached), row.result_source),
        (_("Cost"), toman_text(row.cost_rial), row.cost_source),
        (_("It began on"), jdate(row.begun_date), row.result_source),
        (_("Done, with a result told"), number(line.done), counted),
        (_("Counties with a result"), number(line.counties), counted),
        (_("People reached, all together"), number(line.people_reached), counted),
        (_("How far it has come"), str(Stage(line.stage).label), counted),
    ]
    if line.asked and line.met is not None:
        share = _("%(met)s of %(asked)s") % {"met": number(line.met), "asked": number(line.asked)}
        rows.insert(2, (_("Accepted by those who received"), share, counted))
    return rows
