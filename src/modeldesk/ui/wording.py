"""Numbers, times and verdicts in words, the same on every page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from modeldesk.drift import Status
from modeldesk.schema import Value

NOTHING = "—"
"""Shown where there is no value."""

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_MONTH = 61 * _DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictWords:
    """How a status is shown: a word, an icon and a tone; never colour alone."""

    word: str
    icon: str
    tone: str
    """Suffix of the CSS class."""
    urgency: int
    """0 comes first in lists."""


_VERDICTS = {
    Status.CHANGED: VerdictWords(word="Changed", icon="warning", tone="changed", urgency=0),
    Status.NOT_ENOUGH_DATA: VerdictWords(
        word="Not enough data", icon="hourglass_empty", tone="unsure", urgency=1
    ),
    Status.STABLE: VerdictWords(word="Stable", icon="check_circle", tone="stable", urgency=3),
    Status.NOT_COMPARED: VerdictWords(word="Not compared", icon="block", tone="none", urgency=4),
}
_NO_TRAFFIC = VerdictWords(word="No traffic yet", icon="schedule", tone="none", urgency=2)


def verdict_words(status: Status | None) -> VerdictWords:
    """Return how a status is shown; ``None`` is a model without traffic."""
    return _NO_TRAFFIC if status is None else _VERDICTS[status]


def count(number: int) -> str:
    """Write a whole number with thousands set apart.

    >>> count(1234567)
    '1,234,567'
    """
    return f"{number:,}"


def share(part: float) -> str:
    """Write a share from 0 to 1 in per cent.

    >>> share(0.2), share(0), share(0.00004), share(0.99999)
    ('20.0 %', '0 %', '< 0.1 %', '> 99.9 %')
    """
    if part in {0, 1}:
        return f"{part * 100:.0f} %"
    if part < 0.001:  # noqa: PLR2004 - a tenth of a per cent, as said in the text
        return "< 0.1 %"
    if part > 0.999:  # noqa: PLR2004
        return "> 99.9 %"
    return f"{part * 100:.1f} %"


def number(value: float | None) -> str:
    """Write a measured number with up to five significant digits.

    >>> number(5.8433333), number(12345678.0), number(3.0), number(None), number(-0.00001234)
    ('5.8433', '1.2346e+07', '3', '—', '-1.234e-05')
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    return f"{value:.5g}"


def plain(value: Value) -> str:
    """Write any input or output value.

    >>> plain(True), plain(None), plain(0.1234567), plain("a")
    ('true', '—', '0.12346', 'a')
    """
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return number(value)
    if isinstance(value, datetime):
        return utc(value)
    return str(value)


def brief(words: str, most: int = 200) -> str:
    """Cut what is too long to be shown, and say how long it is.

    >>> brief("abcdef", 3), brief("abc", 3)
    ('abc… (6 characters)', 'abc')
    """
    return words if len(words) <= most else f"{words[:most]}… ({count(len(words))} characters)"


def utc(moment: datetime | None) -> str:
    """Write a moment to the second, in UTC.

    >>> from datetime import UTC
    >>> utc(datetime(2026, 3, 1, 9, 5, tzinfo=UTC))
    '2026-03-01 09:05:00 UTC'
    """
    return NOTHING if moment is None else f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def ago(moment: datetime | None, now: datetime) -> str:
    """Write how long ago a moment was.

    >>> from datetime import UTC, timedelta
    >>> now = datetime(2026, 3, 1, tzinfo=UTC)
    >>> [ago(now - timedelta(seconds=s), now) for s in (5, 90, 3600, 200_000, 9_000_000)]
    ['just now', '1 minute ago', '1 hour ago', '2 days ago', '2025-11-16']
    """
    if moment is None:
        return "never"
    seconds = int((now - moment).total_seconds())
    if seconds < -_MINUTE:
        return f"{moment:%Y-%m-%d}"
    if seconds < _MINUTE:
        return "just now"
    for unit, length, limit in (
        ("minute", _MINUTE, _HOUR),
        ("hour", _HOUR, _DAY),
        ("day", _DAY, _MONTH),
    ):
        if seconds < limit:
            many = seconds // length
            return f"{many} {unit}{'' if many == 1 else 's'} ago"
    return f"{moment:%Y-%m-%d}"


def plural(many: int, word: str, several: str = "") -> str:
    """Write a count with its noun.

    >>> plural(1, "alert"), plural(2, "alert"), plural(0, "batch", "batches")
    ('1 alert', '2 alerts', '0 batches')
    """
    return f"{count(many)} {word if many == 1 else several or f'{word}s'}"
