"""What stands around every printed paper of this site."""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from peyvand.kernel.jalali import business_date
from peyvand.papers import Frame
from peyvand.people.models import Organisation
from peyvand.web.pages.access import acting, now
from peyvand.web.pages.words import named
from peyvand.web.templatetags.peyvand_format import jdate

FONTS = Path(__file__).resolve().parent.parent / "static" / "vendor"


def demo_mark() -> str:
    return _("Demonstration data") if settings.PEYVAND_DEMO else ""


def frame(request: HttpRequest, title: str, *, office: str = "", lead: str = "") -> Frame:
    """Read inside the scope: the office is the one that is acting."""
    if not office:
        own = Organisation.objects.filter(pk=acting(request).organisation_id).first()
        office = named(own) if own else ""
    return Frame(
        language="fa" if (get_language() or "fa").startswith("fa") else "en",
        title=title,
        office=office,
        printed=_("Printed on {day}").format(day=jdate(business_date(now()))),
        lead=lead,
        foot=_("Peyvand"),
        demo=demo_mark(),
    )
