"""Curves of probabilities: ROC, precision over recall, and calibration."""

from __future__ import annotations

from collections.abc import Sequence

from modeldesk.charts.options import Options, themed, value_axis
from modeldesk.charts.palette import Palette
from modeldesk.services.performance_views import CalibrationView, CurveView, PointView


def roc_chart(curve: CurveView, colours: Palette) -> Options:
    """Draw recall over the false positive rate, with the line of a blind guess.

    Parameters
    ----------
    curve
        The curve called "roc".
    colours
        The page's palette.
    """
    return _chart(
        colours,
        across="false positive rate",
        up="recall",
        series=[_diagonal(colours), *_limits(curve.points, colours), _line(curve.points, colours)],
    )


def pr_chart(curve: CurveView, colours: Palette) -> Options:
    """Draw precision over recall.

    Parameters
    ----------
    curve
        The curve called "pr".
    colours
        The page's palette.
    """
    return _chart(
        colours,
        across="recall",
        up="precision",
        series=[*_limits(curve.points, colours), _line(curve.points, colours)],
    )


def calibration_chart(points: Sequence[CalibrationView], colours: Palette) -> Options:
    """Draw how often something was true over the probability that was said for it.

    Points lie on the diagonal where probabilities can be believed, and are as large as there are
    rows; each stands on its interval.

    Parameters
    ----------
    points
        Stretches of confidence.
    colours
        The page's palette.
    """
    most = max((point.rows for point in points), default=1)
    data: list[Options] = [
        {
            "value": [round(point.confidence, 4), round(point.truth, 4)],
            "name": _calibration_words(point),
            "symbolSize": round(7 + 11 * (point.rows / most) ** 0.5, 1),
        }
        for point in points
    ]
    truth = {
        "type": "line",
        "name": "truth",
        "data": data,
        "z": 4,
        "symbol": "circle",
        "lineStyle": {"width": 1.5, "color": colours.brand},
        "itemStyle": {"color": colours.brand},
    }
    intervals = [
        {
            "type": "line",
            "name": "interval",
            "data": [[point.confidence, point.low], [point.confidence, point.high]],
            "symbol": "none",
            "silent": True,
            "lineStyle": {"width": 6, "color": colours.brand, "opacity": 0.24, "cap": "round"},
        }
        for point in points
        if point.low is not None and point.high is not None
    ]
    return _chart(
        colours,
        across="probability that was said",
        up="how often it was true",
        series=[_diagonal(colours), *intervals, truth],
    )


def _calibration_words(point: CalibrationView) -> str:
    words = f"{point.rows:,} rows, {point.confidence:.1%} on average\n{point.truth:.1%} true"
    if point.low is None or point.high is None:
        return words
    return f"{words}, {point.low:.1%} to {point.high:.1%}"


def _line(points: Sequence[PointView], colours: Palette) -> Options:
    data = [
        {"value": [round(point.x, 4), round(point.y, 4)], "name": _words(point)} for point in points
    ]
    return {
        "type": "line",
        "name": "curve",
        "data": data,
        "z": 4,
        "symbol": "circle",
        "symbolSize": 9,
        "lineStyle": {"width": 2, "color": colours.brand},
        # Points are seen only under the pointer, which they have to be there for.
        "itemStyle": {"color": colours.brand, "opacity": 0 if len(points) > 1 else 1},
        "emphasis": {"itemStyle": {"opacity": 1}, "lineStyle": {"width": 2}},
    }


def _words(point: PointView) -> str:
    place = f"({point.x:.3g}, {point.y:.3g}), height {point.low:.3g} to {point.high:.3g}"
    if point.threshold is None:
        return f"no row counts as the class\n{place}"
    return f"threshold {point.threshold:.4g}\n{place}"


def _limits(points: Sequence[PointView], colours: Palette) -> list[Options]:
    """Return both ends of the interval of each point's height, as faint lines."""
    return [
        {
            "type": "line",
            "name": name,
            "data": [[round(point.x, 4), round(height, 4)] for point, height in ends],
            "symbol": "none",
            "silent": True,
            "lineStyle": {"width": 1, "color": colours.brand, "opacity": 0.4},
        }
        for name, ends in (
            ("low", [(point, point.low) for point in points]),
            ("high", [(point, point.high) for point in points]),
        )
    ]


def _diagonal(colours: Palette) -> Options:
    return {
        "type": "line",
        "name": "diagonal",
        "data": [[0, 0], [1, 1]],
        "symbol": "none",
        "silent": True,
        "lineStyle": {"width": 1, "type": "dashed", "color": colours.reference},
    }


def _chart(colours: Palette, *, across: str, up: str, series: list[Options]) -> Options:
    return themed(
        colours,
        {
            "grid": {"left": 40, "right": 14, "top": 30, "bottom": 44},
            "xAxis": _axis(colours, across) | {"nameLocation": "middle", "nameGap": 26},
            "yAxis": _axis(colours, up),
            "tooltip": {"trigger": "item", "formatter": "{b}"},
            "series": series,
        },
    )


def _axis(colours: Palette, name: str) -> Options:
    return value_axis(colours, name=name) | {"max": 1, "interval": 0.25}
