"""Distance per column and window as a heat map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from modeldesk.charts.options import Options, category_axis, themed
from modeldesk.charts.palette import Palette
from modeldesk.charts.spans import Span, place_of, spans_of
from modeldesk.charts.telling import most_telling
from modeldesk.drift import ColumnComparison, Status
from modeldesk.schema import Window
from modeldesk.services.views import DriftReport

_ROW_PIXELS = 30
_TOP_PIXELS = 8
_BOTTOM_PIXELS = 28
_LABELLED_SPANS = 21
_WIDE_SPANS = 48
"""More cells than this in a row stand so close that a thick frame would hide their colour."""


def heatmap_height(columns: int) -> int:
    """Return how many pixels high the heat map of so many columns has to be."""
    return _TOP_PIXELS + _BOTTOM_PIXELS + _ROW_PIXELS * columns


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
    >>> from modeldesk.charts.palette import LIGHT
    >>> [words for _, words in heatmap_key(0.1, LIGHT)]
    ['< 0.05', '0.05 to 0.1', '0.1 to 0.2', '0.2 to 0.4', '≥ 0.4']
    """
    steps = [f"{step:.3g}" for step in _steps(threshold)]
    between = [f"{low} to {high}" for low, high in pairwise(steps)]
    return tuple(zip(colours.ramp, [f"< {steps[0]}", *between, f"≥ {steps[-1]}"], strict=True))


def distance_heatmap(
    report: DriftReport,
    colours: Palette,
    *,
    threshold: float,
    columns: Sequence[str] | None = None,
) -> Options:
    """Draw every column's distance in every window of a report.

    A cell is coloured by its distance, and framed where the verdict is *changed*: large is
    not the same as proven. Where there is not enough data for a verdict it stays grey,
    however large the distance, and windows without traffic leave a gap. Of a long range a cell
    is a week or a month, and shows its worst changed window, or else a typical one. A click on a
    cell gives its ``column`` and the ``start`` of that window (ISO 8601) in the event's data.

    Parameters
    ----------
    report
        Windows against the reference.
    colours
        The page's palette.
    threshold
        Distance from which a change is large enough to matter.
    columns
        Names of the columns that are drawn, from above; all in the signature's order by default.
    """
    spans = spans_of([entry.window for entry in report.windows], report.granularity)
    if columns is None:
        columns = [column.name for column in report.signature.columns]
    cells = _Cells(
        colours=colours,
        threshold=threshold,
        spans=spans,
        rows={name: row for row, name in enumerate(columns)},
    )
    series = {
        "type": "heatmap",
        "name": "distance",
        "data": cells.of(report),
        "itemStyle": cells.look(colours.surface),
        "label": {"show": cells.labelled, "fontSize": 11},
        "emphasis": {"itemStyle": {"borderColor": colours.ink, "borderWidth": 2}},
    }
    options: Options = {
        "animation": False,
        "grid": {"left": 184, "right": 8, "top": _TOP_PIXELS, "bottom": _BOTTOM_PIXELS},
        "xAxis": _spans_axis(spans, colours),
        "yAxis": _names_axis(list(columns), colours),
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


def _spans_axis(spans: tuple[Span, ...], colours: Palette) -> Options:
    axis = category_axis(colours, [span.label for span in spans])
    return axis | {"axisLine": {"show": False}}


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
    spans: tuple[Span, ...]
    rows: dict[str, int]

    @property
    def labelled(self) -> bool:
        return len(self.spans) <= _LABELLED_SPANS

    def look(self, border: str) -> Options:
        wide = len(self.spans) <= _WIDE_SPANS
        radius, width = (4, 2) if wide else (2, 1)
        return {"borderColor": border, "borderWidth": width, "borderRadius": radius}

    def of(self, report: DriftReport) -> list[Options]:
        found: dict[tuple[int, int], list[tuple[Window, ColumnComparison]]] = {}
        for entry in report.windows:
            place = place_of(self.spans, entry.window.start)
            for column in entry.comparison.columns if place is not None else ():
                row = self.rows.get(column.name)
                if row is not None and place is not None and column.distance is not None:
                    found.setdefault((place, row), []).append((entry.window, column))
        cells = [
            (place, row, *shown[most_telling([column for _, column in shown])])
            for (place, row), shown in found.items()
        ]
        # Changed cells come last, so that no neighbour is drawn over their frames.
        cells.sort(key=lambda cell: cell[3].verdict.status is Status.CHANGED)
        return [self._cell(*cell) for cell in cells]

    def _cell(self, place: int, row: int, window: Window, column: ColumnComparison) -> Options:
        distance = column.distance or 0.0
        status = column.verdict.status
        cell: Options = {
            "value": [place, row, round(distance, 4)],
            "name": self._words(self.spans[place], window, column),
            "column": column.name,
            "start": window.start.isoformat(),
        }
        if status is Status.CHANGED:
            cell["itemStyle"] = self.look(self.colours.changed)
        if status is Status.NOT_ENOUGH_DATA:
            cell["visualMap"] = False
            cell["itemStyle"] = self.look(self.colours.surface) | {
                "color": self.colours.unsure_soft
            }
        if self.labelled:
            unsure = status is Status.NOT_ENOUGH_DATA
            cell["label"] = {
                "formatter": f"{distance:.2f}",
                "color": self.colours.ink_faint if unsure else self._ink(distance),
                "fontWeight": "bold" if status is Status.CHANGED else "normal",
            }
        return cell

    def _words(self, span: Span, window: Window, column: ColumnComparison) -> str:
        whole = (span.start, span.end) == (window.start, window.end)
        when = span.label if whole else f"{span.title}, {_which(column)} {window.start:%Y-%m-%d}"
        words = f"{column.name}, {when}: distance {column.distance or 0.0:.3f}"
        # Hundreds of cells are sent: a sentence only where there is something to say.
        told = column.verdict.status is not Status.STABLE or self.labelled
        return f"{words}\n{column.verdict.sentence}" if told else words

    def _ink(self, distance: float) -> str:
        return self.colours.ramp_ink[sum(distance >= step for step in _steps(self.threshold))]


def _which(column: ColumnComparison) -> str:
    return "worst on" if column.verdict.status is Status.CHANGED else "such as on"
