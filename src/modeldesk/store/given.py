"""Values that a statement is given as a table, to join with: many look-ups in one statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import polars as pl
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

_AT_ONCE = 20_000
"""Rows that one statement is given."""


class _InThisOrder(sa.Join):
    """A join that begins with its left side."""

    inherit_cache = True


@compiles(_InThisOrder, "sqlite")
def _cross(element: _InThisOrder, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    """Say it so that SQLite does not choose another order: it cannot know how many values come.

    With 100,000 labels it looked through the values once for each of them.
    """
    left, right = (compiler.process(side, **options) for side in (element.left, element.right))
    assert element.onclause is not None  # noqa: S101 - `Given.join` gives one
    return f"{left} CROSS JOIN {right} ON {compiler.process(element.onclause, **options)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A table of values in a statement."""

    table: sa.FromClause
    columns: dict[str, sa.ColumnElement[Any]]

    def join(self, target: sa.Table, **matching: sa.Column[Any]) -> sa.Join:
        """Return the rows of a table whose columns have the values of one of the rows.

        Parameters
        ----------
        target
            The table, with an index of those columns.
        matching
            Which of its columns is compared with which of the values', by their names.
        """
        same = sa.and_(*(column == self.columns[name] for name, column in matching.items()))
        return _InThisOrder(self.table, target, same)


def given(connection: sa.Connection, rows: pl.DataFrame) -> Iterator[Given]:
    """Yield a table's rows as values of a statement, some thousands at once.

    The database looks each row up by the index of the other side. A list of keys in an ``IN``
    cannot do that for pairs, and is another statement for each length of the list.

    Parameters
    ----------
    connection
        Whose database it is.
    rows
        Columns of whole numbers and texts, without nulls.
    """
    make = _as_json if connection.dialect.name == "sqlite" else _as_arrays
    for some in rows.iter_slices(_AT_ONCE):
        if some.height:
            yield make(some)


def _as_json(rows: pl.DataFrame) -> Given:
    document = orjson.dumps(rows.rows()).decode()
    table = sa.func.json_each(document).table_valued("value", name="asked")
    columns: dict[str, sa.ColumnElement[Any]] = {
        name: sa.func.json_extract(table.c.value, f"$[{place}]", type_=_type(rows[name]))
        for place, name in enumerate(rows.columns)
    }
    return Given(table=table, columns=columns)


def _as_arrays(rows: pl.DataFrame) -> Given:
    # One `unnest` of all arrays keeps their values in rows.
    columns = [sa.column(series.name, _type(series)) for series in rows]
    table = sa.func.unnest(*map(_array, rows)).table_valued(*columns, name="asked")
    derived = table.render_derived()
    return Given(table=derived, columns={name: derived.c[name] for name in rows.columns})


def _array(series: pl.Series) -> sa.ColumnElement[Sequence[Any]]:
    kind: sa.types.TypeEngine[Any] = sa.ARRAY(_type(series))
    return sa.cast(sa.bindparam(None, series.to_list(), type_=kind, unique=True), kind)


def _type(series: pl.Series) -> sa.types.TypeEngine[Any]:
    return sa.Text() if series.dtype == pl.String else sa.BigInteger()
