"""Figures and their intervals in words: as many digits as the interval lets count."""

from __future__ import annotations

import math

from modeldesk.services.performance_views import FigureView

_MOST_DECIMALS = 6
_NOTHING = 1e-9
"""What is smaller comes from rounding."""
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def decimals(low: float | None, high: float | None) -> int | None:
    """Return how many decimals count: two digits of the interval's length.

    >>> decimals(0.918, 0.958), decimals(40.1, 46.3), decimals(-800.0, 5000.0), decimals(1.0, 1.0)
    (3, 1, 0, None)
    """
    if low is None or high is None or high - low < _NOTHING:
        return None
    return min(_MOST_DECIMALS, max(0, 1 - math.floor(math.log10(high - low))))


def value_words(figure: FigureView) -> str:
    """Write a figure's value, or that there is none."""
    if figure.value is None:
        return "not defined"
    return written(figure.value, decimals(figure.low, figure.high))


def interval_words(figure: FigureView) -> str:
    """Write a figure's interval; empty where there is none."""
    if figure.low is None or figure.high is None:
        return ""
    places = decimals(figure.low, figure.high)
    return f"{written(figure.low, places)} to {written(figure.high, places)}"


def lasting(seconds: float) -> str:
    """Write a length of time with the unit that fits it.

    >>> lasting(0.2), lasting(90), lasting(5400), lasting(86400), lasting(1_000_000)
    ('0 seconds', '1.5 minutes', '1.5 hours', '1 day', '11.6 days')
    """
    for unit, length in (("day", _DAY), ("hour", _HOUR), ("minute", _MINUTE)):
        if seconds >= length:
            return _several(round(seconds / length, 1), unit)
    return _several(round(seconds), "second")


def written(value: float, places: int | None) -> str:
    """Write a number with so many decimals; ``None``: with four digits that count.

    >>> written(0.9376, 3), written(12345.6, None), written(-0.00001, 2)
    ('0.938', '12,346', '0.00')
    """
    if abs(value) < _NOTHING:
        value = 0.0
    if places is None:
        return f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"  # noqa: PLR2004
    return f"{round(value, places) + 0.0:,.{places}f}"


def _several(many: float, unit: str) -> str:
    return f"{many:g} {unit}{'' if many == 1 else 's'}"
