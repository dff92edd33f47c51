"""The figures of a column, line by line, for one side or for two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from modeldesk.profiles import ColumnProfile
from modeldesk.reports.numbers import NOTHING, Scale, count, distinct, scale_of, share
from modeldesk.schema import Kind

_QUANTILES = {"5 %": 0.05, "25 %": 0.25, "median": 0.5, "75 %": 0.75, "95 %": 0.95}
_RARE = ("of them", "infinite", "came as", "empty strings", "zeros", "negatives")
"""Counts with names that begin so are only told where they are not zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """One line: a name, and its value on each side in the order of the columns."""

    name: str
    values: tuple[str, ...]


def statistics(*columns: ColumnProfile | None) -> tuple[Statistic, ...]:
    """Return what is known of a column, with the sides next to each other.

    Parameters
    ----------
    columns
        One column's profile per side; ``None`` where a side does not have it.

    Examples
    --------
    >>> from modeldesk import profile
    >>> column = profile({"age": [31, 47, None]}).column("age")
    >>> [(line.name, *line.values) for line in statistics(column)][:4]
    [('rows', '3'), ('missing', '1 (33.3 %)'), ('distinct', '2'), ('mean', '39.0')]
    """
    scale = scale_of(*columns)
    sides = [{} if column is None else _lines(column, scale) for column in columns]
    names = dict.fromkeys(name for side in sides for name in side)
    return tuple(
        Statistic(name=name, values=tuple(_told(side, name) for side in sides))
        for name in _in_order(names)
    )


def _told(side: Mapping[str, str], name: str) -> str:
    """Return a line's value; what is only told where it is not zero is zero elsewhere."""
    return side.get(name, "0" if side and name.startswith(_RARE) else NOTHING)


def typical(column: ColumnProfile) -> tuple[str, str, str] | None:
    """Return the smallest value, the median and the largest of numbers and times.

    ``None`` for other kinds, and where there is no value.
    """
    if column.kind is Kind.TEXT or column.moments is None or column.quantiles is None:
        return None
    scale = scale_of(column)
    (median,) = column.quantiles.quantiles([0.5])
    low, high = column.moments.minimum, column.moments.maximum
    return scale.value(low), scale.value(median), scale.value(high)


def mean_and_deviation(column: ColumnProfile) -> tuple[str, str]:
    """Return mean and standard deviation of numbers; empty for other kinds."""
    if not column.kind.numeric or column.moments is None:
        return "", ""
    scale = scale_of(column).finer()
    std = column.moments.std
    return scale.value(column.moments.mean), NOTHING if std is None else scale.value(std)


def values_in_words(column: ColumnProfile) -> str:
    """Return what a column holds: its range, its lengths, or its most frequent values.

    >>> from modeldesk import profile
    >>> values_in_words(profile({"side": ["left", "left", "right", None]}).column("side"))
    'left 66.7 %, right 33.3 %'
    """
    numbers = typical(column)
    if numbers is not None:
        return f"{numbers[0]} to {numbers[2]}"
    if column.kind is Kind.TEXT and column.moments is not None:
        low, high = count(column.moments.minimum), count(column.moments.maximum)
        return f"{low} to {high} characters"
    if column.vector is not None:
        return f"{count(column.vector.dimension)} dimensions"
    return ", ".join(f"{value} {share(part)}" for value, part in frequent_values(column, 5))


def frequent_values(column: ColumnProfile, most: int) -> tuple[tuple[str, float], ...]:
    """Return the most frequent values with their share of the values, largest first."""
    if column.frequent is None or not column.frequent.total:
        return ()
    total = column.frequent.total
    return tuple((i.value, min(1.0, i.count / total)) for i in column.frequent.items()[:most])


def _lines(column: ColumnProfile, scale: Scale) -> dict[str, str]:
    lines = {
        "rows": count(column.rows),
        "missing": f"{count(column.missing)} ({share(column.missing_share)})"
        if column.missing
        else "0",
    }
    if column.nan:
        lines["of them NaN"] = count(column.nan)
    if column.infinite:
        lines["infinite"] = count(column.infinite)
    if len(column.types) > 1:
        lines |= {f"came as {name}": count(times) for name, times in column.types.items()}
    if column.kind is not Kind.VECTOR:
        lines["distinct"] = distinct(column)
    if column.empty_share:
        lines["empty strings"] = share(column.empty_share)
    return lines | _numbers(column, scale) | _words(column) | _vectors(column)


def _numbers(column: ColumnProfile, scale: Scale) -> dict[str, str]:
    moments, quantiles = column.moments, column.quantiles
    if moments is None or quantiles is None:
        return {}
    unit = " length" if column.kind is Kind.TEXT else ""
    between = scale.finer()
    lines = {f"mean{unit}": between.value(moments.mean)}
    if moments.std is not None and column.kind.numeric:
        lines["standard deviation"] = between.value(moments.std)
    lines[f"minimum{unit}"] = scale.value(moments.minimum)
    middle = quantiles.quantiles(list(_QUANTILES.values()))
    lines |= {
        f"{name}{unit}": scale.value(value) for name, value in zip(_QUANTILES, middle, strict=True)
    }
    lines[f"maximum{unit}"] = scale.value(moments.maximum)
    if column.kind.numeric and moments.zeros:
        lines["zeros"] = count(moments.zeros)
    if column.kind.numeric and moments.negatives:
        lines["negatives"] = count(moments.negatives)
    return lines


def _words(column: ColumnProfile) -> dict[str, str]:
    if column.kind is not Kind.TEXT or column.lengths is None:
        return {}
    words = column.lengths.words
    return {"words": f"{count(words.minimum)} to {count(words.maximum)}, mean {words.mean:.1f}"}


def _vectors(column: ColumnProfile) -> dict[str, str]:
    vector = column.vector
    if vector is None:
        return {}
    lines = {"dimensions": count(vector.dimension)}
    if vector.count:
        lines["mean norm"] = f"{vector.norm.mean:.4g}"
        lines["range of norms"] = f"{vector.norm.minimum:.4g} to {vector.norm.maximum:.4g}"
    return lines


def _in_order(names: Mapping[str, None]) -> list[str]:
    """Return names with what only one side has (such as NaN) after the missing values."""
    early = [name for name in names if name.startswith(_RARE[:3])]
    rest = [name for name in names if name not in early]
    return [*rest[:2], *early, *rest[2:]]
