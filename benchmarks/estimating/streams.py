"""Streams of predictions whose inputs shift while labels are not there yet, and their models.

Each stream has a reference, whose labels are known, and an analysis part in chunks, whose labels
are only used for telling how good the estimates were. The generated ones shift in their inputs
alone: how likely a label is, given the inputs, never changes. The electricity market is real, and
changes in every way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.data.shared import shared_file
from benchmarks.estimating import plan
from benchmarks.estimating.plan import Planned, Task

Floats = NDArray[np.float64]
Fitted = Any
"""An estimator of scikit-learn, which has no types."""

COLUMNS = 6
"""Numeric features of the generated streams; a seventh says which of `SEGMENTS` a row is of."""
SEGMENTS = 8
CLASSES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A law of inputs and labels, and the model that is watched."""

    planned: Planned
    model: Callable[[int], Fitted]
    rows: Callable[[int, bool], Rows]
    """Inputs and labels by seed, and whether few will do."""

    def write(self, folder: Path, seed: int, *, quick: bool) -> int:
        """Write ``reference.parquet`` and ``analysis.parquet``; return the rows of a chunk."""
        rows = self.rows(seed, quick)
        model = self.model(seed)
        model.fit(rows.inputs[: rows.trained], rows.labels[: rows.trained])
        frame = self._frame(rows, model)
        frame[rows.trained : rows.known].write_parquet(folder / "reference.parquet")
        end = rows.known + (frame.height - rows.known) // rows.chunk * rows.chunk
        frame[rows.known : end].write_parquet(folder / "analysis.parquet")
        return rows.chunk

    def _frame(self, rows: Rows, model: Fitted) -> pl.DataFrame:
        columns = {name: rows.inputs[:, place] for place, name in enumerate(rows.names)}
        frame = pl.DataFrame(
            columns | {"label": rows.labels, "predicted": model.predict(rows.inputs)}
        )
        if self.planned.task is Task.REGRESSION:
            return frame
        scores = model.predict_proba(rows.inputs)
        if self.planned.task is Task.BINARY:
            return frame.with_columns(pl.Series("score", scores[:, 1]))
        return frame.with_columns(
            pl.Series(f"score_{place}", scores[:, place]) for place in range(scores.shape[1])
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows in order of time: those that the model learns from, the reference, the analysis."""

    names: tuple[str, ...]
    inputs: Floats
    labels: NDArray[np.generic]
    trained: int
    known: int
    """Where the reference ends."""
    chunk: int


Label = Callable[[np.random.Generator, Floats], NDArray[Any]]


def _shifting(seed: int, rows: int, still: int) -> tuple[np.random.Generator, Floats]:
    """Return inputs whose law moves: a little up to `still`, and further and further after it."""
    random = np.random.default_rng(seed)
    time = (np.arange(rows) - still) / (rows - still)
    force = np.where(time < 0, 0.35, 0.35 + 1.0 * np.clip(time, 0, 1))
    phases, speeds = random.uniform(0, 2 * np.pi, COLUMNS), random.uniform(2, 6, COLUMNS)
    means = force[:, None] * np.sin(phases + 2 * np.pi * speeds * time[:, None])
    mixing = np.eye(COLUMNS) + 0.3 * random.normal(size=(COLUMNS, COLUMNS))
    spread = 1 + 0.3 * force * np.sin(2 * np.pi * random.uniform(1, 3) * time)
    inputs = random.normal(size=(rows, COLUMNS)) @ mixing * spread[:, None] + means
    weights = random.normal(size=(2, SEGMENTS))
    mix = weights[0] + 1.2 * force[:, None] * weights[1] * np.sin(6 * time)[:, None]
    segment = (mix + random.gumbel(size=(rows, SEGMENTS))).argmax(axis=1)
    return random, np.column_stack([inputs, segment.astype(np.float64)])


def _effect(random: np.random.Generator, inputs: Floats) -> Floats:
    """Return a smooth function of the inputs, with bends, products and one step per segment."""
    numbers, segment = inputs[:, :COLUMNS], inputs[:, COLUMNS].astype(np.intp)
    effect = numbers @ random.normal(0, 0.6, COLUMNS)
    effect += 0.7 * np.sin(1.5 * numbers @ random.normal(0, 0.5, COLUMNS))
    for _ in range(2):
        one, other = random.choice(COLUMNS, 2, replace=False)
        effect += random.normal(0, 0.5) * np.tanh(numbers[:, one]) * numbers[:, other]
    return effect + random.normal(0, 0.6, SEGMENTS)[segment]


def _sizes(quick: bool) -> tuple[int, int, int, int]:  # noqa: FBT001 - passed on
    """Return rows for training, for the reference, chunks and rows of a chunk."""
    return (5_000, 5_000, 20, 1_000) if quick else (20_000, 20_000, 50, 2_000)


def _generated(label: Label, offset: int, seed: int, quick: bool) -> Rows:  # noqa: FBT001
    trained, reference, chunks, chunk = _sizes(quick)
    known = trained + reference
    random, inputs = _shifting(seed + offset, known + chunks * chunk, known)
    names = (*(f"x{place}" for place in range(COLUMNS)), "segment")
    return Rows(
        names=names,
        inputs=inputs,
        labels=label(random, inputs),
        trained=trained,
        known=known,
        chunk=chunk,
    )


def _two(random: np.random.Generator, inputs: Floats) -> NDArray[np.int64]:
    chance = 1 / (1 + np.exp(0.5 - _effect(random, inputs)))
    return (random.random(len(inputs)) < chance).astype(np.int64)


def _many(random: np.random.Generator, inputs: Floats) -> NDArray[np.int64]:
    effects = np.column_stack([_effect(random, inputs) for _ in range(CLASSES)])
    found: NDArray[np.int64] = (effects + random.gumbel(size=effects.shape)).argmax(axis=1)
    return found


def _number(random: np.random.Generator, inputs: Floats) -> Floats:
    spread = 0.4 * np.exp(0.45 * _effect(random, inputs))
    return 10 + 3 * _effect(random, inputs) + spread * random.normal(size=len(inputs))


def _market(seed: int, quick: bool) -> Rows:  # noqa: ARG001, FBT001 - the market is what it was
    frame = pl.read_csv(shared_file("elec.csv"))
    names = tuple(name for name in frame.columns if name != "class")
    third = frame.height // 3
    return Rows(
        names=names,
        inputs=frame.select(names).to_numpy().astype(np.float64),
        labels=frame["class"].to_numpy(),
        trained=third,
        known=2 * third,
        chunk=1_000 if not quick else 2_000,
    )


def _trees(seed: int) -> Fitted:
    return HistGradientBoostingClassifier(random_state=seed, max_iter=100)


def _forest(seed: int) -> Fitted:
    return RandomForestClassifier(100, min_samples_leaf=3, random_state=seed, n_jobs=2)


def _logistic(seed: int) -> Fitted:
    return make_pipeline(StandardScaler(), LogisticRegression(random_state=seed, max_iter=1000))


def _bayes(seed: int) -> Fitted:  # noqa: ARG001 - it has no chance in it
    return GaussianNB()


def _market_model(seed: int) -> Fitted:
    return (_trees, _logistic, _forest, _bayes)[seed % 4](seed)


def _regressing_trees(seed: int) -> Fitted:
    return HistGradientBoostingRegressor(random_state=seed)


def _line(seed: int) -> Fitted:  # noqa: ARG001 - it has no chance in it
    return LinearRegression()


_STREAMS = (
    Stream(planned=plan.ELECTRICITY, model=_market_model, rows=_market),
    Stream(planned=plan.TWO_TREES, model=_trees, rows=partial(_generated, _two, 0)),
    Stream(planned=plan.TWO_BAYES, model=_bayes, rows=partial(_generated, _two, 100)),
    Stream(planned=plan.MANY_TREES, model=_trees, rows=partial(_generated, _many, 200)),
    Stream(planned=plan.MANY_LOGISTIC, model=_logistic, rows=partial(_generated, _many, 300)),
    Stream(
        planned=plan.REGRESSION_TREES,
        model=_regressing_trees,
        rows=partial(_generated, _number, 400),
    ),
    Stream(planned=plan.REGRESSION_LINEAR, model=_line, rows=partial(_generated, _number, 500)),
)
STREAMS = {stream.planned.name: stream for stream in _STREAMS}
