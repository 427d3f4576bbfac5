"""Lays out what was taken as one page that stands by itself: faults first, then role by role, page by page."""

import json
from dataclasses import dataclass
from html import escape
from pathlib import Path

SAID = "progress.log"
_SIZES = (("fa", "phone"), ("fa", "desktop"), ("en", "phone"), ("en", "desktop"))
_HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Contact sheet</title><style>
body { font: 15px/1.5 sans-serif; margin: 2rem; } table { border-collapse: collapse; }
th, td { border: 1px solid #bbb; padding: .4rem; vertical-align: top; text-align: start; }
img { display: block; border: 1px solid #ddd; } .phone { width: 180px; } .desktop { width: 420px; }
.cut { max-height: 420px; overflow: hidden; } .faulty { background: #fdd; }
</style>"""


@dataclass(frozen=True)
class Found:
    pages: int
    pictures: int
    faults: list[str]


def lay_out(folder: Path) -> Found:
    """Reads `<role>.<language>.json` of the folder and writes `index.html` there."""
    taken = {tuple(file.stem.split(".")): json.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.json"))}
    pages: dict[str, dict[str, dict[str, dict]]] = {}
    faults = []
    for (role, language), one in taken.items():
        faults += [f"{role}, {language}: {fault}" for fault in one["faults"]]
        for shown in one["shown"]:
            pages.setdefault(role, {}).setdefault(shown["kind"], {})[language] = shown
            faults += [f"{role}, {language}, {shown['address']}: {fault}" for fault in shown["faults"]]
    parts = [_HEAD, "<h1>Contact sheet</h1>", _faults(faults), _roles(taken, pages)]
    parts += [_role(role, kinds) for role, kinds in pages.items()]
    (folder / "index.html").write_text("\n".join(parts), encoding="utf-8")
    shown = [one for kinds in pages.values() for languages in kinds.values() for one in languages.values()]
    return Found(len(shown), sum(len(one["pictures"]) for one in shown), faults)


def _faults(faults: list[str]) -> str:
    lines = "".join(f"<li dir=auto>{escape(fault)}</li>" for fault in faults)
    return f"<h2>{len(faults)} faults</h2><ol>{lines}</ol>"


def _roles(taken: dict, pages: dict) -> str:
    walked = {role: max(one["walked"] for (name, _), one in taken.items() if name == role) for role in pages}
    lines = "".join(
        f'<li><a href="#{role}">{role}</a>: {walked[role]} pages walked, {len(kinds)} kinds shown</li>'
        for role, kinds in pages.items()
    )
    return f"<h2>Roles</h2><ul>{lines}</ul>"


def _role(role: str, kinds: dict[str, dict[str, dict]]) -> str:
    head = "".join(f"<th>{language}, {size}</th>" for language, size in _SIZES)
    return (
        f'<h2 id="{role}">{role}</h2><table><tr><th>page</th>{head}</tr>'
        + "".join(_page(kind, languages) for kind, languages in kinds.items())
        + "</table>"
    )


def _page(kind: str, languages: dict[str, dict]) -> str:
    address = next(iter(languages.values()))["address"]
    cells = "".join(_picture(languages.get(language), size) for language, size in _SIZES)
    return f"<tr><th>{escape(kind)}<br><small dir=ltr>{escape(address)}</small></th>{cells}</tr>"


def _picture(shown: dict | None, size: str) -> str:
    if shown is None or size not in shown["pictures"]:
        return "<td></td>"
    file = shown["pictures"][size]
    faulty = " class=faulty" if shown["faults"] else ""
    return f'<td{faulty}><a class=cut href="{file}"><img loading="lazy" class="{size}" src="{file}" alt=""></a></td>'
