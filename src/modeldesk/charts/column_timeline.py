"""All about one column over time: distance, values, what is missing, and how many rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from modeldesk.charts.category_stack import category_stack
from modeldesk.charts.options import Options
from modeldesk.charts.palette import Palette
from modeldesk.charts.panels import Panel, percent_axis, round_axis
from modeldesk.charts.quantile_fan import quantile_fan
from modeldesk.charts.spans import Span, place_of
from modeldesk.charts.telling import most_telling
from modeldesk.drift import ColumnComparison, Status, Thresholds
from modeldesk.profiles import ColumnProfile
from modeldesk.schema import Kind, Window
from modeldesk.sketches import Quantiles

_DISTANCE_PIXELS = 120
_WORDS_PIXELS = 90
_SMALL_PIXELS = 44
_LISTED = frozenset({Kind.BOOLEAN, Kind.CATEGORICAL})
_FULL = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnTimeline:
    """What is known of a column at each place of an axis of time."""

    kind: Kind
    spans: tuple[Span, ...]
    profiles: tuple[ColumnProfile | None, ...]
    """The column at each place; ``None`` where there are no rows."""
    compared: tuple[tuple[Window, ColumnComparison] | None, ...]
    """The window that stands for each place."""
    reference: ColumnProfile
    thresholds: Thresholds
    alerts: frozenset[datetime]
    """Starts of the windows with an alert on the column."""


def telling_windows(
    history: Sequence[tuple[Window, ColumnComparison]], spans: Sequence[Span]
) -> tuple[tuple[Window, ColumnComparison] | None, ...]:
    """Return the window that stands for each place: the worst changed one, or a typical one."""
    found: dict[int, list[tuple[Window, ColumnComparison]]] = {}
    for window, compared in history:
        place = place_of(spans, window.start)
        if place is not None:
            found.setdefault(place, []).append((window, compared))
    told = {
        place: shown[most_telling([compared for _, compared in shown])]
        for place, shown in found.items()
    }
    return tuple(told.get(place) for place in range(len(spans)))


def column_panels(about: ColumnTimeline, colours: Palette) -> tuple[Panel, ...]:
    """Return the panels of a column: those that its kind has something to show in.

    Parameters
    ----------
    about
        What is known of the column.
    colours
        The page's palette.
    """
    panels = [_distances(about, colours), *_values(about, colours), _missing(about, colours)]
    if about.kind not in {Kind.BOOLEAN, Kind.VECTOR}:
        panels.append(_distinct(about, colours))
    return (*panels, _rows(about, colours))


def _values(about: ColumnTimeline, colours: Palette) -> list[Panel]:
    profiles, reference, spans = about.profiles, about.reference, about.spans
    if about.kind in _LISTED:
        title = "Values, share of all rows; dashed: the reference"
        return [category_stack(profiles, reference, spans, colours, title=title)]
    if about.kind is Kind.TEXT:
        return _texts(about, colours)
    if about.kind is Kind.IDENTIFIER:
        return []
    vectors = about.kind is Kind.VECTOR
    return [
        quantile_fan(
            [_numbers(each) for each in profiles],
            _numbers(reference),
            spans,
            colours,
            kind=Kind.FLOAT if vectors else about.kind,
            title="Lengths of the vectors" if vectors else "Values",
        )
    ]


def _texts(about: ColumnTimeline, colours: Palette) -> list[Panel]:
    characters = [None if each is None else each.quantiles for each in about.profiles]
    words = [_words(each) for each in about.profiles]
    return [
        quantile_fan(
            characters,
            about.reference.quantiles,
            about.spans,
            colours,
            kind=Kind.INTEGER,
            title="Length in characters",
            height=_DISTANCE_PIXELS,
        ),
        quantile_fan(
            words,
            _words(about.reference),
            about.spans,
            colours,
            kind=Kind.INTEGER,
            title="Length in words",
            height=_WORDS_PIXELS,
        ),
    ]


def _numbers(column: ColumnProfile | None) -> Quantiles | None:
    if column is None:
        return None
    return column.quantiles if column.vector is None else column.vector.norm_quantiles


def _words(column: ColumnProfile | None) -> Quantiles | None:
    return None if column is None or column.lengths is None else column.lengths.word_quantiles


def _distances(about: ColumnTimeline, colours: Palette) -> Panel:
    threshold = about.thresholds.min_distance
    judged = [shown if shown and _judged(shown[1]) else None for shown in about.compared]
    largest = [shown[1].distance or 0.0 for shown in judged if shown]
    top = min(1.0, max([2 * threshold, *(1.1 * each for each in largest)]))
    points = [
        _point(shown, about.alerts, colours) if shown else {"value": None} for shown in judged
    ]
    label = {"formatter": f"matters from {threshold:g}", "position": "insideStartTop"}
    line = {
        "type": "line",
        "name": "distance",
        "data": points,
        "connectNulls": False,
        # Otherwise marks are left out where there is little room.
        "showAllSymbol": True,
        "silent": True,
        "z": 5,
        "lineStyle": {"color": colours.brand, "width": 2},
        "itemStyle": {"color": colours.brand},
        "markLine": {
            "silent": True,
            "symbol": "none",
            "animation": False,
            "lineStyle": {"color": colours.changed, "type": "dotted", "width": 1.5},
            "label": label | {"color": colours.changed, "fontSize": 11},
            "data": [{"yAxis": threshold}],
        },
    }
    return Panel(
        title="Distance from the reference, 0 to 1",
        height=_DISTANCE_PIXELS,
        axis=round_axis(0.0, top, colours),
        series=(line,),
        words=tuple(
            _distance_words(span, shown, about.alerts)
            for span, shown in zip(about.spans, about.compared, strict=True)
        ),
    )


def _judged(compared: ColumnComparison) -> bool:
    enough = compared.verdict.status is not Status.NOT_ENOUGH_DATA
    return enough and compared.distance is not None


def _point(
    shown: tuple[Window, ColumnComparison], alerts: Collection[datetime], colours: Palette
) -> Options:
    window, compared = shown
    point: Options = {"value": round(compared.distance or 0.0, 4), "symbol": "circle"}
    changed = compared.verdict.status is Status.CHANGED
    alerted = window.start in alerts
    if changed or alerted:
        point |= {"symbol": "diamond", "symbolSize": 12}
        point["itemStyle"] = {"color": colours.changed}
    if alerted:
        # A ring, so that it does not differ by colour alone.
        point["symbolSize"] = 15
        point["itemStyle"] |= {"borderColor": colours.surface, "borderWidth": 2}
        point["itemStyle"] |= {"shadowColor": colours.changed, "shadowBlur": 6}
    return point


def _distance_words(
    span: Span, shown: tuple[Window, ColumnComparison] | None, alerts: Collection[datetime]
) -> str:
    if shown is None:
        return f"{span.title}\nno rows"
    window, compared = shown
    whole = (window.start, window.end) == (span.start, span.end)
    which = "Worst on" if compared.verdict.status is Status.CHANGED else "Such as on"
    worst = "" if whole else f"{which} {window.start:%Y-%m-%d}: "
    distance = "" if compared.distance is None else f"distance {compared.distance:.3f}"
    lines = [span.title, f"{worst}{distance}".strip(), compared.verdict.sentence]
    if window.start in alerts:
        lines.append("An alert was opened.")
    return "\n".join(line for line in lines if line)


def _missing(about: ColumnTimeline, colours: Palette) -> Panel:
    shares = [None if each is None else _FULL * each.missing_share for each in about.profiles]
    before = _FULL * about.reference.missing_share
    matters = before + _FULL * about.thresholds.min_missing_change
    top = max([before, *(each for each in shares if each is not None)])
    # The threshold is drawn where it does not flatten what there is.
    drawn = [matters] if matters <= _FULL and (top > before or matters <= 10) else []  # noqa: PLR2004
    data = [None if each is None else round(each, 3) for each in shares]
    bars = _bars("missing", data, colours.brand) | {
        "markLine": {
            "silent": True,
            "symbol": "none",
            "animation": False,
            "label": {"show": False},
            "data": [
                {"yAxis": before, "lineStyle": {"color": colours.ink_faint, "type": "dashed"}},
                *(
                    {"yAxis": each, "lineStyle": {"color": colours.changed, "type": "dotted"}}
                    for each in drawn
                ),
            ],
        }
    }
    counts = [None if each is None else each.missing for each in about.profiles]
    return Panel(
        title="Missing, share of all rows",
        height=_SMALL_PIXELS,
        axis=percent_axis(max([top, *drawn]), colours),
        series=(bars,),
        words=tuple(
            f"{span.title}\nno rows"
            if share is None
            else f"{span.title}\n{share:.1f} % missing ({many:,} rows)\n"
            f"Reference: {before:.1f} %; a change matters from {matters:.1f} % on"
            for span, share, many in zip(about.spans, shares, counts, strict=True)
        ),
    )


def _distinct(about: ColumnTimeline, colours: Palette) -> Panel:
    found = [None if each is None else round(each.distinct) for each in about.profiles]
    top = float(max([1, *(each for each in found if each is not None)]))
    return Panel(
        title="Different values, about",
        height=_SMALL_PIXELS,
        axis=_counts(top, colours),
        series=(_bars("different values", found, colours.brand),),
        words=tuple(
            f"{span.title}\nno rows"
            if many is None
            else f"{span.title}\nabout {many:,} different values"
            for span, many in zip(about.spans, found, strict=True)
        ),
    )


def _rows(about: ColumnTimeline, colours: Palette) -> Panel:
    found = [0 if each is None else each.rows for each in about.profiles]
    return Panel(
        title="Rows",
        height=_SMALL_PIXELS,
        axis=_counts(float(max([1, *found])), colours),
        series=(_bars("rows", found, colours.reference),),
        words=tuple(
            f"{span.title}\n{many:,} rows" for span, many in zip(about.spans, found, strict=True)
        ),
    )


def _counts(top: float, colours: Palette) -> Options:
    axis = round_axis(0.0, top, colours)
    return axis | {"interval": axis["max"]}


def _bars(name: str, data: Sequence[float | None], colour: str) -> Options:
    return {
        "type": "bar",
        "name": name,
        "data": list(data),
        "barWidth": "70%",
        "barMaxWidth": 32,
        "silent": True,
        "itemStyle": {"color": colour, "opacity": 0.75, "borderRadius": [2, 2, 0, 0]},
    }
