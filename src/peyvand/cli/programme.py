"""`peyvand programme`: where programmes are on, and switching them on and off."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from peyvand.cli import app, operation

if TYPE_CHECKING:
    from peyvand.extend.models import ProgrammeSwitch
    from peyvand.people.models import Organisation
    from peyvand.places.models import Place

programme = typer.Typer(no_args_is_help=True, help="Switch programmes on and off for a place or an organisation.")
app.add_typer(programme, name="programme")

Slug = Annotated[str, typer.Argument(help="The programme, as `peyvand programme list` names it.")]
In = Annotated[str, typer.Option("--place", help='A place by its path ("ir/02/") or its name, where only one has it.')]
For = Annotated[str, typer.Option("--organisation", help="An organisation by its number or its name.")]


@programme.command("list")
def list_() -> None:
    """Every programme with its purpose, where it is on since when, and where it was."""
    with operation.told(), operation.database():
        operation.load_site(as_owner=False)
        from peyvand.extend.discovery import programmes
        from peyvand.extend.switches import switches_seen
        from peyvand.scope.acting import SYSTEM
        from peyvand.scope.database import scope

        with scope(SYSTEM):
            rows = list(switches_seen(SYSTEM))
        for one in programmes().values():
            typer.echo(f"{one.slug}: {one.title}. {one.purpose}")
            own = [row for row in rows if row.slug == one.slug]
            for row in own:
                typer.echo(f"  {_told(row)}")
            if not own:
                typer.echo("  never switched on")


@programme.command("on")
def on(
    slug: Slug,
    place: In = "",
    organisation: For = "",
    since: Annotated[str, typer.Option(help="The first day, such as 1405/9/1; today where it is left out.")] = "",
) -> None:
    """Switch a programme on in a place, for an organisation, or for an organisation in a place. On twice is on once."""
    with operation.told(), operation.database():
        operation.load_site(as_owner=False)
        from peyvand.extend.switches import switch_on
        from peyvand.kernel.jalali import parse_date
        from peyvand.kernel.refusals import BadValue
        from peyvand.scope.acting import SYSTEM

        try:
            first = parse_date(since) if since else None
        except ValueError:
            raise BadValue(field="since", reason="a date is written year/month/day, such as 1405/8/30") from None
        row = switch_on(
            slug=slug, place=_place(place), organisation=_organisation(organisation), since=first, by=SYSTEM,
            now=datetime.now(UTC),
        )  # fmt: skip
        typer.echo(f"{slug}: {_told(row)}")


@programme.command("off")
def off(slug: Slug, place: In = "", organisation: For = "") -> None:
    """Switch a programme off where it was switched on with the same place and organisation. What was done stays readable."""
    with operation.told(), operation.database():
        operation.load_site(as_owner=False)
        from peyvand.extend.discovery import programme as manifest
        from peyvand.extend.switches import NotOn, switch_off, switches_seen
        from peyvand.scope.acting import SYSTEM
        from peyvand.scope.database import scope

        manifest(slug)  # a misspelt one is said as such
        where = {"place": _place(place), "organisation": _organisation(organisation)}
        with scope(SYSTEM):
            found = switches_seen(SYSTEM).filter(slug=slug, until=None, **where).first()
        if found is None:
            raise NotOn
        row = switch_off(switch_id=found.pk, by=SYSTEM, now=datetime.now(UTC))
        typer.echo(f"{slug}: {_told(row)}")


def _told(row: "ProgrammeSwitch") -> str:
    from peyvand.kernel.jalali import long_date

    of = f"«{row.organisation.name_fa}» ({row.organisation_id})" if row.organisation else ""
    where = f"{row.place.name_fa} ({row.place.path})" if row.place else ""
    when = f"since {long_date(row.since, 'en')}" + (f" until {long_date(row.until, 'en')}" if row.until else "")
    return f"{'off' if row.until else 'on'}: {' in '.join(one for one in (of, where) if one)}, {when}"


def _place(text: str) -> "Place | None":
    from django.db.models import Q

    from peyvand.places.models import Place

    rows = Place.objects.filter(Q(path=f"{text.rstrip('/')}/") | Q(name_fa=text) | Q(name_en=text)) if text else ()
    return _only("place", text, {row.path: row for row in rows})


def _organisation(text: str) -> "Organisation | None":
    from django.db.models import Q

    from peyvand.people.models import Organisation

    number = Q(pk=int(text)) if text.isascii() and text.isdigit() else Q()
    rows = Organisation.objects.filter(number or Q(name_fa=text) | Q(name_en=text)) if text else ()
    return _only("organisation", text, {str(row.pk): row for row in rows})


def _only(field: str, text: str, found: dict[str, Any]) -> Any:
    """The one row that is meant, or None where nothing is asked for."""
    from peyvand.kernel.refusals import BadValue

    if text and not found:
        raise BadValue(field=field, reason=f"nothing is called «{text}»")
    if len(found) > 1:
        raise BadValue(field=field, reason=f"several are called «{text}»; name one of {', '.join(sorted(found))}")
    return next(iter(found.values()), None)
