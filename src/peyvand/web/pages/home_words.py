"""By when something waits, in the words people use, and which of all that waits is the next step."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from peyvand.web.templatetags.peyvand_format import jdate, number

# Farther than this a day is told by its date.
_NEAR = 14


@dataclass(frozen=True)
class When:
    """`text` in words. `rank` puts what waits in one order: smaller is more urgent; days to go, late ones below nought, and what
    has no day after all that has one, the longest waiting first."""

    text: str
    rank: tuple[int, int]
    late: bool = False


def due(day: date, today: date) -> When:
    """«تا امروز»، «تا فردا»، «۲ روز دیرکرد»."""
    days = (day - today).days
    if days < 0:
        return When(ngettext("%(n)s day late", "%(n)s days late", -days) % {"n": number(-days)}, (0, days), late=True)
    near = {0: _("by today"), 1: _("by tomorrow")}
    if days in near:
        return When(near[days], (0, days))
    if days <= _NEAR:
        return When(ngettext("within %(n)s day", "within %(n)s days", days) % {"n": number(days)}, (0, days))
    return When(_("by %(day)s") % {"day": jdate(day)}, (0, days))


def waits(since: date, today: date) -> When:
    """«از امروز در انتظار»، «۵ روز در انتظار»: for what has no day of its own."""
    days = max(0, (today - since).days)
    if days == 0:
        return When(_("waits since today"), (1, 0))
    return When(ngettext("has waited %(n)s day", "has waited %(n)s days", days) % {"n": number(days)}, (1, -days))


def due_or_waits(day: date | None, since: date, today: date) -> When:
    return due(day, today) if day else waits(since, today)
