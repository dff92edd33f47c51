"""Labelled rows, window by window: of two classes, of five, and of numbers, each with slices.

Every window has a seed of its own, so that ten million rows are never in memory together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SLICES = (0.5, 0.4, 0.3, 0.25, 0.2, 0.15, 0.1, 0.05, 0.02, 0.01)
"""The share of the rows that each slice holds; a row may be in several."""
POSITIVE = "fraud"
PAIR = ("paid", POSITIVE)
CLASSES = ("cat", "cow", "dog", "hen", "pig")
QUANTILES = (0.1, 0.9)

_SEED = 20261121
_PREVALENCE = 0.3


class Kind(StrEnum):
    """What the model of the rows tells."""

    BINARY = "two classes"
    CLASSES = "five classes"
    NUMBERS = "numbers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows with what was true, what was predicted, and how sure the model was."""

    labels: pl.Series
    predictions: pl.Series
    scores: Mapping[str, Floats]
    """Probabilities by class; of numbers, the predicted quantiles by level."""

    def kept(self, keep: Flags) -> Rows:
        """Return the rows of a slice."""
        return Rows(
            labels=self.labels.filter(keep),
            predictions=self.predictions.filter(keep),
            scores={name: column[keep] for name, column in self.scores.items()},
        )


def windows(kind: Kind, rows: int, count: int) -> Iterator[tuple[Rows, tuple[Flags, ...]]]:
    """Yield so many windows, of so many rows together, each with the masks of its slices."""
    for window in range(count):
        seed = np.random.SeedSequence((_SEED, list(Kind).index(kind), window))
        random = np.random.default_rng(seed)
        size = rows * (window + 1) // count - rows * window // count
        masks = tuple(random.random(size) < share for share in SLICES)
        yield _LAWS[kind](random, size), masks


def _binary(random: np.random.Generator, rows: int) -> Rows:
    truth = random.random(rows) < _PREVALENCE
    scores = logistic(random.normal(np.where(truth, 0.8, -1.2), 1.3))
    return Rows(
        labels=_named(PAIR, truth),
        predictions=_named(PAIR, scores > 0.5),
        scores={POSITIVE: scores},
    )


def _classes(random: np.random.Generator, rows: int) -> Rows:
    truth = random.integers(len(CLASSES), size=rows)
    margins = random.normal(size=(rows, len(CLASSES)))
    margins[np.arange(rows), truth] += 1.5
    powers = np.exp(margins)
    shares = powers / powers.sum(axis=1, keepdims=True)
    return Rows(
        labels=_named(CLASSES, truth),
        predictions=_named(CLASSES, shares.argmax(axis=1)),
        scores={name: shares[:, place].copy() for place, name in enumerate(CLASSES)},
    )


def _numbers(random: np.random.Generator, rows: int) -> Rows:
    middle = random.lognormal(3, 1, rows)
    labels = middle + random.standard_t(4, rows) * (1 + 0.1 * middle)
    reach = 1.533 * (1 + 0.1 * middle)  # the law's own quantiles
    return Rows(
        labels=pl.Series(labels),
        predictions=pl.Series(middle),
        scores={"0.1": middle - reach, "0.9": middle + reach},
    )


_LAWS: Mapping[Kind, Callable[[np.random.Generator, int], Rows]] = MappingProxyType(
    {Kind.BINARY: _binary, Kind.CLASSES: _classes, Kind.NUMBERS: _numbers}
)


def _named(names: tuple[str, ...], places: NDArray[np.generic]) -> pl.Series:
    return pl.Series(names).gather(pl.Series(places.astype(np.uint32)))


def logistic(margins: Floats) -> Floats:
    """Return probabilities from margins.

    >>> logistic(np.array([0.0])).tolist()
    [0.5]
    """
    found: Floats = 1.0 / (1.0 + np.exp(-margins))
    return found
