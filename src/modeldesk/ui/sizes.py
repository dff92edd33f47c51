"""Bytes and spans of time in words."""

from __future__ import annotations

from datetime import timedelta

_STEP = 1000
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def size(number: int) -> str:
    """Write a number of bytes with three significant digits.

    >>> size(1), size(999), size(1234), size(56_789_000), size(999_999)
    ('1 byte', '999 bytes', '1.23 kB', '56.8 MB', '1.00 MB')
    """
    if number == 1:
        return "1 byte"
    value = float(number)
    for unit in _UNITS:
        if value < 999.5 or unit == _UNITS[-1]:  # noqa: PLR2004 - what would be written as 1000
            digits = 0 if unit == _UNITS[0] else max(0, 2 - (value >= 9.995) - (value >= 99.95))  # noqa: PLR2004
            return f"{value:.{digits}f} {unit}"
        value /= _STEP
    raise AssertionError


def span(time: timedelta) -> str:
    """Write how long something takes.

    >>> span(timedelta(seconds=0.25)), span(timedelta(seconds=75)), span(timedelta(hours=30))
    ('0.25 s', '1 min 15 s', '30 h 0 min')
    """
    seconds = time.total_seconds()
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"  # noqa: PLR2004
    minutes = int(seconds // 60)
    if minutes < 60:  # noqa: PLR2004 - an hour
        return f"{minutes} min {int(seconds % 60)} s"
    return f"{minutes // 60} h {minutes % 60} min"
