"""Distance per column and window as a heat map."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from modeldesk.charts.options import Options, category_axis, themed
from modeldesk.charts.palette import Palette
from modeldesk.charts.period import label_of, timeline
from modeldesk.drift import ColumnComparison, Status
from modeldesk.schema import Granularity, Window
from modeldesk.services.views import DriftReport

_ROW_PIXELS = 30
_TOP_PIXELS = 8
_BOTTOM_PIXELS = 28
_LABELLED_WINDOWS = 21


def heatmap_height(report: DriftReport) -> int:
    """Return how many pixels high the heat map of a report has to be."""
    return _TOP_PIXELS + _BOTTOM_PIXELS + _ROW_PIXELS * len(report.signature.columns)


def heatmap_key(threshold: float, colours: Palette) -> tuple[tuple[str, str], ...]:
    """Return colour and words for each step of the heat map, small to large.

    Parameters
    ----------
    threshold
        Distance from which a change is large enough to matter, above 0; the colour's hue
        turns there.
    colours
        The page's palette.

    Examples
    --------
    >>> from modeldesk.charts import LIGHT
    >>> [words for _, words in heatmap_key(0.1, LIGHT)]
    ['< 0.05', '0.05 to 0.1', '0.1 to 0.2', '0.2 to 0.4', '≥ 0.4']
    """
    steps = [f"{step:.3g}" for step in _steps(threshold)]
    between = [f"{low} to {high}" for low, high in pairwise(steps)]
    return tuple(zip(colours.ramp, [f"< {steps[0]}", *between, f"≥ {steps[-1]}"], strict=True))


def distance_heatmap(
    report: DriftReport, colours: Palette, *, threshold: float, selected: Window | None = None
) -> Options:
    """Draw every column's distance in every window of a report.

    A cell is coloured by its distance, and framed where the verdict is *changed*: large is
    not the same as proven. Where there is not enough data for a verdict it stays grey,
    however large the distance, and windows without traffic leave a gap. A click on a cell
    gives its ``column`` and ``start`` (ISO 8601) in the event's data.

    Parameters
    ----------
    report
        Windows against the reference.
    colours
        The page's palette.
    threshold
        Distance from which a change is large enough to matter.
    selected
        The window that the page shows now; its label is set in bold.
    """
    windows = timeline([entry.window for entry in report.windows], report.granularity)
    names = [column.name for column in report.signature.columns]
    cells = _Cells(
        colours=colours,
        threshold=threshold,
        granularity=report.granularity,
        places={window.start.isoformat(): place for place, window in enumerate(windows)},
        rows={name: row for row, name in enumerate(names)},
        labelled=len(windows) <= _LABELLED_WINDOWS,
    )
    series = {
        "type": "heatmap",
        "name": "distance",
        "data": cells.of(report),
        "emphasis": {"itemStyle": {"borderColor": colours.ink, "borderWidth": 2}},
    }
    options: Options = {
        "grid": {"left": 184, "right": 8, "top": _TOP_PIXELS, "bottom": _BOTTOM_PIXELS},
        "xAxis": _windows_axis(windows, report.granularity, colours, selected),
        "yAxis": _names_axis(names, colours),
        "tooltip": {"trigger": "item", "formatter": "{b}"},
        "visualMap": _steps_of_colour(threshold, colours),
        "series": [series],
    }
    return themed(colours, options)


def _steps(threshold: float) -> tuple[float, float, float, float]:
    return threshold / 2, threshold, 2 * threshold, 4 * threshold


def _steps_of_colour(threshold: float, colours: Palette) -> Options:
    bounds = [-1.0, *_steps(threshold), 2.0]
    pieces = [
        {"gte": low, "lt": high, "color": colour}
        for low, high, colour in zip(bounds, bounds[1:], colours.ramp, strict=False)
    ]
    return {"type": "piecewise", "show": False, "dimension": 2, "pieces": pieces}


def _windows_axis(
    windows: tuple[Window, ...],
    granularity: Granularity,
    colours: Palette,
    selected: Window | None,
) -> Options:
    axis = category_axis(colours, [label_of(window, granularity) for window in windows])
    axis["axisLine"] = {"show": False}
    if selected in windows:
        bold = {"fontWeight": "bold", "color": colours.ink}
        place = windows.index(selected)
        axis["data"][place] = {"value": axis["data"][place], "textStyle": bold}
    return axis


def _names_axis(names: list[str], colours: Palette) -> Options:
    axis = category_axis(colours, names)
    label = {"color": colours.ink_soft, "fontSize": 12, "interval": 0}
    cut = {"width": 164, "overflow": "truncate"}
    return axis | {"inverse": True, "axisLine": {"show": False}, "axisLabel": label | cut}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """Turns comparisons into the heat map's data."""

    colours: Palette
    threshold: float
    granularity: Granularity
    places: dict[str, int]
    rows: dict[str, int]
    labelled: bool

    def of(self, report: DriftReport) -> list[Options]:
        shown = [
            (entry.window, column, column.distance)
            for entry in report.windows
            if entry.window.start.isoformat() in self.places
            for column in entry.comparison.columns
            if column.distance is not None and column.name in self.rows
        ]
        # Changed cells come last, so that no neighbour is drawn over their frames.
        shown.sort(key=lambda cell: cell[1].verdict.status is Status.CHANGED)
        return [self._cell(*cell) for cell in shown]

    def _cell(self, window: Window, column: ColumnComparison, distance: float) -> Options:
        changed = column.verdict.status is Status.CHANGED
        start = window.start.isoformat()
        when = label_of(window, self.granularity)
        border = self.colours.changed if changed else self.colours.surface
        cell: Options = {
            "value": [self.places[start], self.rows[column.name], round(distance, 4)],
            "name": f"{column.name}, {when}: distance {distance:.3f}\n{column.verdict.sentence}",
            "column": column.name,
            "start": start,
            "itemStyle": {"borderColor": border, "borderWidth": 2, "borderRadius": 4},
            "label": {
                "show": self.labelled,
                "formatter": f"{distance:.2f}",
                "color": self._ink(distance),
                "fontSize": 11,
                "fontWeight": "bold" if changed else "normal",
            },
        }
        if column.verdict.status is Status.NOT_ENOUGH_DATA:
            cell["visualMap"] = False
            cell["itemStyle"]["color"] = self.colours.unsure_soft
            cell["label"]["color"] = self.colours.ink_faint
        return cell

    def _ink(self, distance: float) -> str:
        return self.colours.ramp_ink[sum(distance >= step for step in _steps(self.threshold))]
