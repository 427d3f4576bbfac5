"""Charts of a place as files: the picture as PNG, the rows as CSV. The same figures as on the page, suppressed alike."""

from collections.abc import Callable, Iterable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from peyvand import papers
from peyvand.flow.figures import place_figures
from peyvand.flow.trends import trend_of
from peyvand.kernel.jalali import business_date
from peyvand.places.models import Place
from peyvand.places.queries import chain
from peyvand.web.charts import Chart
from peyvand.web.pages import beside, pictures, trends
from peyvand.web.pages.access import everyone, now, open_to
from peyvand.web.pages.downloads import attachment
from peyvand.web.pages.office_frame import FONTS, frame


def _figures(place: Place) -> pictures.PlaceFigures:
    return place_figures(place, today=business_date(now()))


def _map(request: HttpRequest, place: Place) -> Chart:
    measure = pictures.measure_of(request.GET.get("map", ""))
    parts = pictures.parts_of(place, _figures(place))
    outer = [one for one in chain(place.path) if one.pk != place.pk]
    return pictures.map_chart(place, parts, pictures.map_of(place, outer, parts, measure), measure)


def _trend(request: HttpRequest, place: Place) -> Chart:
    first, last = trends.period_of(request, business_date(now()))
    return trends.trend_chart(place, trend_of(place, today=business_date(now()), first=first, last=last))


def _beside(request: HttpRequest, place: Place) -> Chart:
    other = beside.other_of(request, place, beside.neighbours(place))
    if other is None:
        raise Http404
    return beside.beside_chart(place, other, beside.pairs_of(place, other))


CHARTS: dict[str, Callable[[HttpRequest, Place], Chart]] = {
    "map": _map,
    "way": lambda request, place: pictures.way_chart(place, _figures(place)),
    "solvers": lambda request, place: pictures.solvers_chart(place, _figures(place)),
    "trend": _trend,
    "beside": _beside,
}


@require_GET
@open_to(everyone)
def chart_file(request: HttpRequest, chart: str, form: str, path: str) -> HttpResponse:
    place = get_object_or_404(Place.objects.select_related("parent"), path=f"{path}/")
    if chart not in CHARTS or form not in FORMS:
        raise Http404
    return file_of(request, CHARTS[chart](request, place), form)


FORMS = ("png", "csv")


def asked_for(request: HttpRequest, charts: Iterable[Chart]) -> HttpResponse | None:
    """The file of a chart that its own page is asked for (`?chart=cohesion&form=png`), or nothing: the page itself.

    What a reader may see of the page is what he may take of it; no address of its own has to be guarded.
    """
    name, form = request.GET.get("chart"), request.GET.get("form")
    if not name:
        return None
    chart = next((one for one in charts if one.name == name), None)
    if chart is None or form not in FORMS:
        raise Http404
    return file_of(request, chart, form)


def file_of(request: HttpRequest, chart: Chart, form: str) -> HttpResponse:
    """A chart as a file under its own title."""
    name = f"{chart.title.replace(':', ' –').replace('/', '-')}.{form}"
    if form == "csv":
        return attachment(chart.csv(), name)
    around = frame(request, chart.title, lead=chart.lead)
    return attachment(papers.picture(around, picture=chart.picture, notes=chart.notes, fonts=FONTS), name)
