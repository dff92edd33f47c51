"""Intervals, and the reasons for which an estimate should not be relied on."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from modeldesk.errors import InvalidArgument
from modeldesk.performance.estimation.records import Caveat, CaveatKind, Estimate, Measure

if TYPE_CHECKING:
    from modeldesk.performance.estimation.classifying import ClassificationEstimator
    from modeldesk.performance.estimation.regressing import RegressionEstimator, RegressionWindow
    from modeldesk.performance.estimation.windows import ClassificationWindow

FEW_ROWS = 100
SMALL_REFERENCE = 1000
UNSTABLE = 4.0
"""From this dispersion on, blocks of the reference differ by twice what chance allows."""
_UNFAMILIAR = 0.05
_HARDLY_ANY = 10
_NEAR = 4
"""Cells on either side that count as near: half a logit."""
_OFF = 0.02
_SURPRISING = 4.0
_DISTANT = 0.3


def interval(
    measure: Measure, value: float, deviation: float, *, level: float, ceiling: float = np.inf
) -> Estimate:
    """Return an estimate with its interval, which stays within what the measure can be."""
    if not 0 < level < 1:
        message = f"The level of an interval is between 0 and 1, not {level}."
        raise InvalidArgument(message)
    reach = NormalDist().inv_cdf(0.5 + level / 2) * deviation
    return Estimate(
        measure=measure,
        value=value,
        lower=max(value - reach, 0.0),
        upper=min(value + reach, ceiling),
        deviation=deviation,
    )


def of_classification(
    estimator: ClassificationEstimator,
    window: ClassificationWindow,
    input_distance: float | None,
) -> tuple[Caveat, ...]:
    """Return why the estimates of a window may be wrong."""
    quality = estimator.quality
    found = _common(quality.rows, quality.dispersion, window.rows, window.far, input_distance)
    if quality.calibration_error > _OFF and quality.surprise > _SURPRISING:
        sentence = (
            f"In the reference the probabilities are off by {quality.calibration_error:.3f} on "
            f"average, {quality.surprise:.0f} standard deviations more than by chance."
        )
        found.append(Caveat(kind=CaveatKind.POOR_CALIBRATION, sentence=sentence))
    if window.rows:
        strange = max(
            _strange(window.counts[place].sum(axis=0), view.familiar)
            for place, view in enumerate(estimator.views)
        )
        if strange > _UNFAMILIAR:
            sentence = (
                f"{strange:.0%} of the scores lie where the reference has hardly any rows, so "
                "what they are worth is not known."
            )
            found.append(Caveat(kind=CaveatKind.UNFAMILIAR_SCORES, sentence=sentence))
    return tuple(found)


def of_regression(
    estimator: RegressionEstimator, window: RegressionWindow, input_distance: float | None
) -> tuple[Caveat, ...]:
    """Return why the estimates of a window may be wrong."""
    quality = estimator.quality
    return tuple(_common(quality.rows, quality.dispersion, window.rows, window.far, input_distance))


def _common(
    reference: int, dispersion: float, rows: int, far: int, input_distance: float | None
) -> list[Caveat]:
    found = []
    if reference < SMALL_REFERENCE:
        sentence = f"The reference has only {reference} rows with labels."
        found.append(Caveat(kind=CaveatKind.SMALL_REFERENCE, sentence=sentence))
    if dispersion > UNSTABLE:
        sentence = (
            "Within the reference performance changes from time to time by "
            f"{np.sqrt(dispersion):.1f} times what chance explains, and inputs and scores do not "
            "tell why: labels may depend on something that is not among the inputs."
        )
        found.append(Caveat(kind=CaveatKind.UNSTABLE_REFERENCE, sentence=sentence))
    if 0 < rows < FEW_ROWS:
        sentence = f"The window has only {rows} rows."
        found.append(Caveat(kind=CaveatKind.FEW_ROWS, sentence=sentence))
    if rows and far / rows > _UNFAMILIAR:
        sentence = (
            f"The inputs of {far / rows:.0%} of the rows are further from the usual than all but a "
            "thousandth of the reference."
        )
        found.append(Caveat(kind=CaveatKind.UNFAMILIAR_INPUTS, sentence=sentence))
    elif input_distance is not None and input_distance > _DISTANT:
        sentence = (
            f"An input is at a distance of {input_distance:.2f} from the reference, so the rows "
            "are unlike those that the estimates were learned from."
        )
        found.append(Caveat(kind=CaveatKind.UNFAMILIAR_INPUTS, sentence=sentence))
    return found


def _strange(
    counts: np.ndarray[tuple[int], np.dtype[np.int64]],
    familiar: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> float:
    """Return the share of rows in cells round which the reference has hardly any."""
    near = np.convolve(familiar, np.ones(2 * _NEAR + 1), mode="same")
    return float(counts[near < _HARDLY_ANY].sum() / max(counts.sum(), 1))
