"""Bars of each day's predictions, filled as far as they are labelled."""

from __future__ import annotations

from collections.abc import Sequence

from modeldesk.charts.day_words import DayPoint
from modeldesk.charts.options import Options
from modeldesk.charts.palette import Palette

_FAINT = 0.45
_FULL = 100

MOST_TOLD = 31
"""Of more days the shares would stand in each other's way; pointing at a bar tells its own."""


def volume_series(points: Sequence[DayPoint], colours: Palette) -> list[Options]:
    """Return two series on the second axes: what is labelled, and on top what is not.

    Above each bar stands which share is labelled, where there are few enough.

    Parameters
    ----------
    points
        All days, also those without predictions.
    colours
        The page's palette.
    """
    shared = {
        "type": "bar",
        "xAxisIndex": 1,
        "yAxisIndex": 1,
        "stack": "volume",
        "barWidth": "70%",
        "barMaxWidth": 56,
    }
    told = len(points) <= MOST_TOLD
    labelled = [_part(point, labelled=True) for point in points]
    waiting = [_part(point, labelled=False, told=told) for point in points]
    share = {
        "show": told,
        "position": "top",
        "distance": 3,
        "fontSize": 10,
        "color": colours.ink_faint,
    }
    return [
        shared | {"name": "labelled", "data": labelled, "itemStyle": {"color": colours.reference}},
        shared
        | {
            "name": "unlabelled",
            "data": waiting,
            "itemStyle": {"color": colours.unsure_soft, "borderRadius": [2, 2, 0, 0]},
            "label": share,
            "labelLayout": {"hideOverlap": True},
        },
    ]


def most_predictions(points: Sequence[DayPoint]) -> int:
    """Return the predictions of the day that has most; 1 where there are none."""
    return max([1, *(point.known.predictions for point in points if point.known is not None)])


def _part(point: DayPoint, *, labelled: bool, told: bool = False) -> Options:
    known = point.known
    if known is None or known.share is None:
        return {"value": None}
    part: Options = {
        "value": known.labelled if labelled else known.predictions - known.labelled,
        "name": point.words,
    }
    if labelled:
        part["itemStyle"] = {"opacity": _FAINT if point.young else 1}
    elif told:
        part["label"] = {"formatter": f"{known.share * _FULL:.0f} %"}
    return part
