"""Signed differences of measures between two versions, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from modeldesk.charts.options import Options, category_axis, themed, value_axis
from modeldesk.charts.palette import Palette
from modeldesk.charts.performance_history import span
from modeldesk.performance import MEASURES, Outcome
from modeldesk.services.performance_views import DifferenceView

_ROW = 34
_AXIS = 34
"""Pixels of a measure, and of the axis below those that share one."""
_TOP = 8
_LEFT, _RIGHT = 172, 90
_NARROW = 460
"""Pixels up to which names have less room."""
_BETTER = {"lower": "lower is better", "nearer zero": "nearer 0 is better"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Differences that share an axis, since they are on one scale."""

    found: tuple[DifferenceView, ...]

    @property
    def height(self) -> int:
        return _ROW * len(self.found)


def drawn_gaps(differences: Sequence[DifferenceView]) -> tuple[DifferenceView, ...]:
    """Return the differences that have a value, those of shares first."""
    defined = [each for each in differences if each.gap.value is not None]
    return tuple(each for group in _groups(defined) for each in group.found)


def measure_gaps_height(differences: Sequence[DifferenceView]) -> int:
    """Return how many pixels the chart needs."""
    groups = _groups([each for each in differences if each.gap.value is not None])
    return 2 * _TOP + sum(group.height + _AXIS for group in groups)


def measure_gaps(
    differences: Sequence[DifferenceView], colours: Palette, *, one: int, other: int
) -> Options:
    """Draw by how much a version is above or below another one.

    A bar reaches from 0 to the difference, a line over its interval. It has the colour of better
    or worse only where the difference is more than chance. Shares share an axis; each measure
    with units of its own has its own.

    Parameters
    ----------
    differences
        Of the first version against the second; those without a value are left out.
    colours
        The page's palette.
    one, other
        Numbers of the versions.
    """
    groups = _groups([each for each in differences if each.gap.value is not None])
    grids: list[Options] = []
    across: list[Options] = []
    down: list[Options] = []
    series: list[Options] = []
    top = _TOP
    for place, group in enumerate(groups):
        grids.append({"left": _LEFT, "right": _RIGHT, "top": top, "height": group.height})
        across.append(_axis_of_values(group, colours, place, f"v{one} less v{other}"))
        down.append(_axis_of_measures(group, colours, place))
        series += _series(group, colours, place)
        top += group.height + _AXIS
    return themed(
        colours,
        {
            "grid": grids,
            "xAxis": across,
            "yAxis": down,
            "tooltip": {"trigger": "item", "formatter": "{b}"},
            "series": series,
            "media": [_narrow(len(groups))],
        },
    )


def _narrow(groups: int) -> Options:
    """Return what differs where there is little room, as on a telephone."""
    return {
        "query": {"maxWidth": _NARROW},
        "option": {
            "grid": [{"left": 124, "right": 20}] * groups,
            "xAxis": [{"name": ""}] * groups,
            "yAxis": [{"axisLabel": {"width": 116, "fontSize": 11}}] * groups,
        },
    }


def gap_title(found: DifferenceView) -> str:
    """Return what a difference is of, with the class where it is of one."""
    return found.title if found.of is None else f"{found.title} of {found.of}"


def _groups(differences: Sequence[DifferenceView]) -> list[_Rows]:
    """Return those that are shares together, and each of the others by itself."""
    shares = tuple(each for each in differences if _is_share(each))
    others = [_Rows(found=(each,)) for each in differences if not _is_share(each)]
    return [_Rows(found=shares), *others] if shares else others


def _is_share(found: DifferenceView) -> bool:
    about = MEASURES[found.measure]
    return about.low >= -1 and about.high <= 1


def _axis_of_values(group: _Rows, colours: Palette, place: int, name: str) -> Options:
    ends = [0.0]
    for each in group.found:
        ends += [end for end in (each.gap.value, each.gap.low, each.gap.high) if end is not None]
    low, high, step = span(ends)
    axis = value_axis(colours, name=name)
    return axis | {
        "gridIndex": place,
        "min": low,
        "max": high,
        "interval": step,
        "nameLocation": "end",
        "nameGap": 12,
        "axisLabel": axis["axisLabel"] | {"hideOverlap": True},
    }


def _axis_of_measures(group: _Rows, colours: Palette, place: int) -> Options:
    titles = [_label(each) for each in group.found]
    axis = category_axis(colours, titles)
    return axis | {
        "gridIndex": place,
        "inverse": True,
        "axisLine": {"show": False},
        "axisLabel": {
            "color": colours.ink,
            "fontSize": 12,
            "lineHeight": 14,
            "interval": 0,
            "width": _LEFT - 16,
            "overflow": "truncate",
        },
    }


def _label(found: DifferenceView) -> str:
    better = _BETTER.get(found.gap.better)
    return f"{gap_title(found)}\n{better}" if better else gap_title(found)


def _series(group: _Rows, colours: Palette, place: int) -> list[Options]:
    bars: list[Options] = []
    lines: list[list[float | None]] = []
    for row, each in enumerate(group.found):
        tone = _tone(each, colours)
        bars.append(
            {
                "value": each.gap.value,
                "name": f"{gap_title(each)}\n{each.sentence}",
                "measure": each.measure,
                "itemStyle": {"color": tone, "opacity": 0.78, "borderRadius": 2},
            }
        )
        if each.gap.low is not None and each.gap.high is not None:
            lines += [[each.gap.low, row], [each.gap.high, row], [None, row]]
    shared = {"xAxisIndex": place, "yAxisIndex": place}
    return [
        shared
        | {
            "type": "bar",
            "name": f"difference {place}",
            "data": bars,
            "barWidth": 12,
            "z": 2,
            "markLine": _zero(colours),
        },
        shared
        | {
            "type": "line",
            "name": f"interval {place}",
            "data": lines,
            "z": 4,
            "symbol": "rect",
            "symbolSize": [1.5, 9],
            "showAllSymbol": True,
            "silent": True,
            "connectNulls": False,
            "animation": False,
            "itemStyle": {"color": colours.ink},
            "lineStyle": {"width": 1.5, "color": colours.ink},
        },
    ]


def _tone(found: DifferenceView, colours: Palette) -> str:
    match found.outcome:
        case Outcome.BETTER.value:
            return colours.stable
        case Outcome.WORSE.value:
            return colours.changed
        case Outcome.DIFFERENT.value:
            return colours.brand
        case _:
            return colours.reference


def _zero(colours: Palette) -> Options:
    return {
        "symbol": "none",
        "silent": True,
        "animation": False,
        "label": {"show": False},
        "lineStyle": {"color": colours.ink_faint, "type": "solid", "width": 1},
        "data": [{"xAxis": 0}],
    }
