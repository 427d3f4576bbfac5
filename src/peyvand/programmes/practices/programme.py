"""The manifest of practices: all that the core reads of this folder."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from peyvand.extend.programme import Call, Figure, Job, Page, Permission, Programme, Retention, Route, Step
from peyvand.extend.switches import pairs_off
from peyvand.flow.story.models import Story
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import Refusal
from peyvand.programmes.practices import figures, permissions, queries, rules, session_views, story_views, views
from peyvand.programmes.practices.actions import SLUG
from peyvand.programmes.practices.api import PRACTICE_ROUTES
from peyvand.programmes.practices.models import StoryEnding
from peyvand.programmes.practices.seed import seed
from peyvand.programmes.practices.story_actions import blank_words
from peyvand.programmes.practices.story_api import SESSION_ROUTES, STORY_ROUTES
from peyvand.programmes.practices.ways import ways_of
from peyvand.scope.acting import STAFF, SYSTEM
from peyvand.scope.database import scope
from peyvand.web.pages.programme_figures import figures_of


def ends_in_an_act(step: Step) -> Refusal | None:
    """A story is published with an ending and with the consent of everyone it shows.

    The ending is asked for where the programme is on; the consents wherever the teller has said how many he shows.
    """
    stories = list(Story.objects.filter(pk__in=step.ids["story"]).order_by("pk"))
    where = {row.pk: (row.place_path, row.organisation_path) for row in stories}
    off = pairs_off(SLUG, where.values(), business_date(step.now))
    endings = StoryEnding.objects.in_bulk(list(where))
    for story_id, pair in where.items():
        if story_id not in endings:
            if pair not in off:
                return rules.EndingMissing()
            continue
        given = queries.consents_given(story_id)
        refusal = rules.consent_refusal(shown=endings[story_id].shown_count, given=given)
        if refusal is not None:
            return refusal
    return None


def blank(call: Call) -> None:
    """Somebody was erased, or a story that showed him was withdrawn: what was proposed for its words may name him."""
    with scope(SYSTEM):
        if call.act == "need.forgotten":
            told = Story.objects.filter(deliveries__commitment__need__in=call.ids["need"])
        else:  # the words of a story are blank only after an erasure
            told = Story.objects.filter(pk__in=call.ids["story"], body="—")
        ids = list(told.order_by("pk").values_list("pk", flat=True).distinct())
    blank_words(story_ids=ids, by=SYSTEM, now=call.now)


def forget(before: date, now: datetime) -> int:
    return blank_words(story_ids=None, before=before, by=SYSTEM, now=now)


PROGRAMME = Programme(
    slug=SLUG,
    title=_("Practices"),
    purpose=_("What worked once is told by those who did it, copied into other places, and heard where it is decided."),
    stages=("need", "story"),
    specifications=(),
    roles=permissions.READERS,
    permissions=(
        Permission("see", _("See practices and sessions"), permissions.READERS),
        Permission("write", _("Write down and copy practices"), STAFF),
        Permission("lead", _("Nominate practices and propose words"), permissions.EDITORS),
        Permission("call", _("Call sessions and decide on their book"), permissions.CALLERS),
    ),
    life_cycles=(rules.LIFE, rules.WORDS, rules.SESSION, rules.NOMINATION),
    guards={"publish_story": ends_in_an_act},
    reactions={"story.withdrawn": "blank", "need.forgotten": "blank"},
    pages=(
        Page("list", _("Practices"), "see", in_menu=True),
        Page("one", _("Practice"), "see"),
        Page("tree", _("The tree of copies"), "see"),
        Page("figures", _("Figures of practices"), "see"),
        Page("sessions", _("High sessions"), "see"),
        Page("session", _("High session"), "see"),
        Page("book", _("Briefing book"), "see"),
        Page("stories", _("Stories in the making"), "write"),
        Page("story", _("Story in the making"), "write"),
        Page("new", _("Write down a practice"), "write", writes=True),
        Page("edit", _("Change it"), "write", writes=True),
        Page("plan", _("Try it here first"), "write", writes=True),
        Page("copy", _("Copy it into your place"), "write", writes=True),
        Page("begin", _("Begin, and open its needs"), "write", writes=True),
        Page("result", _("Tell the result"), "lead", writes=True),
        Page("withdraw", _("Withdraw this practice"), "write", writes=True),
        Page("ending", _("What the story ends in"), "write", writes=True),
        Page("propose_words", _("Propose other words"), "lead", writes=True),
        Page("answer_words", _("Answer proposed words"), "write", writes=True),
        Page("nominate", _("Nominate it to a session"), "lead", writes=True),
        Page("session_new", _("Call a session"), "call", writes=True),
        Page("close", _("Close the book"), "call", writes=True),
        Page("decide", _("Decide on nominations"), "call", writes=True),
    ),
    routes=(
        Route("", "list", views.all_practices),
        Route("new/", "new", views.new_practice),
        Route("figures/", "figures", figures_of(SLUG, views.crumbs)),
        Route("stories/", "stories", story_views.stories),
        Route("stories/<int:story_id>/", "story", story_views.story),
        Route("stories/<int:story_id>/ending/", "ending", story_views.set_ending),
        Route("stories/<int:story_id>/words/", "propose_words", story_views.propose_words),
        Route(
            "stories/<int:story_id>/words/<int:words_id>/accept/",
            "answer_words",
            story_views.accept_words,
            "accept_words",
        ),
        Route(
            "stories/<int:story_id>/words/<int:words_id>/decline/",
            "answer_words",
            story_views.decline_words,
            "decline_words",
        ),
        Route("sessions/", "sessions", session_views.sessions),
        Route("sessions/new/", "session_new", session_views.new_session),
        Route("sessions/<int:high_session_id>/", "session", session_views.session),
        Route("sessions/<int:high_session_id>/book/", "book", session_views.book_of),
        Route("sessions/<int:high_session_id>/close/", "close", session_views.close),
        Route("sessions/<int:high_session_id>/reopen/", "close", session_views.reopen, "reopen"),
        Route("sessions/<int:high_session_id>/<int:nomination_id>/accept/", "decide", session_views.accept, "accept"),
        Route(
            "sessions/<int:high_session_id>/<int:nomination_id>/decline/", "decide", session_views.decline, "decline"
        ),
        Route(
            "sessions/<int:high_session_id>/<int:nomination_id>/undecide/", "decide", session_views.undecide, "undecide"
        ),
        Route("<int:practice_id>/", "one", views.one_practice),
        Route("<int:practice_id>/tree/", "tree", views.tree),
        Route("<int:practice_id>/edit/", "edit", views.edit),
        Route("<int:practice_id>/plan/", "plan", views.plan),
        Route("<int:practice_id>/copy/", "copy", views.copy),
        Route("<int:practice_id>/begin/", "begin", views.begin),
        Route("<int:practice_id>/result/", "result", views.tell_result),
        Route("<int:practice_id>/nominate/", "nominate", views.nominate),
        Route("<int:practice_id>/withdraw/", "withdraw", views.withdraw),
        Route("<int:practice_id>/restore/", "withdraw", views.restore, "restore"),
    ),
    jobs=(Job("blank", _("Erase proposed words about people who are erased"), blank),),
    figures=(
        Figure(
            "copied",
            _("Copied by somebody"),
            _("What worked once does not stay in one place."),
            _(
                "Of the practices with a result, the share from which a plan was made, is under way or was done elsewhere."
            ),
            figures.copied,
            "percent",
        ),
        Figure(
            "reached",
            _("People reached"),
            _("Results are told as figures, with who counted them."),
            _("The sum of the people reached, as told by those who did it; somebody reached twice counts twice."),
            figures.reached,
        ),
        Figure(
            "ending",
            _("Stories that end in an act"),
            _("Whoever has read a story can do something at once."),
            _(
                "Of the published stories of the area, the share with an act of which the teller said that it can be done."
            ),
            figures.ending,
            "percent",
        ),
    ),
    seed=seed,
    retention=(Retention(_("Words that were proposed for a story, after they were answered"), 12, forget),),
    api_routes=(*PRACTICE_ROUTES, *STORY_ROUTES, *SESSION_ROUTES),
    story_ways=ways_of,
    words={
        "practice": _("Practice"),
        "high_session": _("High session"),
        "practice.written": _("Practice written down"),
        "practice.changed": _("Practice changed"),
        "practice.planned": _("Practice planned"),
        "practice.published": _("Practice shown to be copied"),
        "practice.copied": _("Practice copied"),
        "practice.begun": _("Plan begun"),
        "practice.told": _("Result of a plan told"),
        "practice.withdrawn": _("Practice withdrawn"),
        "practice.restored": _("Practice restored"),
        "practice.nominated": _("Practice nominated to a session"),
        "practice.ending_set": _("Ending of a story set"),
        "practice.words_proposed": _("Other words proposed for a story"),
        "practice.words_accepted": _("Proposed words accepted by the teller"),
        "practice.words_declined": _("Proposed words declined by the teller"),
        "practice.words_forgotten": _("Proposed words forgotten"),
        "practice.session_called": _("High session called"),
        "practice.session_closed": _("Book of a session closed"),
        "practice.session_reopened": _("Book of a session opened again"),
        "practice.nomination_accepted": _("Nomination accepted"),
        "practice.nomination_declined": _("Nomination declined"),
        "practice.nomination_undecided": _("Decision on a nomination taken back"),
    },
)
