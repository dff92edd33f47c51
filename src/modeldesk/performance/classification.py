"""How well one class per row was predicted, as a mergeable state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from modeldesk.errors import Incompatible, InvalidArgument
from modeldesk.performance import calibration_table, confusion, joint_moments, score_histogram
from modeldesk.performance.calibration_table import CalibrationTable
from modeldesk.performance.confusion import Confusion, Outcomes
from modeldesk.performance.joint_moments import JointMoments
from modeldesk.performance.reading import Column, classes_of, same_length, scores_of
from modeldesk.performance.score_histogram import BINS, ScoreHistogram
from modeldesk.performance.sealing import need, seal, unseal

KIND = b"C"
MOST_SCORED = 200
"""Classes whose scores are kept."""

_SHARED_BINS = 16_384
"""Bins that the histograms of many classes share; each has at least 64."""
_TINY = float(np.finfo(np.float64).eps)
"""Probabilities are kept so far from 0 and 1 for the log loss, as scikit-learn does."""

Floats = NDArray[np.float64]
Truth = NDArray[np.bool_]
_PAIR = 2


def _no_losses() -> JointMoments:
    return JointMoments.none(2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """What all measures of a classifier need to know about a set of rows.

    Parameters
    ----------
    rows
        All rows, with or without a label.
    unlabelled
        Rows without a label; they count for nothing else.
    unpredicted
        Rows with a label and without a prediction; they count for nothing else.
    confusion
        The others by label and prediction.
    scored
        The classes whose probabilities are known, by name. Of two classes only the second by
        name, or the one that was called positive: the other's is the rest to 1.
    histograms
        For each of them the distribution of its probability.
    unscored
        Rows in ``confusion`` some of whose probabilities are missing.
    losses
        Moments of two numbers per scored row: the log loss and the Brier score.
    impossible
        Scored rows whose true class was given the probability 0.
    calibration
        Of one scored class: its probability, and whether the row is of it. Of more: the
        probability of the predicted class, and whether the prediction is right.

    Examples
    --------
    >>> state = Classification.of(
    ...     ["yes", "no", "yes", None], ["yes", "no", "no", "no"], {"yes": [0.9, 0.2, 0.4, 0.1]}
    ... )
    >>> state.rows, state.unlabelled, state.confusion.hits
    (4, 1, 2)
    """

    rows: int = 0
    unlabelled: int = 0
    unpredicted: int = 0
    confusion: Confusion = field(default_factory=Confusion)
    scored: tuple[str, ...] = ()
    histograms: tuple[ScoreHistogram, ...] = ()
    unscored: int = 0
    losses: JointMoments = field(default_factory=_no_losses)
    impossible: int = 0
    calibration: CalibrationTable = field(default_factory=CalibrationTable)

    @staticmethod
    def of(
        labels: Column,
        predictions: Column,
        scores: Mapping[str, Column] | None = None,
        *,
        positive: str | None = None,
    ) -> Classification:
        """Summarise rows.

        Parameters
        ----------
        labels, predictions
            One class per row, strings or what has a plain spelling; ``None`` and NaN are gaps.
        scores
            Probabilities from 0 to 1 by class, one per row. One class alone is taken for the
            positive one of two.
        positive
            Of two scored classes the one that is meant by "positive"; the second by name unless
            told.

        Raises
        ------
        InvalidData
            When a column cannot be read, columns differ in length, or a score is no
            probability.
        InvalidArgument
            When ``positive`` is not one of the scored classes, or more than 200 are scored.
        """
        told, said = classes_of(labels, "labels"), classes_of(predictions, "predictions")
        given = _scored(scores or {}, positive)
        each = [scores_of(column, f"scores of {name!r}") for name, column in given.items()]
        lengths = {"labels": len(told), "predictions": len(said)}
        rows = same_length(
            lengths
            | {f"scores of {name!r}": len(one) for name, one in zip(given, each, strict=True)}
        )
        unlabelled = told.null_count()
        full = told.is_not_null() & said.is_not_null()
        if not full.all():
            told, said = told.filter(full), said.filter(full)
            keep = full.to_numpy()
            each = [one[keep] for one in each]
        known = Classification(
            rows=rows,
            unlabelled=unlabelled,
            unpredicted=rows - unlabelled - len(told),
            confusion=Confusion.of(told, said),
        )
        return _with_scores(known, told, said, tuple(given), each) if given else known

    @property
    def labelled(self) -> int:
        """Rows with a label and a prediction: those that are measured."""
        return self.confusion.rows

    @property
    def positive(self) -> str | None:
        """The class that is meant where none is named; ``None`` where nothing says so."""
        return self.scored[0] if len(self.scored) == 1 else None

    def outcomes(self, name: str) -> Outcomes:
        """Return one class against the rest; all rows are true negatives of an unknown one."""
        return self.confusion.outcomes(name)

    def histogram(self, name: str) -> ScoreHistogram | None:
        """Return the distribution of a class's probability; ``None`` where it is not known."""
        return dict(zip(self.scored, self.histograms, strict=True)).get(name)

    def merge(self, other: Classification) -> Classification:
        """Return the state of both sets of rows together.

        Raises
        ------
        Incompatible
            When both have rows and other classes are scored.
        """
        if not self.rows or not other.rows:
            return self if self.rows else other
        if self.scored != other.scored:
            sides = [", ".join(map(repr, each.scored)) or "no class" for each in (self, other)]
            message = f"One side has the scores of {sides[0]}, the other of {sides[1]}."
            raise Incompatible(message, hint="Merge states that were built with the same scores.")
        pairs = zip(self.histograms, other.histograms, strict=True)
        return Classification(
            rows=self.rows + other.rows,
            unlabelled=self.unlabelled + other.unlabelled,
            unpredicted=self.unpredicted + other.unpredicted,
            confusion=self.confusion.merge(other.confusion),
            scored=self.scored,
            histograms=tuple(mine.merge(theirs) for mine, theirs in pairs),
            unscored=self.unscored + other.unscored,
            losses=self.losses.merge(other.losses),
            impossible=self.impossible + other.impossible,
            calibration=self.calibration.merge(other.calibration),
        )

    def encode(self) -> bytes:
        """Return the state as bytes."""
        body = _Body(
            rows=self.rows,
            unlabelled=self.unlabelled,
            unpredicted=self.unpredicted,
            confusion=self.confusion.pack(),
            scored=self.scored,
            histograms=tuple(histogram.pack() for histogram in self.histograms),
            unscored=self.unscored,
            losses=self.losses.pack(),
            impossible=self.impossible,
            calibration=self.calibration.pack(),
        )
        return seal(KIND, body)

    @staticmethod
    def decode(data: bytes) -> Classification:
        """Read what `encode` wrote; `Corrupt` when the bytes are something else."""
        body = unseal(KIND, data, _Body)
        state = Classification(
            rows=body.rows,
            unlabelled=body.unlabelled,
            unpredicted=body.unpredicted,
            confusion=confusion.unpack(body.confusion),
            scored=body.scored,
            histograms=tuple(map(score_histogram.unpack, body.histograms)),
            unscored=body.unscored,
            losses=joint_moments.unpack(body.losses, _PAIR),
            impossible=body.impossible,
            calibration=calibration_table.unpack(body.calibration),
        )
        _check(state)
        return state


class _Body(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    rows: int
    unlabelled: int
    unpredicted: int
    confusion: tuple[tuple[str, ...], bytes, int]
    scored: tuple[str, ...]
    histograms: tuple[score_histogram.Packed, ...]
    unscored: int
    losses: tuple[int, bytes, bytes]
    impossible: int
    calibration: tuple[bytes, bytes, bytes, bytes]


def _check(state: Classification) -> None:
    parts = (state.unlabelled, state.unpredicted, state.unscored, state.impossible)
    need(min(parts) >= 0, "a count is negative")
    need(state.rows == state.labelled + state.unlabelled + state.unpredicted, "rows do not add up")
    need(len(state.scored) == len(state.histograms), "a class has no histogram")
    scored = state.labelled - state.unscored if state.scored else 0
    need(all(each.rows == scored for each in state.histograms), "scored rows do not add up")
    need(state.losses.count == scored, "losses do not fit the scored rows")


def _scored(scores: Mapping[str, Column], positive: str | None) -> dict[str, Column]:
    """Return the columns that are kept, by name of the class."""
    if len(scores) > MOST_SCORED:
        message = f"Scores of {len(scores)} classes were given; at most {MOST_SCORED} are kept."
        raise InvalidArgument(message, hint="Give none, or those of the classes that matter.")
    if positive is not None and positive not in scores:
        message = f"The positive class {positive!r} has no scores."
        raise InvalidArgument(message, hint=f"Scored are {', '.join(map(repr, scores))}.")
    if len(scores) == _PAIR:
        chosen = positive if positive is not None else max(scores)
        return {str(chosen): scores[chosen]}
    return {str(name): scores[name] for name in sorted(scores)}


def _with_scores(
    known: Classification,
    labels: pl.Series,
    predictions: pl.Series,
    names: tuple[str, ...],
    scores: list[Floats],
) -> Classification:
    total = scores[0] if len(scores) == 1 else np.add.reduce(scores)
    gaps = np.isnan(total)
    unscored = int(np.count_nonzero(gaps))
    if unscored:
        keep = ~gaps
        labels, predictions = labels.filter(pl.Series(keep)), predictions.filter(pl.Series(keep))
        scores = [one[keep] for one in scores]
    # A class without a name of its own here is a row of none of the scored classes.
    truths = [(labels == name).to_numpy() for name in names]
    most = min(BINS, max(_SHARED_BINS // len(names), 64))
    if len(names) == 1:
        truth, score = truths[0], scores[0]
        given = np.where(truth, score, 1.0 - score)
        brier = np.square(1.0 - given)
        calibration = CalibrationTable.of(score, truth)
    else:
        given = _chosen(truths, scores)
        brier = _summed_squares(truths, scores)
        calibration = _of_predictions(labels, predictions, names, scores)
    loss = -np.log(np.clip(given, _TINY, 1.0 - _TINY))
    return replace(
        known,
        scored=names,
        histograms=tuple(
            ScoreHistogram.of(score, truth, most=most)
            for score, truth in zip(scores, truths, strict=True)
        ),
        unscored=unscored,
        losses=JointMoments.of([loss, brier]),
        impossible=int(np.count_nonzero(given == 0)),
        calibration=calibration,
    )


def _chosen(masks: list[Truth], scores: list[Floats]) -> Floats:
    """Return for each row the score whose mask holds, and 0 where none does."""
    found = np.zeros(scores[0].size)
    for mask, score in zip(masks, scores, strict=True):
        np.copyto(found, score, where=mask)
    return found


def _summed_squares(truths: list[Truth], scores: list[Floats]) -> Floats:
    """Return the Brier score of each row: over all classes, and a label that has no score."""
    found, labelled = np.zeros(scores[0].size), np.zeros(scores[0].size, dtype=np.bool_)
    for truth, score in zip(truths, scores, strict=True):
        found += np.square(score - truth)
        labelled |= truth
    return found + ~labelled


def _of_predictions(
    labels: pl.Series, predictions: pl.Series, names: tuple[str, ...], scores: list[Floats]
) -> CalibrationTable:
    """Return how often predictions of scored classes were right, by their probability."""
    masks = [(predictions == name).to_numpy() for name in names]
    confidence, right = _chosen(masks, scores), (labels == predictions).to_numpy()
    known = np.logical_or.reduce(masks)
    if not known.all():
        confidence, right = confidence[known], right[known]
    return CalibrationTable.of(confidence, right)
