"""Numbers, shares and ranges in words."""

from __future__ import annotations

from datetime import UTC, datetime

from modeldesk.schema import Kind

_SURE = 0.001
_DAY = 86400
_LONGEST = 40
_UNITS = (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0))
_NOUNS = {
    Kind.BOOLEAN: "true or false",
    Kind.INTEGER: "whole numbers",
    Kind.FLOAT: "numbers",
    Kind.CATEGORICAL: "categories",
    Kind.TEXT: "texts",
    Kind.DATETIME: "times",
    Kind.DATE: "dates",
    Kind.DURATION: "durations",
    Kind.VECTOR: "vectors",
    Kind.IDENTIFIER: "identifiers",
}
_LONG = 10_000
"""Numbers from here on are told with six digits, smaller ones with four."""
_ALL = 17
"""With so many digits every number is told from every other."""


def amount(value: float, kind: Kind = Kind.FLOAT) -> str:
    """Return a number as people write it; seconds since 1970 as a date, lengths with a unit.

    >>> amount(4.4), amount(1700000000.0, Kind.DATETIME), amount(12.0, Kind.TEXT)
    ('4.4', '2023-11-14 22:13', '12 characters')
    """
    if kind is Kind.TEXT:
        return f"{value:.0f} characters"
    if kind.temporal:
        return moment(value)
    if kind is Kind.DURATION:
        return _lasting(value)
    if kind is Kind.INTEGER and abs(value) < 1e15:  # noqa: PLR2004
        return f"{value:.0f}"
    return f"{value:.4g}" if abs(value) < _LONG else f"{value:.6g}"


def told_apart(one: float, other: float, kind: Kind = Kind.FLOAT) -> tuple[str, str]:
    """Return two numbers as `amount` does, with more digits where they would look alike.

    >>> told_apart(4.4, 5.1), told_apart(1e9 + 0.25, 1e9 + 1.5)
    (('4.4', '5.1'), ('1000000000.2', '1000000001.5'))
    """
    first, second = amount(one, kind), amount(other, kind)
    if first != second or one == other or kind is not Kind.FLOAT:
        return first, second
    digits = next(d for d in range(5, _ALL) if f"{one:.{d}g}" != f"{other:.{d}g}" or d == _ALL - 1)
    return f"{one:.{digits + 1}g}", f"{other:.{digits + 1}g}"


def _lasting(seconds: float) -> str:
    """Return a duration in the largest unit of which it has one or more."""
    unit, size = next(
        ((unit, size) for unit, size in _UNITS if abs(seconds) >= size), ("seconds", 1.0)
    )
    return f"{seconds / size:.4g} {unit}"


def noun(kind: Kind) -> str:
    """Return what the values of a kind are called.

    >>> noun(Kind.FLOAT), noun(Kind.BOOLEAN)
    ('numbers', 'true or false')
    """
    return _NOUNS[kind]


def compared(kind: Kind, *, higher: bool) -> str:
    """Say that values are more, or less.

    >>> compared(Kind.FLOAT, higher=True), compared(Kind.TEXT, higher=False)
    ('values are higher', 'texts are shorter')
    """
    if kind is Kind.TEXT:
        return f"texts are {'longer' if higher else 'shorter'}"
    if kind.temporal:
        return f"values are {'later' if higher else 'earlier'}"
    return f"values are {'higher' if higher else 'lower'}"


def counted(number: int, word: str) -> str:
    """Return a count with its noun.

    >>> counted(1, "column"), counted(1200, "row")
    ('1 column', '1,200 rows')
    """
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def moment(seconds: float) -> str:
    """Return seconds since 1970 as a date, with the time unless it is midnight."""
    try:
        stamp = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return f"{seconds:.6g} s"
    return f"{stamp:%Y-%m-%d}" if seconds % _DAY == 0 else f"{stamp:%Y-%m-%d %H:%M}"


def percent(share: float) -> str:
    """Return a share in percent, or ``none``.

    >>> percent(0.2), percent(0.0004), percent(0.0)
    ('20.0 %', 'under 0.1 %', 'none')
    """
    if share <= 0:
        return "none"
    return "under 0.1 %" if share < 0.0005 else f"{share * 100:.1f} %"  # noqa: PLR2004


def chance(p_value: float) -> str:
    """Return a p-value, as precise as it deserves.

    >>> chance(0.00002), chance(0.043)
    ('p < 0.001', 'p = 0.043')
    """
    return f"p < {_SURE}" if p_value < _SURE else f"p = {p_value:.2g}"


def quoted(name: str) -> str:
    """Return a category in quotes, cut where it is long.

    >>> quoted("red"), quoted("x" * 50)
    ("'red'", "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'")
    """
    return repr(name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…")


def above(limit: float, kind: Kind) -> str:
    """Say that values exceed the reference's largest."""
    words = {
        Kind.TEXT: f"are longer than the reference's longest of {amount(limit, kind)}",
        Kind.DATETIME: f"are later than the reference's last, {amount(limit, kind)}",
        Kind.DATE: f"are later than the reference's last, {amount(limit, kind)}",
    }
    return words.get(kind, f"lie above the reference's maximum of {amount(limit, kind)}")


def below(limit: float, kind: Kind) -> str:
    """Say that values fall short of the reference's smallest."""
    words = {
        Kind.TEXT: f"are shorter than the reference's shortest of {amount(limit, kind)}",
        Kind.DATETIME: f"are earlier than the reference's first, {amount(limit, kind)}",
        Kind.DATE: f"are earlier than the reference's first, {amount(limit, kind)}",
    }
    return words.get(kind, f"lie below the reference's minimum of {amount(limit, kind)}")


def between(low: float, high: float, kind: Kind) -> str:
    """Say that values are in a range."""
    if low == high:
        verb = "have" if kind is Kind.TEXT else "are"
        return f"{verb} {amount(low, kind)}"
    if kind is Kind.TEXT:
        return f"have between {low:.0f} and {amount(high, kind)}"
    first, last = told_apart(low, high, kind)
    return f"lie between {first} and {last}"
