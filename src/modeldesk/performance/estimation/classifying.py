"""Estimated performance of a classifier, from scores and, where they tell more, from inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from modeldesk.errors import InvalidArgument
from modeldesk.performance.estimation import axis, measuring, trust
from modeldesk.performance.estimation.additive import Link
from modeldesk.performance.estimation.axis import CELLS
from modeldesk.performance.estimation.calibration import Calibrator
from modeldesk.performance.estimation.cells import Codes, Columns, Floats
from modeldesk.performance.estimation.contextual import ContextualEffect
from modeldesk.performance.estimation.outcomes import Answers, Values, answers
from modeldesk.performance.estimation.records import (
    CLASSIFYING,
    Estimate,
    Estimates,
    Measure,
    Undefined,
)
from modeldesk.performance.estimation.surface import Reading, Surface
from modeldesk.performance.estimation.windows import GROUPS, ClassificationWindow, check_same

_SAMPLE = 512
"""Rows of a window at most from which the errors of the correction are taken."""


class Treatment(StrEnum):
    """What is made of the scores."""

    NONE = "none"
    """They are probabilities already."""
    CALIBRATED = "calibrated"
    """A curve brings them to the shares of the reference."""
    CORRECTED = "corrected"
    """The curve, and effects of inputs, of all scores and of the prediction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """From the scores of one class to its probability."""

    calibrator: Calibrator
    surface: Surface | None
    familiar: Floats
    """Rows of the reference in each cell of the axis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What the reference says of the estimates to come, by rows that were held out."""

    rows: int
    calibration_error: float
    """Expected calibration error: the mean distance of probability and share, over twenty bins."""
    surprise: float
    """How far that is beyond chance, in standard deviations."""
    dispersion: float
    """How much more the share of right answers varies between blocks than by chance, which is 1."""
    losses: Mapping[str, float]
    """Log loss of each treatment that was tried, and with the effect of windows where it is used:
    ``contextual``."""
    excess: Mapping[str, float]
    """Variance of each measure between blocks, beyond what the interval has anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationEstimator:
    """What was learned from a reference with labels; made by `learn_classification`."""

    classes: tuple[str, ...]
    views: tuple[View, ...]
    treatment: Treatment
    reading: Reading | None
    quality: Quality
    fingerprint: bytes
    effect: ContextualEffect | None = None
    """What a whole window's scores say; only of two classes."""

    def condense(
        self, scores: Floats, predicted: Values, columns: Columns | None = None
    ) -> ClassificationWindow:
        """Return the state of some rows.

        Parameters
        ----------
        scores
            Probabilities of the second of two classes, shape ``(n,)``, or of all, shape
            ``(n, classes)``.
        predicted
            The predicted classes, shape ``(n,)``.
        columns
            The inputs by name, as in the reference, each of shape ``(n,)``.

        Raises
        ------
        InvalidArgument
            When scores are no probabilities, a class is unknown, or a column is missing.
        """
        given = answers(scores, predicted, self.classes)
        chances, codes = chances_of(self.views, self.reading, given, columns or {})
        shape = (len(self.views), 2, CELLS)
        counts, expected, spread = (np.zeros(shape) for _ in range(3))
        errors = np.zeros((shape[0], 2, GROUPS, self.views[0].calibrator.errors.shape[1]))
        for place, (logits, chance) in enumerate(zip(given.logits, chances, strict=True)):
            cells = tallied(place, len(self.classes), given.predicted, axis.cells(logits))
            counts[place], expected[place], spread[place] = tallies(cells, chance)
            errors[place] = self._errors(place, cells, chance, counts[place], codes)
        far = int(self.reading.far(codes).sum()) if self.reading and codes else 0
        return ClassificationWindow(
            fingerprint=self.fingerprint,
            rows=given.rows,
            missing=given.missing,
            far=far,
            counts=np.rint(counts).astype(np.int64),
            expected=expected,
            spread=spread,
            errors=errors,
            confusion=_confusion(given.predicted, chances, len(self.classes)),
        )

    def estimate(
        self,
        window: ClassificationWindow,
        *,
        level: float = 0.95,
        input_distance: float | None = None,
    ) -> Estimates:
        """Return all estimates of a window, with intervals and warnings.

        Parameters
        ----------
        window
            What `condense` returned, or several of them merged.
        level
            How often the realised measure shall be within the interval, from 0 to 1.
        input_distance
            The largest Hellinger distance of an input from the reference, where it is known.

        Raises
        ------
        Incompatible
            When the window was made by another estimator.
        """
        check_same(self.fingerprint, window.fingerprint)
        window = self._in_context(window)
        rows = measuring.Rows(
            counts=window.counts.astype(np.float64),
            of_class=window.expected,
            classes=self.classes,
        )
        found = tuple(self._one(measure, rows, window, level) for measure in CLASSIFYING)
        return Estimates(
            rows=window.rows,
            missing=window.missing,
            found=found,
            confusion=tuple(tuple(float(cell) for cell in line) for line in window.confusion),
            warnings=trust.of_classification(self, window, input_distance),
        )

    def _one(
        self, measure: Measure, rows: measuring.Rows, window: ClassificationWindow, level: float
    ) -> Estimate | Undefined:
        value = measuring.value_of(measure, rows)
        if isinstance(value, str):
            return Undefined(measure=measure, reason=f"Not defined, because {value}.")
        spread = measuring.deviation(measure, value, window)
        spread = float(np.hypot(spread, np.sqrt(self.quality.excess.get(measure, 0.0))))
        ceiling = np.inf if measure is Measure.LOG_LOSS else 1.0
        return trust.interval(measure, value.value, spread, level=level, ceiling=ceiling)

    def _in_context(self, window: ClassificationWindow) -> ClassificationWindow:
        """Return the window with its rows' probabilities moved by what it is as a whole."""
        if self.effect is None or not window.rows:
            return window
        apart = self.effect.apart(float(window.expected.sum()), window.rows)
        counts = np.maximum(window.counts, 1)
        mean = np.minimum(window.expected / counts, 1)
        # As if half of a cell's rows were a standard deviation above its mean, half below.
        reach = np.sqrt(np.maximum(mean * (1 - mean) - window.spread / counts, 0))
        reach = np.minimum(reach, np.minimum(mean, 1 - mean))
        above, below = (self.effect.moved(mean + sign * reach, apart) for sign in (1, -1))
        expected = window.counts * (above + below) / 2
        spread = window.counts * (above * (1 - above) + below * (1 - below)) / 2
        shape = (*window.errors.shape[:3], CELLS // GROUPS)
        wobble = self.effect.wobble(mean, apart) * spread[..., None]
        groups = wobble.reshape(*shape, -1).sum(axis=3)
        # What the curve's errors do to the log odds, the effect of these makes larger.
        before, after = (each.reshape(shape).sum(axis=3) for each in (window.spread, spread))
        larger = (1 + self.effect.own) * after / np.maximum(before, 1e-12)
        right, rows = expected.sum(axis=(0, 2)), window.counts.sum(axis=(0, 2))
        return replace(
            window,
            expected=expected,
            spread=spread,
            errors=window.errors * larger[..., None] + groups,
            confusion=np.array([rows - right, right]),
        )

    def _errors(
        self,
        place: int,
        cells: Codes,
        chance: Floats,
        counts: Floats,
        codes: tuple[Codes, ...],
    ) -> Floats:
        """Return the calibration's errors of the expected rows, shape ``(2, GROUPS, blocks)``."""
        view = self.views[place]
        width = CELLS // GROUPS
        if view.surface is None or self.reading is None:
            wobble = view.calibrator.wobble()
            means = Link.LOGISTIC.mean(view.calibrator.logits(axis.LOGITS))
            moved = counts[:, :, None] * (means * (1 - means))[None, :, None] * wobble[None]
            found: Floats = moved.reshape(2, GROUPS, width, -1).sum(axis=2)
            return found
        step = max(cells.size // _SAMPLE, 1)
        some = tuple(each[::step] for each in codes)
        slope = (chance * (1 - chance))[::step]
        moved = view.surface.wobble(view.surface.cells(self.reading, some, {}), slope.size)
        groups = cells[::step] // width
        summed = np.zeros((2 * GROUPS, moved.shape[1]))
        np.add.at(summed, groups, moved * slope[:, None])
        return summed.reshape(2, GROUPS, -1) * (cells.size / max(slope.size, 1))

    def __post_init__(self) -> None:
        if len(self.classes) < 2 or len(set(self.classes)) != len(self.classes):  # noqa: PLR2004
            message = f"An estimator needs two different classes or more, not {self.classes}."
            raise InvalidArgument(message)


def chances_of(
    views: Sequence[View], reading: Reading | None, given: Answers, columns: Columns
) -> tuple[list[Floats], tuple[Codes, ...]]:
    """Return the probabilities of each view, each of shape ``(n,)``, and the columns' cells."""
    codes = () if reading is None else reading.codes(given.columns(columns))
    known: dict[tuple[int, ...], Codes] = {}
    found = []
    for view, logits in zip(views, given.logits, strict=True):
        sums = view.calibrator.logits(logits)
        if view.surface is not None and reading is not None:
            sums = view.surface.sums(view.surface.cells(reading, codes, known), sums)
        found.append(Link.LOGISTIC.mean(sums))
    return normalised(found), codes


def tallied(view: int, classes: int, predicted: Codes, cells: Codes) -> Codes:
    """Return for each row its place among ``2 * CELLS``: whether the class was predicted, cell."""
    class_of_view = 1 if classes == 2 else view  # noqa: PLR2004
    places: Codes = cells + CELLS * (predicted == class_of_view)
    return places


def tallies(places: Codes, chance: Floats) -> tuple[Floats, Floats, Floats]:
    """Return rows, the sum of probabilities, and that of ``p (1 - p)``, each ``(2, CELLS)``."""
    counts, expected, spread = (
        np.bincount(places, weights=each, minlength=2 * CELLS).astype(np.float64)
        for each in (None, chance, chance * (1 - chance))
    )
    return counts.reshape(2, CELLS), expected.reshape(2, CELLS), spread.reshape(2, CELLS)


def normalised(chances: list[Floats]) -> list[Floats]:
    """Return the probabilities of many classes so that those of each row sum up to one."""
    if len(chances) == 1:
        return chances
    total = chances[0].copy()
    for each in chances[1:]:
        total += each
    return [each / total for each in chances]


def _confusion(predicted: Codes, chances: Sequence[Floats], classes: int) -> Floats:
    """Return the expected rows by true and by predicted class."""
    known = [1 - chances[0], chances[0]] if len(chances) == 1 else chances
    return (
        np.array([np.bincount(predicted, weights=each, minlength=classes) for each in known])
        .reshape(classes, classes)
        .astype(np.float64)
    )
