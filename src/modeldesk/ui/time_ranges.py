"""Ranges of time that pages offer, and windows as they stand in addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, datetime, timedelta

from nicegui import ui

from modeldesk.schema import Granularity, Window
from modeldesk.ui.markup import testable

USUAL = "30"
"""The range without a choice."""

_DAY = "%Y-%m-%d"
_HOUR = "%Y-%m-%dT%H"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRange:
    """Time up to now, looked at by the hour or by the day."""

    words: str
    granularity: Granularity
    windows: int | None
    """How many of them, the present one included; ``None``: all there are."""

    def start(self, now: datetime) -> datetime | None:
        """Return where it begins; ``None`` where it has no beginning."""
        if self.windows is None:
            return None
        latest = Window.containing(now, self.granularity).start
        return latest - (self.windows - 1) * self.granularity.duration


RANGES = {
    "48h": TimeRange(words="Last 48 hours", granularity=Granularity.HOUR, windows=48),
    "7": TimeRange(words="Last 7 days", granularity=Granularity.DAY, windows=7),
    "30": TimeRange(words="Last 30 days", granularity=Granularity.DAY, windows=30),
    "90": TimeRange(words="Last 90 days", granularity=Granularity.DAY, windows=90),
    "all": TimeRange(words="All days", granularity=Granularity.DAY, windows=None),
}
"""By how they stand in an address."""


def known_range(asked: str) -> str:
    """Return what an address asks for, or the usual range.

    >>> known_range("90"), known_range("-1"), known_range("")
    ('90', '30', '30')
    """
    return asked if asked in RANGES else USUAL


def range_reaching(range_: str, moment: datetime | None, now: datetime) -> str:
    """Return a range, or the shortest longer one that reaches back to a moment.

    >>> now = datetime(2026, 3, 12, 9, tzinfo=UTC)
    >>> range_reaching("30", datetime(2026, 1, 20, tzinfo=UTC), now)
    '90'
    >>> range_reaching("30", None, now), range_reaching("7", datetime(2026, 3, 9, tzinfo=UTC), now)
    ('30', '7')
    """
    if moment is None:
        return range_
    for key in list(RANGES)[list(RANGES).index(range_) :]:
        start = RANGES[key].start(now)
        if start is None or start <= moment:
            return key
    return range_


def range_choice(chosen: str, choose: Callable[[str], object]) -> None:
    """Add the field that chooses a range."""
    options = {key: found.words for key, found in RANGES.items()}
    field = ui.select(options, value=chosen, on_change=lambda event: choose(event.value))
    field.props("outlined dense options-dense").classes("md-field")
    field.props["aria-label"] = "Range"
    testable(field, "range")


def segment_choice(names: tuple[str, ...], chosen: str, choose: Callable[[str], object]) -> None:
    """Add the field that chooses a segment; nothing where there is none."""
    if not names:
        return
    options = {"": "All segments"} | {name: name for name in names}
    field = ui.select(options, value=chosen, on_change=lambda event: choose(event.value))
    field.props("outlined dense options-dense").classes("md-field md-field--segment")
    field.props["aria-label"] = "Segment"
    testable(field, "segment")


def key_of(window: Window) -> str:
    """Return a window as it stands in an address: its day, or its hour.

    >>> hour = Window.containing(datetime(2026, 3, 1, 9, tzinfo=UTC), Granularity.HOUR)
    >>> key_of(hour)
    '2026-03-01T09'
    """
    short = window.end - window.start < timedelta(days=1)
    return f"{window.start:{_HOUR if short else _DAY}}"


def key_at(start: str) -> str:
    """Return the key of the window that begins at a moment in ISO 8601, whose hour is told.

    >>> key_at("2026-03-01T09:00:00+00:00"), key_at("2026-03-01T00:00:00+00:00")
    ('2026-03-01T09', '2026-03-01')
    """
    return start[:10] if start[11:16] == "00:00" else start[:13]


def moment_of(key: str) -> datetime | None:
    """Return when the window of a key begins; ``None`` where it is none.

    >>> moment_of("2026-03-01T09").hour, moment_of("tomorrow")
    (9, None)
    """
    for pattern in (_DAY, _HOUR):
        try:
            found = datetime.strptime(key, pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
        # After the last year of the calendar nothing ends.
        return found if found.year < MAXYEAR else None
    return None


def window_words(window: Window) -> str:
    """Say when a window is, in UTC.

    >>> window_words(Window.containing(datetime(2026, 3, 1, 9, tzinfo=UTC), Granularity.DAY))
    'Sun 2026-03-01'
    """
    length = window.end - window.start
    if length < timedelta(days=1):
        return f"{window.start:%a %Y-%m-%d %H}:00 UTC"
    if length == timedelta(days=1):
        return f"{window.start:%a %Y-%m-%d}"
    return f"{window.start:%Y-%m-%d} to {window.end - timedelta(days=1):%Y-%m-%d}"
