"""What a run of the matching found lacking becomes an obstacle of its county, with the agency that is to clear it."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from peyvand.extend.programme import Lacking
from peyvand.kernel.refusals import NotFound
from peyvand.people.models import Organisation
from peyvand.programmes.neighbourhoods.board_actions import tell_obstacle
from peyvand.programmes.neighbourhoods.board_queries import lead_path_at
from peyvand.scope.acting import Acting
from peyvand.scope.database import scope
from peyvand.web.pages.words import named
from peyvand.web.templatetags.peyvand_format import quantity


def take_lack(lack: Lacking, by: Acting, now: datetime) -> str:
    """Tell it as an obstacle: of the lead agency of the place, or of the own organisation until one is named, who can hand it on."""
    with scope(by):
        lead = Organisation.objects.filter(path=lead_path_at(lack.place.path)).first()
        owner = lead or Organisation.objects.filter(pk=by.organisation_id).first()
    if owner is None:
        raise NotFound
    said = {"kind": named(lack.kind), "amount": quantity(lack.units, lack.kind.unit)}
    title = _("Lacking: %(kind)s, %(amount)s") % said
    tell_obstacle(place=lack.place, title=title, owner=owner, by=by, now=now)
    return reverse("neighbourhoods:obstacles")
