"""Shapes of scores, from easy to hard, and how far their areas are from the exact ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from benchmarks.labelled.rows import Flags, Floats, logistic
from modeldesk.performance import Classification, Figure, measure

ROWS = 100_000
SEEDS = 3
PARTS = 10

_PREVALENCE = 0.3

Law = Callable[[np.random.Generator, Floats], Floats]
"""From how strongly each row seems to be of the class, shape ``(n,)``, its score."""


def _crowd(share: float, width: float) -> Law:
    """Put all but a share of the scores so close to 0.3."""

    def law(random: np.random.Generator, margins: Floats) -> Floats:
        even = logistic(margins)
        found: Floats = np.where(random.random(even.size) < share, even, 0.3 + width * even)
        return found

    return law


SHAPES: Mapping[str, Law] = MappingProxyType(
    {
        "even": lambda _, margins: np.argsort(np.argsort(margins)) / margins.size,
        "logistic": lambda _, margins: logistic(margins),
        "tiny, as of fraud": lambda _, margins: logistic(margins - 9),
        "overconfident": lambda _, margins: logistic(8 * margins),
        "within 1e-6 of 0.3": _crowd(0.0, 1e-6),
        "within 1e-9 of 1": lambda _, margins: 1 - 1e-9 * logistic(-margins),
        "two digits": lambda _, margins: np.round(logistic(margins), 2),
        "single precision": lambda _, margins: (
            logistic(margins).astype(np.float32).astype(np.float64)
        ),
        "1 % even, the others within 1e-5 of 0.3": _crowd(0.01, 1e-5),
        "10 % even, the others within 1e-3 of 0.3": _crowd(0.1, 1e-3),
        "10 % even, the others within 1e-5 of 0.3": _crowd(0.1, 1e-5),
    }
)


def drawn(name: str, seed: int, rows: int = ROWS) -> tuple[Flags, Floats]:
    """Return truth and scores of a shape, shapes ``(rows,)``."""
    random = np.random.default_rng(np.random.SeedSequence((list(SHAPES).index(name), seed)))
    truth = random.random(rows) < _PREVALENCE
    return truth, SHAPES[name](random, random.normal(np.where(truth, 0.8, -0.8)))


def area_errors(truth: Flags, scores: Floats, parts: int = PARTS) -> tuple[float, float]:
    """Return how far the area under the ROC curve is off: of all at once, of merged parts."""
    exact = float(roc_auc_score(truth, scores))
    states = [
        _state(*each)
        for each in zip(np.array_split(truth, parts), np.array_split(scores, parts), strict=True)
    ]
    merged = states[0]
    for state in states[1:]:
        merged = merged.merge(state)
    return abs(_area(_state(truth, scores)) - exact), abs(_area(merged) - exact)


def _state(truth: NDArray[np.bool_], scores: Floats) -> Classification:
    return Classification.of(truth, scores > 0.5, {"true": scores})


def _area(state: Classification) -> float:
    found = measure(state, "roc_auc")
    assert isinstance(found, Figure)
    return found.value
