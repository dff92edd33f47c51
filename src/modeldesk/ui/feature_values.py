"""Values of features in addresses and form fields: reading, writing, and sensible steps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from modeldesk.schema import Column, Kind, Signature, Value

_PARTS = 50
"""A slider has about this many steps or up to two and a half times as many."""
_ROUND = (1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The range and the step of a slider."""

    low: float
    high: float
    step: float

    @property
    def digits(self) -> int:
        """Decimals that the step needs."""
        return max(0, -math.floor(math.log10(self.step)))


def scale(column: Column) -> Scale | None:
    """Return a slider's range round the reference's, in round steps.

    ``None`` where the reference has no range to move in, or one too wide for a slider.

    >>> scale(Column(name="width", kind=Kind.FLOAT, low=2.03, high=4.4))
    Scale(low=2.0, high=4.4, step=0.05)
    >>> scale(Column(name="rooms", kind=Kind.INTEGER, low=1, high=9))
    Scale(low=1.0, high=9.0, step=1.0)
    """
    if not column.kind.numeric or column.low is None or column.high is None:
        return None
    width = column.high - column.low
    if width <= 0 or not math.isfinite(width):
        return None
    power = 10.0 ** math.floor(math.log10(width / _PARTS))
    step = next(power * factor for factor in _ROUND if width / (power * factor) <= 1.5 * _PARTS)
    if column.kind is Kind.INTEGER:
        step = max(1.0, round(step))
    digits = max(0, -math.floor(math.log10(step)))
    low = round(math.floor(column.low / step + 1e-9) * step, digits)
    high = round(math.ceil(column.high / step - 1e-9) * step, digits)
    return Scale(low=low, high=high, step=round(step, digits))


def start_values(signature: Signature, query: Mapping[str, str]) -> dict[str, Value]:
    """Return what a form starts with: the address's values, else each feature's typical one."""
    values: dict[str, Value] = {
        name: float(f"{value:.5g}") if isinstance(value, float) else value
        for name, value in signature.example().items()
    }
    for column in signature.inputs:
        if column.name in query:
            values[column.name] = read(column, query[column.name], values[column.name])
    return values


def read(column: Column, words: str, default: Value) -> Value:
    """Read a value as an address or a text field carries it; the default where it cannot be.

    An empty text is a missing value for all but text columns.

    >>> read(Column(name="age", kind=Kind.INTEGER), "31", 0)
    31
    >>> read(Column(name="age", kind=Kind.INTEGER), "old", 0)
    0
    """
    if not words and column.kind not in {Kind.TEXT, Kind.CATEGORICAL}:
        return None
    if column.kind is Kind.BOOLEAN:
        return {"true": True, "false": False}.get(words.lower(), default)
    if column.kind is Kind.VECTOR:
        return _vector(words, default)
    if not (column.kind.numeric or column.kind is Kind.DURATION or column.whole):
        return words
    return _number(column, words, default)


def _number(column: Column, words: str, default: Value) -> Value:
    try:
        number = float(words)
    except ValueError:
        return default
    if not math.isfinite(number):
        return default
    whole = column.kind is Kind.INTEGER or column.whole
    return int(number) if whole and number.is_integer() else number


def _vector(words: str, default: Value) -> Value:
    try:
        return tuple(float(word) for word in words.strip("[]() ").split(","))
    except ValueError:
        return default


def written(value: Value) -> str:
    """Write a value so that `read` gives it back.

    >>> written(True), written(None), written(0.1), written((0.5, 2.0))
    ('true', '', '0.1', '0.5, 2.0')
    """
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def unusual(column: Column, value: Value) -> str:
    """Say how a value lies outside the reference; empty where it does not.

    >>> unusual(Column(name="width", kind=Kind.FLOAT, low=2.0, high=4.4), 9.0)
    'above everything in the reference (2 to 4.4)'
    """
    if isinstance(value, int | float) and column.low is not None and column.high is not None:
        seen = f"everything in the reference ({column.low:g} to {column.high:g})"
        if value < column.low:
            return f"below {seen}"
        return f"above {seen}" if value > column.high else ""
    if column.categories and isinstance(value, str) and value not in column.categories:
        return "a value that the reference does not have"
    return ""
