from django.http import HttpResponse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from peyvand.programmes.borrowed_tools.models import Loan

from peyvand.extend.programme import Page, Permission, Programme, Route
from peyvand.flow.need.actions import NewNeed, open_needs
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.resources.models import Specification
from peyvand.scope.acting import STAFF, SYSTEM
from peyvand.scope.database import scope


def tools(request):
    rows = [(loan.tool,) for loan in Loan.objects.all()[:50]]
    return HttpResponse(format_html_join("", "<p>{}</p>", rows))


def seed(count, random, now):
    with scope(SYSTEM):
        missing = max(0, count - Loan.objects.count())
        kind, keeper = Specification.objects.first(), Organisation.objects.order_by("pk").first()
        place = Place.objects.filter(kind="neighbourhood").first()
        row = NewNeed(kind, 1, place, organisation=keeper)
        for need in open_needs(rows=[row] * missing, by=SYSTEM, now=now, random=random):
            Loan.objects.create(need=need, tool=random.choice(["drill", "ladder"]))
    return missing


PROGRAMME = Programme(
    slug="borrowed_tools", title=_("Borrowed tools"), purpose=_("Lend the tools of the neighbourhood."), stages=("need",),
    specifications=(), roles=STAFF, permissions=(Permission("see", _("See the tools"), STAFF),), life_cycles=(),
    guards={}, reactions={}, pages=(Page("tools", _("Borrowed tools"), "see", in_menu=True),),
    routes=(Route("", "tools", tools),), jobs=(), figures=(), seed=seed, retention=(),
)  # fmt: skip
