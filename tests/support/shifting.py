"""Predictions whose inputs shift while the law of their labels stays what it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shifted:
    """Some rows of a classifier, whose score leaves one of two inputs out."""

    scores: Floats
    predicted: NDArray[np.intp]
    labels: NDArray[np.intp]
    columns: dict[str, NDArray[np.float64]]
    chances: Floats
    """The true probabilities."""


def two_classes(random: np.random.Generator, rows: int, shift: float = 0.0) -> Shifted:
    """Draw rows of two classes: the score knows `x`, the label depends on `z` as well."""
    x, z = random.normal(0.3 * shift, 1, rows), random.normal(shift, 1, rows)
    chances = 1 / (1 + np.exp(-(1.2 * x + z)))
    scores = 1 / (1 + np.exp(-1.5 * x))
    return Shifted(
        scores=scores,
        predicted=(scores > 0.5).astype(np.intp),
        labels=(random.random(rows) < chances).astype(np.intp),
        columns={"x": x, "z": z},
        chances=chances,
    )


def many_classes(random: np.random.Generator, rows: int, shift: float = 0.0) -> Shifted:
    """Draw rows of three classes; the scores are the true probabilities, sharpened."""
    x = random.normal((shift, 0.0), 1, (rows, 2))
    sums = np.column_stack([x[:, 0], x[:, 1], -x.sum(axis=1) / 2])
    chances = np.exp(sums) / np.exp(sums).sum(axis=1, keepdims=True)
    sharp = np.exp(1.6 * sums)
    scores = sharp / sharp.sum(axis=1, keepdims=True)
    return Shifted(
        scores=scores,
        predicted=scores.argmax(axis=1),
        labels=(chances.cumsum(axis=1) < random.random((rows, 1))).sum(axis=1),
        columns={"a": x[:, 0], "b": x[:, 1]},
        chances=chances,
    )


def seasonal(random: np.random.Generator, rows: int, *, first: int = 0) -> Shifted:
    """Draw rows of two classes whose scores rise and fall with the season, and labels do not."""
    x = random.normal(size=rows)
    season = 1.2 * np.sin(2 * np.pi * (first + np.arange(rows)) / 4000)
    chances = 1 / (1 + np.exp(-1.5 * x))
    scores = 1 / (1 + np.exp(-1.5 * x - season))
    return Shifted(
        scores=scores,
        predicted=(scores > 0.5).astype(np.intp),
        labels=(random.random(rows) < chances).astype(np.intp),
        columns={"x": random.normal(size=rows)},
        chances=chances,
    )
