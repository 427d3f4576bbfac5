"""The report as one HTML file that needs no script, picture or network. Counts only: no name, phone or id."""

import datetime as dt
from collections.abc import Iterable, Sequence
from html import escape
from importlib import resources

from peyvand.kernel.text import persian_digits
from peyvand.lists.figures import Figures, Gap, Offer, Share
from peyvand.lists.words import Language, number, say

GAPS_SHOWN = 25


def render(
    figures: Figures, *, language: Language, today: dt.date, files: Sequence[str],
    notes: Iterable[str] = (), rejected: int = 0,
) -> str:  # fmt: skip
    """The whole page. `today`: the date in Tehran; `files`: names of the two lists; `rejected`: rows left out."""
    direction = "rtl" if language == "fa" else "ltr"
    style = resources.files(__package__).joinpath("report.css").read_text(encoding="utf-8")
    title = say("report.title", language)
    parts = [
        _head(language, title, today, files),
        _tiles(figures, language),
        _reading(language, [*notes, *([say("report.rejected", language, count=rejected)] if rejected else [])]),
        _shares(figures.by_band, "band", language),
        _by_place(figures, language),
        _gaps(figures.gaps, figures.place_level, language),
        _why(figures, language),
        _offers(figures.offers, language),
        f'<p class="soft">{_t("report.method", language)} {_t("report.private", language)}</p>',
    ]
    return (
        f'<!doctype html>\n<html lang="{language}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(part for part in parts if part)
        + "\n</main>\n</body>\n</html>\n"
    )


def shown_date(today: dt.date, language: Language) -> str:
    if language == "en":
        return f"{today.day} {today:%B %Y}"
    import jdatetime

    date = jdatetime.date.fromgregorian(date=today)
    return persian_digits(f"{date.day} {date.j_months_fa[date.month - 1]} {date.year}")


def _t(code: str, language: Language, **details: object) -> str:
    return escape(say(code, language, **details))


def _head(language: Language, title: str, today: dt.date, files: Sequence[str]) -> str:
    names = [f"<bdi>{escape(name)}</bdi>" for name in files]
    line = _t("report.made", language, date=shown_date(today, language), needs="\0", capacities="\1")
    line = line.replace("\0", names[0]).replace("\1", names[1])
    return f'<header>\n<h1>{escape(title)}</h1>\n<p class="soft">{line}</p>\n</header>'


def _tiles(figures: Figures, language: Language) -> str:
    total = figures.total
    tiles = [
        ("needs", number(total.needs, language), ""),
        ("served", number(total.served, language), _percent(total.served, total.needs, language)),
        ("part", number(total.part, language), ""),
        ("left", number(total.left, language), _percent(total.left, total.needs, language)),
        ("units", number(total.units_served, language), say("report.of", language, total=total.units)),
        ("used", number(figures.capacities_used, language), say("report.of", language, total=figures.capacities)),
        (
            "idle",
            number(figures.units_offered - total.units_served, language),
            say("report.of", language, total=figures.units_offered),
        ),
    ]
    cells = [
        f"<div><dt>{_t(f'report.tile_{name}', language)}</dt><dd>{value}"
        + (f" <small>{escape(small)}</small>" if small else "")
        + "</dd></div>"
        for name, value, small in tiles
    ]
    return '<dl class="tiles">\n' + "\n".join(cells) + "\n</dl>"


def _reading(language: Language, notes: Sequence[str]) -> str:
    if not notes:
        return ""
    lines = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return f"<section>\n<h2>{_t('report.notes', language)}</h2>\n<ul>{lines}</ul>\n</section>"


def _by_place(figures: Figures, language: Language) -> str:
    if not any(share.name for share in figures.by_place):
        return ""
    return _shares(figures.by_place, figures.place_level, language)


def _shares(shares: Sequence[Share], what: str, language: Language) -> str:
    key = "".join(
        f'<span class="{name}"><i></i>{_t(f"report.key_{name}", language)}</span>' for name in ("served", "left")
    )
    rows = []
    for share in shares:
        name = say(f"band.{share.name}", language) if what == "band" else share.name or say("report.no_place", language)
        percent = 100 * share.units_served / share.units if share.units else 0
        rows.append(
            [
                f'<th scope="row">{escape(name)}</th>',
                _n(share.needs, language),
                _n(share.served + share.part, language),
                _n(share.left, language, strong=share.left > 0),
                '<td class="bar"><span class="track" aria-hidden="true">'
                f'<i style="inline-size:{percent:.1f}%"></i></span>'
                f"<span>{_percent(share.units_served, share.units, language)}</span></td>",
            ]
        )
    headings = [f"report.{what}", "report.needs", "report.helped", "report.left", "report.share"]
    table = _table(f"report.{what}_caption", headings, rows, language, plain=(0, 4))
    return f'<section>\n<h2>{_t(f"report.{what}_title", language)}</h2>\n<p class="key">{key}</p>\n{table}\n</section>'


def _gaps(gaps: Sequence[Gap], level: str, language: Language) -> str:
    title = f"<h2>{_t('report.gaps_title', language)}</h2>"
    if not gaps:
        return f"<section>\n{title}\n<p>{_t('report.gaps_none', language)}</p>\n</section>"
    rows = [
        [
            f'<th scope="row">{escape(gap.kind)}</th>',
            f"<td>{escape(gap.place or say('report.no_place', language))}</td>",
            _n(gap.worst_off, language, strong=gap.worst_off > 0),
            _n(gap.units, language),
            _n(gap.needs, language),
        ]
        for gap in gaps[:GAPS_SHOWN]
    ]
    headings = ["report.kind", f"report.{level}", "report.worst_off", "report.units_left", "report.needs_left"]
    table = _table("report.gaps_caption", headings, rows, language, plain=(0, 1))
    rest = gaps[GAPS_SHOWN:]
    more = say("report.gaps_more", language, count=len(rest), units=sum(gap.units for gap in rest)) if rest else ""
    return f"<section>\n{title}\n{table}\n" + (f"<p>{escape(more)}</p>\n" if more else "") + "</section>"


def _why(figures: Figures, language: Language) -> str:
    if not figures.why:
        return ""
    rows = [
        [f'<th scope="row">{_t(f"why.{code}", language)}</th>', _n(needs, language), _n(units, language)]
        for code, needs, units in figures.why
    ]
    table = _table("report.why_caption", ["report.why", "report.needs_left", "report.units_left"], rows, language)
    return f"<section>\n<h2>{_t('report.why_title', language)}</h2>\n{table}\n</section>"


def _offers(offers: Sequence[Offer], language: Language) -> str:
    rows = [
        [
            f'<th scope="row">{escape(offer.kind)}</th>',
            _n(offer.capacities, language),
            _n(offer.units, language),
            _n(offer.used, language),
            _n(offer.units - offer.used, language),
        ]
        for offer in offers
    ]
    headings = ["report.kind", "report.offers", "report.units_offered", "report.units_used", "report.units_idle"]
    table = _table("report.offers_caption", headings, rows, language)
    return f"<section>\n<h2>{_t('report.offers_title', language)}</h2>\n{table}\n</section>"


def _table(
    caption: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    language: Language,
    plain: Sequence[int] = (0,),
) -> str:
    head = "".join(
        f'<th scope="col" class="{"" if place in plain else "n"}">{_t(heading, language)}</th>'
        for place, heading in enumerate(headings)
    )
    body = "\n".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{_t(caption, language)}"><table>\n'
        f"<caption>{_t(caption, language)}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody>\n</table></div>"
    )


def _n(value: int, language: Language, *, strong: bool = False) -> str:
    shown = number(value, language)
    return f'<td class="n"><span class="strong">{shown}</span></td>' if strong else f'<td class="n">{shown}</td>'


def _percent(part: int, whole: int, language: Language) -> str:
    """Rounded down, so that 100 % means all."""
    if not whole:
        return "–"
    return say("report.percent", language, value=100 * part // whole)
