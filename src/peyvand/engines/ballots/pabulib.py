"""Votes in the `.pb` format of Pabulib, the library of participatory budgeting data (Faliszewski and others, 2023).

A file has three sections, META, PROJECTS and VOTES, each with a heading of names and rows of values, all parted by
semicolons. What the format has and the count does not need (the age of a voter, a project's point on the map) is kept
and written again.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from peyvand.engines.ballots.votes import Votes, check

Rows = list[dict[str, str]]
SECTIONS = ("META", "PROJECTS", "VOTES")


@dataclass(frozen=True)
class Election:
    """One vote as its file tells it: `meta`, `projects` and `votes` are its rows, names to values as written."""

    meta: dict[str, str]
    projects: Rows
    votes: Rows
    ids: list[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ids", [row["project_id"] for row in self.projects])

    @property
    def smallest(self) -> Decimal:
        """The smallest unit of money the file uses: 1, or 0.01 where prices have two digits after the point."""
        digits = [_money(row["cost"], f"project {row['project_id']}: cost") for row in self.projects]
        return Decimal(1).scaleb(min(0, *(int(one.normalize().as_tuple().exponent) for one in [*digits, self.budget])))

    @property
    def budget(self) -> Decimal:
        return _money(self.meta.get("budget", ""), "META: budget")

    def arrays(self) -> Votes:
        """The checked arrays, money in `smallest` units; the ranks of an ordinal vote become Borda points."""
        row_of = {project: row for row, project in enumerate(self.ids)}
        unit = self.smallest
        indptr, indices, points = [0], list[int](), list[int]()
        for number, vote in enumerate(self.votes, 1):
            named = _parts(vote["vote"])
            for project, given in zip(named, self._points(vote, len(named), number), strict=True):
                if project not in row_of:
                    raise ValueError(f"VOTES: row {number}: {project!r} is no project of this file")
                if given:
                    indices.append(row_of[project])
                    points.append(given)
            indptr.append(len(indices))
        return check(
            cost=[int(_money(row["cost"], row["project_id"]) / unit) for row in self.projects],
            budget=int(self.budget / unit),
            indptr=indptr,
            indices=indices,
            points=points,
        )

    def _points(self, vote: dict[str, str], named: int, number: int) -> list[int]:
        kind = self.meta.get("vote_type", "approval")
        if kind == "ordinal":
            most = int(self.meta.get("max_length") or len(self.projects))
            return [max(most - place, 0) for place in range(named)]
        if kind in ("cumulative", "scoring") and "points" in vote:
            given = _parts(vote["points"])
            if len(given) != named:
                raise ValueError(f"VOTES: row {number}: {named} projects, but {len(given)} points")
            try:
                return [int(Decimal(one)) for one in given]
            except InvalidOperation:
                raise ValueError(f"VOTES: row {number}: {vote['points']!r} are no points") from None
        return [1] * named


def read(text: str) -> Election:
    """The vote that the text of a `.pb` file tells; `ValueError` names section and row of what is wrong."""
    tables: dict[str, Rows] = {}
    names, section = list[str](), ""
    for line, row in enumerate(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"), 1):
        if not row:
            continue
        if row[0].strip().upper() in SECTIONS and len(row) == 1:
            section, names = row[0].strip().upper(), []
            tables[section] = []
        elif not section:
            raise ValueError(f"line {line}: a section is missing before it ({', '.join(SECTIONS)})")
        elif not names:
            names = [name.strip() for name in row]
        else:
            tables[section].append({name: value.strip() for name, value in zip(names, row, strict=False)})
    for section in SECTIONS:
        if section not in tables:
            raise ValueError(f"the section {section} is missing")
    _must_have(tables["PROJECTS"], "PROJECTS", ("project_id", "cost"))
    _must_have(tables["VOTES"], "VOTES", ("vote",))
    return Election({row["key"]: row.get("value", "") for row in tables["META"]}, tables["PROJECTS"], tables["VOTES"])


def write(election: Election, *, selected: Iterable[int] | None = None) -> str:
    """The text of a `.pb` file; with `selected` (rows of projects) the column of that name says who won."""
    out = io.StringIO()
    projects = election.projects
    if selected is not None:
        won = set(selected)
        projects = [row | {"selected": str(int(number in won))} for number, row in enumerate(projects)]
    _section(out, "META", [{"key": key, "value": value} for key, value in election.meta.items()], ("key", "value"))
    _section(out, "PROJECTS", projects, ("project_id", "cost"))
    _section(out, "VOTES", election.votes, ("voter_id", "vote"))
    return out.getvalue()


def _section(out: io.StringIO, name: str, rows: Rows, least: Sequence[str]) -> None:
    names = list(dict.fromkeys([*least, *(key for row in rows for key in row)]))
    out.write(f"{name}\n")
    table = csv.DictWriter(out, names, restval="", delimiter=";", lineterminator="\n")
    table.writeheader()
    table.writerows(rows)


def _must_have(rows: Rows, section: str, names: Sequence[str]) -> None:
    for number, row in enumerate(rows, 1):
        for name in names:
            if name not in row:
                raise ValueError(f"{section}: row {number}: {name} is missing")


def _parts(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def _money(value: str, where: str) -> Decimal:
    try:
        return Decimal(value.replace(",", "."))
    except InvalidOperation:
        raise ValueError(f"{where}: {value!r} is no amount") from None
