"""How a column's numbers spread over time: bands of quantiles round the median."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from modeldesk.charts.options import Options
from modeldesk.charts.palette import Palette
from modeldesk.charts.panels import Panel, round_axis
from modeldesk.charts.spans import Span
from modeldesk.schema import Kind
from modeldesk.sketches import Quantiles

SHARES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
"""The quantiles that bound the bands; in their middle the median."""

BAND_OPACITY = (0.12, 0.26, 0.5, 0.26, 0.12)
"""Of the bands, from the lowest."""

_PIXELS = 200
_DAY = 86_400.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measure:
    """How a number of the sketch is drawn, and how it is said."""

    unit: str
    drawn: Callable[[float], float]
    said: Callable[[float], str]


def quantile_fan(
    sketches: Sequence[Quantiles | None],
    reference: Quantiles | None,
    spans: Sequence[Span],
    colours: Palette,
    *,
    kind: Kind,
    title: str,
    height: int = _PIXELS,
) -> Panel:
    """Return bands from the 1 % to the 99 %, 5 % to 95 % and 25 % to 75 % quantile, and medians.

    The reference's band from 5 % to 95 % and its median are dashed. Times are drawn in days from
    the reference's median.

    Parameters
    ----------
    sketches
        Quantiles at each place; ``None`` where there is no number.
    reference
        Those of the reference.
    spans
        Places of the axis of time.
    colours
        The page's palette.
    kind
        Of the column: what its numbers mean.
    title
        What is drawn, without the unit.
    height
        In pixels.
    """
    before = None if reference is None or not reference.count else reference.quantiles(SHARES)
    found = [
        each.quantiles(SHARES) if each is not None and each.count else None for each in sketches
    ]
    measure = _measure(kind, before, found)
    drawn = [None if each is None else [measure.drawn(value) for value in each] for each in found]
    base = None if before is None else [measure.drawn(value) for value in before]
    ends = [each for row in (*drawn, base) if row is not None for each in (row[0], row[-1])]
    return Panel(
        title=f"{title}{measure.unit}",
        height=height,
        axis=round_axis(min(ends, default=0.0), max(ends, default=1.0), colours),
        series=(
            *_bands(drawn, colours),
            _medians(drawn, colours) | _reference(base, colours),
        ),
        words=tuple(
            f"{span.title}\n{_said(quantiles, before, measure)}"
            for span, quantiles in zip(spans, found, strict=True)
        ),
    )


def _measure(
    kind: Kind, before: list[float] | None, found: Sequence[list[float] | None]
) -> _Measure:
    if not kind.temporal:
        said = _whole if kind is Kind.INTEGER else _number
        units = {Kind.DURATION: ", in seconds", Kind.TEXT: ""}
        return _Measure(unit=units.get(kind, ""), drawn=lambda value: value, said=said)
    anchor = next((row[3] for row in (before, *found) if row is not None), 0.0)
    return _Measure(
        unit=f", in days from {_EPOCH + timedelta(seconds=anchor):%Y-%m-%d}",
        drawn=lambda value: (value - anchor) / _DAY,
        said=lambda value: f"{_EPOCH + timedelta(seconds=value):%Y-%m-%d %H:%M}",
    )


def _bands(rows: Sequence[list[float] | None], colours: Palette) -> list[Options]:
    """Return bars on top of each other; the lowest of them cannot be seen."""
    shared = {
        "type": "bar",
        "stack": "fan",
        "stackStrategy": "all",
        "barWidth": "92%",
        "silent": True,
    }
    floor = [None if row is None else row[0] for row in rows]
    series: list[Options] = [
        shared | {"name": "below", "data": floor, "itemStyle": {"color": "transparent"}}
    ]
    bounds = list(pairwise((0, 1, 2, 4, 5, 6)))
    for (low, high), opacity in zip(bounds, BAND_OPACITY, strict=True):
        data = [None if row is None else row[high] - row[low] for row in rows]
        name = f"{SHARES[low]:.0%} to {SHARES[high]:.0%}"
        look = {"color": colours.brand, "opacity": opacity}
        series.append(shared | {"name": name, "data": data, "itemStyle": look})
    return series


def _medians(rows: Sequence[list[float] | None], colours: Palette) -> Options:
    return {
        "type": "line",
        "name": "median",
        "data": [None if row is None else row[3] for row in rows],
        "connectNulls": False,
        "silent": True,
        "symbol": "circle",
        "symbolSize": 5,
        "z": 5,
        "lineStyle": {"color": colours.brand, "width": 2},
        "itemStyle": {"color": colours.brand},
    }


def _reference(base: list[float] | None, colours: Palette) -> Options:
    if base is None:
        return {}
    dashed = {"color": colours.ink_faint, "type": "dashed", "width": 1.2}
    middle = {"color": colours.ink_faint, "type": "dashed", "width": 1.8}
    lines = [
        {"yAxis": base[1], "lineStyle": dashed},
        {"yAxis": base[3], "lineStyle": middle},
        {"yAxis": base[5], "lineStyle": dashed},
    ]
    return {
        "markLine": {
            "silent": True,
            "symbol": "none",
            "animation": False,
            "label": {"show": False},
            "data": lines,
        }
    }


def _said(row: list[float] | None, before: list[float] | None, measure: _Measure) -> str:
    if row is None:
        return "no value"
    say = measure.said
    lines = [
        f"Median {say(row[3])}",
        f"Half of the values: {say(row[2])} to {say(row[4])}",
        f"90 %: {say(row[1])} to {say(row[5])}",
        f"98 %: {say(row[0])} to {say(row[6])}",
    ]
    if before is not None:
        lines.append(
            f"Reference: median {say(before[3])}, 90 % {say(before[1])} to {say(before[5])}"
        )
    return "\n".join(lines)


def _number(value: float) -> str:
    return f"{value:.4g}"


def _whole(value: float) -> str:
    return f"{value:,.0f}"
