"""The axis of time that charts share: every bucket from the first to the last."""

from __future__ import annotations

from collections.abc import Sequence

from modeldesk.schema import Granularity, Window

MOST_WINDOWS = 90


def timeline(
    windows: Sequence[Window], granularity: Granularity, *, most: int = MOST_WINDOWS
) -> tuple[Window, ...]:
    """Return all buckets between the first and the last window, oldest first.

    Buckets without traffic are included, so that a gap looks like one; of a longer range the
    latest `most` buckets are kept.

    Parameters
    ----------
    windows
        Buckets of one granularity, in any order.
    granularity
        Their length.
    most
        How many buckets a chart can show.
    """
    if not windows:
        return ()
    first, last = min(windows), max(windows)
    filled = [last]
    while filled[-1].start > first.start and len(filled) < most:
        start = filled[-1].start - granularity.duration
        filled.append(Window(start=start, end=filled[-1].start))
    return tuple(reversed(filled))


def label_of(window: Window, granularity: Granularity) -> str:
    """Return a short name of a bucket.

    >>> from datetime import UTC, datetime
    >>> day = Window.containing(datetime(2026, 3, 1, tzinfo=UTC), Granularity.DAY)
    >>> label_of(day, Granularity.DAY)
    '1 Mar'
    """
    if granularity is Granularity.DAY:
        return f"{window.start.day} {window.start:%b}"
    return f"{window.start.day} {window.start:%b %H}h"
