"""What the performance page shows, as it stands in the address, and the data that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from modeldesk.desk import Desk
from modeldesk.performance import Task
from modeldesk.services.maturity import LabelDelay, WindowMaturity
from modeldesk.services.performance_views import (
    ConfusionView,
    CurvesView,
    FigureView,
    PerformanceReport,
    WindowPerformance,
)
from modeldesk.services.views import VersionView

RANGES = {7: "Last 7 days", 30: "Last 30 days", 90: "Last 90 days", 0: "All days"}
"""Days up to today, and what they are called; 0 is all there are."""

SETTLED = 0.8
"""Of the share labelled that is usual for older days, what makes a day one of them."""

_HEADLINES: tuple[tuple[str, ...], ...] = (
    ("accuracy", "f1_macro", "roc_auc_macro", "log_loss"),
    ("exact_match", "f1_micro", "hamming_loss"),
    ("mae", "rmse", "r2", "bias"),
    ("mrr", "ndcg_at"),
)
_MOST_NAME = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceState:
    """The choices that an address carries."""

    version: int | None = None
    """Number of the version; ``None`` is the champion."""
    segment: str = ""
    """Only rows of this segment; empty: all rows."""
    days: int = 0
    """How many days up to today; 0: all."""
    measure: str | None = None
    """The measure that is shown day by day; ``None``: the first of the headline."""
    of: str | None = None
    """Of which class, quantile or cutoff."""
    curve: str | None = None
    """The class whose curves are shown; ``None``: the first that has any."""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> PerformanceState:
        """Return what an address asks for; what it cannot mean is as if it were not there.

        >>> PerformanceState.read({"days": "30", "version": "x", "measure": "mae"}).query()
        '?days=30&measure=mae'
        """
        version, days = query.get("version", ""), query.get("days", "")
        return cls(
            version=int(version) if _is_number(version) else None,
            segment=query.get("segment", ""),
            days=int(days) if _is_number(days) and int(days) in RANGES else 0,
            measure=query.get("measure", "")[:_MOST_NAME] or None,
            of=query.get("of"),
            curve=query.get("curve"),
        )

    def query(self) -> str:
        """Return the address's part that says this, from the question mark on.

        >>> PerformanceState(days=7, measure="recall", of="yes").query()
        '?days=7&measure=recall&of=yes'
        """
        given = {
            "version": self.version,
            "segment": self.segment,
            "days": self.days,
            "measure": self.measure,
            "of": self.of,
            "curve": self.curve,
        }
        return "?" + urlencode({name: value for name, value in given.items() if value})

    def start(self, now: datetime) -> datetime | None:
        """Return where the range begins; ``None`` where it has no beginning."""
        if not self.days:
            return None
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return today - timedelta(days=self.days - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Which labelled rows the page is about, and what the services say of them."""

    model: str
    version: int
    segment: str
    """Empty: all rows."""
    start: datetime | None
    """Where the range begins; ``None``: with the first day."""

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

    def confusion(self, desk: Desk) -> ConfusionView:
        """Return how often each class was predicted for each."""
        return desk.performance.confusion(
            self.model, version=self.version, segment=self.segment, start=self.start
        )

    def curves(self, desk: Desk, name: str | None) -> CurvesView:
        """Return the curves of a class."""
        return desk.performance.curves(
            self.model, version=self.version, segment=self.segment, start=self.start, of=name
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceData:
    """Everything that the page shows."""

    rows: Rows
    versions: tuple[VersionView, ...]
    version: VersionView
    segments: tuple[str, ...]
    report: PerformanceReport
    maturity: tuple[WindowMaturity, ...]
    delay: LabelDelay
    confusion: ConfusionView | None
    curves: CurvesView | None
    measure: str | None
    """The measure that is shown day by day; ``None`` while there is none."""

    @staticmethod
    def load(desk: Desk, model: str, state: PerformanceState, now: datetime) -> PerformanceData:
        """Read it from the services; `NotFound` when there is no such model or version."""
        shown = desk.registry.version(model, state.version)
        number, start = shown.number, state.start(now)
        segments = desk.performance.segments(model, version=number)
        rows = Rows(
            model=model,
            version=number,
            segment=state.segment if state.segment in segments else "",
            start=start,
        )
        report = rows.report(desk)
        measure = _measure(report, state.measure)
        if measure is not None and not _has(report, measure):
            report = replace(report, windows=rows.days(desk, measure))
        classes = report.task == Task.CLASSIFICATION
        return PerformanceData(
            rows=rows,
            versions=desk.registry.versions(model),
            version=shown,
            segments=segments,
            report=report,
            maturity=desk.labels.maturity(model, version=number, start=start).windows,
            delay=desk.labels.delay(model),
            confusion=rows.confusion(desk) if classes else None,
            curves=rows.curves(desk, _curve(report, state.curve)) if classes else None,
            measure=measure,
        )

    def of_measure(self, desk: Desk, measure: str) -> PerformanceData:
        """Return the same with another measure of each day."""
        if _has(self.report, measure):
            return replace(self, measure=measure)
        windows = self.rows.days(desk, measure)
        return replace(self, measure=measure, report=replace(self.report, windows=windows))

    def of_curve(self, desk: Desk, name: str) -> PerformanceData:
        """Return the same with the curves of another class."""
        return replace(self, curves=self.rows.curves(desk, name))

    @property
    def scored(self) -> tuple[str, ...]:
        """The classes that have curves."""
        return scored(self.report)

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


def _measure(report: PerformanceReport, asked: str | None) -> str | None:
    if any(figure.measure == asked for figure in report.figures):
        return asked
    found = headlines(report)
    return found[0].measure if found else None


def _has(report: PerformanceReport, measure: str) -> bool:
    return any(figure.measure == measure for day in report.windows for figure in day.figures)


def _curve(report: PerformanceReport, asked: str | None) -> str | None:
    known = scored(report)
    return asked if asked in known else next(iter(known), None)


def _is_number(given: str) -> bool:
    return given.isascii() and given.isdigit() and len(given) < 10  # noqa: PLR2004 - of an address
