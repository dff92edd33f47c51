"""How good versions probably are, day by day, and how right such estimates were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from modeldesk.errors import InvalidArgument
from modeldesk.performance import MEASURES, Figure, State, decode, measure
from modeldesk.performance.estimation import (
    ClassificationEstimator,
    ClassificationWindow,
    Estimate,
    Estimates,
    Estimator,
    Point,
    RegressionWindow,
    Scorecard,
    decode_estimator,
    scorecard,
)
from modeldesk.schema import Granularity, Window
from modeldesk.services.estimable import NEEDED, is_estimable
from modeldesk.services.estimating import LEAST_LABELLED
from modeldesk.services.maturity import LabelBook
from modeldesk.services.registry import Registry
from modeldesk.store import (
    EstimateRecords,
    EstimatorRecord,
    EvaluationRecords,
    VersionRecord,
)

_LEAST_REALISED = 100
"""Labelled rows of a day from which what was realised counts in the scorecard."""
_NORMAL = 1.96
"""Half a 95 % interval in standard deviations."""
_TWO = 2
_PER_CLASS = {"precision", "recall", "f1", "roc_auc"}
"""Of many classes these are means over the classes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateView:
    """What a measure probably is on a day, or why that cannot be told."""

    measure: str
    value: float | None
    low: float | None
    """Where the realised measure will probably not be below, once all labels are here."""
    high: float | None
    realised: float | None
    """What the labels that are here say; ``None`` where there are none."""
    because: str | None
    """Why there is no estimate; ``None`` where there is one."""
    same_as: str | None = None
    """The measure of labelled rows that means the same, such as ``f1_macro``; ``None`` where none
    does."""
    of: str | None = None
    """Of which class that is; ``None`` of all, and where there is only one that has any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaveatView:
    """Why estimates should not be relied on."""

    kind: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedDay:
    """How good a version probably was on a day."""

    window: Window
    rows: int
    """Rows that the estimates rest on."""
    missing: int
    """Rows that were left out, as a score or a prediction was missing."""
    learned_from: bool
    """Whether labelled rows of this day are among those that were learned from."""
    labelled: int
    estimates: tuple[EstimateView, ...]
    warnings: tuple[CaveatView, ...]

    def estimate_of(self, name: str, of: str | None = None) -> EstimateView | None:
        """Return what stands for a measure of labelled rows; ``None`` where nothing does.

        Parameters
        ----------
        name, of
            As labelled rows are measured, such as ``f1_macro``, or ``recall`` of a class.
        """
        for each in self.estimates:
            if each.same_as == name and each.of in {None, of}:
                return each
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorecardView:
    """How right the estimates of one measure were."""

    measure: str
    windows: int
    """Days with labels that were not learned from."""
    bias: float
    """Mean of estimate less realised."""
    mean_error: float
    """Mean absolute difference of both."""
    coverage: float
    """Share of the days whose realised measure was within the interval."""
    level: float
    """The share that the intervals promise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedView:
    """What estimates rest on."""

    learned_at: datetime
    rows: int
    """Labelled rows that were learned from."""
    start: datetime
    """When the first of them was predicted."""
    end: datetime
    treatment: str | None
    """What is made of scores: "none", "calibrated" or "corrected"; ``None`` of a regression."""
    contextual: bool = False
    """Whether what a day's scores say as a whole is used as well; only of two classes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateReport:
    """How good a version probably is, while labels are not here."""

    model: str
    version: int
    level: float
    learned: LearnedView | None
    because: str | None
    """Why nothing was learned yet; ``None`` where something was."""
    days: tuple[EstimatedDay, ...]
    scorecards: tuple[ScorecardView, ...]
    warnings: tuple[CaveatView, ...]
    """Of the latest days: concept drift, as far as labels tell it."""


class PerformanceEstimates:
    """Reads how good versions probably are.

    Parameters
    ----------
    registry
        Models and versions.
    records
        What was learned, and the condensed days.
    evaluations
        What labels say of days.
    labels
        How many predictions of each day are labelled.
    """

    def __init__(
        self,
        registry: Registry,
        records: EstimateRecords,
        evaluations: EvaluationRecords,
        labels: LabelBook,
    ) -> None:
        self._registry = registry
        self._records = records
        self._evaluations = evaluations
        self._labels = labels

    def report(
        self,
        name: str,
        *,
        version: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        level: float = 0.95,
    ) -> EstimateReport:
        """Estimate how good a version was on each day, and compare with labels that are here.

        Parameters
        ----------
        name, version
            The model, and the version of it; ``None``: the champion.
        start, end
            Days that begin at or after ``start`` and before ``end``.
        level
            How often the realised measure should be within the interval.

        Raises
        ------
        NotFound
            When there is no such model or version.
        InvalidArgument
            When the level does not lie between 0 and 1.
        """
        if not 0 < level < 1:
            message = f"The level lies between 0 and 1; {level} does not."
            raise InvalidArgument(message, hint="Use 0.95, for example.")
        record = self._registry.record(name, version)
        kept = self._records.estimator(record.version_id)
        if kept is None:
            return EstimateReport(
                model=record.model,
                version=record.number,
                level=level,
                learned=None,
                because=self._unlearned(record),
                days=(),
                scorecards=(),
                warnings=(),
            )
        estimator = decode_estimator(kept.payload)
        found = self._records.days(record.version_id, start=start, end=end)
        realised = {
            day.day: decode(day.state)
            for day in self._evaluations.days(record.version_id, start=start, end=end)
        }
        days = [(each.day, _estimates(estimator, each.payload, level)) for each in found]
        shares = self._shares(record.model, record.number, start, end)
        cards = _scorecards(
            [
                (day, told, realised[day], shares.get(day, 1.0))
                for day, told in days
                if day in realised and not _within(day, kept)
            ],
            estimator,
            level,
        )
        return EstimateReport(
            model=record.model,
            version=record.number,
            level=level,
            learned=_learned(kept, estimator),
            because=None,
            days=tuple(_day(day, told, realised.get(day), kept, estimator) for day, told in days),
            scorecards=tuple(map(_card, cards)),
            warnings=tuple(
                CaveatView(kind=card.warning.kind.value, sentence=card.warning.sentence)
                for card in cards
                if card.warning is not None
            ),
        )

    def _unlearned(self, record: VersionRecord) -> str:
        """Say why nothing was learned of a version yet."""
        if not is_estimable(record.signature):
            return NEEDED
        labelled = self._records.labelled(record.version_id)
        if labelled < LEAST_LABELLED:
            return f"only {labelled:,} of the {LEAST_LABELLED:,} labels it takes to learn are here"
        return (
            f"nothing was learned from its {labelled:,} labels so far; if that stays so, "
            "`modeldesk estimates --learn` tells why"
        )

    def _shares(
        self, name: str, version: int, start: datetime | None, end: datetime | None
    ) -> dict[datetime, float]:
        report = self._labels.maturity(
            name, version=version, granularity=Granularity.DAY, start=start, end=end
        )
        return {each.window.start: each.share or 0.0 for each in report.windows}


def _estimates(estimator: Estimator, payload: bytes, level: float) -> Estimates:
    if isinstance(estimator, ClassificationEstimator):
        return estimator.estimate(ClassificationWindow.decode(payload), level=level)
    return estimator.estimate(RegressionWindow.decode(payload), level=level)


def _within(day: datetime, kept: EstimatorRecord) -> bool:
    """Whether rows of a day may have been learned from."""
    return kept.first_time < day + timedelta(days=1) and day <= kept.last_time


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meaning:
    """The measure of labelled rows that an estimated one stands for."""

    measure: str
    of: str | None = None


def _meaning(name: str, estimator: Estimator) -> _Meaning | None:
    """Return what labels are asked for to compare with; ``None`` where nothing is like it."""
    of: str | None = None
    if isinstance(estimator, ClassificationEstimator):
        if len(estimator.classes) > _TWO:
            if name == "brier":
                return None
            name = f"{name}_macro" if name in _PER_CLASS else name
        elif name in _PER_CLASS - {"roc_auc"}:
            of = estimator.classes[1]
    return _Meaning(measure=name, of=of) if name in MEASURES else None


def _realised(state: State, name: str, estimator: Estimator) -> Figure | None:
    """Return what labels say of a measure that is estimated, where both mean the same."""
    meaning = _meaning(name, estimator)
    if meaning is None:
        return None
    found = measure(state, meaning.measure, of=meaning.of)
    return found if isinstance(found, Figure) else None


def _day(
    day: datetime,
    told: Estimates,
    state: State | None,
    kept: EstimatorRecord,
    estimator: Estimator,
) -> EstimatedDay:
    views = []
    for each in told.found:
        real = None if state is None else _realised(state, each.measure.value, estimator)
        sure = each if isinstance(each, Estimate) else None
        meaning = _meaning(each.measure.value, estimator)
        views.append(
            EstimateView(
                measure=each.measure.value,
                value=None if sure is None else sure.value,
                low=None if sure is None else sure.lower,
                high=None if sure is None else sure.upper,
                realised=None if real is None else real.value,
                because=None if isinstance(each, Estimate) else each.reason,
                same_as=None if meaning is None else meaning.measure,
                of=None if meaning is None else meaning.of,
            )
        )
    return EstimatedDay(
        window=Window(start=day, end=day + timedelta(days=1)),
        rows=told.rows,
        missing=told.missing,
        learned_from=_within(day, kept),
        labelled=0 if state is None else state.labelled,
        estimates=tuple(views),
        warnings=tuple(
            CaveatView(kind=each.kind.value, sentence=each.sentence) for each in told.warnings
        ),
    )


def _scorecards(
    days: Sequence[tuple[datetime, Estimates, State, float]], estimator: Estimator, level: float
) -> list[Scorecard]:
    """Compare the estimates of days with what their labels say, measure by measure."""
    points: dict[str, list[Point]] = defaultdict(list)
    for day, told, state, share in days:
        if state.labelled < _LEAST_REALISED:
            continue
        for each in told.found:
            real = _realised(state, each.measure.value, estimator)
            if isinstance(each, Estimate) and real is not None:
                point = Point(
                    start=day, estimate=each, realised=real.value, noise=_noise(real, share)
                )
                points[each.measure.value].append(point)
    cards = (scorecard(some, level=level) for some in points.values())
    return [card for card in cards if isinstance(card, Scorecard)]


def _noise(real: Figure, share: float) -> float:
    """Return by how much a figure of some of a day's rows may lie off that of all."""
    if real.interval is None:
        return 0.0
    deviation = (real.interval.high - real.interval.low) / 2 / _NORMAL
    return deviation * sqrt(max(0.0, 1 - share))


def _card(card: Scorecard) -> ScorecardView:
    return ScorecardView(
        measure=card.measure.value,
        windows=card.windows,
        bias=card.bias,
        mean_error=card.mean_error,
        coverage=card.coverage,
        level=card.level,
    )


def _learned(kept: EstimatorRecord, estimator: Estimator) -> LearnedView:
    return LearnedView(
        learned_at=kept.learned_at,
        rows=kept.rows,
        start=kept.first_time,
        end=kept.last_time,
        treatment=estimator.treatment.value
        if isinstance(estimator, ClassificationEstimator)
        else None,
        contextual=isinstance(estimator, ClassificationEstimator) and estimator.effect is not None,
    )
