"""A story is carried further: the week, the shelf of what is unseen yet, feeds, and of one story a card, a sheet and a page to embed.

All of it shows what somebody reads who is not signed in (`reach`), and nothing of it is kept by browsers.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from csp.decorators import csp_replace
from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_GET, require_http_methods

from peyvand import papers
from peyvand.extend.figures import LEAST
from peyvand.flow.story.models import Story
from peyvand.journal import pace
from peyvand.kernel.jalali import WEEK_DAYS, week_of
from peyvand.kernel.refusals import NotFound
from peyvand.programmes.practices import reach, turn_actions
from peyvand.programmes.practices.actions import SLUG
from peyvand.programmes.practices.models import StoryEnding
from peyvand.programmes.practices.reach import Week
from peyvand.programmes.practices.ways import address_of, label_of, leads
from peyvand.scope.acting import Role
from peyvand.web.pages.access import acting, today
from peyvand.web.pages.downloads import pdf
from peyvand.web.pages.office_frame import FONTS, frame
from peyvand.web.pages.words import listed, named
from peyvand.web.templatetags.peyvand_format import jdate

TITLE_LETTERS, CARD_LETTERS, FED_WEEKS, TURNS_A_MINUTE = 80, 260, 12, 20
# Framed by whoever wants to, and nothing else: no script, no form, no other origin.
_EMBEDDED = {
    "default-src": ["'none'"], "style-src": ["'self'"], "font-src": ["'self'"], "img-src": ["'self'"], "base-uri": ["'none'"],
    "form-action": ["'none'"], "frame-ancestors": ["*"],
}  # fmt: skip


def _crumbs(story: Story | None = None) -> list[tuple[Any, str]]:
    above: list[tuple[Any, str]] = [(_("Stories"), reverse("stories"))]
    return [*above, (story.title, reverse("story", args=[story.pk]))] if story else above


def _fresh(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "no-store"
    return answer


@require_GET
def week(request: HttpRequest) -> HttpResponseBase:
    begins = _saturday(request.GET.get("from", ""))
    found = reach.week(begins)
    after = begins + timedelta(days=WEEK_DAYS)
    context = {
        "week": found,
        "earlier": (begins - timedelta(days=WEEK_DAYS)).isoformat() if found.earlier else "",
        "later": after.isoformat() if after <= today() else "",
        "unseen": reach.unseen(today()),
        "crumbs": _crumbs(),
    }
    return _fresh(render(request, "practices/week.html", context))


def _saturday(text: str) -> date:
    """The week asked for; that of today where none is."""
    try:
        day = date.fromisoformat(text) if text else today()
    except ValueError as error:
        raise Http404 from error
    return week_of(min(day, today()))


@require_GET
def share(request: HttpRequest, story_id: int) -> HttpResponseBase:
    story, ending = _shown(story_id)
    turns = reach.turns_of(story_id)
    own = acting(request).covers(place_path=story.place_path, organisation_path=story.organisation_path)
    embedded = request.build_absolute_uri(reverse(f"{SLUG}:embed", args=[story_id]))
    context = {
        "row": story,
        "asked": label_of(ending) if ending else "",
        "address": request.build_absolute_uri(reverse("story", args=[story_id])),
        "frame": f'<iframe src="{embedded}" width="360" height="320" title="{gettext("Peyvand")}"></iframe>',
        "turns": turns if own or turns.taken >= LEAST else None,
        "done_shown": own or turns.done >= LEAST,
        "crumbs": _crumbs(story),
    }
    return _fresh(render(request, "practices/share.html", context))


def _shown(story_id: int) -> tuple[Story, StoryEnding | None]:
    story = reach.shown(story_id)
    return story, reach.endings([story_id]).get(story_id)


@require_GET
def card(request: HttpRequest, story_id: int) -> HttpResponseBase:
    """The picture that stands beside a link to the story."""
    story, ending = _shown(story_id)
    title = Truncator(story.title).chars(TITLE_LETTERS)
    around = frame(request, title, office=named(story.organisation), lead=_said_by(story))
    words = Truncator(" ".join(story.body.split())).chars(CARD_LETTERS)
    return _fresh(HttpResponse(_drawn(around, words, label_of(ending) if ending else ""), content_type="image/png"))


@lru_cache(maxsize=64)
def _drawn(around: papers.Frame, words: str, asked: str) -> bytes:
    """Drawn once for the same words; whether the story is shown at all was asked before."""
    return papers.share_card(around, words=words, asked=asked, fonts=FONTS)


@require_GET
def sheet(request: HttpRequest, story_id: int) -> HttpResponseBase:
    story, ending = _shown(story_id)
    paper = papers.story_sheet(
        frame(request, story.title, office=named(story.organisation), lead=_said_by(story)),
        words=[line for line in story.body.splitlines() if line.strip()], asks=gettext("What can be done next"),
        ways=[one for one in (label_of(ending) if ending else "", story.invitation) if one],
        address=request.build_absolute_uri(reverse("story", args=[story_id])),
        notes=[gettext("In the words of those who did it, with the consent of everyone shown.")], fonts=FONTS,
    )  # fmt: skip
    return pdf(paper, f"{story.title}.pdf")


@require_GET
@xframe_options_exempt
@csp_replace(_EMBEDDED)  # type: ignore[arg-type]  # its types know no arguments of addresses
def embed(request: HttpRequest, story_id: int) -> HttpResponseBase:
    """For other sites. It shows nothing of who looks at it, and sets no cookie."""
    story, ending = _shown(story_id)
    context = {
        "row": story,
        "asked": label_of(ending) if ending else "",
        "said_by": _said_by(story),
        "address": request.build_absolute_uri(reverse("story", args=[story_id])),
    }
    return _fresh(render(request, "practices/embed.html", context))


def _said_by(story: Story) -> str:
    return listed(named(story.place), named(story.organisation), jdate(story.published_at))


@require_http_methods(["GET", "POST"])
def turn(request: HttpRequest, story_id: int) -> HttpResponseBase:
    """What a story asks for; going on is counted. Whoever has to sign in for it is asked to first, and comes back here."""
    by = acting(request)
    story, ending = _shown(story_id)
    if ending is None or not leads(ending, by):
        raise NotFound
    asks_in = by.role is Role.PUBLIC and ending.kind != "page"
    if request.method == "POST" and not asks_in:
        who, now = pace.caller(request, by.account_id), timezone.now()
        if pace.allowed(
            what="story turn", who=who, most=TURNS_A_MINUTE, now=now
        ):  # nobody is held up, only not counted
            turn_actions.take_turn(story_id=story_id, by=by, now=now)  # a second time counts nothing: it needs no key
        return redirect(address_of(ending))
    context = {
        "row": story,
        "asked": label_of(ending),
        "sign_in": f"{reverse('account_login')}?next={reverse(f'{SLUG}:turn', args=[story_id])}" if asks_in else "",
        "crumbs": _crumbs(story),
    }
    return _fresh(render(request, "practices/turn.html", context))


class _Stories(Feed):
    """Atom, by Django's own syndication; the words as their teller wrote them."""

    feed_type = Atom1Feed

    def link(self) -> str:
        return reverse("stories")

    def feed_url(self) -> str:
        return reverse(f"{SLUG}:feed")

    def title(self) -> str:
        return gettext("Stories of Peyvand")

    def subtitle(self) -> str:
        return gettext("What came of help, told by those who did it, with the consent of everyone shown.")

    def items(self) -> list[Any]:
        return list(reach.newest())

    def item_title(self, item: Any) -> str:
        return item.title

    def item_description(self, item: Any) -> str:
        return item.body

    def item_link(self, item: Any) -> str:
        return reverse("story", args=[item.pk])

    def item_author_name(self, item: Any) -> str:
        return named(item.organisation)

    def item_pubdate(self, item: Any) -> datetime:
        return item.published_at

    def item_updateddate(self, item: Any) -> datetime:
        return item.published_at


class _Weeks(_Stories):
    """One entry a whole week: the digest for whoever does not want every story by itself."""

    def feed_url(self) -> str:
        return reverse(f"{SLUG}:week_feed")

    def title(self) -> str:
        return gettext("Peyvand's week")

    def items(self) -> list[Any]:
        return list(reach.weeks(FED_WEEKS, today()))

    def item_title(self, item: Week) -> str:
        return _span(item)

    def item_description(self, item: Week) -> str:
        return "\n".join(f"• {one.title} — {named(one.place)}" for one in item.stories)

    def item_link(self, item: Week) -> str:
        return f"{reverse(f'{SLUG}:week')}?from={item.begins.isoformat()}"

    def item_author_name(self, item: Week) -> str:
        return gettext("Peyvand")

    def item_pubdate(self, item: Week) -> datetime:
        return max(one.published_at for one in item.stories if one.published_at)

    item_updateddate = item_pubdate


def _span(week: Week) -> str:
    return gettext("Week of %(from)s to %(until)s") % {"from": jdate(week.begins), "until": jdate(week.ends)}


def _fed(made: type[Feed]) -> Any:
    @require_GET
    def answer(request: HttpRequest) -> HttpResponseBase:
        told = made()  # of its own for each reader: it carries his language
        told.language = get_language()
        return _fresh(told(request))

    return answer


feed, week_feed = _fed(_Stories), _fed(_Weeks)
