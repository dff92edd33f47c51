r"""Estimated errors of a regression, from its predictions and inputs: a direct error model.

First the mean error :math:`b(x)` of a row is learned, from prediction, inputs, distance from the
reference, and the directions among the inputs along which errors bend. The expected absolute error
:math:`\mu_1(x)` and the expected squared error :math:`\mu_2(x)` are surfaces over these and
:math:`|b(x)|`: by it, what the model gets wrong in places where several inputs come together is
told by one more column. A window keeps the sums, so that the mean absolute error is estimated as
:math:`\sum \mu_1 / n`.

References
----------
NannyML: Direct loss estimation, 2022 (there with gradient boosted trees).
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modeldesk.errors import Corrupt, InvalidArgument
from modeldesk.performance.estimation import trust
from modeldesk.performance.estimation.additive import BLOCKS, Link
from modeldesk.performance.estimation.cells import Codes, Columns, Cut, Floats
from modeldesk.performance.estimation.codec import array, packed, unpacked
from modeldesk.performance.estimation.learning import LEAST, Unlearned, excess
from modeldesk.performance.estimation.records import (
    REGRESSING,
    Estimate,
    Estimates,
    Measure,
    Undefined,
)
from modeldesk.performance.estimation.surface import Reading, Surface, learn
from modeldesk.performance.estimation.windows import check_same

MAGIC = b"MDER"
_SURFACES_FROM = 1000
"""From how many rows on errors may depend on anything; below, they are the same for all."""
_SAMPLE = 512
_LEAST_SPREAD = 0.2
"""Least share of the squared error that is variance of the absolute one; 0.36 is a normal law's."""
PREDICTION = "(prediction)"
BIAS = "(size of mean error)"
_PAIRS = 8
"""Pairs of columns at most: beside directions, 16 of the mean error and 12 of the others make the
estimates no better, and take half as long again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionWindow:
    """The mergeable state of a window of a regression: sums over its rows.

    Parameters
    ----------
    fingerprint
        Of the estimator that made it; windows of different estimators do not merge.
    rows, missing, far
        Rows that were counted; without a prediction; further from the reference than all but a
        thousandth of it.
    expected
        The sums of the expected absolute and squared errors, shape ``(2,)``.
    spread
        The sums of the variances of both, shape ``(2,)``.
    errors
        What the errors of the surfaces add to the sums, shape ``(2, blocks)``.
    """

    fingerprint: bytes
    rows: int
    missing: int
    far: int
    expected: Floats
    spread: Floats
    errors: Floats

    def merge(self, other: RegressionWindow) -> RegressionWindow:
        """Return the state of both windows together; `Incompatible` for other estimators'."""
        check_same(self.fingerprint, other.fingerprint)
        return RegressionWindow(
            fingerprint=self.fingerprint,
            rows=self.rows + other.rows,
            missing=self.missing + other.missing,
            far=self.far + other.far,
            expected=self.expected + other.expected,
            spread=self.spread + other.spread,
            errors=self.errors + other.errors,
        )

    def encode(self) -> bytes:
        """Return the window as bytes."""
        return packed(
            MAGIC,
            {
                "fingerprint": self.fingerprint,
                "numbers": (self.rows, self.missing, self.far),
                "expected": self.expected,
                "spread": self.spread,
                "errors": self.errors,
            },
        )

    @staticmethod
    def decode(data: bytes) -> RegressionWindow:
        """Read what `encode` wrote; `Corrupt` when the bytes are something else."""
        what = "window of estimates"
        fields = unpacked(MAGIC, data, what)
        try:
            rows, missing, far = (int(number) for number in fields["numbers"])
            window = RegressionWindow(
                fingerprint=bytes(fields["fingerprint"]),
                rows=rows,
                missing=missing,
                far=far,
                expected=array(fields["expected"], what),
                spread=array(fields["spread"], what),
                errors=array(fields["errors"], what),
            )
        except (KeyError, TypeError, ValueError) as error:
            message = f"The {what} contradicts itself: {error!r}."
            raise Corrupt(message) from error
        shapes = window.expected.shape, window.spread.shape, window.errors.shape[:1]
        if set(shapes) != {(2,)} or min(rows, missing, far) < 0 or window.expected.min() < 0:
            message = f"The {what} contradicts itself: its sums do not fit together."
            raise Corrupt(message)
        return window


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionQuality:
    """What the reference says of the estimates to come, by rows that were held out."""

    rows: int
    dispersion: float
    """How much more the mean absolute error varies between blocks than by chance."""
    excess: Mapping[str, float]
    """Variance of each measure between blocks, beyond what the interval has anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionEstimator:
    """What was learned from a reference with labels; made by `learn_regression`."""

    reading: Reading
    """How the columns are read; the last one is the size of the mean error."""
    mean: Surface
    absolute: Surface
    squared: Surface
    units: tuple[float, float]
    """Mean absolute and mean squared error of the reference: what the surfaces are multiples of."""
    kurtosis: float
    """Mean of the fourth power of an error over the square of what is expected of its square."""
    quality: RegressionQuality
    fingerprint: bytes

    def condense(self, predicted: Floats, columns: Columns | None = None) -> RegressionWindow:
        """Return the state of some rows.

        Parameters
        ----------
        predicted
            The predictions, shape ``(n,)``; NaN where there is none.
        columns
            The inputs by name, as in the reference, each of shape ``(n,)``.

        Raises
        ------
        InvalidArgument
            When a column is missing.
        """
        values, inputs, missing = _present(predicted, columns)
        known: dict[tuple[int, ...], Codes] = {}
        codes = self._codes(inputs, known)
        means = []
        errors = np.zeros((2, self.absolute.model.errors.shape[1]))
        step = max(values.size // _SAMPLE, 1)
        for place, (surface, unit) in enumerate(
            zip((self.absolute, self.squared), self.units, strict=True)
        ):
            cells = surface.cells(self.reading, codes, known)
            mean = surface.means(cells, np.zeros(values.size)) * unit
            means.append(mean)
            some = mean[::step]
            moved = surface.wobble([each[::step] for each in cells], some.size)
            errors[place] = (moved * some[:, None]).sum(axis=0) * (values.size / max(some.size, 1))
        spreads = _spreads(means[0], means[1], self.kurtosis)
        return RegressionWindow(
            fingerprint=self.fingerprint,
            rows=values.size,
            missing=missing,
            far=int(self.reading.far(codes).sum()),
            expected=np.array([each.sum() for each in means]),
            spread=np.array([each.sum() for each in spreads]),
            errors=errors,
        )

    def estimate(
        self,
        window: RegressionWindow,
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
        return Estimates(
            rows=window.rows,
            missing=window.missing,
            found=tuple(self._one(measure, window, level) for measure in REGRESSING),
            confusion=None,
            warnings=trust.of_regression(self, window, input_distance),
        )

    def _codes(self, inputs: Columns, known: dict[tuple[int, ...], Codes]) -> tuple[Codes, ...]:
        """Return the cells of the columns, those of the mean error's size included."""
        *_, last = self.reading.cuts
        codes = self.reading.without(last).codes(inputs)
        cells = self.mean.cells(self.reading, codes, known)
        bias = self.mean.sums(cells, np.zeros(inputs[PREDICTION].size))
        return (*codes, last.codes(np.abs(bias)))

    def _one(
        self, measure: Measure, window: RegressionWindow, level: float
    ) -> Estimate | Undefined:
        if not window.rows:
            reason = "Not defined, because the window has no rows with a prediction."
            return Undefined(measure=measure, reason=reason)
        place = 0 if measure is Measure.MAE else 1
        value = float(window.expected[place]) / window.rows
        variance = float(window.spread[place] + (window.errors[place] ** 2).sum())
        deviation = float(np.sqrt(variance)) / window.rows
        if measure is Measure.RMSE:
            value = float(np.sqrt(value))
            deviation /= max(2 * value, 1e-300)
        deviation = float(np.hypot(deviation, np.sqrt(self.quality.excess.get(measure, 0.0))))
        return trust.interval(measure, value, deviation, level=level)


def learn_regression(
    predicted: Floats, labels: Floats, *, columns: Columns | None = None
) -> RegressionEstimator | Unlearned:
    """Learn from a reference how large the errors are, given prediction and inputs.

    The rows should stand in the order in which they came.

    Parameters
    ----------
    predicted, labels
        Predictions and true values, shape ``(n,)``; rows without either are left out.
    columns
        The inputs by name, each of shape ``(n,)``: numbers, or strings and ``None``.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> size = random.uniform(1, 5, 4000)
    >>> labels = 10 * size + random.normal(size=4000) * size  # large ones are less certain
    >>> learned = learn_regression(10 * size, labels, columns={"size": size})
    >>> large = random.uniform(4, 5, 1000)
    >>> found = learned.estimate(learned.condense(10 * large, {"size": large}))
    >>> bool(3.4 < found["mae"].value < 3.8)  # 4.5 times the 0.8 of a normal law
    True
    """
    values, truth = (np.asarray(each, dtype=np.float64) for each in (predicted, labels))
    if values.shape != truth.shape or values.ndim != 1:
        message = f"There are {values.shape} predictions and {truth.shape} labels."
        raise InvalidArgument(message)
    known = np.isfinite(truth)
    inputs = {name: np.asarray(column)[known] for name, column in (columns or {}).items()}
    present, inputs, _ = _present(values[known], inputs)
    errors = truth[known & np.isfinite(values)] - present
    if errors.size < LEAST:
        reason = f"the reference has {errors.size} rows with labels; {LEAST} are needed"
        return Unlearned(reason=f"Not defined, because {reason}.")
    if not errors.any():
        return Unlearned(reason="Not defined, because the model makes no errors in the reference.")
    return _estimator(inputs, errors)


def _estimator(
    inputs: dict[str, NDArray[np.generic] | NDArray[np.object_]], errors: Floats
) -> RegressionEstimator:
    plain = errors.size < _SURFACES_FROM
    reading = Reading.of(inputs)
    codes = reading.codes(inputs)
    nothing = np.zeros(errors.size)
    units = (float(np.abs(errors).mean()), float((errors * errors).mean()))
    if not plain:
        reading = reading.turned(inputs, codes, errors / units[1] ** 0.5, apart=(PREDICTION,))
        codes = reading.codes(inputs)
    mean, found = learn(
        reading,
        codes,
        errors / units[1] ** 0.5,
        link=Link.IDENTITY,
        offset=nothing,
        pairs=_PAIRS,
        plain=plain,
    )
    size = np.abs(found.held_out)
    cut = Cut.of(BIAS, size)
    reading, codes = reading.extended(cut), (*codes, cut.codes(size))
    surfaces: list[Surface] = []
    held_out: list[Floats] = []
    for outcomes, unit in zip((np.abs(errors), errors * errors), units, strict=True):
        surface, found = learn(
            reading,
            codes,
            outcomes / unit,
            link=Link.EXPONENTIAL,
            offset=nothing,
            pairs=_PAIRS,
            plain=plain,
        )
        surfaces.append(surface)
        held_out.append(np.clip(found.held_out, 0, np.exp(surface.high)) * unit)
    kurtosis = float(np.mean(errors**4 / np.maximum(held_out[1], 1e-3 * units[1]) ** 2))
    kurtosis = min(max(kurtosis, 1.5), 100.0)
    check = zlib.crc32(surfaces[1].model.tables.tobytes())
    check = zlib.crc32(surfaces[0].model.tables.tobytes(), check)
    check = zlib.crc32(np.array([*units, errors.size]).tobytes(), check)
    return RegressionEstimator(
        reading=reading,
        mean=mean,
        absolute=surfaces[0],
        squared=surfaces[1],
        units=units,
        kurtosis=kurtosis,
        quality=_quality(errors, held_out, kurtosis),
        fingerprint=check.to_bytes(4, "big"),
    )


def _quality(errors: Floats, held_out: list[Floats], kurtosis: float) -> RegressionQuality:
    edges = np.linspace(0, errors.size, BLOCKS + 1).astype(np.intp)
    spreads = _spreads(held_out[0], held_out[1], kurtosis)
    sums = [
        np.add.reduceat(each, edges[:-1])
        for each in (np.abs(errors), errors * errors, *held_out, *spreads)
    ]
    sizes = np.diff(edges)
    real, guess = [each / sizes for each in sums[:2]], [each / sizes for each in sums[2:4]]
    chance = [each / sizes**2 for each in sums[4:]]
    ratio = (real[0] - guess[0]) ** 2 / np.maximum(chance[0], 1e-300)
    roots = np.sqrt(np.maximum(guess[1], 1e-300))
    return RegressionQuality(
        rows=errors.size,
        dispersion=float(ratio.mean()),
        excess={
            Measure.MAE.value: excess(list((real[0] - guess[0]) ** 2), list(chance[0])),
            Measure.MSE.value: excess(list((real[1] - guess[1]) ** 2), list(chance[1])),
            Measure.RMSE.value: excess(
                list((np.sqrt(real[1]) - roots) ** 2), list(chance[1] / (4 * roots**2))
            ),
        },
    )


def _spreads(absolute: Floats, squared: Floats, kurtosis: float) -> tuple[Floats, Floats]:
    """Return the variances of absolute and squared errors of each row."""
    return (
        np.maximum(squared - absolute * absolute, _LEAST_SPREAD * squared),
        (kurtosis - 1) * squared * squared,
    )


def _present(
    predicted: Floats, columns: Columns | None
) -> tuple[Floats, dict[str, NDArray[np.generic] | NDArray[np.object_]], int]:
    """Return the predictions that are there, the columns of these rows, and how many are not."""
    values = np.asarray(predicted, dtype=np.float64)
    kept = np.isfinite(values)
    inputs = {name: np.asarray(column) for name, column in (columns or {}).items()}
    if not kept.all():
        values = values[kept]
        inputs = {name: column[kept] for name, column in inputs.items()}
    inputs[PREDICTION] = values
    return values, inputs, int(kept.size - values.size)
