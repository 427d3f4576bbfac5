"""The guide on the site: the list of guides, and the guide of one role in the reader's language."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from peyvand.web.guide import SLUGS, Guide, guide
from peyvand.web.pages.access import acting, everyone, open_to


def _read(slug: str) -> Guide:
    return guide(slug, get_language() or "fa")


@require_safe
@open_to(everyone)
def guides(request: HttpRequest) -> HttpResponse:
    """The reader's own guide first."""
    own = SLUGS[acting(request).role]
    others = [_read(slug) for slug in SLUGS.values() if slug != own]
    return render(request, "web/pages/guides.html", {"own": _read(own), "others": others})


@require_safe
@open_to(everyone)
def guide_of(request: HttpRequest, slug: str) -> HttpResponse:
    """Any role's guide is open to everyone: it says what a role does, never what somebody did."""
    if slug not in SLUGS.values():
        raise Http404
    return render(request, "web/pages/guide.html", {"guide": _read(slug), "own": slug == SLUGS[acting(request).role]})
