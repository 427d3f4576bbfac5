"""Doing one act from the page of a row so that the next page can undo it; and what a list offers for many rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from peyvand.batches.actions import do_at_once
from peyvand.batches.acts import offered
from peyvand.batches.models import Batch
from peyvand.kernel.refusals import NotFound, NotPermitted, Refusal
from peyvand.scope.acting import PUBLIC
from peyvand.web import notices
from peyvand.web.bulk_words import words_of
from peyvand.web.pages import acts
from peyvand.web.programmes import known_programmes
from peyvand.web.templatetags.peyvand_format import clock


@dataclass(frozen=True)
class Choice:
    slug: str
    label: Any


def offered_on(list_name: str) -> Callable[[HttpRequest], list[Choice]]:
    """What a reader may do to many rows of a list at once."""

    def choices(request: HttpRequest) -> list[Choice]:
        by = getattr(request, "acting", PUBLIC)
        found = [one for one in offered(list_name, by) if not one.programme or _is_on(request, one.programme)]
        return [Choice(one.slug, words_of(one.slug).label) for one in found]

    return choices


def _is_on(request: HttpRequest, slug: str) -> bool:
    known = known_programmes(request).get(slug)
    return known is not None and known.is_on


def said_with_undo(request: HttpRequest, batch: Batch, said: str) -> None:
    """Say what was done, until when it can be undone, and offer that."""
    assert batch.undo_until is not None
    until = _("It can be undone until %(time)s.") % {"time": clock(batch.undo_until)}
    notices.done(request, f"{said} {until}", undo_url=reverse("batch_undo", args=[batch.pk]))


def done(request: HttpRequest, act: str, ids: list[int], *, to: str, **values: Any) -> Batch:
    """Do an act to these rows, all or none, and say it on the next page; undoing it leads to `to`. Lets refusals through."""
    by, kept = request.acting, {}  # type: ignore[attr-defined]

    def run() -> int:
        kept["batch"] = do_at_once(act=act, ids=ids, values=values, address=to, by=by, now=timezone.now())
        return kept["batch"].pk

    number = acts.do(request, run)
    batch = kept.get("batch") or Batch(pk=number, undo_until=timezone.now())
    if "batch" in kept:  # a form that was sent twice has said it already
        said_with_undo(request, batch, str(words_of(act).one) or words_of(act).done(len(ids)))
    return batch


def do_one(request: HttpRequest, act: str, pk: int, *, to: str, **values: Any) -> HttpResponse:
    """Do an act to one row and go to `to`; a refusal is said there. What is not the actor's stays a page."""
    try:
        done(request, act, [pk], to=to, **values)
    except (NotFound, NotPermitted):
        raise
    except Refusal as answer:
        notices.refused(request, answer)
    return redirect(to)
