"""Learning from a reference with labels what scores and inputs say of the labels to come."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from modeldesk.errors import InvalidArgument
from modeldesk.performance.estimation import axis, measuring
from modeldesk.performance.estimation.additive import BLOCKS, FOLDS, Link
from modeldesk.performance.estimation.axis import CELLS
from modeldesk.performance.estimation.calibration import Calibrator
from modeldesk.performance.estimation.cells import Codes, Columns, Floats
from modeldesk.performance.estimation.classifying import (
    ClassificationEstimator,
    Quality,
    Treatment,
    View,
    chances_of,
    normalised,
    tallied,
)
from modeldesk.performance.estimation.contextual import ContextualEffect
from modeldesk.performance.estimation.outcomes import (
    PREDICTED,
    Answers,
    Values,
    answers,
    class_codes,
    score_name,
)
from modeldesk.performance.estimation.records import CLASSIFYING
from modeldesk.performance.estimation.screening import PAIRS, PAIRS_OF_MANY, surprise
from modeldesk.performance.estimation.surface import Reading, learn
from modeldesk.performance.estimation.trust import UNSTABLE

LEAST = 100
"""Labelled rows that a reference needs at least."""
_CORRECTED_FROM = 1000
"""From how many labelled rows on effects of the inputs are learned."""
_CORRECTED_CLASSES = 12
"""With more classes, scores are only calibrated: it takes a third of a second for each."""
_BETTER = 2.0
"""Standard errors by which the correction has to be better, over the blocks."""
_EXCESS = 1.7
"""Variance between blocks over what is expected that one in forty exceeds by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlearned:
    """Why nothing can be estimated."""

    reason: str
    """A sentence: ``Not defined, because ...``."""


def learn_classification(
    scores: Floats,
    predicted: Values,
    labels: Values,
    *,
    classes: Sequence[str],
    columns: Columns | None = None,
) -> ClassificationEstimator | Unlearned:
    """Learn from a reference, and choose what to make of the scores.

    The rows should stand in the order in which they came: what was learned is judged by how well
    it tells runs of rows that it was not learned from.

    Parameters
    ----------
    scores
        Probabilities of the second of two classes, shape ``(n,)``, or of all, shape
        ``(n, classes)``.
    predicted, labels
        The predicted and the true classes, shape ``(n,)``; rows without a label are left out.
    classes
        The names of the classes, as the scores stand.
    columns
        The inputs by name, each of shape ``(n,)``: numbers, or strings and ``None``.

    Raises
    ------
    InvalidArgument
        When scores are no probabilities or a class is unknown.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> scores = random.random(4000)
    >>> labels = (random.random(4000) < scores**2).astype(int)  # the scores are too high
    >>> learned = learn_classification(scores, (scores > 0.5) * 1, labels, classes=["0", "1"])
    >>> learned.treatment.value
    'calibrated'
    >>> now = random.random(1000) ** 0.5  # and get higher
    >>> found = learned.estimate(learned.condense(now, (now > 0.5) * 1))
    >>> round(found["precision"].value, 2)
    0.62
    """
    given = answers(scores, predicted, classes)
    truth = class_codes(labels, classes)
    if truth.size != given.kept.size:
        message = f"There are {given.kept.size} rows of scores and {truth.size} labels."
        raise InvalidArgument(message)
    known = given.kept & (truth >= 0)
    inputs = {name: np.asarray(column)[known] for name, column in (columns or {}).items()}
    labelled = truth[given.kept] >= 0
    given = Answers(
        logits=tuple(each[labelled] for each in given.logits),
        predicted=given.predicted[labelled],
        kept=np.ones(int(known.sum()), dtype=np.bool_),
    )
    reason = _unlearnable(truth[known], given.rows, classes)
    if reason:
        return Unlearned(reason=f"Not defined, because {reason}.")
    return _Reference(given, truth[known], tuple(classes), inputs).estimator()


def _unlearnable(truth: Codes, rows: int, classes: Sequence[str]) -> str:
    if rows < LEAST:
        return f"the reference has {rows} rows with scores and labels; {LEAST} are needed"
    counts = np.bincount(truth, minlength=len(classes))
    absent = [name for name, count in zip(classes, counts, strict=True) if not count]
    if absent:
        return f"no row of the reference is of class {absent[0]!r}"
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """One treatment: its views, and the probabilities of rows that were held out."""

    treatment: Treatment
    views: tuple[View, ...]
    reading: Reading | None
    chances: list[Floats]


class _Reference:
    """A reference with labels, cut into blocks of rows in the order in which they came."""

    def __init__(
        self, given: Answers, truth: Codes, classes: tuple[str, ...], inputs: Columns
    ) -> None:
        self.given, self.truth, self.classes, self.inputs = given, truth, classes, inputs
        self.edges = np.linspace(0, given.rows, BLOCKS + 1).astype(np.intp)
        self.blocks = np.repeat(np.arange(BLOCKS), np.diff(self.edges))
        self.outcomes = [
            (truth == (1 if len(given.logits) == 1 else view)).astype(np.float64)
            for view in range(len(given.logits))
        ]
        self.cells = [axis.cells(logits) for logits in given.logits]

    def estimator(self) -> ClassificationEstimator:
        plain, calibrated = self._plain(), self._calibrated()
        chosen = calibrated if self._loss(calibrated) < self._loss(plain) else plain
        losses = {each.treatment.value: self._loss(each) for each in (plain, calibrated)}
        if self._may_be_corrected():
            corrected = self._corrected(calibrated)
            losses[corrected.treatment.value] = self._loss(corrected)
            if self._better(corrected, chosen) and self._dispersion(corrected) < UNSTABLE:
                chosen = corrected
        chosen, effect = self._in_context(chosen)
        if effect is not None:
            losses["contextual"] = self._loss(chosen)
        estimator = ClassificationEstimator(
            classes=self.classes,
            views=chosen.views,
            treatment=chosen.treatment,
            reading=chosen.reading,
            effect=effect,
            quality=self._quality(chosen, losses),
            fingerprint=b"",
        )
        return replace(estimator, fingerprint=_fingerprint(estimator))

    def _plain(self) -> _Candidate:
        chances = [Link.LOGISTIC.mean(logits) for logits in self.given.logits]
        views = tuple(
            View(
                calibrator=Calibrator.identity(BLOCKS),
                surface=None,
                familiar=np.bincount(cells, minlength=CELLS).astype(np.float64),
            )
            for cells in self.cells
        )
        return _Candidate(
            treatment=Treatment.NONE, views=views, reading=None, chances=normalised(chances)
        )

    def _calibrated(self) -> _Candidate:
        views, chances = [], []
        for logits, cells, outcomes in zip(
            self.given.logits, self.cells, self.outcomes, strict=True
        ):
            places = self.blocks * CELLS + cells
            rows, hits = (
                np.bincount(places, weights=weights, minlength=BLOCKS * CELLS)
                .reshape(BLOCKS, CELLS)
                .astype(np.float64)
                for weights in (None, outcomes)
            )
            chance = np.empty(logits.size)
            for fold in range(FOLDS):
                inside = np.arange(BLOCKS) * FOLDS // BLOCKS == fold
                curve = Calibrator.of(rows[~inside], hits[~inside])
                part = slice(
                    self.edges[fold * BLOCKS // FOLDS], self.edges[(fold + 1) * BLOCKS // FOLDS]
                )
                chance[part] = Link.LOGISTIC.mean(curve.logits(logits[part]))
            chances.append(chance)
            curve = Calibrator.of(rows, hits)
            views.append(View(calibrator=curve, surface=None, familiar=rows.sum(axis=0)))
        return _Candidate(
            treatment=Treatment.CALIBRATED,
            views=tuple(views),
            reading=None,
            chances=normalised(chances),
        )

    def _may_be_corrected(self) -> bool:
        enough = self.given.rows >= _CORRECTED_FROM
        # One score by itself has nothing to say that its calibration does not.
        more = bool(self.inputs) or len(self.given.logits) > 1
        return enough and more and len(self.classes) <= _CORRECTED_CLASSES

    def _corrected(self, calibrated: _Candidate) -> _Candidate:
        own = (PREDICTED, *(score_name(view) for view in range(len(self.given.logits))))
        columns = self.given.columns(self.inputs)
        reading = Reading.of(columns, apart=own)
        codes = reading.codes(columns)
        views, chances = [], []
        for view, logits, outcomes in zip(
            calibrated.views, self.given.logits, self.outcomes, strict=True
        ):
            surface, found = learn(
                reading,
                codes,
                outcomes,
                link=Link.LOGISTIC,
                offset=view.calibrator.logits(logits),
                pairs=PAIRS if len(calibrated.views) == 1 else PAIRS_OF_MANY,
            )
            views.append(replace(view, surface=surface))
            chances.append(found.held_out)
        return _Candidate(
            treatment=Treatment.CORRECTED,
            views=tuple(views),
            reading=reading,
            chances=normalised(chances),
        )

    def _in_context(self, chosen: _Candidate) -> tuple[_Candidate, ContextualEffect | None]:
        """Return what is left to chance with the effect of whole windows, where there is one."""
        if len(chosen.chances) > 1:
            return chosen, None
        [chance], [outcomes] = chosen.chances, self.outcomes
        [whole], _ = chances_of(chosen.views, chosen.reading, self.given, self.inputs)
        effect = ContextualEffect.learned(chance, outcomes, self.blocks, whole=whole)
        if effect is None:
            return chosen, None
        held_out = chance.copy()
        for fold in range(FOLDS):
            inside = self.blocks * FOLDS // BLOCKS == fold
            known = ContextualEffect.learned(
                chance[~inside], outcomes[~inside], self.blocks[~inside], whole=whole[~inside]
            )
            if known is not None:
                blocks = self.blocks[inside]
                aparts = known.aparts(whole[inside], blocks)
                held_out[inside] = known.moved(chance[inside], aparts[blocks])
        moved = replace(chosen, chances=[held_out])
        return (moved, effect) if self._better(moved, chosen) else (chosen, None)

    def _losses(self, candidate: _Candidate) -> Floats:
        """Return the log loss of each block, shape ``(BLOCKS,)``."""
        if len(candidate.chances) == 1:
            right = np.where(self.truth == 1, candidate.chances[0], 1 - candidate.chances[0])
        else:
            right = np.column_stack(candidate.chances)[np.arange(self.truth.size), self.truth]
        losses = -np.log(np.maximum(right, 1e-7))
        return np.bincount(self.blocks, weights=losses, minlength=BLOCKS) / np.diff(self.edges)

    def _loss(self, candidate: _Candidate) -> float:
        return float(self._losses(candidate).mean())

    def _better(self, one: _Candidate, other: _Candidate) -> bool:
        gains = self._losses(other) - self._losses(one)
        error = float(gains.std(ddof=1)) / BLOCKS**0.5
        return bool(gains.mean() > _BETTER * error)

    def _dispersion(self, candidate: _Candidate) -> float:
        """Return how much more right answers vary between blocks than by chance."""
        if len(candidate.chances) == 1:
            chance = candidate.chances[0]
            right = np.where(self.given.predicted == 1, chance, 1 - chance)
        else:
            rows = np.arange(self.truth.size)
            right = np.column_stack(candidate.chances)[rows, self.given.predicted]
        gap = (self.given.predicted == self.truth) - right
        sums = np.bincount(self.blocks, weights=gap, minlength=BLOCKS)
        spread = np.bincount(self.blocks, weights=right * (1 - right), minlength=BLOCKS)
        return float((sums**2 / np.maximum(spread, 1e-9)).mean())

    def _quality(self, chosen: _Candidate, losses: dict[str, float]) -> Quality:
        errors, surprises = [], []
        for chance, outcomes in zip(chosen.chances, self.outcomes, strict=True):
            order = np.argsort(np.argsort(chance, kind="stable"), kind="stable")
            bins = order * 20 // chance.size
            gaps = np.bincount(bins, weights=outcomes - chance, minlength=20)
            errors.append(float(np.abs(gaps).sum()) / chance.size)
            surprises.append(surprise(bins, 20, outcomes - chance, chance * (1 - chance)))
        return Quality(
            rows=self.given.rows,
            calibration_error=float(np.mean(errors)),
            surprise=max(surprises),
            dispersion=self._dispersion(chosen),
            losses=losses,
            excess=self._excess(chosen),
        )

    def _excess(self, chosen: _Candidate) -> dict[str, float]:
        """Return for each measure how much its estimates err between blocks beyond chance."""
        shape = (BLOCKS, len(self.outcomes), 2, CELLS)
        counts, hits, expected, spread = (np.zeros(shape) for _ in range(4))
        for view, (cells, outcomes, chance) in enumerate(
            zip(self.cells, self.outcomes, chosen.chances, strict=True)
        ):
            places = tallied(view, len(self.classes), self.given.predicted, cells)
            places = places + self.blocks * 2 * CELLS
            for table, weights in (
                (counts, None),
                (hits, outcomes),
                (expected, chance),
                (spread, chance * (1 - chance)),
            ):
                table[:, view] = np.bincount(
                    places, weights=weights, minlength=BLOCKS * 2 * CELLS
                ).reshape(BLOCKS, 2, CELLS)
        found = {}
        for measure in CLASSIFYING:
            squares, chances = [], []
            for block in range(BLOCKS):
                both = [
                    measuring.value_of(
                        measure,
                        measuring.Rows(
                            counts=counts[block], of_class=table[block], classes=self.classes
                        ),
                    )
                    for table in (expected, hits)
                ]
                guess, real = both
                if not isinstance(guess, str) and not isinstance(real, str):
                    squares.append((guess.value - real.value) ** 2)
                    chances.append(float((guess.slope**2 * spread[block]).sum()))
            found[measure.value] = excess(squares, chances)
        return found


def excess(squares: Sequence[float], chances: Sequence[float]) -> float:
    """Return the variance beyond chance, or 0 where it is not clearly beyond.

    Parameters
    ----------
    squares
        Squared differences of estimate and realised measure, block by block.
    chances
        Their variance by chance.
    """
    if len(squares) < BLOCKS // 2:
        return 0.0
    ratio = float(np.mean(np.asarray(squares) / np.maximum(chances, 1e-15)))
    if ratio < _EXCESS:
        return 0.0
    return max(float(np.mean(squares)) - float(np.mean(chances)), 0.0)


def _fingerprint(estimator: ClassificationEstimator) -> bytes:
    check = zlib.crc32("\0".join(estimator.classes).encode())
    for view in estimator.views:
        check = zlib.crc32(view.calibrator.heights.tobytes(), check)
        check = zlib.crc32(view.familiar.tobytes(), check)
        if view.surface is not None:
            check = zlib.crc32(view.surface.model.tables.tobytes(), check)
    return check.to_bytes(4, "big")
