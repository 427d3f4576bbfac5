"""What those who voted on the statements of a draft have in common, as bars with their words: on the page, as PNG and as CSV."""

from collections.abc import Sequence

from django.utils.translation import gettext, ngettext

from peyvand.programmes.proposals.opinions import GroupShown, Held, SaidBy
from peyvand.web.charts import Bar, Chart, drawn_pairs
from peyvand.web.templatetags.peyvand_format import number


def size_bars(found: Held) -> list[Bar]:
    """The groups beside each other, by their people."""
    most = max((one.people for one in found.groups), default=1)
    return [Bar(_name(one), number(one.people), 100 * one.people / most) for one in found.groups]


def said_bars(says: Sequence[SaidBy]) -> list[Bar]:
    """Statements, each with the part of those who voted on it that holds it so."""
    return [Bar(one.text, _said(one), 100 * one.many / one.of, "joined" if one.said == 1 else "") for one in says]


def parts(found: Held) -> list[tuple[str, list[Bar]]]:
    """What unites all, then what sets each group apart."""
    return [
        (gettext("What unites all groups"), said_bars(found.unites)),
        *((group_label(one), said_bars(one.says)) for one in found.groups),
    ]


def opinions_chart(title: str, found: Held) -> Chart:
    sizes = gettext("Size of the groups")
    headings = [
        gettext("Who"),
        gettext("Statement"),
        gettext("Says"),
        gettext("How many people"),
        gettext("Of how many"),
    ]
    rows: list[list[str | int | None]] = [[sizes, _name(one), "—", one.people, found.voters] for one in found.groups]
    for label, says in (
        (gettext("What unites all groups"), found.unites),
        *((group_label(one), one.says) for one in found.groups),
    ):
        rows += [[label, one.text, _way(one), one.many, one.of] for one in says]
    drawn = [(label, bars) for label, bars in ((sizes, size_bars(found)), *parts(found)) if bars]
    named = gettext("What unites those who voted: %(draft)s") % {"draft": title}
    return Chart(
        "opinions", named, headings, rows, drawn_pairs(drawn), "", [gettext("Groups of fewer than five are not shown.")]
    )


def group_label(one: GroupShown) -> str:
    said = ngettext("%(group)s: %(n)s person", "%(group)s: %(n)s people", one.people)
    return said % {"group": _name(one), "n": number(one.people)}


def _name(one: GroupShown) -> str:
    return gettext("Group %(number)s") % {"number": number(one.number)}


def _way(one: SaidBy) -> str:
    return gettext("Agree") if one.said == 1 else gettext("Disagree")


def _said(one: SaidBy) -> str:
    told = gettext("%(many)s of %(of)s agree") if one.said == 1 else gettext("%(many)s of %(of)s disagree")
    return told % {"many": number(one.many), "of": number(one.of)}
