"""Two predictions of one class for each of the same rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from modeldesk.performance.classification import Classification
from modeldesk.performance.measures import MEASURES
from modeldesk.performance.paired.counting import EACH, WHOLE, Cells
from modeldesk.performance.paired.resampling import METHOD, deviations
from modeldesk.performance.paired.scoring import (
    area_influence,
    average_precision,
    brier_scores,
    log_losses,
)
from modeldesk.performance.paired.spread import Spread, of_differences
from modeldesk.performance.reading import Column, classes_of, same_length, scores_of

DELONG = "DeLong, on pairs"

Floats = NDArray[np.float64]
Scores = Mapping[str, Floats]
Asked = tuple[str, str | None]
"""A measure, and of what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassChange:
    """What changed for the rows of one class."""

    name: str
    rows: int
    """Rows that are labelled so."""
    improved: int
    """Of them those that the first got right and the second wrong."""
    regressed: int
    """The other way round."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoredPairs:
    """The rows with all probabilities of both sides, which are of the same classes."""

    labels: pl.Series
    one: Scores
    other: Scores
    states: tuple[Classification, Classification]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairedClasses:
    """Rows with a label and a prediction of each of two sides.

    Examples
    --------
    >>> pairs = PairedClasses.of(["a", "b", "b", None], ["a", "b", "a", "a"], ["a", "a", "a", "a"])
    >>> pairs.rows, pairs.left_out, pairs.improved, pairs.regressed
    (3, 1, 1, 0)
    """

    left_out: int
    """Rows without a label or one of the predictions."""
    cells: Cells
    states: tuple[Classification, Classification]
    scored: ScoredPairs | None

    @staticmethod
    def of(
        labels: Column,
        one: Column,
        other: Column,
        *,
        one_scores: Mapping[str, Column] | None = None,
        other_scores: Mapping[str, Column] | None = None,
    ) -> PairedClasses:
        """Pair predictions of the same rows.

        Parameters
        ----------
        labels, one, other
            The true class of each row, what the side that is judged predicted, and what the
            side that it is compared with did; ``None`` and NaN are gaps.
        one_scores, other_scores
            Probabilities from 0 to 1 by class. They are compared where both sides have those of
            the same classes.

        Raises
        ------
        InvalidData
            When a column cannot be read, or columns differ in length.
        """
        told = classes_of(labels, "labels")
        said, theirs = classes_of(one, "first predictions"), classes_of(other, "second predictions")
        rows = same_length(
            {"labels": len(told), "first predictions": len(said), "second predictions": len(theirs)}
        )
        full = told.is_not_null() & said.is_not_null() & theirs.is_not_null()
        told, said, theirs = told.filter(full), said.filter(full), theirs.filter(full)
        given = _scored(told, said, theirs, full, one_scores or {}, other_scores or {})
        return PairedClasses(
            left_out=rows - len(told),
            cells=Cells.of(told, said, theirs),
            states=(Classification.of(told, said), Classification.of(told, theirs)),
            scored=given,
        )

    @property
    def rows(self) -> int:
        """Rows that are compared."""
        return int(self.cells.counts.sum())

    @property
    def agreeing(self) -> int:
        """Rows for which both predicted the same."""
        return self.cells.rows(self.cells.one == self.cells.other)

    @property
    def improved(self) -> int:
        """Rows that the first got right and the second wrong."""
        return self.right(one=True, other=False)

    @property
    def regressed(self) -> int:
        """Rows that the first got wrong and the second right."""
        return self.right(one=False, other=True)

    def right(self, *, one: bool, other: bool) -> int:
        """Count rows by whether each side was right."""
        cells = self.cells
        mine, theirs = cells.one == cells.labels, cells.other == cells.labels
        return cells.rows((mine == one) & (theirs == other))

    @property
    def changes(self) -> tuple[ClassChange, ...]:
        """What changed for each class that is a label, those with most rows first."""
        cells = self.cells
        mine, theirs = cells.one == cells.labels, cells.other == cells.labels
        found = [
            ClassChange(
                name=name,
                rows=cells.rows(cells.labels == place),
                improved=cells.rows((cells.labels == place) & mine & ~theirs),
                regressed=cells.rows((cells.labels == place) & ~mine & theirs),
            )
            for place, name in enumerate(cells.classes)
        ]
        return tuple(sorted((one for one in found if one.rows), key=lambda one: -one.rows))

    def measures(self) -> tuple[str, ...]:
        """Return the measures with one figure that can be compared."""
        names = [*WHOLE, *(("log_loss", "brier", "roc_auc_macro") if self.scored else ())]
        return tuple(name for name in MEASURES if name in names)

    def sides(self, name: str) -> tuple[Classification, Classification]:
        """Return the states that a measure is read from: of the scored rows where it needs them."""
        if self.scored is not None and MEASURES[name].needs_scores:
            return self.scored.states
        return self.states

    def spreads(self, asked: Sequence[Asked], *, seed: int) -> dict[Asked, Spread]:
        """Return how much the differences vary; measures that are not paired are left out."""
        counted = [each for each in asked if each[0] in WHOLE or each[0] in EACH]
        found = self._counted(counted, seed) if counted and self.rows else {}
        if self.scored is not None and len(self.scored.labels):
            found |= _scored_spreads(self.scored, asked, seed)
        return found

    def _counted(self, asked: Sequence[Asked], seed: int) -> dict[Asked, Spread]:
        cells = self.cells
        places = {name: place for place, name in enumerate(cells.classes)}
        known = [each for each in asked if each[0] in WHOLE or each[1] in places]

        def gaps(weights: Floats) -> Floats:
            sides = [cells.margins(side, weights) for side in (cells.one, cells.other)]
            each = {
                name: EACH[name](sides[0]) - EACH[name](sides[1])
                for name in {name for name, _ in known if name in EACH}
            }
            return np.stack(
                [
                    WHOLE[name](sides[0]) - WHOLE[name](sides[1])
                    if name in WHOLE
                    else each[name][:, places[str(of)]]
                    for name, of in known
                ],
                axis=1,
            )

        if not known:
            return {}
        errors = deviations(cells.counts, gaps, seed=seed)
        return {
            each: Spread(
                deviation=float(error),
                freedom=self.rows - 1,
                differing=self._differing(None if each[0] in WHOLE else places[str(each[1])]),
                method=METHOD,
            )
            for each, error in zip(known, errors, strict=True)
        }

    def _differing(self, place: int | None) -> int:
        cells = self.cells
        if place is None:
            return cells.rows(cells.one != cells.other)
        return cells.rows((cells.one == place) != (cells.other == place))


def _scored(
    labels: pl.Series,
    one: pl.Series,
    other: pl.Series,
    full: pl.Series,
    one_scores: Mapping[str, Column],
    other_scores: Mapping[str, Column],
) -> ScoredPairs | None:
    """Return the rows with probabilities; ``None`` where the sides have those of other classes."""
    if not one_scores or set(one_scores) != set(other_scores):
        return None
    keep = full.to_numpy()
    sides = [
        {name: scores_of(scores[name], f"scores of {name!r}")[keep] for name in sorted(scores)}
        for scores in (one_scores, other_scores)
    ]
    gaps = np.zeros(len(labels), dtype=np.bool_)
    for scores in sides:
        for score in scores.values():
            gaps |= np.isnan(score)
    kept = ~gaps
    chosen = pl.Series(kept)
    labels = labels.filter(chosen)
    mine, theirs = [{name: score[kept] for name, score in each.items()} for each in sides]
    states = (
        Classification.of(labels, one.filter(chosen), mine),
        Classification.of(labels, other.filter(chosen), theirs),
    )
    # Of two classes the state keeps one, and so do we.
    names = states[0].scored
    return ScoredPairs(
        labels=labels,
        one={name: mine[name] for name in names},
        other={name: theirs[name] for name in names},
        states=states,
    )


def _scored_spreads(pairs: ScoredPairs, asked: Sequence[Asked], seed: int) -> dict[Asked, Spread]:
    losses: dict[str, Callable[[pl.Series, Scores], Floats]] = {
        "log_loss": log_losses,
        "brier": brier_scores,
    }
    found: dict[Asked, Spread] = {}
    for name, of in asked:
        if name in losses:
            loss = losses[name]
            found[name, of] = of_differences(
                loss(pairs.labels, pairs.one) - loss(pairs.labels, pairs.other)
            )
        elif name in {"roc_auc", "roc_auc_macro"}:
            spread = _area(pairs, tuple(pairs.one) if of is None else (of,))
            if spread is not None:
                found[name, of] = spread
        elif name == "pr_auc" and of in pairs.one:
            found[name, of] = _precision_area(pairs, str(of), seed)
    return found


def _area(pairs: ScoredPairs, names: Sequence[str]) -> Spread | None:
    """Return the spread of an area's difference, or of the mean of those of several classes."""
    total, areas, differing = np.zeros(len(pairs.labels)), 0, 0
    for name in names:
        if name not in pairs.one:
            continue
        truth = (pairs.labels == name).to_numpy()
        mine = area_influence(pairs.one[name], truth)
        theirs = area_influence(pairs.other[name], truth)
        if mine is None or theirs is None:
            continue
        total += mine - theirs
        areas += 1
        differing = max(differing, _unequal(pairs, name))
    if not areas:
        return None
    return Spread(
        deviation=math.sqrt(float(np.square(total / areas).sum())),
        freedom=len(pairs.labels) - 1,
        differing=differing,
        method=DELONG,
    )


def _precision_area(pairs: ScoredPairs, name: str, seed: int) -> Spread:
    truth = (pairs.labels == name).to_numpy()

    def gaps(weights: Floats) -> Floats:
        found = [average_precision(weights, side[name], truth) for side in (pairs.one, pairs.other)]
        return (found[0] - found[1])[:, None]

    (error,) = deviations(np.ones(truth.size, dtype=np.int64), gaps, seed=seed)
    return Spread(
        deviation=float(error),
        freedom=truth.size - 1,
        differing=_unequal(pairs, name),
        method=METHOD,
    )


def _unequal(pairs: ScoredPairs, name: str) -> int:
    return int(np.count_nonzero(pairs.one[name] != pairs.other[name]))
