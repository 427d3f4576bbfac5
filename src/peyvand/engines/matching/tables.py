"""Lists as Parquet files in the columns of the engine, read as they stand: nothing is guessed and nothing corrected."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from peyvand.engines.arrays import MAX_WHOLE
from peyvand.engines.matching.ground import PLACES, REACHES

_SENTENCES = {
    "file_missing": "there is no such file",
    "parquet_unreadable": "this is no Parquet file, or it is damaged",
    "columns_missing": "the column {missing} is missing; there are {found}",
    "column_type": "the column holds {given}, and {wanted} is needed",
    "value_missing": "the cell is empty",
    "value_twice": "{value} already stands in row {first}",
    "not_a_number": "{value} is not a finite number",
    "negative": "{value} is less than zero",
    "too_large": "{value} is more than {most}",
    "out_of_range": "{value} is not between {least} and {most}",
    "not_a_reach": "{value!r} is none of {known}",
    "half_a_point": "{given} is given, {missing} is not",
    "same_file": "the same file is given twice",
    "not_writable": "the file cannot be written ({why})",
}


class BadTable(ValueError):
    """A list that cannot be used: in `file`, in `row` (from 0; None: the whole file), in `column` (None: no one column).

    `code` is stable, `details` fill the sentence.
    """

    def __init__(
        self, file: str, code: str, *, row: int | None = None, column: str | None = None, **details: object
    ) -> None:
        self.file, self.code, self.row, self.column, self.details = file, code, row, column, details
        place = [file, *([] if row is None else [f"row {row}"]), *([] if column is None else [f"column {column}"])]
        super().__init__(f"{', '.join(place)}: {_SENTENCES[code].format(**details)}")


@dataclass(frozen=True, slots=True)
class Column:
    """What a column must hold: `type` number, whole, truth or text (text or whole numbers)."""

    name: str
    type: str
    required: bool = True
    filled: bool = True
    least: float | None = None
    most: float | None = None
    known: tuple[str, ...] = ()


_ID = Column("id", "text", required=False)
_PLACE = (
    Column("lat", "number", required=False, filled=False, least=-90, most=90),
    Column("lon", "number", required=False, filled=False, least=-180, most=180),
    *(Column(name, "text", required=False, filled=False) for name in PLACES),
)
NEEDS = (
    _ID,
    Column("kind", "text"),
    Column("priority", "number"),
    Column("demand", "whole", required=False, least=0, most=MAX_WHOLE),
    Column("divisible", "truth", required=False),
    Column("together", "text", required=False, filled=False),
    *_PLACE,
)
CAPACITIES = (
    _ID,
    Column("kind", "text"),
    Column("capacity", "whole", least=0, most=MAX_WHOLE),
    Column("smallest_lot", "whole", required=False, least=1, most=MAX_WHOLE),
    Column("reach", "text", known=REACHES),
    Column("reach_km", "number", required=False, filled=False, least=0),
    *_PLACE,
)
_TYPES: dict[str, tuple[str, Callable[[pl.DataType], bool]]] = {
    "number": ("numbers", lambda one: one.is_numeric()),
    "whole": ("whole numbers", lambda one: one.is_integer()),
    "truth": ("true or false", lambda one: one == pl.Boolean),
    "text": (
        "text or whole numbers",
        lambda one: one.is_integer() or one in (pl.String, pl.Categorical, pl.Enum),
    ),
}


def read_table(path: Path, columns: tuple[Column, ...]) -> pl.DataFrame:
    """The columns that are known, checked; all others are not even read. `BadTable` names file, row and column."""
    if not path.is_file():
        raise BadTable(path.name, "file_missing")
    try:
        schema = pl.read_parquet_schema(path)
        for column in columns:
            _check_type(path.name, column, schema)
        frame = pl.read_parquet(path, columns=[column.name for column in columns if column.name in schema])
    except (pl.exceptions.PolarsError, OSError) as error:
        raise BadTable(path.name, "parquet_unreadable") from error
    for column in columns:
        if column.name in schema:
            _check_values(path.name, column, frame[column.name])
    _check_points(path.name, frame)
    if "reach" in frame.columns:
        _check_reach(path.name, frame)
    if "id" in frame.columns:
        _check_once(path.name, frame["id"])
    return frame


def _check_type(file: str, column: Column, schema: dict[str, pl.DataType]) -> None:
    if column.name not in schema:
        if column.required:
            raise BadTable(file, "columns_missing", missing=column.name, found=", ".join(schema) or "none")
        return
    given = schema[column.name]
    wanted, fits = _TYPES[column.type]
    if not (fits(given) or (given == pl.Null and not column.filled)):
        raise BadTable(file, "column_type", column=column.name, given=str(given), wanted=wanted)


def _check_values(file: str, column: Column, values: pl.Series) -> None:
    def refuse_where(wrong: pl.Series, code: str, **details: Any) -> None:
        row = wrong.fill_null(False).arg_max() if wrong.any() else None
        if row is not None:
            given = {} if code == "value_missing" else {"value": values[row]}
            raise BadTable(file, code, row=row, column=column.name, **given, **details)

    if values.dtype == pl.Null:
        return
    if column.filled:
        refuse_where(values.is_null(), "value_missing")
        if values.dtype == pl.String:
            refuse_where(values.str.strip_chars() == "", "value_missing")
    if values.dtype.is_float():
        # NaN stands for unknown where unknown may be; infinity never does.
        refuse_where(~values.is_finite() if column.filled else values.is_infinite(), "not_a_number")
    if column.known:
        refuse_where(~values.cast(pl.String).is_in(list(column.known)), "not_a_reach", known=", ".join(column.known))
    if column.least is not None and column.most is not None and column.least < 0:
        refuse_where(
            (values < column.least) | _above(values, column.most), "out_of_range", least=column.least, most=column.most
        )
    elif column.least is not None:
        refuse_where(
            values < column.least,
            "negative" if column.least == 0 else "out_of_range",
            least=column.least,
            most=column.most,
        )
        if column.most is not None:
            refuse_where(_above(values, column.most), "too_large", most=column.most)


def _above(values: pl.Series, most: float) -> pl.Series:
    """Polars orders NaN above every number."""
    return (values > most) & values.is_not_nan() if values.dtype.is_float() else values > most


def _check_points(file: str, frame: pl.DataFrame) -> None:
    given = {name: _known(frame[name]) for name in ("lat", "lon") if name in frame.columns}
    for one, other in (("lat", "lon"), ("lon", "lat")):
        if one in given:
            alone = given[one] & ~given[other] if other in given else given[one]
            if alone.any():
                raise BadTable(file, "half_a_point", row=alone.arg_max(), column=other, given=one, missing=other)


def _check_reach(file: str, frame: pl.DataFrame) -> None:
    """Who reaches so many kilometres says how many."""
    asked = frame["reach"].cast(pl.String) == "km"
    lacking = asked & ~_known(frame["reach_km"]) if "reach_km" in frame.columns else asked
    if lacking.any():
        raise BadTable(file, "value_missing", row=lacking.arg_max(), column="reach_km")


def _known(values: pl.Series) -> pl.Series:
    return values.is_not_null() & values.is_not_nan() if values.dtype.is_float() else values.is_not_null()


def _check_once(file: str, ids: pl.Series) -> None:
    if ids.n_unique() < len(ids):
        row = int((~ids.is_first_distinct()).arg_max() or 0)
        first = (ids == ids[row]).arg_max()
        raise BadTable(file, "value_twice", row=row, column="id", value=ids[row], first=first)
