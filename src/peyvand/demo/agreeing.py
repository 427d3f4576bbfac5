"""Agreements of the office with organisations that give: recorded by the managers of the other side."""

from datetime import timedelta

from peyvand.demo.world import World, texts
from peyvand.flow.commitment.actions import sign_agreement
from peyvand.kernel.jalali import business_date

_LASTS = 24  # months
_FIRST_MONTH = 1


def sign(world: World) -> None:
    """One agreement a kind, a month after another."""
    for turn, row in enumerate(texts("organisations")["agreement"]):
        giver = next(one for one in world.givers if one.organisation.kind == row["kind"])
        month = world.calendar.months[_FIRST_MONTH + turn]
        signed = world.calendar.at(month.first_day + timedelta(days=9 + turn), 11)
        sign_agreement(
            title=row["title"].format(giver=giver.organisation.name_fa), giver=giver.organisation, asker=world.office,
            giver_duties=row["giver_duties"], asker_duties=row["asker_duties"], signed_date=business_date(signed),
            end_date=month.shift(_LASTS).last_day, by=giver.manager, now=signed,
        )  # fmt: skip
