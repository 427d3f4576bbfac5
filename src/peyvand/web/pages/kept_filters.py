"""Filters that somebody keeps: kept from a list, renamed, pinned to the first page, made what the list opens with, removed."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from peyvand.filters.actions import change_filter, keep_filter, remove_filter, restore_filter
from peyvand.filters.models import LONGEST_NAME, KeptFilter
from peyvand.filters.queries import filters_of
from peyvand.kernel.refusals import AlreadyThere, NotFound, NotPermitted, Refusal
from peyvand.people.models import Account
from peyvand.scope.database import scope
from peyvand.web import notices
from peyvand.web.forms import Form
from peyvand.web.kept import question
from peyvand.web.listed import listed_at
from peyvand.web.pages import acts
from peyvand.web.pages.access import acting, members, now, open_to, refuse


class FilterForm(Form):
    name = forms.CharField(label=_("Name of the filter"), max_length=LONGEST_NAME)
    pinned = forms.BooleanField(label=_("Show it on my first page"), required=False)
    opens = forms.BooleanField(label=_("Open the list with it"), required=False)


@never_cache
@require_safe
@open_to(members)
def filters(request: HttpRequest) -> HttpResponse:
    return _all(request)


def _all(request: HttpRequest, wrong: tuple[int, FilterForm] | None = None) -> HttpResponse:
    """Inside the scope. `wrong` is the form that was sent, with what is to be put right."""
    rows = list(filters_of(acting(request)))
    shown = [(one, wrong[1] if wrong and wrong[0] == one.pk else _form_of(one)) for one in rows]
    return render(request, "web/pages/filters.html", {"filters": shown})


def _form_of(one: KeptFilter) -> FilterForm:
    values = {"name": one.name, "pinned": one.pinned, "opens": one.opens}
    return FilterForm(initial=values, prefix=f"filter-{one.pk}")


def _refused(form: FilterForm, answer: Refusal) -> None:
    """Lets through what is not the actor's."""
    if isinstance(answer, NotFound | NotPermitted):
        raise answer
    if isinstance(answer, AlreadyThere):
        form.add_error("name", gettext("You keep another filter of this list under this name."))
    else:
        refuse(form, answer)


@require_POST
@open_to(members)
def filter_keep(request: HttpRequest) -> HttpResponse:
    """Keep the filter of the list at `address`."""
    by, address = acting(request), request.POST.get("address", "")
    path, _sign, asked = address.partition("?")
    assert isinstance(request.user, Account)
    with scope(by):
        listed = listed_at(address, by, request.user)
    form = FilterForm(request.POST)
    if form.is_valid():
        values: dict[str, Any] = {"path": path, "title": listed.title, "query": question(path, QueryDict(asked))}
        try:
            acts.do(request, lambda: keep_filter(**values, **form.cleaned_data, by=by, now=now()).pk)
        except Refusal as answer:
            _refused(form, answer)
        else:
            notices.done(request, gettext("The filter is kept and stands above the list."))
            return redirect(f"{path}?{values['query']}")
    context = {
        "form": form,
        "title": gettext("Keep this filter"),
        "lead": listed.title,
        "button": gettext("Keep it"),
        "back_url": address,
        "address": address,
    }
    with scope(by):
        return render(request, "web/pages/filter_form.html", context)


@require_POST
@open_to(members)
def filter_change(request: HttpRequest, filter_id: int) -> HttpResponse:
    by = acting(request)
    form = FilterForm(request.POST, prefix=f"filter-{filter_id}")
    if form.is_valid():
        try:
            change_filter(filter_id=filter_id, **form.cleaned_data, by=by, now=now())
        except Refusal as answer:
            _refused(form, answer)
        else:
            notices.done(request, gettext("The filter is changed."))
            return redirect("filters")
    with scope(by):
        if not filters_of(by).filter(pk=filter_id).exists():
            raise NotFound
        return _all(request, (filter_id, form))


@require_POST
@open_to(members)
def filter_remove(request: HttpRequest, filter_id: int) -> HttpResponse:
    by = acting(request)
    undo = reverse("filter_restore", args=[filter_id])

    def run() -> None:
        remove_filter(filter_id=filter_id, by=by, now=now())

    return acts.act(request, run, gettext("The filter is removed."), reverse("filters"), undo=undo)


@require_POST
@open_to(members)
def filter_restore(request: HttpRequest, filter_id: int) -> HttpResponse:
    by = acting(request)

    def run() -> None:
        restore_filter(filter_id=filter_id, by=by, now=now())

    return acts.act(request, run, gettext("The filter is kept again."), reverse("filters"))
