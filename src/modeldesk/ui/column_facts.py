"""What a column's panel says about the reference and the chosen day, side by side."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from modeldesk.profiles import ColumnProfile
from modeldesk.schema import Kind
from modeldesk.ui.wording import NOTHING, count, number, share

_SHARES = {"25 %": 0.25, "Median": 0.5, "75 %": 0.75}
_TOP_VALUES = 8
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line: its name, and its value on both sides."""

    name: str
    reference: str
    current: str


def facts(
    reference: ColumnProfile, current: ColumnProfile | None, *, values: bool = True
) -> tuple[Fact, ...]:
    """Return the lines that fit the column's kind.

    Parameters
    ----------
    reference
        The column in the reference.
    current
        The same column on the chosen day; ``None`` where it has no rows.
    values
        Whether the most frequent values are among them.
    """
    before = summary(reference)
    now = summary(current) if current else {}
    lines = [
        Fact(name=name, reference=words, current=now.get(name, NOTHING))
        for name, words in before.items()
    ]
    lines += [
        Fact(name=name, reference=NOTHING, current=words)
        for name, words in now.items()
        if name not in before
    ]
    return (*lines, *_values(reference, current)) if values else tuple(lines)


def summary(column: ColumnProfile) -> dict[str, str]:
    """Return what is said of a column by itself, by the name of each fact."""
    lines = {
        "Rows": count(column.rows),
        "Missing": f"{count(column.missing)} ({share(column.missing_share)})",
        "Different values": f"≈ {count(round(column.distinct))}",
    }
    if column.lengths is not None and column.lengths.count and column.kind is Kind.TEXT:
        lines["Mean words"] = number(column.lengths.words.mean)
    moments, quantiles = column.moments, column.quantiles
    if moments is None or quantiles is None:
        return lines
    unit = " (characters)" if column.kind is Kind.TEXT else ""
    middle = quantiles.quantiles(list(_SHARES.values()))
    numbers: dict[str, float | None] = {"Mean": moments.mean}
    if not column.kind.temporal:
        numbers["Standard deviation"] = moments.std
    numbers["Minimum"] = moments.minimum
    numbers |= dict(zip(_SHARES, middle, strict=True))
    numbers["Maximum"] = moments.maximum
    return lines | {f"{name}{unit}": _measured(column, it) for name, it in numbers.items()}


def _measured(column: ColumnProfile, value: float | None) -> str:
    if not column.kind.temporal:
        return number(value)
    if value is None or not math.isfinite(value):
        return NOTHING
    return f"{_EPOCH + timedelta(seconds=value):%Y-%m-%d %H:%M}"


def _values(reference: ColumnProfile, current: ColumnProfile | None) -> list[Fact]:
    if reference.kind not in {Kind.BOOLEAN, Kind.CATEGORICAL}:
        return []
    before, now = _shares(reference), _shares(current) if current else {}
    together = {value: before.get(value, 0) + now.get(value, 0) for value in before | now}
    top = sorted(together, key=lambda value: -together[value])[:_TOP_VALUES]
    return [
        Fact(
            name=f"“{value}”",
            reference=share(before.get(value, 0)),
            current=share(now.get(value, 0)) if current else NOTHING,
        )
        for value in top
    ]


def _shares(column: ColumnProfile) -> dict[str, float]:
    if column.frequent is None or not column.frequent.total:
        return {}
    total = column.frequent.total
    return {item.value: min(1.0, item.count / total) for item in column.frequent.items()}
