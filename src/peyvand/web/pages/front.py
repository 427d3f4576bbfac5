"""The public first page: what this is for, what came of it and by whom, and the three ways in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from peyvand.flow.figures import met_by
from peyvand.flow.need.enums import MetBy
from peyvand.flow.story.queries import published
from peyvand.kernel.jalali import business_date
from peyvand.office.actions import is_empty
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.web.charts import bars
from peyvand.web.pages.access import address, everyone, now, open_to
from peyvand.web.pages.published import solved
from peyvand.web.pages.stories import with_kinds


@require_GET
@open_to(everyone)
def front(request: HttpRequest) -> HttpResponse:
    country = Place.objects.filter(kind=PlaceKind.COUNTRY).order_by("path").first()
    total, parts = met_by(country.path, today=business_date(now())) if country else (0, dict.fromkeys(MetBy, 0))
    context = {
        "met": total,
        "met_bars": bars([(by_whom.label, parts[by_whom]) for by_whom in MetBy], MetBy.JOINTLY.label),
        "country": country.path.rstrip("/") if country else "",
        "solved": solved(),
        "stories": with_kinds(list(published().order_by("-published_at")[:3])),
        "home_url": address("home") if request.acting.account_id else "",  # type: ignore[attr-defined]
        "sign_in_url": "" if request.acting.account_id else address("account_login"),  # type: ignore[attr-defined]
        "start_url": address("start") if total == 0 and is_empty() else "",
    }
    return render(request, "web/pages/front.html", context)
