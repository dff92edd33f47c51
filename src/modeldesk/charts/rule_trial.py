"""How many columns each of the last days would have been alerted of, by two rules."""

from __future__ import annotations

from modeldesk.charts.options import Options, category_axis, themed, value_axis
from modeldesk.charts.palette import Palette
from modeldesk.charts.period import label_of, timeline
from modeldesk.schema import Granularity
from modeldesk.services.watching import RuleTrial, TriedDay

_MOST_NAMED = 5
_MOST_NAME = 40

NOW = "rule in force"
THEN = "rule that is tried"


def rule_trial(trial: RuleTrial, colours: Palette, *, same: bool = False) -> Options:
    """Return bars of alerts per day: by the rule in force, and by the one that is tried.

    Parameters
    ----------
    trial
        What both rules say of the last days.
    colours
        The page's palette.
    same
        Whether nothing is tried but the rule in force: then its bars are all there is.

    Returns
    -------
    Options
        For ECharts. Days without a verdict have no bars.
    """
    days = {day.window: day for day in trial.days}
    windows = timeline(tuple(days), Granularity.DAY)
    labels = [label_of(window, Granularity.DAY) for window in windows]
    shown = [days.get(window) for window in windows]
    series = [_bars(NOW, [_point(day, tried=False) for day in shown], colours.reference)]
    if not same:
        series.append(_bars(THEN, [_point(day, tried=True) for day in shown], colours.changed))
    return themed(
        colours,
        {
            "grid": {"left": 8, "right": 12, "top": 34, "bottom": 4, "containLabel": True},
            "legend": {
                "top": 0,
                "left": 4,
                "itemWidth": 12,
                "itemHeight": 8,
                "textStyle": {"color": colours.ink_soft, "fontSize": 12},
            },
            "tooltip": {"trigger": "item"},
            "xAxis": category_axis(colours, labels),
            "yAxis": value_axis(colours, name="") | {"minInterval": 1},
            "series": series,
        },
    )


def _bars(name: str, points: list[Options], colour: str) -> Options:
    return {
        "type": "bar",
        "name": name,
        "data": points,
        "barGap": "10%",
        "barMaxWidth": 18,
        "barMinHeight": 0,
        "itemStyle": {"color": colour, "borderRadius": [2, 2, 0, 0]},
        "tooltip": {"formatter": "{b}"},
    }


def _point(day: TriedDay | None, *, tried: bool) -> Options:
    if day is None:
        return {"value": None}
    found = day.then if tried else day.now
    rule = THEN if tried else NOW
    many = f"{len(found)} column{'' if len(found) == 1 else 's'} changed"
    words = [f"{day.window.start:%a %Y-%m-%d}, {rule}", f"{many}:" if found else many]
    words += [name[:_MOST_NAME] for name in found[:_MOST_NAMED]]
    if len(found) > _MOST_NAMED:
        words.append(f"and {len(found) - _MOST_NAMED} more")
    return {
        "value": len(found),
        "name": "\n".join(words),
    }
