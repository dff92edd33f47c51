"""The benchmark table: 20 columns of numbers and 10 of strings, some values missing.

Every block of rows has a seed of its own, so that a table of ten million rows is written
without ever being in memory as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CACHE = Path(__file__).parents[1] / ".cache"
"""Where tables are kept between runs."""
BLOCK = 250_000
"""Rows that are made at once; a row group of the Parquet file."""

NUMBERS = 20
LEVELS = (10, 20, 50, 100, 200, 300, 400, 500, 750, 1000)
"""How many different strings each string column has."""
COLUMNS = NUMBERS + len(LEVELS)

_ZIPF = 1.1
_MISSING = (0.0, 0.02, 0.0, 0.05)
"""Share of missing values, column by column, over and over."""
_DRAWS: tuple[Callable[[np.random.Generator, int], Floats], ...] = (
    lambda random, rows: random.normal(50, 10, rows),
    lambda random, rows: random.lognormal(3, 1, rows),
    lambda random, rows: random.uniform(-1, 1, rows),
    lambda random, rows: random.standard_t(3, rows),
    lambda random, rows: np.round(random.gamma(2, 20, rows), 2),
)


class Side(StrEnum):
    """Which of the two tables of a comparison."""

    REFERENCE = "reference"
    CURRENT = "current"
    """Differs in five columns: see `CHANGED`."""


CHANGED = ("number_00", "number_06", "number_11", "string_0100", "string_1000")
"""Columns of the current table that differ: one moved by a quarter of a standard deviation,
one is 1.25 times as wide, one has 30 % missing, one has a new string in 2 % of the rows, and
one has its two most frequent strings exchanged."""


def table_file(rows: int, side: Side = Side.REFERENCE, *, cache: Path = CACHE) -> Path:
    """Return the Parquet file with so many rows, writing it on first use."""
    path = cache / f"{side.value}-{rows}.parquet"
    if path.exists():
        return path
    cache.mkdir(parents=True, exist_ok=True)
    print(f"Writing {rows:,} rows x {COLUMNS} columns to {path.name} ...", flush=True)
    draft = path.with_suffix(".part")
    _write(draft, _blocks(rows, side))
    draft.rename(path)
    return path


def _write(path: Path, blocks: Iterator[pl.DataFrame]) -> None:
    first = _arrow(next(blocks))
    with pq.ParquetWriter(path, first.schema) as writer:
        writer.write_table(first)
        for block in blocks:
            writer.write_table(_arrow(block))


def _arrow(frame: pl.DataFrame) -> pa.Table:
    """Return the frame with the plain Arrow types that old readers know as well."""
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    strings = [
        field.with_type(pa.string()) if pa.types.is_large_string(field.type) else field
        for field in table.schema
    ]
    return table.cast(pa.schema(strings))


def _blocks(rows: int, side: Side) -> Iterator[pl.DataFrame]:
    for number, start in enumerate(range(0, rows, BLOCK)):
        seed = np.random.SeedSequence((20260312, list(Side).index(side), number))
        yield block(np.random.default_rng(seed), min(BLOCK, rows - start), side)


def block(random: np.random.Generator, rows: int, side: Side = Side.REFERENCE) -> pl.DataFrame:
    """Return so many rows of the benchmark table."""
    columns = [_numbers(random, rows, place) for place in range(NUMBERS)]
    columns += [_strings(random, rows, place) for place in range(len(LEVELS))]
    frame = pl.DataFrame(columns)
    return frame if side is Side.REFERENCE else _changed(frame, random)


def _numbers(random: np.random.Generator, rows: int, place: int) -> pl.Series:
    values = _DRAWS[place % len(_DRAWS)](random, rows)
    return _thinned(random, pl.Series(f"number_{place:02}", values), _MISSING[place % 4])


def _strings(random: np.random.Generator, rows: int, place: int) -> pl.Series:
    levels = LEVELS[place]
    names = pl.Series(f"string_{levels:04}", [f"level {number:04}" for number in range(levels)])
    weights = 1.0 / np.arange(1, levels + 1) ** _ZIPF
    codes = np.searchsorted(np.cumsum(weights / weights.sum()), random.random(rows))
    values = names.gather(pl.Series(np.minimum(codes, levels - 1), dtype=pl.UInt32))
    return _thinned(random, values, _MISSING[place % 4])


def _thinned(random: np.random.Generator, series: pl.Series, share: float) -> pl.Series:
    if not share:
        return series
    return series.set(pl.Series(random.random(len(series)) < share), None)


def _changed(frame: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    moved, wider, missing, newer, swapped = CHANGED
    hit = pl.Series(random.random(frame.height) < 0.02)
    lost = pl.Series(random.random(frame.height) < 0.3)
    exchange = {"level 0000": "level 0001", "level 0001": "level 0000"}
    return frame.with_columns(
        frame[moved] + 2.5,
        frame[wider] * 1.25,
        frame[missing].set(lost, None),
        frame[newer].set(hit, "a new level"),
        frame[swapped].replace(exchange),
    )
