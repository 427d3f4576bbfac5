"""The manifest of visits: all that the core reads of this folder."""

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from peyvand.extend.programme import Call, Figure, Job, Page, Permission, Programme, Retention, Route
from peyvand.files.storage import LocalFolder
from peyvand.programmes.visits import (
    field_views,
    figure_views,
    figures,
    permissions,
    place_views,
    queries,
    report_views,
    rules,
    survey_views,
    tour_views,
    views,
)
from peyvand.programmes.visits.actions import SLUG, blank_words, follow_visits, forget_pictures, forget_words
from peyvand.programmes.visits.api import VISIT_ROUTES
from peyvand.programmes.visits.many_acts import ACTS
from peyvand.programmes.visits.report_actions import forget_report_words
from peyvand.programmes.visits.report_api import REPORT_ROUTES
from peyvand.programmes.visits.seed import seed
from peyvand.programmes.visits.specifications import USED
from peyvand.programmes.visits.survey_api import SURVEY_ROUTES
from peyvand.programmes.visits.tour_api import TOUR_ROUTES
from peyvand.programmes.visits.waits import WAITS
from peyvand.scope.acting import STAFF, SYSTEM, Acting, Role

_WATCHERS = (*STAFF, Role.GOVERNOR_OFFICE, Role.AUDITOR, Role.ADMINISTRATOR)


def follow(call: Call) -> None:
    """Bring visits in line with the needs an act touched; at night, with all."""
    follow_visits(need_ids=call.ids["need"] if call.act else None, by=SYSTEM, now=call.now)


def forget(before: date, now: datetime) -> int:
    return forget_words(ended_before=before, by=SYSTEM, now=now)


def forget_reports(before: date, now: datetime) -> int:
    return forget_report_words(ended_before=before, by=SYSTEM, now=now)


def forget_photos(before: date, now: datetime) -> int:
    count, files = forget_pictures(added_before=before, by=SYSTEM, now=now)
    _remove(files)
    return count


def _remove(files: Iterable[str]) -> None:
    for fingerprint in files:
        LocalFolder(settings.PEYVAND_FILES).remove(fingerprint)


def blank(call: Call) -> None:
    """Somebody a need was about is erased: words and pictures of the visits where it was heard go with him."""
    _remove(blank_words(need_ids=call.ids["need"], by=SYSTEM, now=call.now))


def waiting(by: Acting, today: date) -> QuerySet | None:
    return queries.waiting(by, today)


PROGRAMME = Programme(
    slug=SLUG,
    title=_("Visits"),
    purpose=_("Going where few have been: places chosen in the open, heard, and followed until something is done."),
    stages=("need", "delivery"),
    specifications=USED,
    roles=_WATCHERS,
    permissions=(
        Permission("see", _("See visits and places"), STAFF),
        Permission("plan", _("Plan visits and upload survey forms"), permissions.PLANNERS),
        Permission("visit", _("Write down visits"), STAFF),
        Permission("judge", _("Judge reported places"), permissions.JUDGES),
        Permission("figures", _("See the figures of visits"), _WATCHERS),
        Permission("settle", _("Set the goal and the scales"), permissions.SETTLERS),
    ),
    life_cycles=(rules.LIFE, rules.REPORT_LIFE),
    guards={},
    reactions={"delivery.accepted": "follow", "delivery.reversed": "follow", "need.forgotten": "blank"},
    pages=(
        Page("list", _("Visits"), "see", in_menu=True, tally=waiting),
        Page("one", _("Visit"), "see"),
        Page("picture", _("Picture of a visit"), "see"),
        Page("unseen", _("Less-seen neighbourhoods"), "see"),
        Page("place", _("Place and its score"), "see"),
        Page("tours", _("Tours"), "see"),
        Page("tour", _("Tour"), "see"),
        Page("reports", _("Reported places"), "see"),
        Page("report", _("Reported place"), "see"),
        Page("surveys", _("Household surveys"), "see"),
        Page("survey", _("Household survey"), "see"),
        Page("paper", _("Household survey on paper"), "see"),
        Page("figures", _("Figures of visits"), "figures"),
        Page("field", _("Write down a visit"), "visit", writes=True),
        Page("field_place", _("Report a place"), "visit", writes=True),
        Page("judge", _("Judge a reported place"), "judge", writes=True),
        Page("tell", _("Tell what followed"), "visit", writes=True),
        Page("plan", _("Plan a visit"), "plan", writes=True),
        Page("new_tour", _("Plan a tour"), "plan", writes=True),
        Page("move", _("Move, drop or take up a plan"), "plan", writes=True),
        Page("upload", _("Upload a form"), "plan", writes=True),
        Page("terms", _("Goal and scales"), "settle", writes=True),
    ),
    routes=(
        Route("", "list", views.all_visits),
        Route("plan/", "plan", views.plan),
        Route("places/", "unseen", place_views.unseen),
        Route("places/<int:place_id>/", "place", place_views.place),
        Route("figures/", "figures", figure_views.figures),
        Route("terms/", "terms", views.terms),
        Route("tours/", "tours", tour_views.tours),
        Route("tours/new/", "new_tour", tour_views.new_tour),
        Route("tours/<int:tour_id>/", "tour", tour_views.tour),
        Route("surveys/", "surveys", survey_views.surveys),
        Route("surveys/upload/", "upload", survey_views.upload),
        Route("surveys/sample.xlsx", "upload", survey_views.sample_form, "sample"),
        Route("surveys/<int:survey_id>/", "survey", survey_views.survey),
        Route("surveys/<int:survey_id>/paper.pdf", "paper", survey_views.paper),
        Route("field/", "field", field_views.field),
        Route("field/worker.js", "field", field_views.worker, "worker"),
        Route("field/survey/<int:survey_id>/", "field", field_views.survey, "field_survey"),
        Route("field/place/", "field_place", report_views.field_place),
        Route("reports/", "reports", report_views.reports),
        Route("reports/<int:report_id>/", "report", report_views.one_report),
        Route("reports/<int:report_id>/accept/", "judge", report_views.accept, "accept_report"),
        Route("reports/<int:report_id>/join/", "judge", report_views.join, "join_report"),
        Route("reports/<int:report_id>/aside/", "judge", report_views.set_aside, "set_report_aside"),
        Route("reports/<int:report_id>/reopen/", "judge", report_views.reopen, "reopen_report"),
        Route("pictures/<int:photo_id>.jpg", "picture", views.picture),
        Route("<int:visit_id>/", "one", views.one_visit),
        Route("<int:visit_id>/action/", "tell", views.tell),
        Route("<int:visit_id>/file/", "tell", views.open_file, "open_file"),
        Route("<int:visit_id>/picture/", "tell", views.add_picture, "add_picture"),
        Route("<int:visit_id>/day/", "move", views.give_day, "give_day"),
        Route("<int:visit_id>/drop/", "move", views.drop, "drop"),
        Route("<int:visit_id>/restore/", "move", views.restore, "restore"),
    ),
    jobs=(
        Job("follow", _("Follow what became of visits"), follow, daily=True),
        Job("blank", _("Erase words and pictures about people who are erased"), blank),
    ),
    figures=(
        Figure(
            "places_seen",
            _("Places visited this year"),
            _(
                "Places that few have visited are visited: 500 in the year 1403, after 100 the year before (Jahani Press, 1403/2/17)."
            ),
            _("Places visited since the Jalali year began, each counted once."),
            figures.places_seen,
        ),
        Figure(
            "first_contacts",
            _("First contacts"),
            _("Those who have not been seen until now shall be seen (Jahani Press, 1403/2/17)."),
            _(
                "Families met in the last twelve Jalali months whom nobody had visited before, as the visitors wrote down."
            ),
            figures.first_contacts,
        ),
        Figure(
            "outreach_contacts",
            _("First contacts of outreach rounds"),
            _("Those who have not been seen until now shall be seen (Jahani Press, 1403/2/17)."),
            _("First contacts at the visits of outreach rounds in the last twelve Jalali months."),
            figures.outreach_contacts,
        ),
        Figure(
            "places_brought_in",
            _("Places that were in no list"),
            _("Those who have not been seen until now shall be seen (Jahani Press, 1403/2/17)."),
            _("Places reported from the field and accepted in the last twelve Jalali months."),
            figures.places_brought_in,
        ),
        Figure(
            "share_followed",
            _("Visits that something followed"),
            _("No visit stays without an action: visits and empowering action (Jahani Press, 1403/2/17)."),
            _(
                "Of the visits of the last twelve Jalali months, those after which help arrived for a need heard or an action was told."
            ),
            figures.share_followed,
            "percent",
        ),
        Figure(
            "days_to_action",
            _("From the visit to the action"),
            _("What was heard is acted on soon: visits and empowering action (Jahani Press, 1403/2/17)."),
            _("The median of the days from the visit to the first action, of those that something followed."),
            figures.days_to_action,
            "days",
        ),
    ),
    counted_together=figures.together,
    seed=seed,
    retention=(
        Retention(_("Words noted at visits and households’ answers"), 24, forget),
        Retention(_("Pictures of visits"), 24, forget_photos),
        Retention(_("Words noted in reports of places"), 24, forget_reports),
    ),
    api_routes=(*VISIT_ROUTES, *SURVEY_ROUTES, *TOUR_ROUTES, *REPORT_ROUTES),
    waits=WAITS,
    acts_on_many=ACTS,
    words={
        "visit": _("Visit"),
        "visit_terms": _("Goal and scales"),
        "visit_survey": _("Household survey"),
        "visit_tour": _("Tour"),
        "visit_tour.planned": _("Tour planned"),
        "place_report": _("Reported place"),
        "place_report.told": _("Place reported that is in no list"),
        "place_report.accepted": _("Reported place accepted"),
        "place_report.joined": _("Reported place joined to a known one"),
        "place_report.set_aside": _("Reported place set aside"),
        "place_report.reopened": _("Judgement of a reported place taken back"),
        "place_report.forgotten": _("Words of reported places forgotten"),
        "visit.planned": _("Visit planned"),
        "visit.given_day": _("Planned visit given another day"),
        "visit.dropped": _("Planned visit dropped"),
        "visit.restored": _("Dropped visit planned again"),
        "visit.recorded": _("Visit recorded"),
        "visit.file_opened": _("File opened for a family seen at a visit"),
        "visit.pictured": _("Picture added to a visit"),
        "visit.acted": _("Action after a visit told"),
        "visit.followed": _("Something followed a visit"),
        "visit.reopened": _("Visit stands open again"),
        "visit.terms_set": _("Goal and scales of visits set"),
        "visit.forgotten": _("Words of visits forgotten"),
        "visit.pictures_forgotten": _("Pictures of visits forgotten"),
        "visit_survey.uploaded": _("Survey form uploaded"),
        "visit_survey.answered": _("Household’s answers recorded"),
    },
)
