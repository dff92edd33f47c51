"""Which share of the rows has which value, over time."""

from __future__ import annotations

from collections.abc import Sequence

from modeldesk.charts.options import Options
from modeldesk.charts.palette import Palette
from modeldesk.charts.panels import Panel, percent_axis
from modeldesk.charts.spans import Span
from modeldesk.profiles import ColumnProfile

MOST_VALUES = 6
"""Values that have a colour of their own; the others share one."""
OTHER = "other values"
MISSING = "missing"

VALUE_OPACITY = (1.0, 0.72, 0.52, 0.36, 0.24, 0.15)
"""Of the values with a colour of their own, the one that is largest in the reference first."""

_PIXELS = 200
_LONGEST = 40
_FULL = 100


def category_stack(
    profiles: Sequence[ColumnProfile | None],
    reference: ColumnProfile,
    spans: Sequence[Span],
    colours: Palette,
    *,
    title: str,
) -> Panel:
    """Return bars of the share that the largest values have, all others, and missing ones.

    They stand in the order that they have in the reference, whose shares are dashed lines: where
    nothing changed, the bars end at the lines.

    Parameters
    ----------
    profiles
        The column at each place; ``None`` where there are no rows.
    reference
        The column in the reference.
    spans
        Places of the axis of time.
    colours
        The page's palette.
    title
        What is drawn.
    """
    names = largest_values(profiles, reference)
    before = _parts(reference, names)
    rows = [None if each is None else _parts(each, names) for each in profiles]
    titles = [*map(_cut, names), OTHER, MISSING]
    series = [
        _series(name, [None if row is None else row[place] for row in rows]) | {"itemStyle": look}
        for place, (name, look) in enumerate(zip(titles, _looks(len(names), colours), strict=True))
    ]
    series[0] |= _lines(before, colours)
    return Panel(
        title=title,
        height=_PIXELS,
        axis=percent_axis(_FULL, colours, steps=4),
        series=tuple(series),
        words=tuple(
            f"{span.title}\n{_said(titles, row, before)}"
            for span, row in zip(spans, rows, strict=True)
        ),
    )


def largest_values(
    profiles: Sequence[ColumnProfile | None], reference: ColumnProfile, *, most: int = MOST_VALUES
) -> list[str]:
    """Return the values that have the largest share anywhere, in the reference's order.

    Parameters
    ----------
    profiles
        The column at each place.
    reference
        The column in the reference.
    most
        How many values.
    """
    before = _shares(reference)
    top = dict(before)
    for each in profiles:
        for name, share in {} if each is None else _shares(each).items():
            top[name] = max(top.get(name, 0.0), share)
    kept = sorted(top, key=lambda name: (-top[name], name))[:most]
    return sorted(kept, key=lambda name: (-before.get(name, 0.0), -top[name], name))


def _colours(many: int, colours: Palette) -> list[tuple[str, float]]:
    own = [(colours.brand, opacity) for opacity in VALUE_OPACITY[:many]]
    return [*own, (colours.reference, 0.8), (colours.unsure_soft, 1.0)]


def _shares(column: ColumnProfile) -> dict[str, float]:
    """Return the values' shares of all rows."""
    if column.frequent is None or not column.rows:
        return {}
    return {name: min(1.0, times / column.rows) for name, times in column.frequent.counts().items()}


def _parts(column: ColumnProfile, names: Sequence[str]) -> list[float]:
    """Return per cent of the rows: each value, all others, missing."""
    shares = _shares(column)
    own = [_FULL * shares.get(name, 0.0) for name in names]
    missing = _FULL * column.missing_share
    return [*own, max(0.0, _FULL - missing - sum(own)), missing]


def _looks(many: int, colours: Palette) -> list[Options]:
    border = {"borderColor": colours.surface, "borderWidth": 0.5}
    looks = [
        border | {"color": colour, "opacity": opacity}
        for colour, opacity in _colours(many, colours)
    ]
    looks[-1] |= {"borderColor": colours.line_strong}
    return looks


def _series(name: str, shares: Sequence[float | None]) -> Options:
    return {
        "type": "bar",
        "stack": "values",
        "name": name,
        "data": [None if share is None else round(share, 3) for share in shares],
        "barWidth": "92%",
        "silent": True,
    }


def _lines(before: Sequence[float], colours: Palette) -> Options:
    """Return the upper ends that the reference's values have on top of each other."""
    ends: list[Options] = []
    total = 0.0
    for share in before[:-1]:
        total += share
        if share and total < _FULL - 0.5:  # the last one ends where the chart does
            ends.append({"yAxis": round(total, 3)})
    style = {"color": colours.ink, "type": "dashed", "width": 1.2}
    return {
        "markLine": {
            "silent": True,
            "symbol": "none",
            "animation": False,
            "label": {"show": False},
            "lineStyle": style,
            "data": ends,
        }
    }


def _said(names: Sequence[str], row: Sequence[float] | None, before: Sequence[float]) -> str:
    if row is None:
        return "no rows"
    lines = [
        f"{name}: {now:.1f} % (reference {then:.1f} %)"
        for name, now, then in zip(names, row, before, strict=True)
        if now or then
    ]
    return "\n".join(lines)


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
