"""What the services say of one column: over time, and in a chosen window."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from modeldesk.charts.column_timeline import ColumnTimeline, telling_windows
from modeldesk.charts.spans import Span, spans_of
from modeldesk.desk import Desk
from modeldesk.drift import ColumnComparison, Overlay, Status
from modeldesk.errors import NotFound
from modeldesk.profiles import ColumnProfile
from modeldesk.schema import Column, Window
from modeldesk.services.column_history import ColumnHistory
from modeldesk.services.column_rules import ColumnRuleView
from modeldesk.services.views import AlertView, DriftReport, VersionView
from modeldesk.ui.column_state import ColumnState
from modeldesk.ui.time_ranges import RANGES, key_of, moment_of

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_JUDGED = frozenset({Status.STABLE, Status.CHANGED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenWindow:
    """One window, or several together, against the reference."""

    window: Window
    profile: ColumnProfile | None
    """``None`` where there are no rows."""
    compared: ColumnComparison | None
    overlay: Overlay
    places: tuple[int, int]
    """First and last place on the axis of time."""
    several: bool
    """Whether it is put together of several windows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnData:
    """Everything that the page of a column shows."""

    versions: tuple[VersionView, ...]
    version: VersionView
    column: Column
    segments: tuple[str, ...]
    report: DriftReport
    history: ColumnHistory
    timeline: ColumnTimeline
    alerts: tuple[AlertView, ...]
    """Those of the column in this version, newest first."""
    rule: ColumnRuleView
    """By what the column is judged."""
    chosen: ChosenWindow | None
    """``None`` where nothing was profiled in the range."""
    earlier: bool
    """Whether there is nothing in the range, but traffic of the version outside of it."""

    @staticmethod
    def load(desk: Desk, model: str, name: str, state: ColumnState, now: datetime) -> ColumnData:
        """Read it from the services; `NotFound` when there is no such model or column."""
        shown = desk.registry.version(model, state.version)
        column = _known(shown, name)
        segments = desk.monitoring.segments(model, version=shown.number)
        report = _report(
            desk, shown, state.segment if state.segment in segments else "", state, now
        )
        history = desk.columns.of(
            model,
            name,
            version=shown.number,
            granularity=report.granularity,
            segment=report.segment,
            start=RANGES[state.range].start(now),
        )
        alerts = _alerts(desk, shown, name)
        timeline = _timeline(report, history, alerts)
        return ColumnData(
            versions=desk.registry.versions(model),
            version=shown,
            column=column,
            segments=segments,
            report=report,
            history=history,
            timeline=timeline,
            alerts=alerts,
            rule=desk.column_rules.of(model, name, version=shown.number),
            chosen=_chosen(desk, report, history, timeline, state),
            earlier=not report.windows and bool(desk.profiles.days(model, shown.number)),
        )

    def choosing(self, desk: Desk, state: ColumnState) -> ColumnData:
        """Return the same with another window."""
        chosen = _chosen(desk, self.report, self.history, self.timeline, state)
        return replace(self, chosen=chosen)

    def changed(self, desk: Desk, state: ColumnState, now: datetime) -> bool:
        """Whether the services say something else by now."""
        report = _report(desk, self.version, self.report.segment, state, now)
        alerts = _alerts(desk, self.version, self.column.name)
        model, number = self.version.model, self.version.number
        rule = desk.column_rules.of(model, self.column.name, version=number)
        return (report, alerts, rule) != (self.report, self.alerts, self.rule)

    @property
    def spans(self) -> tuple[Span, ...]:
        """Places of the axis of time."""
        return self.timeline.spans


def window_keys(spans: tuple[Span, ...], first: int, last: int) -> tuple[str, str | None]:
    """Return how an address says places of an axis: the first window, and the last of several.

    Parameters
    ----------
    spans
        Places of the axis of time.
    first, last
        Which of them, counted from 0.
    """
    whole = Window(start=spans[first].start, end=spans[last].end)
    hourly = spans[first].end - spans[first].start < _DAY
    step = _HOUR if hourly else _DAY
    begin = key_of(Window(start=whole.start, end=whole.start + step))
    end = key_of(Window(start=whole.end - step, end=whole.end))
    return begin, None if begin == end else end


def _report(
    desk: Desk, version: VersionView, segment: str, state: ColumnState, now: datetime
) -> DriftReport:
    when = RANGES[state.range]
    return desk.monitoring.drift(
        version.model,
        version=version.number,
        granularity=when.granularity,
        segment=segment,
        start=when.start(now),
    )


def _alerts(desk: Desk, version: VersionView, column: str) -> tuple[AlertView, ...]:
    return tuple(
        each
        for each in desk.monitoring.alerts(version.model, column=column)
        if each.version == version.number
    )


def _known(version: VersionView, name: str) -> Column:
    try:
        return version.signature.column(name)
    except NotFound as error:
        message = f"{version.model} v{version.number} has no column {name[:100]!r}."
        raise NotFound(message, hint="See the columns of the model on its monitor.") from error


def _timeline(
    report: DriftReport, history: ColumnHistory, alerts: tuple[AlertView, ...]
) -> ColumnTimeline:
    windows = [entry.window for entry in report.windows]
    spans = spans_of([*windows, *(each.window for each in history.windows)], report.granularity)
    name = history.column.name
    compared = [
        (entry.window, each)
        for entry in report.windows
        for each in entry.comparison.columns
        if each.name == name
    ]
    return ColumnTimeline(
        kind=history.reference.kind,
        spans=spans,
        profiles=tuple(history.together(span.start, span.end) for span in spans),
        compared=telling_windows(compared, spans),
        reference=history.reference,
        thresholds=history.thresholds,
        alerts=frozenset(each.window.start for each in alerts),
    )


def _chosen(
    desk: Desk,
    report: DriftReport,
    history: ColumnHistory,
    timeline: ColumnTimeline,
    state: ColumnState,
) -> ChosenWindow | None:
    window = _asked(state, timeline, report) or _latest(report, history.column.name)
    if window is None:
        return None
    profile = history.together(window.start, window.end)
    several = window.end - window.start > report.granularity.duration
    compared = None
    if several and profile is not None:
        compared = desk.columns.compared(history, profile)
    elif not several:
        compared = next(
            (
                each
                for entry in report.windows
                if entry.window == window
                for each in entry.comparison.columns
                if each.name == history.column.name
            ),
            None,
        )
    within = [
        place
        for place, span in enumerate(timeline.spans)
        if span.start < window.end and window.start < span.end
    ]
    return ChosenWindow(
        window=window,
        profile=profile,
        compared=compared,
        overlay=history.overlay(profile),
        places=(within[0], within[-1]),
        several=several,
    )


def _asked(state: ColumnState, timeline: ColumnTimeline, report: DriftReport) -> Window | None:
    """Return the window that an address asks for, as far as it lies on the axis of time."""
    start = None if state.day is None else moment_of(state.day)
    if start is None or not timeline.spans:
        return None
    last = start if state.to is None else moment_of(state.to) or start
    start = Window.containing(start, report.granularity).start
    end = Window.containing(last, report.granularity).end
    low, high = timeline.spans[0].start, timeline.spans[-1].end
    start, end = max(start, low), min(end, high)
    return Window(start=start, end=end) if start < end else None


def _latest(report: DriftReport, column: str) -> Window | None:
    """Return the latest window in which the column has a verdict, or the latest there is."""
    windows = [entry.window for entry in report.windows]
    judged = [
        entry.window
        for entry in report.windows
        for each in entry.comparison.columns
        if each.name == column and each.verdict.status in _JUDGED
    ]
    found = judged or windows
    return found[-1] if found else None
