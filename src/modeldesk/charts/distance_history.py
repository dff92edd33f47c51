"""One column's distance over time, above the number of rows."""

from __future__ import annotations

import math

from modeldesk.charts.options import Options, category_axis, themed, value_axis
from modeldesk.charts.palette import Palette
from modeldesk.charts.period import label_of, timeline
from modeldesk.drift import ColumnComparison, Status
from modeldesk.schema import Window
from modeldesk.services.views import DriftReport


def distance_history(
    report: DriftReport,
    column: str,
    colours: Palette,
    *,
    threshold: float,
    selected: Window | None = None,
) -> Options:
    """Draw a column's distance per window, with changed windows marked by diamonds.

    Windows without enough data for a verdict have no point: with few rows every distance is
    large. The threshold is a dotted line, the selected window a band; below, on the same axis of
    time, stand the rows per window. A click on a point gives its ``start`` (ISO 8601) in
    the event's data.

    Parameters
    ----------
    report
        Windows against the reference.
    column
        Name of a column of the report.
    colours
        The page's palette.
    threshold
        Distance from which a change is large enough to matter.
    selected
        The window that the page shows now.

    Raises
    ------
    NotFound
        When the report has no such column.
    """
    history = {window.start: compared for window, compared in report.history(column)}
    windows = timeline([entry.window for entry in report.windows], report.granularity)
    labels = [label_of(window, report.granularity) for window in windows]
    points = [_point(window, history.get(window.start), colours) for window in windows]
    rows = [_rows(window, history.get(window.start)) for window in windows]
    known = [c.distance for c in history.values() if c.distance is not None and _judged(c)]
    lines = {
        "type": "line",
        "name": "distance",
        "data": points,
        "connectNulls": False,
        "lineStyle": {"width": 2, "color": colours.brand},
        "itemStyle": {"color": colours.brand},
        "markLine": _threshold_line(threshold, colours),
        "markArea": _band(windows, labels, selected, colours),
    }
    bars = {
        "type": "bar",
        "name": "rows",
        "xAxisIndex": 1,
        "yAxisIndex": 1,
        "data": rows,
        "barMaxWidth": 24,
        "itemStyle": {"color": colours.reference, "borderRadius": [2, 2, 0, 0]},
    }
    return themed(
        colours,
        {
            "grid": [
                {"left": 48, "right": 16, "top": 12, "height": 128},
                {"left": 48, "right": 16, "top": 176, "height": 36},
            ],
            "xAxis": _axes_of_time(labels, colours),
            "yAxis": _axes_of_values(max([2 * threshold, *known]), colours),
            "tooltip": {"trigger": "item", "formatter": "{b}"},
            "axisPointer": {"link": [{"xAxisIndex": "all"}]},
            "series": [lines, bars],
        },
    )


def _judged(compared: ColumnComparison) -> bool:
    return compared.verdict.status is not Status.NOT_ENOUGH_DATA


def _point(window: Window, compared: ColumnComparison | None, colours: Palette) -> Options:
    start = window.start.isoformat()
    if compared is None or compared.distance is None or not _judged(compared):
        return {"value": None, "start": start}
    changed = compared.verdict.status is Status.CHANGED
    title = f"{window.start:%Y-%m-%d}: distance {compared.distance:.3f}"
    return {
        "value": round(compared.distance, 4),
        "name": f"{title}\n{compared.verdict.sentence}",
        "start": start,
        "symbol": "diamond" if changed else "circle",
        "symbolSize": 13 if changed else 7,
        "itemStyle": {"color": colours.changed if changed else colours.brand},
    }


def _rows(window: Window, compared: ColumnComparison | None) -> Options:
    rows = compared.rows if compared else 0
    name = f"{window.start:%Y-%m-%d}: {rows:,} rows"
    return {"value": rows, "name": name, "start": window.start.isoformat()}


def _threshold_line(threshold: float, colours: Palette) -> Options:
    label = {"formatter": f"matters from {threshold:g}", "position": "insideEndTop"}
    return {
        "silent": True,
        "symbol": "none",
        "data": [{"yAxis": threshold}],
        "lineStyle": {"color": colours.changed, "type": "dotted", "width": 1.5},
        "label": label | {"color": colours.changed, "fontSize": 11},
    }


def _band(
    windows: tuple[Window, ...], labels: list[str], selected: Window | None, colours: Palette
) -> Options:
    ends: list[list[Options]] = []
    if selected in windows:
        label = labels[windows.index(selected)]
        ends = [[{"xAxis": label}, {"xAxis": label}]]
    return {"silent": True, "data": ends, "itemStyle": {"color": colours.brand_soft}}


def _axes_of_time(labels: list[str], colours: Palette) -> list[Options]:
    upper = category_axis(colours, labels)
    upper["axisLabel"] = {"show": False}
    return [upper, category_axis(colours, list(labels)) | {"gridIndex": 1}]


def _axes_of_values(top: float, colours: Palette) -> list[Options]:
    tenths = math.ceil(top * 10 + 0.5)
    distance = value_axis(colours) | {"max": min(10, tenths) / 10}
    rows = value_axis(colours, name="rows") | {"gridIndex": 1, "splitNumber": 1}
    return [distance, rows]
