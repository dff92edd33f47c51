"""Models on rows of known populations, to measure again and again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from modeldesk.performance import (
    Classification,
    Figure,
    MultiLabel,
    Ranking,
    Regression,
    State,
    measure,
)

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], State]
NAMES = np.array(["a", "b", "c"])
SETS = pl.Series(
    [[name for place, name in enumerate("abcd") if code >> place & 1] for code in range(16)]
)


def logistic(x: Floats) -> Floats:
    """Return probabilities for log odds."""
    found: Floats = 1.0 / (1.0 + np.exp(-x))
    return found


def binary(rng: np.random.Generator, rows: int, *, steep: float = 1.2, said: float = 1.0) -> State:
    """Draw rows of two classes; ``said`` other than 1 makes probabilities too sure."""
    odds = steep * rng.normal(size=rows) - 1
    truth = rng.random(rows) < logistic(odds)
    score = logistic(said * odds)
    return Classification.of(
        np.where(truth, "y", "n"), np.where(score > 0.4, "y", "n"), {"y": score}
    )


def separated(rng: np.random.Generator, rows: int) -> State:
    """Draw rows of two classes that are told apart well."""
    return binary(rng, rows, steep=5)


def overconfident(rng: np.random.Generator, rows: int) -> State:
    """Draw rows whose probabilities are too near 0 and 1."""
    return binary(rng, rows, said=1.8)


def three_classes(rng: np.random.Generator, rows: int) -> State:
    """Draw rows of three classes of different size."""
    sizes = np.array([0.55, 0.3, 0.15])
    code = rng.choice(3, rows, p=sizes)
    odds = rng.normal(size=(rows, 3)) + np.log(sizes)
    odds[np.arange(rows), code] += 1.3
    share = np.exp(odds)
    share /= share.sum(axis=1, keepdims=True)
    scores = {str(name): share[:, place] for place, name in enumerate(NAMES)}
    return Classification.of(NAMES[code], NAMES[share.argmax(axis=1)], scores)


def numbers(rng: np.random.Generator, rows: int) -> State:
    """Draw rows of a regression with skewed labels and a bias."""
    labels = rng.gamma(4, 2, rows) + 1
    said = labels + 1.2 * rng.normal(size=rows) + 0.2 * np.abs(rng.normal(size=rows))
    return Regression.of(labels, said, {0.1: said - 1.5, 0.9: said + 1.5})


def label_sets(rng: np.random.Generator, rows: int) -> State:
    """Draw rows with sets of labels that go together."""
    common = 0.8 * rng.normal(size=rows)
    truth = rng.normal(size=(rows, 4)) + common[:, None] > np.array([0.0, 0.5, 1.0, 0.2])
    said = truth ^ (rng.random((rows, 4)) < 0.2)
    labels, predictions = (SETS.gather(each @ [1, 2, 4, 8]) for each in (truth, said))
    return MultiLabel.of(labels, predictions, known=list("abcd"))


def queries(rng: np.random.Generator, count: int) -> State:
    """Draw queries of twelve documents each."""
    query = np.repeat(np.arange(count), 12)
    gain = (rng.random(query.size) < 0.25) * rng.integers(1, 4, query.size)
    return Ranking.of(query, gain + 2 * rng.normal(size=query.size), gain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Where rows come from, what is measured on them, and what is true."""

    draw: Draw
    measures: tuple[str, ...]
    large: int = 1_000_000
    repeats: int = 1000
    """How many samples are drawn."""

    def truths(self) -> dict[str, float]:
        """Return each measure on so many rows that chance is no matter."""
        state = self.draw(np.random.default_rng(99), self.large)
        return {name: value(state, name) for name in self.measures}


SHARES = ("accuracy", "precision", "recall", "f1", "specificity", "predicted_share")
OVER_CLASSES = (
    "balanced_accuracy",
    "precision_macro",
    "f1_macro",
    "precision_weighted",
    "f1_weighted",
    "mcc",
    "kappa",
)
OF_SCORES = ("roc_auc", "pr_auc", "log_loss", "brier")
ERRORS = ("mae", "rmse", "mape", "r2", "bias", "median_error", "median_absolute_error")

POPULATIONS = {
    "binary": Population(draw=binary, measures=(*SHARES, *OVER_CLASSES, *OF_SCORES)),
    "separated": Population(draw=separated, measures=(*SHARES, *OVER_CLASSES, *OF_SCORES)),
    "three classes": Population(draw=three_classes, measures=(*OVER_CLASSES, "log_loss", "brier")),
    "numbers": Population(draw=numbers, measures=ERRORS),
    "label sets": Population(
        draw=label_sets,
        measures=("exact_match", "hamming_loss", "f1_micro", "precision_micro", "f1_macro"),
        large=60_000,
        repeats=300,
    ),
}


def value(state: State, name: str, of: str | None = None) -> float:
    """Return a figure's number; it must be defined."""
    found = measure(state, name, of=of)
    assert isinstance(found, Figure), found
    return found.value


def figure(state: State, name: str, of: str | None = None) -> Figure:
    """Return a figure; it must be defined."""
    found = measure(state, name, of=of)
    assert isinstance(found, Figure), found
    return found
