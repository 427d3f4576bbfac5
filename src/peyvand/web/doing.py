"""How an act is offered on pages: a form of its own (or a button alone), checked, done by one action, and led back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import NotFound, Refusal, require
from peyvand.places.models import Place
from peyvand.scope.acting import Acting
from peyvand.scope.database import scope
from peyvand.web import notices
from peyvand.web.forms import Form
from peyvand.web.pages.access import acting, refuse

Run = Callable[[Any, dict[str, Any], Acting, datetime], object]


class ActForm(Form):
    """A form for one act on a row (`of`) at a place."""

    def __init__(self, *args: Any, of: Any, place: Place, by: Acting, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.of, self.place, self.by, self.today = of, place, by, today
        self.prepare()

    def prepare(self) -> None:
        """Offer what this row offers."""


class NothingForm(ActForm):
    pass


@dataclass(frozen=True)
class Offer:
    """A button or a link to an act's form; `final` is asked before the button acts."""

    label: Any
    url: str
    at_once: bool
    final: Any = ""


@dataclass(frozen=True)
class Act:
    """`title` stands on the button and above its form; `run(row, cleaned form, by, now)` calls one action.

    Offered where `when(row)` holds and `may(row, by)` refuses nothing; the action asks both again. An act without fields acts at once.
    `undone_by` names the act on the same row, without fields too, that takes it back: the next page offers it. `final` says what
    nothing leads back from: only such an act without fields is asked about before it is done.
    """

    title: Any
    done: Any
    run: Run
    may: Callable[[Any, Acting], Refusal | None]
    when: Callable[[Any], bool] = lambda row: True
    form: type[ActForm] = NothingForm
    initial: Callable[[Any, Acting], dict[str, Any]] = lambda row, by: {}
    lead: Any = ""
    undone_by: str = ""
    final: Any = ""

    @property
    def at_once(self) -> bool:
        return self.form is NothingForm


@dataclass(frozen=True)
class Acts:
    """The acts on one kind of row, with how it is read, the place it belongs to, the page to go back to, and what it is called:
    the name stands above every form and leads back."""

    key: str  # the name of its id in addresses
    acts: Mapping[str, Act]
    read: Callable[[Acting, int], Any]
    place_of: Callable[[Any], Place]
    back: Callable[[Any], str]
    name: Callable[[Any], str]

    def offered(self, row: Any, by: Acting) -> list[tuple[str, Act]]:
        """What this reader can do to the row now."""
        return [(name, one) for name, one in self.acts.items() if one.when(row) and one.may(row, by) is None]

    def offers(self, row: Any, by: Acting, is_open: bool, route: str) -> list[Offer]:
        """The same as buttons for `web/parts/offers.html`; none where the programme is switched off."""
        found = self.offered(row, by) if is_open else []
        return [
            Offer(act.title, reverse(route, kwargs={self.key: row.pk, "act": name}), act.at_once, act.final)
            for name, act in found
        ]

    def view(self, request: HttpRequest, act: str, **ids: int) -> HttpResponseBase:
        """GET shows the form, POST acts and leads back to the row's page."""
        by, one = acting(request), self.acts.get(act)
        if one is None:
            raise NotFound
        posted = request.method == "POST"
        with scope(by):
            row = self.read(by, ids[self.key])
            require(one.may(row, by))
            form = one.form(
                request.POST if posted else None, initial=one.initial(row, by), of=row, place=self.place_of(row), by=by,
                today=business_date(timezone.now()),
            )  # fmt: skip
            back = self.back(row)
            if not posted or not form.is_valid():
                return _page(request, one, form, (self.name(row), back), 422 if posted else 200)
        try:
            one.run(row, form.cleaned_data, by, timezone.now())
        except Refusal as refusal:
            if one.at_once:
                notices.refused(request, refusal)
                return redirect(back)
            with scope(by):
                refuse(form, refusal)
                return _page(request, one, form, (self.name(row), back), 409)
        notices.done(request, str(one.done), undo_url=self._undo(request, one, ids))
        return redirect(back)

    def _undo(self, request: HttpRequest, act: Act, ids: Mapping[str, int]) -> str:
        match = request.resolver_match
        return reverse(match.view_name, kwargs={**ids, "act": act.undone_by}) if match and act.undone_by else ""


def _page(request: HttpRequest, act: Act, form: ActForm, of: tuple[str, str], status: int) -> HttpResponseBase:
    context = {
        "title": act.title, "crumbs": [of], "lead": act.lead, "form": form, "button": act.title, "back_url": of[1],
    }  # fmt: skip
    return render(request, "web/pages/form.html", context, status=status)
