"""What happened to a model, a lane for each kind of thing, on an axis of days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from modeldesk.charts.options import Options
from modeldesk.charts.palette import Palette
from modeldesk.schema import Window
from modeldesk.services.model_events import EventKind, ModelEvent

LANES: Mapping[EventKind, str] = {
    EventKind.CHANGE: "Changes",
    EventKind.FLAG: "Flags",
    EventKind.VERSION: "Versions",
    EventKind.ALERT: "Alerts",
}
"""The lanes from the lowest to the highest, and what they are called."""

LANE_HEIGHT = 22

_MOST_TOLD = 6
_LONGEST = 90
_SYMBOLS = {
    EventKind.ALERT: "triangle",
    EventKind.VERSION: "diamond",
    EventKind.FLAG: "pin",
    EventKind.CHANGE: "circle",
}
_SMALLEST, _GROWTH, _LARGEST = 10, 1.5, 18


def lanes_of(events: Sequence[ModelEvent]) -> tuple[EventKind, ...]:
    """Return the lanes that have anything in them, the lowest first."""
    kinds = {event.kind for event in events}
    return tuple(kind for kind in LANES if kind in kinds)


def event_series(
    events: Sequence[ModelEvent], days: Sequence[Window], colours: Palette, *, axis: int
) -> list[Options]:
    """Return a series of marks for each lane: one a day, larger where more happened.

    Parameters
    ----------
    events
        What happened; days that are not on the axis are left out.
    days
        The places on the axis of days.
    colours
        The page's palette.
    axis
        Number of both axes.
    """
    places = {window.start.date(): place for place, window in enumerate(days)}
    lanes = lanes_of(events)
    found: dict[EventKind, dict[date, list[ModelEvent]]] = {kind: {} for kind in lanes}
    for event in events:
        if event.day in places:
            found[event.kind].setdefault(event.day, []).append(event)
    return [
        {
            "type": "scatter",
            "name": LANES[kind],
            "xAxisIndex": axis,
            "yAxisIndex": axis,
            "symbol": _SYMBOLS[kind],
            "itemStyle": {"color": _colour(kind, colours)},
            "data": [
                _mark(day, some, places[day], lane) for day, some in sorted(found[kind].items())
            ],
            "z": 3,
        }
        for lane, kind in enumerate(lanes)
    ]


def _mark(day: date, events: Sequence[ModelEvent], place: int, lane: int) -> Options:
    return {
        "value": [place, lane],
        "name": "\n".join([f"{day:%a} {day}", *_told(events)]),
        "day": day.isoformat(),
        "many": len(events),
        "symbolSize": min(_LARGEST, _SMALLEST + _GROWTH * (len(events) - 1)),
    }


def _told(events: Sequence[ModelEvent]) -> list[str]:
    counted: dict[str, int] = defaultdict(int)
    for event in events:
        counted[event.sentence] += 1
    lines = [_cut(words) + (f" ({many} times)" if many > 1 else "")
             for words, many in counted.items()]  # fmt: skip
    if len(lines) > _MOST_TOLD:
        lines = [*lines[:_MOST_TOLD], f"and {len(lines) - _MOST_TOLD} more"]
    return lines


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}..."


def _colour(kind: EventKind, colours: Palette) -> str:
    return {
        EventKind.ALERT: colours.changed,
        EventKind.VERSION: colours.brand,
        EventKind.FLAG: colours.estimate,
        EventKind.CHANGE: colours.unsure,
    }[kind]
