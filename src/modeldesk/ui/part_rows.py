"""Slices and segments as rows of a table: the worst first, marked where they differ from all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from modeldesk.charts.period import timeline
from modeldesk.charts.sparkline import measure_sparkline
from modeldesk.desk import Desk
from modeldesk.performance import MEASURES
from modeldesk.schema import Granularity
from modeldesk.services.figure_rows import segment_condition
from modeldesk.services.performance_parts import PartFigure, PartsTable, PartView
from modeldesk.services.performance_views import FigureView, WindowPerformance
from modeldesk.services.slice_views import SliceView
from modeldesk.ui.class_table import TREND
from modeldesk.ui.measured import interval_words, value_words
from modeldesk.ui.performance_data import PerformanceData
from modeldesk.ui.wording import count, share

MOST_TREND_DAYS = 30
"""Days of a trend, the latest ones."""

_MARKS = {
    "worse": ("worse", "arrow_downward", "md-mark md-mark--worse"),
    "better": ("better", "arrow_upward", "md-mark md-mark--better"),
    "higher": ("higher", "north_east", "md-mark"),
    "lower": ("lower", "south_east", "md-mark"),
}
_ORDER = {"worse": 0, "better": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartsData:
    """What the page shows of parts, read after the rest: it takes longer, the more there are."""

    table: PartsTable
    by: str | None
    """The measure by which they are told apart; ``None`` while nothing is measured."""
    slices: tuple[SliceView, ...]
    classes: tuple[WindowPerformance, ...]
    """Days with `TREND` of each class; empty of other tasks."""

    @staticmethod
    def load(desk: Desk, data: PerformanceData, asked: str | None) -> PartsData:
        """Read them from the services.

        Parameters
        ----------
        desk
            The services.
        data
            What the page shows already.
        asked
            The measure by which a person wants the parts told apart.
        """
        known = [figure.measure for figure in data.headlines]
        by = asked if asked in known else next(iter(known), None)
        return PartsData(
            table=data.rows.parts(desk, by),
            by=by,
            slices=desk.slices.of(data.rows.model),
            classes=() if data.confusion is None else data.rows.days(desk, TREND),
        )


def part_columns(table: PartsTable) -> list[dict[str, object]]:
    """Return the table's columns: name, rows, a trend, and one for each measure."""
    columns: list[dict[str, object]] = [
        {"name": "name", "label": "Part", "field": "name", "align": "left"},
        {"name": "rows", "label": "Labelled rows", "field": "rows", "align": "right"},
        {"name": "trend", "label": "Day by day", "field": "trend", "align": "left"},
    ]
    columns += [
        {"name": each.measure, "label": each.title, "field": each.measure, "align": "right"}
        for each in table.overall
    ]
    return [*columns, {"name": "act", "label": "", "field": "act", "align": "right"}]


def part_rows(data: PerformanceData, parts: PartsData) -> list[dict[str, object]]:
    """Return a row for all rows together, then the parts, the worst first.

    Slices without a labelled row come last, with the reason.
    """
    table = parts.table
    expressions = {each.name: each for each in parts.slices}
    scale = _Scale.of(table, parts.by)
    # What was deleted a moment ago may have figures still.
    shown = [part for part in table.parts if not part.slice or part.slice in expressions]
    shown.sort(key=lambda part: _worst(part, parts.by))
    segments = [part.segment for part in table.parts if part.segment]
    rows = [_overall(table)] if table.overall else []
    rows += [
        _row(part, expressions.get(part.slice), scale)
        | {"open": _open(data, part, segments), "kind": "slice" if part.slice else "segment"}
        for part in shown
    ]
    told = {part.slice for part in shown}
    return rows + [
        _empty(each, data.rows.version) for each in parts.slices if each.name not in told
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """On what all trends are drawn, so that they can be compared."""

    by: str | None
    days: tuple[datetime, ...]
    low: float
    high: float
    whole: float | None

    @staticmethod
    def of(table: PartsTable, by: str | None) -> _Scale:
        windows = [day.window for part in table.parts for day in part.days]
        days = tuple(
            each.start for each in timeline(windows, Granularity.DAY, most=MOST_TREND_DAYS)
        )
        values = sorted(_values(table, by))
        # A day of few rows must not flatten all the others.
        cut = len(values) // 50
        kept = values[cut : len(values) - cut] or [0.0, 1.0]
        whole = next((each.value for each in table.overall if each.measure == by), None)
        ends = [*kept, *([] if whole is None else [whole])]
        return _Scale(by=by, days=days, low=min(ends), high=max(ends), whole=whole)

    def draw(self, part: PartView) -> str:
        """Return a part's trend."""
        found = {day.window.start: _figure(day.figures, self.by) for day in part.days}
        return measure_sparkline(
            [found.get(day) for day in self.days], low=self.low, high=self.high, whole=self.whole
        )


def _values(table: PartsTable, by: str | None) -> Iterable[float]:
    for part in table.parts:
        for day in part.days:
            found = _figure(day.figures, by)
            if found is not None and found.value is not None:
                yield found.value


def _figure(figures: Sequence[FigureView], measure: str | None) -> FigureView | None:
    return next((each for each in figures if each.measure == measure), None)


def _worst(part: PartView, by: str | None) -> tuple[int, float]:
    """Return what sorts parts: those that are worse beyond doubt first, then by value."""
    found = next((each for each in part.figures if each.figure.measure == by), None)
    if found is None or found.figure.value is None:
        return 3, 0.0
    value = found.figure.value
    match found.figure.better:
        case "higher":
            badness = value
        case "nearer zero":
            badness = -abs(value)
        case _:
            badness = -value
    return _ORDER.get(found.outside or "", 1), badness


def _overall(table: PartsTable) -> dict[str, object]:
    cells = {each.measure: _cell(PartFigure(figure=each, outside=None)) for each in table.overall}
    return {
        "key": "all",
        "kind": "all",
        "name": "All rows",
        "detail": "",
        "rows": count(table.labelled),
        "share": "",
        "trend": "",
        "because": "",
        "open": None,
        **cells,
    }


def _row(part: PartView, about: SliceView | None, scale: _Scale) -> dict[str, object]:
    return {
        "key": f"slice {part.slice}" if part.slice else f"segment {part.segment}",
        "name": part.slice or part.segment,
        "detail": "" if about is None else about.expression,
        "rows": count(part.labelled),
        "share": share(part.share),
        "trend": scale.draw(part),
        "because": "",
        **{each.figure.measure: _cell(each) for each in part.figures},
    }


def _empty(about: SliceView, version: int) -> dict[str, object]:
    skipped = {each.version: each.because for each in about.skipped}
    because = skipped.get(version, "no labelled row of this range, or not evaluated yet")
    return {
        "key": f"slice {about.name}",
        "kind": "slice",
        "name": about.name,
        "detail": about.expression,
        "rows": "0",
        "share": "",
        "trend": "",
        "because": because,
        "open": None if version in skipped else {"slice": about.name},
    }


def _cell(found: PartFigure) -> dict[str, object]:
    words, icon, style = _MARKS.get(found.outside or "", ("", "", ""))
    because = found.figure.because
    about = MEASURES[found.figure.measure]
    return {
        "value": value_words(found.figure),
        "interval": interval_words(found.figure),
        "because": f"not defined, because {because}" if because else "",
        "mark": words,
        "icon": icon,
        "style": style,
        "title": f"{about.title} is {words} than of all rows: the intervals lie apart."
        if words
        else "",
    }


def _open(data: PerformanceData, part: PartView, segments: Sequence[str]) -> dict[str, str] | None:
    """Return what shows the part's rows; ``None`` where no condition says exactly which."""
    if part.slice:
        return {"slice": part.slice}
    found = segment_condition(data.version.signature, part.segment, segments)
    return None if found is None else {"condition": found}
