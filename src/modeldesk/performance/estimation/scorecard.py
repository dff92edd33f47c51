"""The estimates' own scorecard: how right they were, as labels arrive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import comb

from modeldesk.performance.estimation.records import Caveat, CaveatKind, Estimate, Measure

_RECENT = 10
"""Windows, the latest, that the warning looks at."""
_CHANCE = 0.02
"""How likely the warning may be for intervals that are right."""
_LEAST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One window: what was estimated, and what the labels said later."""

    start: datetime
    estimate: Estimate
    realised: float
    noise: float = 0.0
    """Standard deviation of `realised` beyond what the interval has, where few rows have labels."""

    @property
    def error(self) -> float:
        """How much the estimate was too high."""
        return self.estimate.value - self.realised

    @property
    def inside(self) -> bool:
        """Whether the realised measure was within the interval."""
        reach = 0.0
        if self.noise and self.estimate.deviation:
            half = max(
                self.estimate.upper - self.estimate.value, self.estimate.value - self.estimate.lower
            )
            wider = (1 + (self.noise / self.estimate.deviation) ** 2) ** 0.5
            reach = half * (wider - 1)
        return self.estimate.lower - reach <= self.realised <= self.estimate.upper + reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """How right the estimates of one measure were."""

    measure: Measure
    windows: int
    bias: float
    """Mean of estimate less realised."""
    mean_error: float
    """Mean absolute difference of both."""
    coverage: float
    """Share of windows whose realised measure was within the interval."""
    level: float
    """The share that the intervals promised."""
    gain: float | None
    """How much smaller the mean absolute error is than that of always telling the reference's
    value, as a share of it; below 0 the estimates are worse than that. ``None`` without it."""
    warning: Caveat | None
    """Why the estimates of this measure should not be relied on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unscored:
    """Why there is no scorecard."""

    reason: str
    """A sentence: ``Not defined, because ...``."""


def scorecard(
    points: Sequence[Point], *, level: float = 0.95, reference: float | None = None
) -> Scorecard | Unscored:
    """Compare estimates with what was realised.

    It warns of concept drift when of the latest ten windows so many are outside their intervals
    as right intervals have in one of fifty cases at most: three of ten, at 95 %.

    Parameters
    ----------
    points
        Windows whose labels are here, in any order, all of one measure.
    level
        What the intervals promise.
    reference
        The measure in the reference, to compare with.

    Examples
    --------
    >>> from datetime import UTC, datetime, timedelta
    >>> day = datetime(2026, 3, 1, tzinfo=UTC)
    >>> told = Estimate(
    ...     measure=Measure.ACCURACY, value=0.9, lower=0.88, upper=0.92, deviation=0.01
    ... )
    >>> points = [
    ...     Point(start=day + timedelta(days=n), estimate=told, realised=real)
    ...     for n, real in enumerate([0.91, 0.9, 0.89, 0.84, 0.83, 0.82])
    ... ]
    >>> card = scorecard(points)
    >>> round(card.bias, 3), card.coverage
    (0.035, 0.5)
    >>> card.warning.sentence[:62]
    'In 3 of the latest 6 windows the realised accuracy was outside'
    """
    if not points:
        return Unscored(reason="Not defined, because no window with an estimate has labels yet.")
    ordered = sorted(points, key=lambda point: point.start)
    errors = [point.error for point in ordered]
    count = len(ordered)
    mean_error = sum(abs(error) for error in errors) / count
    gain = None
    if reference is not None:
        plain = sum(abs(reference - point.realised) for point in ordered) / count
        gain = 1 - mean_error / plain if plain else None
    return Scorecard(
        measure=ordered[0].estimate.measure,
        windows=count,
        bias=sum(errors) / count,
        mean_error=mean_error,
        coverage=sum(point.inside for point in ordered) / count,
        level=level,
        gain=gain,
        warning=_warning(ordered[-_RECENT:], level),
    )


def _warning(latest: Sequence[Point], level: float) -> Caveat | None:
    outside = [point for point in latest if not point.inside]
    if len(latest) < _LEAST or _at_least(len(outside), len(latest), 1 - level) > _CHANCE:
        return None
    high = sum(point.error > 0 for point in outside)
    side = "lower" if high == len(outside) else "higher" if not high else "lower or higher"
    sentence = (
        f"In {len(outside)} of the latest {len(latest)} windows the realised "
        f"{latest[0].estimate.measure.value} was outside the interval, {side} than estimated: "
        "labels now follow from the inputs in another way than in the reference (concept drift). "
        "Learn from a newer reference."
    )
    return Caveat(kind=CaveatKind.CONCEPT_DRIFT, sentence=sentence)


def _at_least(hits: int, tries: int, chance: float) -> float:
    """Return how likely so many hits or more are."""
    return sum(
        comb(tries, number) * chance**number * (1 - chance) ** (tries - number)
        for number in range(hits, tries + 1)
    )
