"""The parts that are read: the frame of a page, words and figures."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as N_

from peyvand.web.gallery import samples
from peyvand.web.gallery.part import BUTTON, LINKS, NOTHING, State, one, part
from peyvand.web.lists import Badge

# ---- The frame of a page ----


def _acting() -> list[State]:
    return [State(_("Two roles"), {"acting_choices": samples.choices(), "acting_url": "#part-acting"})]


def _languages() -> list[State]:
    return [State(_("As it is"), {"languages": [(code, code == get_language()) for code in ("fa", "en")]})]


def _messages() -> list[State]:
    return [State(_("Done with a way back, warned, refused, told"), {"messages": samples.messages()})]


FRAME = (
    part("brand", N_("The name"), N_("On top of every page; leads to the first page."), BUTTON, one()),
    part(
        "nav_list",
        N_("Links of the frame"),
        N_("Where one can go; the page one is on is marked."),
        LINKS,
        lambda: [State(_("With what waits, and the page one is on"), {"links": samples.links()})],
    ),
    part(
        "crumbs",
        N_("The way here"),
        N_("Which pages this one lies under."),
        LINKS,
        lambda: [
            State(
                _("Two pages above"),
                {
                    "crumbs": [(_("Needs"), "#part-crumbs"), (_("Nilufar"), "#part-crumbs")],
                    "name": _("You are here: a sample"),
                },
            )
        ],
    ),
    part(
        "acting",
        N_("The role one acts in"),
        N_("Changes to another of one's own roles."),
        N_("Enter or Space opens it, Tab goes from role to role, Enter chooses, Escape closes it."),
        _acting,
    ),
    part("language", N_("The other language"), N_("The same page in the other language."), BUTTON, _languages),
    part(
        "messages",
        N_("What has just been done"),
        N_("Stands on top of the page that follows an act, and is read out by itself (role status)."),
        N_("It takes no focus by itself; Tab reaches “Undo” first, Enter presses it."),
        _messages,
    ),
)

# ---- Words and figures ----


def _badges() -> list[State]:
    return [State(badge.label, {"label": badge.label, "tone": badge.tone}) for badge in samples.badges()]


def _notices() -> list[State]:
    return [
        State(
            _("Done, with a way back"),
            {"tone": "done", "text": _("The promise was accepted."), "undo_url": "#part-notice"},
        ),
        State(
            _("Only told"),
            {"tone": "plain", "text": _("Two rows of this list were changed by a colleague while you were reading.")},
        ),
        State(
            _("Late, with a title"),
            {
                "tone": "late",
                "title": _("A word with the provider may help"),
                "text": _("This promise is four days late."),
            },
        ),
        State(
            _("Refused"),
            {"tone": "wrong", "text": _("Only three sessions are left of this capacity; twelve cannot be promised.")},
        ),
    ]


def _empty() -> list[State]:
    spec = samples.SPEC
    clear = {"action_url": "#part-list", "action_label": _("Clear the filters")}
    return [
        State(_("Nothing yet"), {"title": spec.empty_title, "text": spec.empty_text}),
        State(
            _("Nothing found, and what to do"),
            {
                "title": _("Nothing fits these filters"),
                **clear,
                "text": _("Take one of the filters away, or search with fewer words."),
            },
        ),
    ]


def _short() -> list[State]:
    return [
        State(
            _("On top of a long text"),
            {"text": _("Ask your facilitator. She writes down what you need. You get a paper with a code.")},
        )
    ]


def _bars() -> list[State]:
    source = _("Invented figures, to show the chart")
    return [
        State(
            _("Joined and late stand out"),
            {"bars": samples.bars(), "caption": _("Who met the needs"), "source": source},
        )
    ]


def _next_step() -> list[State]:
    block, line = samples.next_step()
    return [State(_("Late"), {"block": block, "line": line, "prefix": f"{get_language()}-"})]


def _waiting() -> list[State]:
    here, prefix = "#part-waiting", get_language()
    late = {"title": _("A wheelchair"), "url": here, "note": _("Due 4 days ago"), "badge": Badge(_("Late"), "late")}
    block = {
        "lines": [late, {"title": _("A ramp at the house door"), "url": here, "note": _("Nilufar")}],
        "counted": True,
    }
    few = block | {"name": f"{prefix}-late", "title": _("Late promises"), "count": 2, "counted_all": True, "late": True}
    many = block | {
        "name": f"{prefix}-many",
        "title": _("Open needs"),
        "count": 1000,
        "counted_all": False,
        "all_url": here,
    }
    return [State(_("Late"), {"block": few}), State(_("More than can be shown"), {"block": many})]


def _steps() -> list[State]:
    return [
        State(_("Under way"), {"steps": samples.way()}),
        State(_("Late"), {"steps": samples.late_way()}),
        State(_("Withdrawn"), {"steps": samples.stopped_way()}),
    ]


WORDS = (
    part(
        "badge",
        N_("State"),
        N_("Each state has its own shape as well as its colour. The accent is kept for what has been joined."),
        NOTHING,
        _badges,
    ),
    part(
        "notice",
        N_("Notice"),
        N_("One thing the page has to say, with a way back where there is one."),
        N_("Only “Undo” takes the focus; Enter presses it."),
        _notices,
    ),
    part("short", N_("In short"), N_("The same in simple words, on top of a long text."), NOTHING, _short),
    part("empty", N_("Nothing here"), N_("Why a list is empty, and what to do first."), LINKS, _empty),
    part(
        "facts",
        N_("Facts"),
        N_("Names and values, one below the other."),
        NOTHING,
        lambda: [State(_("As it is"), {"facts": samples.facts()})],
    ),
    part(
        "stat",
        N_("Figure"),
        N_("One figure with what it counts. A large amount is said in words, the exact one below it."),
        N_("Where the figure has a page of its own its name is a link: Tab reaches it, Enter opens it."),
        lambda: [State(_("Joined, plain, late, an amount, withheld"), {"stats": samples.stats()})],
        framed=True,
    ),
    part(
        "figures",
        N_("Figures with their promise"),
        N_("What a programme promises, how that is counted, and how it stands."),
        NOTHING,
        lambda: [State(_("Counted, nothing to count, withheld"), {"figures": samples.figures()})],
    ),
    part(
        "bars",
        N_("Bars"),
        N_("A chart that is a table: each bar stands beside its name and its value."),
        NOTHING,
        _bars,
    ),
    part(
        "river",
        N_("The way of the needs, counted"),
        N_("How many came this far, and what fell out."),
        NOTHING,
        lambda: [State(_("As it is"), {"stages": samples.river(), "caption": _("The way of the needs")})],
    ),
    part(
        "steps",
        N_("The way of one need"),
        N_("The thread from need to story; the step it stands at is marked for screen readers too."),
        LINKS,
        _steps,
    ),
    part(
        "events",
        N_("What happened"),
        N_("Newest first, with the day and, where it may be known, by whom."),
        NOTHING,
        lambda: [State(_("As it is"), {"events": samples.events()})],
    ),
    part(
        "next_step",
        N_("The next step"),
        N_("On top of the first page: the one thing that is most pressing."),
        LINKS,
        _next_step,
    ),
    part(
        "ways",
        N_("Ways on"),
        N_("Where to go from a page that is no step of the work, the likeliest first."),
        LINKS,
        lambda: [State(_("As it is"), {"ways": samples.ways()})],
    ),
    part(
        "waiting",
        N_("What waits"),
        N_("Rows of the first page: what, why now, and one link to finish it."),
        LINKS,
        _waiting,
    ),
    part(
        "place_map",
        N_("Map of figures"),
        N_("Circles for figures; the table beside it says the same."),
        N_("The map takes no focus: the same places are links in its table."),
        lambda: [
            State(
                _("With a figure, none, and one withheld"),
                {"map": samples.place_map(), "caption": _("Open needs"), "twin": f"{get_language()}-map-table"},
            )
        ],
        framed=True,
    ),
    part(
        "net",
        N_("Who is linked to whom"),
        N_("Organisations as knots, what they do together as threads; the table beside it says the same."),
        N_("Tab goes from knot to knot; each is a link to its row in the table."),
        lambda: [
            State(
                _("With promises, and with a shared objective"),
                {"net": samples.net_of_three(), "caption": _("Actors"), "twin": f"{get_language()}-net-table"},
            )
        ],
        framed=True,
    ),
    part(
        "map",
        N_("Map of a place"),
        N_("Borders and names; hidden where no script runs, for the page says the same in words."),
        N_(
            "Tab reaches the map and its two buttons; the arrow keys move it, plus and minus bring it nearer and farther."
        ),
        lambda: [State(_("One place and a neighbour"), {"label": _("Map of a place"), "sample": True})],
    ),
)
