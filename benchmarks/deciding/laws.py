"""The laws that samples are drawn from, and the ways in which a current sample differs.

A repetition is a column: a frame of 300 columns is 300 samples. Every batch of columns has a
seed of its own, made of what it is, so that every program judges the same samples.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from modeldesk.schema import Kind

Draw = Callable[[np.random.Generator, int], NDArray[np.float64]]

SEED = 20260312
BATCH = 50
"""Repetitions that are drawn at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """Where the values of a column come from.

    Parameters
    ----------
    name
        What it is called in the tables.
    draw
        Returns so many numbers, or places of levels.
    kind
        What modeldesk, and in its own words each peer, is told about the column.
    levels
        How many different strings there are, one of them possibly new; 0 for numbers.
    missing
        Share of missing values.
    """

    name: str
    draw: Draw
    kind: Kind = Kind.FLOAT
    levels: int = 0
    missing: float = 0.0


def _zipf(levels: int, new: float = 0.0) -> Draw:
    """Return draws of levels with shares like 1, 1/2, 1/3 ...; of one more with share `new`."""
    weights = 1 / np.arange(1, levels + 1)
    shares = np.append(weights / weights.sum() * (1 - new), new)
    ends = np.cumsum(shares)[:-1]
    return lambda random, rows: np.searchsorted(ends, random.random(rows), side="right").astype(
        np.float64
    )


def _normal(mean: float = 0.0, spread: float = 1.0) -> Draw:
    return lambda random, rows: random.normal(mean, spread, rows)


def _two_peaks(random: np.random.Generator, rows: int) -> NDArray[np.float64]:
    """Return numbers with mean 0 and variance 1 that keep away from 0."""
    side: NDArray[np.float64] = np.where(random.random(rows) < 0.5, -0.8, 0.8)
    return side + random.normal(0, 0.6, rows)


def _categories(levels: int) -> Law:
    return Law(
        name=f"{levels} categories", draw=_zipf(levels), kind=Kind.CATEGORICAL, levels=levels
    )


NORMAL = Law(name="normal", draw=_normal())
SPARSE = Law(name="normal, 5 % missing", draw=_normal(), missing=0.05)
TEN = _categories(10)

LAWS = (
    NORMAL,
    Law(name="log-normal", draw=lambda random, rows: random.lognormal(0, 1, rows)),
    Law(name="uniform", draw=lambda random, rows: random.uniform(0, 1, rows)),
    Law(name="t, 2 degrees", draw=lambda random, rows: random.standard_t(2, rows)),
    Law(name="Cauchy", draw=lambda random, rows: random.standard_cauchy(rows)),
    Law(
        name="Poisson, mean 3",
        draw=lambda random, rows: random.poisson(3, rows).astype(np.float64),
        kind=Kind.INTEGER,
    ),
    _categories(2),
    TEN,
    _categories(100),
    _categories(400),
    SPARSE,
)
"""Where both samples come from when the question is how often nothing is taken for something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A way in which the current sample's law differs from the reference's."""

    before: Law
    now: Law


CASES = (
    Case(before=NORMAL, now=Law(name="shift 0.1 sd", draw=_normal(0.1))),
    Case(before=NORMAL, now=Law(name="shift 0.25 sd", draw=_normal(0.25))),
    Case(before=NORMAL, now=Law(name="shift 0.5 sd", draw=_normal(0.5))),
    Case(before=NORMAL, now=Law(name="spread x 1.25", draw=_normal(0.0, 1.25))),
    Case(before=NORMAL, now=Law(name="two peaks, same mean and sd", draw=_two_peaks)),
    Case(before=SPARSE, now=Law(name="10 % missing, was 5 %", draw=_normal(), missing=0.1)),
    Case(
        before=TEN,
        now=Law(
            name="2 % in a new category", draw=_zipf(10, 0.02), kind=Kind.CATEGORICAL, levels=11
        ),
    ),
    Case(before=NORMAL, now=Law(name="30 % missing, was none", draw=_normal(), missing=0.3)),
)


def samples(law: Law, rows: int, batch: int, *, role: str) -> pl.DataFrame:
    """Return `BATCH` samples of so many rows, one per column.

    Parameters
    ----------
    law
        Where the values come from.
    rows
        Size of each sample.
    batch
        Number of the batch; each has other samples.
    role
        What the samples are for: those of the reference differ from those of the current side.
    """
    key = zlib.crc32(f"{role}/{law.name}".encode())
    random = np.random.default_rng(np.random.SeedSequence((SEED, key, rows, batch)))
    return pl.DataFrame([_sample(law, rows, random, place) for place in range(BATCH)])


def _sample(law: Law, rows: int, random: np.random.Generator, place: int) -> pl.Series:
    values = pl.Series(f"c{place:02}", law.draw(random, rows))
    if law.levels:
        names = pl.Series(values.name, [f"level {number:03}" for number in range(law.levels)])
        values = names.gather(values.cast(pl.UInt32))
    elif law.kind is Kind.INTEGER:
        values = values.cast(pl.Int64)
    if law.missing:
        values = values.set(pl.Series(random.random(rows) < law.missing), None)
    return values
