"""The logged rows that are most like one, to see how the model answers there.

References
----------
Gower: A general coefficient of similarity and some of its properties, 1971.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from modeldesk.errors import InvalidArgument
from modeldesk.schema import Column, Kind, Signature, Value
from modeldesk.services.reading import IDENTIFIER, Reader
from modeldesk.services.registry import Registry
from modeldesk.services.views import PredictionView
from modeldesk.services.worst_slices import NewestRows

MOST_NEIGHBOURS = 50
"""Neighbours that can be asked for."""

MOST_ROWS = 100_000
"""Rows that can be looked at."""

_TIMES = {Kind.DATETIME, Kind.DATE, Kind.DURATION}
_NAMES = {Kind.CATEGORICAL, Kind.BOOLEAN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A row that is like another one."""

    distance: float
    """Gower's: the mean over the columns, each from 0 (the same) to 1."""
    prediction: PredictionView


@dataclass(frozen=True, slots=True, kw_only=True)
class NeighbourReport:
    """The rows of the same version that are most like one, the nearest first."""

    prediction_id: str
    columns: tuple[str, ...]
    """The inputs that were compared."""
    looked_at: int
    """The newest rows of the version that were compared."""
    neighbours: tuple[Neighbour, ...]


class Neighbours:
    """Finds the logged rows that are most like one.

    Parameters
    ----------
    registry
        Versions of the models.
    reader
        Reads predictions.
    newest
        Reads the rows that are compared.
    """

    def __init__(self, registry: Registry, reader: Reader, newest: NewestRows) -> None:
        self._registry = registry
        self._reader = reader
        self._newest = newest

    def of(self, prediction_id: str, *, limit: int = 5, most_rows: int = 10_000) -> NeighbourReport:
        """Return the rows of the same version whose inputs are most like a prediction's.

        Parameters
        ----------
        prediction_id
            The prediction.
        limit
            How many neighbours, 1 to 50.
        most_rows
            How many of the newest rows are looked at, 1 to 100,000.

        Raises
        ------
        NotFound
            When there is no such prediction.
        InvalidArgument
            When a number is out of its range, or the model has no input that can be compared.
        """
        for number, most, what in (
            (limit, MOST_NEIGHBOURS, "neighbours"),
            (most_rows, MOST_ROWS, "rows"),
        ):
            if not 1 <= number <= most:
                message = f"1 to {most:,} {what} can be asked for, not {number:,}."
                raise InvalidArgument(message)
        asked = self._reader.prediction(prediction_id)
        record = self._registry.record(asked.model, asked.version)
        rows = self._newest.any(record, most=most_rows, labels=False)
        columns = _compared(record.signature, rows)
        if not columns:
            message = f"The log has no input of {asked.model!r} that can be compared."
            raise InvalidArgument(message, hint="Numbers, classes, texts, times, vectors can be.")
        others = rows.select(
            IDENTIFIER, distances(rows, asked.inputs, columns).alias("distance")
        ).filter(pl.col("prediction_id") != prediction_id)
        nearest = others.sort("distance", maintain_order=True).head(limit)
        return NeighbourReport(
            prediction_id=prediction_id,
            columns=tuple(column.name for column in columns),
            looked_at=others.height,
            neighbours=tuple(
                Neighbour(distance=distance, prediction=self._reader.prediction(found))
                for found, distance in nearest.iter_rows()
            ),
        )


def distances(
    rows: pl.DataFrame, row: Mapping[str, Value], columns: tuple[Column, ...]
) -> pl.Series:
    """Return Gower's distance of one row from each of many, 0 to 1.

    Numbers and times differ by their distance as a share of the range of the column, classes by
    being others, texts by the share of their words that only one has (Jaccard), vectors by their
    angle. Where one value is missing they differ entirely.

    Parameters
    ----------
    rows
        Shape ``(n, columns)``.
    row
        The values of the one, by column.
    columns
        What is compared.

    Examples
    --------
    >>> ages = Column(name="age", kind=Kind.FLOAT, low=0.0, high=100.0)
    >>> distances(pl.DataFrame({"age": [30.0, 80.0, None]}), {"age": 40.0}, (ages,)).to_list()
    [0.1, 0.4, 1.0]
    """
    parts = [_distance(rows, column, row.get(column.name)) for column in columns]
    return rows.select(pl.mean_horizontal(parts).alias("distance")).to_series()


def _compared(signature: Signature, rows: pl.DataFrame) -> tuple[Column, ...]:
    """Return the inputs that the log keeps as they were; identifiers tell nothing."""
    there = frozenset(rows.columns)
    return tuple(
        column
        for column in signature.inputs
        if column.kind is not Kind.IDENTIFIER
        and column.name in there
        and (rows[column.name].dtype == pl.String) == (column.kind in {Kind.CATEGORICAL, Kind.TEXT})
    )


def _distance(rows: pl.DataFrame, column: Column, value: Value) -> pl.Expr:
    here = pl.col(column.name)
    if value is None:
        return here.is_not_null().cast(pl.Float64)
    if column.kind in _NAMES:
        differs = (here != pl.lit(value)).cast(pl.Float64)
    elif column.kind is Kind.TEXT:
        differs = _words_apart(here, str(value))
    elif column.kind is Kind.VECTOR and isinstance(value, tuple | list):
        differs = _angle(here, [float(number) for number in value])
    else:
        differs = _share_apart(rows, column, value)
    return differs.fill_nan(None).fill_null(1.0).clip(0.0, 1.0)


def _share_apart(rows: pl.DataFrame, column: Column, value: Value) -> pl.Expr:
    here, one = pl.col(column.name), pl.lit(value, dtype=rows[column.name].dtype)
    if column.kind in _TIMES:
        here, one = here.to_physical(), one.to_physical()
    numbers = rows.select(here.cast(pl.Float64).alias("n"), one.cast(pl.Float64).alias("o"))
    low, high = column.low, column.high
    if low is None or high is None or column.kind in _TIMES:
        both = pl.concat([numbers["n"], numbers["o"]]).fill_nan(None)
        low, high = (float(str(both.min())), float(str(both.max()))) if both.count() else (0.0, 0.0)
    gap = (here.cast(pl.Float64) - one.cast(pl.Float64)).abs()
    return gap / (high - low) if high > low else (gap > 0).cast(pl.Float64)


def _words_apart(here: pl.Expr, text: str) -> pl.Expr:
    words = sorted(set(text.lower().split()))
    theirs = here.str.to_lowercase().str.extract_all(r"\S+").list.unique()
    common = theirs.list.eval(pl.element().is_in(words).sum()).list.first().fill_null(0)
    every = theirs.list.len() + len(words) - common
    return pl.when(every == 0).then(0.0).otherwise(1 - common / every)


def _angle(here: pl.Expr, vector: list[float]) -> pl.Expr:
    numbers = here.cast(pl.List(pl.Float64))
    dot = (numbers * pl.lit(vector, dtype=pl.List(pl.Float64))).list.sum()
    length: float = sum(number * number for number in vector) ** 0.5
    cosine = dot / ((numbers * numbers).list.sum().sqrt() * length)
    return (pl.lit(1.0) - cosine) / 2
