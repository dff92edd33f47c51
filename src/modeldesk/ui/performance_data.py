"""What the services say of the rows that the performance page is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from modeldesk.desk import Desk
from modeldesk.performance import MEASURES, Costs, Task
from modeldesk.services.estimate_report import EstimateReport
from modeldesk.services.maturity import LabelDelay, WindowMaturity
from modeldesk.services.performance_marks import PerformanceMark
from modeldesk.services.performance_parts import PartsTable
from modeldesk.services.performance_views import (
    ConfusionView,
    CurvesView,
    ErrorsView,
    FigureView,
    PerformanceReport,
    WindowPerformance,
)
from modeldesk.services.views import VersionView
from modeldesk.ui.day_ranges import start_of
from modeldesk.ui.performance_state import USUAL_DAYS, PerformanceState

SETTLED = 0.8
"""Of the share labelled that is usual for older days, what makes a day one of them."""

_HEADLINES: tuple[tuple[str, ...], ...] = (
    ("accuracy", "f1_macro", "roc_auc_macro", "log_loss"),
    ("exact_match", "f1_micro", "hamming_loss"),
    ("mae", "rmse", "r2", "bias"),
    ("mrr", "ndcg_at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedMeasure:
    """A measure of labelled rows for which an estimate stands."""

    measure: str
    of: str | None
    """Of which class."""

    @property
    def title(self) -> str:
        """The measure's name for people."""
        return MEASURES[self.measure].title


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Which labelled rows the page is about, and what the services say of them."""

    model: str
    version: int
    segment: str
    """Empty: all rows."""
    start: datetime | None
    """Where the range begins; ``None``: with the first day."""
    end: datetime | None = None
    """Where the rows that are listed end; ``None``: with the latest."""

    def report(self, desk: Desk) -> PerformanceReport:
        """Return all figures of the range, and the usual ones of the task of each day."""
        return desk.performance.report(
            self.model, version=self.version, segment=self.segment, start=self.start
        )

    def days(self, desk: Desk, measure: str) -> tuple[WindowPerformance, ...]:
        """Return the days with one measure."""
        return desk.performance.report(
            self.model,
            version=self.version,
            segment=self.segment,
            start=self.start,
            measures=(measure,),
        ).windows

    def estimates(self, desk: Desk) -> EstimateReport | None:
        """Return what is estimated of each day; that is done for all rows only."""
        if self.segment:
            return None
        return desk.estimates.report(self.model, version=self.version, start=self.start)

    def parts(self, desk: Desk, by: str | None) -> PartsTable:
        """Return how good the version is in each part, and by a measure on each day of it."""
        daily = () if by is None else (by,)
        return desk.performance.parts_table(
            self.model, version=self.version, start=self.start, daily=daily
        )

    def confusion(self, desk: Desk) -> ConfusionView:
        """Return how often each class was predicted for each."""
        return desk.performance.confusion(
            self.model, version=self.version, segment=self.segment, start=self.start
        )

    def errors(self, desk: Desk) -> ErrorsView:
        """Return how errors are distributed."""
        return desk.performance.errors(
            self.model, version=self.version, segment=self.segment, start=self.start
        )

    def curves(self, desk: Desk, name: str | None, costs: Costs) -> CurvesView:
        """Return the curves of a class, and which threshold is cheapest."""
        return desk.performance.curves(
            self.model,
            version=self.version,
            segment=self.segment,
            start=self.start,
            of=name,
            costs=costs,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceData:
    """Everything that the page shows."""

    days: int
    """How many days up to today it is about; 0: all."""
    mark: PerformanceMark
    """As long as it is the same, so is the rest."""
    rows: Rows
    versions: tuple[VersionView, ...]
    version: VersionView
    segments: tuple[str, ...]
    report: PerformanceReport
    maturity: tuple[WindowMaturity, ...]
    delay: LabelDelay
    confusion: ConfusionView | None
    curves: CurvesView | None
    errors: ErrorsView | None
    """How errors are distributed; ``None`` of what predicts no numbers."""
    measure: str | None
    """The measure that is shown day by day; ``None`` while there is none."""
    estimates: EstimateReport | None
    """How good the version probably was on each day; ``None`` of a segment."""

    @staticmethod
    def load(desk: Desk, model: str, state: PerformanceState, now: datetime) -> PerformanceData:
        """Read it from the services; `NotFound` when there is no such model or version."""
        shown = desk.registry.version(model, state.version)
        number, days = shown.number, USUAL_DAYS if state.days is None else state.days
        start = start_of(days, now)
        # First: what changes meanwhile is read again.
        mark = desk.performance_marks.of(model, version=number, start=start)
        if state.days is None and not mark.evaluated:
            days, start = 0, None
            mark = desk.performance_marks.of(model, version=number)
        segments = desk.performance.segments(model, version=number)
        rows = Rows(
            model=model,
            version=number,
            segment=state.segment if state.segment in segments else "",
            start=start,
        )
        report, estimates = rows.report(desk), rows.estimates(desk)
        measure = _measure(report, estimates, state.measure)
        if measure is not None and report.figures and not _has(report, measure):
            report = replace(report, windows=rows.days(desk, measure))
        classes, curve = report.task == Task.CLASSIFICATION, _curve(report, state.curve)
        return PerformanceData(
            days=days,
            mark=mark,
            rows=rows,
            versions=desk.registry.versions(model),
            version=shown,
            segments=segments,
            report=report,
            maturity=desk.labels.maturity(model, version=number, start=start).windows,
            delay=desk.labels.delay(model),
            confusion=rows.confusion(desk) if classes else None,
            curves=rows.curves(desk, curve, state.costs) if classes else None,
            errors=rows.errors(desk) if report.task == Task.REGRESSION else None,
            measure=measure,
            estimates=estimates,
        )

    def of_measure(self, desk: Desk, measure: str) -> PerformanceData:
        """Return the same with another measure of each day."""
        if _has(self.report, measure) or not self.report.figures:
            return replace(self, measure=measure)
        windows = self.rows.days(desk, measure)
        return replace(self, measure=measure, report=replace(self.report, windows=windows))

    def of_curve(self, desk: Desk, state: PerformanceState) -> PerformanceData:
        """Return the same with the curves of another class, or with other costs."""
        name = _curve(self.report, state.curve)
        return replace(self, curves=self.rows.curves(desk, name, state.costs))

    @property
    def scored(self) -> tuple[str, ...]:
        """The classes that have curves."""
        return scored(self.report)

    @property
    def headlines(self) -> tuple[FigureView, ...]:
        """The figures that tell most."""
        return headlines(self.report)

    @property
    def predictions(self) -> int:
        """Answered predictions of the range."""
        return sum(found.predictions for found in self.maturity)

    @property
    def labelled(self) -> int:
        """Those of them that have a label."""
        return sum(found.labelled for found in self.maturity)


def scored(report: PerformanceReport) -> tuple[str, ...]:
    """Return the classes that have probabilities."""
    return tuple(
        figure.of
        for figure in report.figures
        if figure.measure == "roc_auc" and figure.of is not None and figure.because is None
    )


def headlines(report: PerformanceReport) -> tuple[FigureView, ...]:
    """Return the figures that tell most: those of the task, as far as there are any."""
    known = {figure.measure: figure for figure in reversed(report.figures)}
    for names in _HEADLINES:
        if names[0] in known:
            wanted = names
            if len(scored(report)) == 1:
                wanted = tuple(name.replace("roc_auc_macro", "roc_auc") for name in names)
            return tuple(known[name] for name in wanted if name in known)
    return report.figures[: len(_HEADLINES[0])]


def estimated(estimates: EstimateReport | None) -> tuple[EstimatedMeasure, ...]:
    """Return the measures that are estimated on some day, as labelled rows are measured."""
    days = () if estimates is None else estimates.days
    found = {
        EstimatedMeasure(measure=each.same_as, of=each.of): None
        for day in days
        for each in day.estimates
        if each.same_as is not None and each.value is not None
    }
    return tuple(found)


def immature(maturity: Sequence[WindowMaturity], delay: LabelDelay, now: datetime) -> set[datetime]:
    """Return the starts of the days of which labels are still to come.

    Older days, those that are longer ago than nine in ten labels take, tell which share of the
    predictions is labelled in the end. A day that has less than `SETTLED` of that is immature.
    Where no day is old enough, all predictions are expected to be labelled.

    Parameters
    ----------
    maturity
        How much of each day is labelled.
    delay
        How late labels are.
    now
        The present moment.
    """
    late = next((found.seconds for found in delay.quantiles if found.share == 0.9), 0.0)  # noqa: PLR2004
    old = [found for found in maturity if found.window.end + timedelta(seconds=late) <= now]
    predictions = sum(found.predictions for found in old if found.labelled)
    usual = sum(found.labelled for found in old) / predictions if predictions else 1.0
    return {
        found.window.start
        for found in maturity
        if found.share is not None and found.share < SETTLED * usual
    }


def _measure(
    report: PerformanceReport, estimates: EstimateReport | None, asked: str | None
) -> str | None:
    known = [figure.measure for figure in headlines(report)]
    known += [figure.measure for figure in report.figures]
    known += [each.measure for each in estimated(estimates)]
    return asked if asked in known else next(iter(known), None)


def _has(report: PerformanceReport, measure: str) -> bool:
    return any(figure.measure == measure for day in report.windows for figure in day.figures)


def _curve(report: PerformanceReport, asked: str | None) -> str | None:
    known = scored(report)
    return asked if asked in known else next(iter(known), None)
