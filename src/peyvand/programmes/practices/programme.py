"""The manifest of practices: all that the core reads of this folder."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from peyvand.extend.programme import Call, Figure, Job, Page, Permission, Programme, Retention, Route, Step
from peyvand.extend.switches import pairs_off
from peyvand.flow.story.models import Story
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import Refusal
from peyvand.programmes.practices import (
    figures,
    occasion_views,
    permissions,
    photo_views,
    queries,
    reach_views,
    rules,
    session_views,
    story_views,
    views,
)
from peyvand.programmes.practices.actions import SLUG
from peyvand.programmes.practices.api import PRACTICE_ROUTES
from peyvand.programmes.practices.models import StoryEnding
from peyvand.programmes.practices.occasion_api import OCCASION_ROUTES
from peyvand.programmes.practices.photo_actions import forget_photos
from peyvand.programmes.practices.photo_api import PHOTO_ROUTES
from peyvand.programmes.practices.photo_views import photos_of
from peyvand.programmes.practices.reach_api import REACH_ROUTES
from peyvand.programmes.practices.seed import seed
from peyvand.programmes.practices.story_actions import blank_words
from peyvand.programmes.practices.story_api import SESSION_ROUTES, STORY_ROUTES
from peyvand.programmes.practices.turn_actions import forget_turns, tell_offers_done
from peyvand.programmes.practices.waits import WAITS
from peyvand.programmes.practices.ways import picture_of, ways_of
from peyvand.scope.acting import STAFF, SYSTEM
from peyvand.scope.database import scope
from peyvand.web.pages.deliveries import folder
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
        if story_id not in endings and pair not in off:
            return rules.EndingMissing()
        given = queries.consents_given(story_id)
        refusal = rules.consent_refusal(shown=queries.people_shown(story_id), given=given)
        if refusal is not None:
            return refusal
    return None


def blank(call: Call) -> None:
    """Somebody was erased, or a story that showed him was withdrawn: what was proposed for its words may name him, and its pictures
    may show him."""
    with scope(SYSTEM):
        if call.act == "need.forgotten":
            told = Story.objects.filter(deliveries__commitment__need__in=call.ids["need"])
        else:  # the words of a story are blank only after an erasure
            told = Story.objects.filter(pk__in=call.ids["story"], body="—")
        ids = list(told.order_by("pk").values_list("pk", flat=True).distinct())
    blank_words(story_ids=ids, by=SYSTEM, now=call.now)
    _remove(forget_photos(story_ids=ids, by=SYSTEM, now=call.now)[1])


def _remove(files: list[str]) -> None:
    for fingerprint in files:
        folder().remove(fingerprint)


def forget_taken_out(before: date, now: datetime) -> int:
    count, files = forget_photos(story_ids=None, removed_before=before, by=SYSTEM, now=now)
    _remove(files)
    return count


def forget(before: date, now: datetime) -> int:
    return blank_words(story_ids=None, before=before, by=SYSTEM, now=now)


def turned(call: Call) -> None:
    """Something was offered: perhaps by somebody who came from a story."""
    with scope(SYSTEM):
        tell_offers_done(capacity_ids=call.ids["capacity"], by=SYSTEM, now=call.now)


def forget_who_turned(before: date, now: datetime) -> int:
    return forget_turns(before=before, by=SYSTEM, now=now)


PROGRAMME = Programme(
    slug=SLUG,
    title=_("Practices"),
    purpose=_("What worked once is told by those who did it, copied into other places, and heard where it is decided."),
    stages=("need", "capacity", "story"),
    specifications=(),
    roles=permissions.EVERYONE,
    permissions=(
        Permission("pass_on", _("Pass stories on, and go on from them"), permissions.EVERYONE),
        Permission("see", _("See practices and sessions"), permissions.READERS),
        Permission("write", _("Write down and copy practices"), STAFF),
        Permission("lead", _("Nominate practices and propose words"), permissions.EDITORS),
        Permission("call", _("Call sessions and decide on their book"), permissions.CALLERS),
    ),
    life_cycles=(rules.LIFE, rules.WORDS, rules.SESSION, rules.NOMINATION, rules.CELEBRATION, rules.HANDOVER),
    guards={"publish_story": ends_in_an_act},
    reactions={"story.withdrawn": "blank", "need.forgotten": "blank", "capacity.offered": "turned"},
    pages=(
        Page("list", _("Practices"), "see", in_menu=True, tally=queries.waiting),
        Page("one", _("Practice"), "see"),
        Page("tree", _("The tree of copies"), "see"),
        Page("figures", _("Figures of practices"), "see"),
        Page("sessions", _("High sessions"), "see"),
        Page("session", _("High session"), "see"),
        Page("book", _("Briefing book"), "see"),
        Page("stories", _("Stories in the making"), "write"),
        Page("story", _("Story in the making"), "write"),
        Page("week", _("The week's stories"), "pass_on", in_menu=True),
        Page("feed", _("Feeds of stories"), "pass_on"),
        Page("share", _("Pass it on"), "pass_on"),
        Page("card", _("Card of a story"), "pass_on"),
        Page("sheet", _("A sheet to hang up"), "pass_on"),
        Page("embed", _("A page to embed"), "pass_on"),
        Page("turn", _("What a story asks for"), "pass_on", writes=True),
        Page("celebrations", _("Celebrations"), "see"),
        Page("celebration", _("Celebration"), "see"),
        Page("thanks", _("The sheet of thanks"), "see"),
        Page("celebrate", _("Call a celebration"), "lead", writes=True),
        Page("handovers", _("Services handed over to people"), "see"),
        Page("handover", _("Handover of a service"), "see"),
        Page("hand_over", _("Propose a handover"), "lead", writes=True),
        Page("new", _("Write down a practice"), "write", writes=True),
        Page("edit", _("Change it"), "write", writes=True),
        Page("plan", _("Try it here first"), "write", writes=True),
        Page("copy", _("Copy it into your place"), "write", writes=True),
        Page("begin", _("Begin, and open its needs"), "write", writes=True),
        Page("result", _("Tell the result"), "lead", writes=True),
        Page("withdraw", _("Withdraw this practice"), "write", writes=True),
        Page("ending", _("What the story ends in"), "write", writes=True),
        Page("photos", _("Pictures of a story"), "write", writes=True),
        Page("photo", _("A picture of a story"), "pass_on"),
        Page("propose_words", _("Propose other words"), "lead", writes=True),
        Page("answer_words", _("Answer proposed words"), "write", writes=True),
        Page("nominate", _("Nominate it to a session"), "lead", writes=True),
        Page("session_new", _("Call a high session"), "call", writes=True),
        Page("close", _("Close the book"), "call", writes=True),
        Page("decide", _("Decide on nominations"), "call", writes=True),
    ),
    routes=(
        Route("", "list", views.all_practices),
        Route("new/", "new", views.new_practice),
        Route("figures/", "figures", figures_of(SLUG, views.crumbs)),
        Route("week/", "week", reach_views.week),
        Route("feed/", "feed", reach_views.feed),
        Route("feed/weeks/", "feed", reach_views.week_feed, "week_feed"),
        Route("stories/", "stories", story_views.stories),
        Route("stories/<int:story_id>/share/", "share", reach_views.share),
        Route("stories/<int:story_id>/card.png", "card", reach_views.card),
        Route("stories/<int:story_id>/sheet/", "sheet", reach_views.sheet),
        Route("stories/<int:story_id>/embed/", "embed", reach_views.embed),
        Route("stories/<int:story_id>/turn/", "turn", reach_views.turn),
        Route("celebrations/", "celebrations", occasion_views.celebrations),
        Route("celebrations/new/", "celebrate", occasion_views.new_celebration, "celebration_new"),
        Route("celebrations/<int:celebration_id>/", "celebration", occasion_views.celebration),
        Route("celebrations/<int:celebration_id>/thanks/", "thanks", occasion_views.thanks),
        Route(
            "celebrations/<int:celebration_id>/<slug:act>/",
            "celebrate",
            occasion_views.celebration_act,
            "celebration_act",
        ),
        Route("handovers/", "handovers", occasion_views.handovers),
        Route("handovers/new/", "hand_over", occasion_views.new_handover, "handover_new"),
        Route("handovers/<int:handover_id>/", "handover", occasion_views.handover),
        Route("handovers/<int:handover_id>/<slug:act>/", "hand_over", occasion_views.handover_act, "handover_act"),
        Route("stories/<int:story_id>/", "story", story_views.story),
        Route("stories/<int:story_id>/ending/", "ending", story_views.set_ending),
        Route("stories/<int:story_id>/photos/", "photos", photo_views.add_photo),
        Route("photos/<int:photo_id>.jpg", "photo", photo_views.photo),
        Route("photos/<int:photo_id>/remove/", "photos", photo_views.remove_photo, "photo_remove"),
        Route("photos/<int:photo_id>/restore/", "photos", photo_views.restore_photo, "photo_restore"),
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
    jobs=(
        Job("blank", _("Erase proposed words about people who are erased"), blank),
        Job("turned", _("See whether an offer followed from a story"), turned),
    ),
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
        Figure(
            "turned",
            _("Readers who did what a story asked for"),
            _("A story moves somebody to something."),
            _(
                "Of those who went on from a story of the area that asks for an offer or a copy, the share who then did it within 90 days."
            ),
            figures.turned,
            "percent",
        ),
        Figure(
            "celebrated",
            _("Celebrations that were told"),
            _("Needs that were met end in thanks and a story."),
            _(
                "Of the celebrations that were held, the share that leads to a published story of one of its deliveries."
            ),
            figures.celebrated,
            "percent",
        ),
        Figure(
            "handed_over",
            _("Services in the hands of people"),
            _("What people can carry themselves is handed over to them."),
            _(
                "Of the handovers that both sides agreed to, the share that people lead or carry alone, shown by accepted deliveries."
            ),
            figures.handed_over,
            "percent",
        ),
    ),
    counted_together=figures.together,
    seed=seed,
    retention=(
        Retention(_("Words that were proposed for a story, after they were answered"), 12, forget),
        Retention(_("Who went on from a story"), 12, forget_who_turned),
        Retention(_("Pictures that were taken out of a story"), 1, forget_taken_out),
    ),
    api_routes=(*PRACTICE_ROUTES, *STORY_ROUTES, *PHOTO_ROUTES, *SESSION_ROUTES, *REACH_ROUTES, *OCCASION_ROUTES),
    story_ways=ways_of,
    story_picture=picture_of,
    story_photos=photos_of,
    waits=WAITS,
    words={
        "practice": _("Practice"),
        "high_session": _("High session"),
        "celebration": _("Celebration"),
        "handover": _("Handover of a service"),
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
        "practice.turn_taken": _("Somebody went on from a story"),
        "practice.turns_done": _("Readers did what a story asked for"),
        "practice.turns_forgotten": _("Forgotten who went on from stories"),
        "practice.celebration_called": _("Celebration called"),
        "practice.celebration_held": _("Celebration held"),
        "practice.celebration_told": _("Celebration told in a story"),
        "practice.celebration_called_off": _("Celebration called off"),
        "practice.celebration_restored": _("Celebration restored"),
        "practice.handover_proposed": _("Handover proposed"),
        "practice.handover_agreed": _("Handover agreed"),
        "practice.handover_advanced": _("Stage of a handover reached"),
        "practice.handover_ended": _("Service given back"),
        "practice.photo_added": _("Picture put into a story"),
        "practice.photo_removed": _("Picture taken out of a story"),
        "practice.photo_restored": _("Picture put back into a story"),
        "practice.photos_forgotten": _("Pictures of stories forgotten"),
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
