"""The manifest of written proposals: all that the core reads of this folder."""

from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from peyvand.extend.programme import (
    Call,
    Figure,
    Job,
    Page,
    Permission,
    Programme,
    Retention,
    Route,
)
from peyvand.programmes.proposals import (
    consulting_actions,
    consulting_views,
    figures,
    list_views,
    office_views,
    permissions,
    queries,
    rules,
    settling_actions,
    speaking_actions,
    speaking_acts,
    speaking_rules,
    speaking_views,
    views,
)
from peyvand.programmes.proposals.actions import SLUG
from peyvand.programmes.proposals.api import API_ROUTES
from peyvand.programmes.proposals.seed import seed
from peyvand.programmes.proposals.waits import WAITS
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.web.pages.programme_figures import figures_of


def group(call: Call) -> None:
    """Put the new ones of the day into themes."""
    settling_actions.group_proposals(by=SYSTEM, now=call.now)


def count_opinions(call: Call) -> None:
    """Find the groups of those who voted on drafts, where somebody voted since."""
    consulting_actions.keep_opinions(by=SYSTEM, now=call.now)


def forget(before: date, now: datetime) -> int:
    return settling_actions.forget_withdrawn(before=before, by=SYSTEM, now=now)


def count_choosings(call: Call) -> None:
    """Seat the representatives whom the authors of themes chose."""
    speaking_actions.count_choosings(by=SYSTEM, now=call.now)


def forget_names(before: date, now: datetime) -> int:
    return speaking_actions.forget_speakers(ended_before=before, by=SYSTEM, now=now)


def waiting(by: Acting, today: date) -> QuerySet | None:
    """What waits behind the entry of the menu: for bodies in charge the proposals they have to answer, for those who write what is new
    to them."""
    if by.role in permissions.ANSWERERS:
        return queries.waiting_for(by)
    return queries.unread(by) if by.role in permissions.WRITERS else None


PROGRAMME = Programme(
    slug=SLUG,
    title=_("Written proposals"),
    purpose=_("Thousands of written proposals: like ones joined, each answered under a clock that everyone sees."),
    stages=(),
    specifications=(),
    roles=permissions.READERS,
    permissions=(
        Permission("see", _("See proposals"), permissions.READERS),
        Permission("write", _("Write and support proposals"), permissions.WRITERS),
        Permission("lead", _("Join proposals and send them to a body"), permissions.SECRETARIAT),
        Permission("answer", _("Answer proposals"), permissions.ANSWERERS),
        Permission("settle", _("Record holidays and the days of the clock"), permissions.SETTLERS),
        Permission("convene", _("Put a draft before everyone"), permissions.CONVENERS),
    ),
    life_cycles=(rules.LIFE, speaking_rules.CHOOSING),
    guards={},
    reactions={},
    pages=(
        Page("list", _("Proposals"), "see", in_menu=True, tally=waiting),
        Page("one", _("Proposal"), "see"),
        Page("themes", _("Themes of proposals"), "see"),
        Page("bodies", _("Who answers in time"), "see"),
        Page("calendar", _("The clock and its working days"), "see"),
        Page("consultations", _("Consultations"), "see"),
        Page("figures", _("Figures of proposals"), "see"),
        Page("news", _("What is new to you"), "write"),
        Page("new", _("Write a proposal"), "write", writes=True),
        Page("support", _("Support a proposal"), "write", writes=True),
        Page("lead", _("Join proposals and send them to a body"), "lead", writes=True),
        Page("answer", _("Answer proposals"), "answer", writes=True),
        Page("settle", _("Record holidays and the days of the clock"), "settle", writes=True),
        Page("take_part", _("Take part in a consultation"), "write", writes=True),
        Page("new_consultation", _("Put a draft before everyone"), "convene", writes=True),
    ),
    routes=(
        Route("", "list", list_views.all_proposals),
        Route("new/", "new", views.new_proposal),
        Route("new/like/", "new", views.like_while_typing, "like"),
        Route("news/", "news", office_views.news),
        Route("news/read/", "support", office_views.read, "read"),
        Route("themes/", "themes", office_views.themes),
        Route("themes/<int:theme_id>/", "themes", office_views.theme, "theme"),
        Route("themes/<int:theme_id>/speakers/", "themes", speaking_views.speakers, "speakers"),
        Route("themes/<int:theme_id>/speakers/<slug:act>/", "support", speaking_acts.THEME.view, "theme_act"),
        Route("choosings/<int:choosing_id>/<slug:act>/", "support", speaking_acts.CHOOSING.view, "choosing_act"),
        Route("candidates/<int:candidate_id>/<slug:act>/", "support", speaking_acts.CANDIDATE.view, "candidate_act"),
        Route("themes/<int:theme_id>/answer/", "answer", office_views.answer_theme, "answer_theme"),
        Route("themes/<int:theme_id>/route/", "lead", office_views.route_theme, "route_theme"),
        Route("bodies/", "bodies", office_views.bodies),
        Route("calendar/", "calendar", office_views.calendar),
        Route("calendar/holiday/", "settle", office_views.holiday, "holiday"),
        Route("calendar/terms/", "settle", office_views.terms, "terms"),
        Route("figures/", "figures", figures_of(SLUG)),
        Route("answers/<int:answer_id>/report/", "answer", views.report, "report"),
        Route("consultations/", "consultations", consulting_views.consultations),
        Route("consultations/new/", "new_consultation", consulting_views.new_consultation),
        Route("consultations/<int:consultation_id>/", "consultations", consulting_views.consultation, "consultation"),
        Route(
            "consultations/<int:consultation_id>/opinions.png",
            "consultations",
            consulting_views.opinions_png,
            "opinions_png",
        ),
        Route(
            "consultations/<int:consultation_id>/opinions.csv",
            "consultations",
            consulting_views.opinions_csv,
            "opinions_csv",
        ),
        Route(
            "consultations/<int:consultation_id>/paragraphs/<int:paragraph_id>/",
            "take_part",
            consulting_views.comment,
            "comment",
        ),
        Route("consultations/<int:consultation_id>/statements/", "take_part", consulting_views.state, "state"),
        Route(
            "consultations/<int:consultation_id>/answers/",
            "new_consultation",
            consulting_views.answer_comments,
            "answer_comments",
        ),
        Route("statements/<int:statement_id>/vote/", "take_part", consulting_views.vote, "vote"),
        Route("<int:proposal_id>/", "one", views.one_proposal),
        Route("<int:proposal_id>/receipt/", "news", views.receipt, "receipt"),
        Route("<int:proposal_id>/support/", "support", views.support),
        Route("<int:proposal_id>/unsupport/", "support", views.unsupport, "unsupport"),
        Route("<int:proposal_id>/withdraw/", "support", views.withdraw, "withdraw"),
        Route("<int:proposal_id>/lead/", "lead", views.lead),
        Route("<int:proposal_id>/join/", "lead", views.merge, "merge"),
        Route("<int:proposal_id>/part/", "lead", views.part, "part"),
        Route("<int:proposal_id>/route/", "lead", views.route, "route"),
        Route("<int:proposal_id>/answer/", "answer", views.answer),
    ),
    jobs=(
        Job("group", _("Put like proposals together"), group, daily=True),
        Job("count_choosings", _("Count who speaks for a theme"), count_choosings, daily=True),
        Job("count_opinions", _("Find the groups of those who voted on drafts"), count_opinions, often=True),
    ),
    figures=(
        Figure(
            "how_many",
            _("Written proposals"),
            _("Whoever has a proposal writes it down and gets a number."),
            _("Proposals handed in within the last twelve Jalali months, in whatever state."),
            figures.how_many,
        ),
        Figure(
            "days_to_answer",
            _("From paper to answer"),
            _("Every proposal gets a written answer."),
            _("The median of the days from handing in to the answer, of those answered."),
            figures.days_to_answer,
            "days",
        ),
        Figure(
            "answered_in_time",
            _("Answered in time"),
            _("The clock is public, and kept."),
            _("Of those whose answer was given or is overdue, the share answered on the last day or before."),
            figures.answered_in_time,
            "percent",
        ),
        Figure(
            "carried_out",
            _("Carried out"),
            _("What was accepted is followed to its end."),
            _("Of those accepted that were carried out or given up, the share carried out."),
            figures.carried_out,
            "percent",
        ),
    ),
    seed=seed,
    retention=(
        Retention(_("Who supported a proposal and took it back"), 12, forget),
        Retention(_("The names of those who spoke for a theme"), 24, forget_names),
    ),
    api_routes=API_ROUTES,
    waits=WAITS,
    words={
        "proposal": _("Proposal"),
        "proposal_theme": _("Theme of proposals"),
        "proposal_holiday": _("Holiday of the clock"),
        "proposal_terms": _("Time to answer"),
        "consultation": _("Consultation"),
        "proposal.written": _("Proposal handed in"),
        "proposal.merged": _("Proposal joined to a like one"),
        "proposal.parted": _("Proposal parted again"),
        "proposal.routed": _("Proposals sent to a body"),
        "proposal.answered": _("Proposals answered"),
        "proposal.reported": _("Told what became of proposals"),
        "proposal.withdrawn": _("Proposal withdrawn"),
        "proposal.supports_forgotten": _("Forgotten who no longer supports proposals"),
        "proposal.choosing_opened": _("Authors of a theme choose who speaks for it"),
        "proposal.candidate_stood": _("An author stands for a theme"),
        "proposal.candidate_stepped_back": _("Somebody stepped back from speaking for a theme"),
        "proposal.choosing_counted": _("Counted who speaks for a theme"),
        "proposal.theme_spoken_for": _("Words of a theme brought to a session"),
        "proposal.speakers_forgotten": _("Names of former representatives of themes forgotten"),
        "proposal.holiday_recorded": _("Holiday of the clock recorded"),
        "proposal.terms_set": _("Time to answer set"),
        "proposal.consultation_opened": _("Draft put before everyone"),
        "proposal.comments_answered": _("Comments on a draft answered"),
    },
)
