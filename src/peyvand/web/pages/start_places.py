"""Neighbourhoods and villages: the list, one written or drawn on a map, and many from a file."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from peyvand.intake.waiting import WaitingRoom
from peyvand.kernel.refusals import Refusal, require
from peyvand.lists import ListRefused
from peyvand.places.actions import NewPlace, add_place, change_place, may_add_place, may_change_place
from peyvand.places.drawing import FAULTS, Corner, area_km2, corners_of, read_corners, write_corners
from peyvand.places.enums import FINE, PlaceKind
from peyvand.places.importing import import_places, made_code
from peyvand.places.models import Place
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import below, only
from peyvand.scope.database import scope
from peyvand.web import notices
from peyvand.web.forms import Form
from peyvand.web.pages.access import acting, now, open_to, refuse
from peyvand.web.pages.neighbourhoods import place_url
from peyvand.web.pages.words import named
from peyvand.web.templatetags.peyvand_format import number
from peyvand.web.templatetags.peyvand_format import refusal as words

LIST_LIMIT = 500
_OF_THE_DRAWING = dict.fromkeys((fault.code for fault in FAULTS), "corners")


def may_draw(by: Acting) -> Refusal | None:
    return may_add_place(by, by.place_path)


def _degrees(label: Any, most: int) -> forms.FloatField:
    widget = forms.TextInput(attrs={"dir": "ltr", "inputmode": "decimal", "class": "short"})
    return forms.FloatField(label=label, required=False, min_value=-most, max_value=most, widget=widget)


class PlaceForm(Form):
    """`cleaned_data["corners"]` is a list of corners, empty where none is written."""

    name_fa = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    name_en = forms.CharField(
        label=gettext_lazy("Name in English"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=[(kind.value, kind.label) for kind in FINE])
    county = forms.ChoiceField(label=gettext_lazy("County"))
    corners = forms.CharField(
        label=gettext_lazy("Corners of the border"),
        help_text=gettext_lazy(
            "One corner on each line, latitude then longitude, such as 36.5659, 53.0588. The last is joined to the first."
        ),
        required=False,
        widget=forms.Textarea(attrs={"dir": "ltr", "rows": 6, "spellcheck": "false"}),
    )
    lat = _degrees(gettext_lazy("Latitude"), 90)
    lon = _degrees(gettext_lazy("Longitude"), 180)

    def __init__(self, *args: Any, by: Acting, **options: Any) -> None:
        super().__init__(*args, **options)
        rows = Place.objects.filter(below(by.place_path, "path"), kind=PlaceKind.COUNTY)
        self.fields["county"].choices = [(row.path, named(row)) for row in rows]  # type: ignore[attr-defined]

    def clean_corners(self) -> list[Corner]:
        try:
            return read_corners(self.cleaned_data["corners"])
        except Refusal as refusal:
            raise forms.ValidationError(words(refusal)) from None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("lat") is None) != (data.get("lon") is None):
            self.add_error(
                "lon" if data.get("lon") is None else "lat", _("A point has both a latitude and a longitude.")
            )
        return data


class ChangeForm(PlaceForm):
    """Kind and county of a place stay: needs are told of its path."""

    def __init__(self, *args: Any, by: Acting, place: Place, **options: Any) -> None:
        corners = corners_of(place.boundary)
        options["initial"] = {
            "name_fa": place.name_fa, "name_en": place.name_en, "lat": place.lat, "lon": place.lon,
            "corners": write_corners(corners or []),
        }  # fmt: skip
        super().__init__(*args, by=by, **options)
        del self.fields["kind"], self.fields["county"]
        if corners is None:
            self.fields["corners"].help_text = _(
                "This border came from a file and has several parts or very many corners. It stays unless you draw another."
            )

    def drawn(self) -> list[Corner] | None:
        """None where nobody touched the border."""
        corners = self.cleaned_data["corners"]
        return None if corners == read_corners(self.initial["corners"]) else corners


class PlacesFileForm(Form):
    file = forms.FileField(
        label=gettext_lazy("File to bring in"),
        help_text=gettext_lazy(
            "GeoJSON with borders or points, or a list with name, county, latitude and longitude (CSV, Excel)"
        ),
    )
    source = forms.CharField(label=gettext_lazy("Where the list comes from"), max_length=200)


@open_to(may_draw)
@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """The neighbourhoods there are, the way to one more, and a file for many."""
    return _places_page(request, PlacesFileForm())


@open_to(may_draw)
@require_http_methods(["GET", "HEAD", "POST"])
def place_new(request: HttpRequest) -> HttpResponse:
    """One place, with its border drawn on the map or written corner by corner."""
    by = acting(request)
    with scope(by):
        form = PlaceForm(request.POST or None, by=by)
        valid = request.method == "POST" and form.is_valid()
    if valid:
        data = form.cleaned_data
        row = NewPlace(
            PlaceKind(data["kind"]), data["name_fa"], made_code(data["name_fa"]), data["county"], data["name_en"], data["lat"],
            data["lon"], source=_("drawn by hand") if data["corners"] else _("written by hand"),
        )  # fmt: skip
        try:
            added = add_place(row=row, corners=data["corners"], by=by, now=now())
        except Refusal as refusal:
            refuse(form, refusal, place_name_taken="name_fa", **_OF_THE_DRAWING)
        else:
            notices.done(request, _("{name} was added.").format(name=named(added)))
            return redirect("start_places")
    with scope(by):
        return render(request, "web/office/place.html", _form_context(by, form, None))


@open_to(may_draw)
@require_http_methods(["GET", "HEAD", "POST"])
def place_change(request: HttpRequest, place_id: int) -> HttpResponse:
    """The names, border and point of a place that stands."""
    by = acting(request)
    with scope(by):
        place = only(Place.objects.filter(pk=place_id, kind__in=FINE).select_related("parent"))
        require(may_change_place(by, place))
        form = ChangeForm(request.POST or None, by=by, place=place)
        valid = request.method == "POST" and form.is_valid()
    if valid:
        data = form.cleaned_data
        try:
            changed = change_place(
                place_id=place_id, name_fa=data["name_fa"], name_en=data["name_en"], corners=form.drawn(), lat=data["lat"],
                lon=data["lon"], by=by, now=now(),
            )  # fmt: skip
        except Refusal as refusal:
            refuse(form, refusal, place_name_taken="name_fa", **_OF_THE_DRAWING)
        else:
            notices.done(request, _("{name} was changed.").format(name=named(changed)))
            return redirect("neighbourhood", changed.path.rstrip("/"))
    with scope(by):
        return render(request, "web/office/place.html", _form_context(by, form, place))


def _form_context(by: Acting, form: PlaceForm, place: Place | None) -> dict[str, Any]:
    corners = corners_of(place.boundary) if place else []
    return {
        "form": form,
        "place": place,
        "place_url": place_url(place) if place else "",
        "map_path": (place.path if place else by.place_path).rstrip("/"),
        "km2": number(area_km2(corners), 2) if corners else "",
    }


@open_to(may_draw)
@require_POST
def places_import(request: HttpRequest) -> HttpResponse:
    """Many at once, all or nothing; the same file twice changes nothing."""
    by, form = acting(request), PlacesFileForm(request.POST, request.FILES)
    faults: list[Any] = []
    if form.is_valid():
        file, room = form.cleaned_data["file"], WaitingRoom(settings.PEYVAND_WAITING)
        try:
            waiting = room.put([(file.name, file, file.size)], owner=by.account_id, now=now(), about={"what": "places"})
            try:
                put = import_places(
                    path=waiting.file(), kind=PlaceKind.NEIGHBOURHOOD, within=by.place_path, source=form.cleaned_data["source"],
                    by=by, now=now(),
                )  # fmt: skip
            finally:
                room.remove(waiting)
        except ListRefused as refused:
            language: Any = "fa" if (get_language() or "fa").startswith("fa") else "en"
            faults = [(one.row, one.column, one.reason(language)) for one in refused.faults[:100]]
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            _say_put(request, put.added, put.changed, put.same)
            return redirect("start_places")
    with scope(by):
        return _places_page(request, form, faults)


def _say_put(request: HttpRequest, added: int, changed: int, same: int) -> None:
    text = _("Places added: {added}, changed: {changed}, as they were: {same}.")
    notices.done(request, text.format(added=number(added), changed=number(changed), same=number(same)))


def _places_page(request: HttpRequest, file_form: PlacesFileForm, faults: Any = ()) -> HttpResponse:
    rows = Place.objects.filter(below(acting(request).place_path, "path"), kind__in=FINE).select_related("parent")
    count, shown = rows.count(), list(rows[:LIST_LIMIT])
    context = {
        "file_form": file_form, "faults": faults, "rows": shown, "count": count, "more": count - len(shown),
    }  # fmt: skip
    return render(request, "web/office/places.html", context)
