"""The manifest of assemblies: all that the core reads of this folder."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from peyvand.extend.programme import Call, Figure, Job, Page, Permission, Programme, Retention, Route
from peyvand.programmes.assemblies import figures, permissions, rules, views, vote_views
from peyvand.programmes.assemblies.actions import SLUG, forget_tellers, part_chosen
from peyvand.programmes.assemblies.api import API_ROUTES
from peyvand.programmes.assemblies.models import Assembly
from peyvand.programmes.assemblies.seed import seed
from peyvand.programmes.assemblies.specifications import USED
from peyvand.programmes.assemblies.waits import WAITS
from peyvand.scope.acting import STAFF, SYSTEM, Role
from peyvand.scope.database import scope
from peyvand.votes.permissions import KEEPERS, VOUCHERS
from peyvand.votes.roll import forget_rolls
from peyvand.web.pages.programme_figures import figures_of


def forget_told(before: date, now: datetime) -> int:
    return forget_tellers(ended_before=before, by=SYSTEM, now=now)


def forget_voters(before: date, now: datetime) -> int:
    with scope(SYSTEM):
        ours = list(Assembly.objects.values_list("pk", flat=True))
    return forget_rolls(vote_ids=ours, ended_before=before, by=SYSTEM, now=now)


def part_chosen_of(call: Call) -> None:
    part_chosen(vote_ids=call.ids["vote"], by=SYSTEM, now=call.now)


_SEEING = (*permissions.TELLERS, Role.GOVERNOR_OFFICE, Role.AUDITOR, Role.ADMINISTRATOR)

PROGRAMME = Programme(
    slug=SLUG,
    title=_("Assemblies"),
    purpose=_("Residents decide what is done in their neighbourhood, after a published study, by a secret vote."),
    stages=("need",),
    specifications=USED,
    roles=permissions.EVERYONE,
    permissions=(
        Permission("everyone", _("See votes and vote with a code"), permissions.EVERYONE),
        Permission("see", _("See ideas"), permissions.TELLERS),
        Permission("tell", _("Tell ideas, or write them down"), permissions.TELLERS),
        Permission("work", _("Join and study ideas"), STAFF),
        Permission("vouch", _("Keep the roll and enter papers"), VOUCHERS),
        Permission("decide", _("Publish studies, keep votes, make plans"), KEEPERS),
        Permission("figures", _("See the figures of assemblies"), _SEEING),
    ),
    life_cycles=(rules.LIFE,),
    guards={},
    reactions={"vote.counted": "chosen"},
    pages=(
        Page("list", _("Ideas of residents"), "see", in_menu=True),
        Page("idea", _("Idea"), "see"),
        Page("new", _("Write down an idea"), "tell", writes=True),
        Page("work", _("Join and study ideas"), "work", writes=True),
        Page("decide", _("Publish, decide and plan"), "decide", writes=True),
        Page("board", _("Votes of residents"), "everyone", in_menu=True),
        Page("vote", _("Vote"), "everyone"),
        Page("ballot", _("Your vote"), "everyone", writes=True),
        Page("roll", _("The roll"), "vouch", writes=True),
        Page("papers", _("Enter papers"), "vouch", writes=True),
        Page("figures", _("Figures of assemblies"), "figures"),
    ),
    routes=(
        Route("", "list", views.all_ideas),
        Route("new/", "new", views.new_idea),
        Route("figures/", "figures", figures_of(SLUG)),
        Route("votes/", "board", vote_views.all_votes),
        Route("votes/new/", "decide", vote_views.new_vote, "new_vote"),
        Route("votes/example/", "decide", vote_views.example, "example"),
        *vote_views.PAGES.routes(),
        Route("votes/<int:vote_id>/pitches/", "vote", vote_views.pitches, "pitches"),
        Route("<int:idea_id>/", "idea", views.one_idea),
        Route("<int:idea_id>/join/", "work", views.join, "join"),
        Route("<int:idea_id>/part/", "work", views.part, "part"),
        Route("<int:idea_id>/study/", "work", views.study, "study"),
        Route("<int:idea_id>/read/", "vote", vote_views.read_study, "read"),
        Route("<int:idea_id>/publish/", "decide", views.publish, "publish"),
        Route("<int:idea_id>/plan/", "decide", views.plan, "plan"),
    ),
    jobs=(Job("chosen", _("Part what residents chose from what they did not"), part_chosen_of),),
    figures=(
        Figure(
            "how_many",
            _("Ideas of residents"),
            _("What residents want is heard and studied."),
            _("Ideas written down, in whatever state."),
            figures.how_many,
        ),
        Figure(
            "turnout",
            _("Part of those entitled who voted"),
            _("Residents decide themselves."),
            _("Ballots of counted votes, of all people on their rolls."),
            figures.turnout,
            "percent",
        ),
        Figure(
            "planned",
            _("Chosen ideas that have a plan"),
            _("What was decided is done."),
            _("Of ideas the residents chose, those whose plan has opened its needs."),
            figures.planned,
            "percent",
        ),
    ),
    seed=seed,
    retention=(
        Retention(_("Who told an idea, and what he wrote beside its title"), 24, forget_told),
        Retention(_("The names on the roll of a vote"), 6, forget_voters),
    ),
    api_routes=API_ROUTES,
    waits=WAITS,
    words={
        "idea": _("Idea"),
        "idea.told": _("Idea written down"),
        "idea.joined": _("Idea joined to another"),
        "idea.parted": _("Idea taken out of another"),
        "idea.study_written": _("Feasibility study written"),
        "idea.study_published": _("Feasibility study published"),
        "idea.put_to_vote": _("Ideas put to the vote"),
        "idea.chosen": _("Ideas chosen by residents"),
        "idea.not_chosen": _("Ideas not chosen"),
        "idea.planned": _("Plan of an idea made"),
        "idea.tellers_forgotten": _("Forgotten who told ideas"),
        "assembly.prepared": _("Vote of residents prepared"),
    },
)
