"""Counts, shares and values with as many digits as they deserve."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from modeldesk.drift import wording
from modeldesk.profiles import ColumnProfile
from modeldesk.schema import Kind

NOTHING = "—"
"""Shown where there is no value."""

_DIGITS = 3
"""Significant digits of the width of the bulk of a column's values."""
_DEEP = 9
"""More decimals than this are written with a power of ten."""
_LONG = 1e12
_DAYS = 3 * 86400.0


def count(number: float) -> str:
    """Write a whole number with thousands set apart.

    >>> count(1234567.2)
    '1,234,567'
    """
    return f"{number:,.0f}"


def share(part: float) -> str:
    """Write a share from 0 to 1 in per cent.

    >>> share(0.2), share(0), share(0.00004), share(0.99999), share(1)
    ('20.0 %', '0 %', '< 0.1 %', '> 99.9 %', '100 %')
    """
    if part in {0, 1}:
        return f"{part * 100:.0f} %"
    if part < 0.001:  # noqa: PLR2004  # a tenth of a per cent, as the text says
        return "< 0.1 %"
    if part > 0.999:  # noqa: PLR2004
        return "> 99.9 %"
    return f"{part * 100:.1f} %"


def distinct(column: ColumnProfile) -> str:
    """Write about how many different values a column has: never more than it has values."""
    return count(min(column.distinct, column.present))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How the values of a column are written, so that they line up and tell each other apart.

    Parameters
    ----------
    kind
        What sort of values they are.
    decimals, fine
        Decimals of values, and of means and deviations, which lie between whole numbers.
    days
        Whether times are told by their day alone.
    """

    kind: Kind
    decimals: int = 0
    fine: int = 0
    days: bool = False

    def value(self, number: float) -> str:
        """Write one value, or a number of the same unit such as a mean.

        >>> Scale(kind=Kind.FLOAT, decimals=2).value(4.4)
        '4.40'
        """
        if not math.isfinite(number):
            return NOTHING
        if self.kind.temporal:
            return wording.moment(number).split(" ")[0] if self.days else wording.moment(number)
        if not self.kind.numeric and self.kind is not Kind.TEXT:
            return wording.amount(number, self.kind)
        if abs(number) >= _LONG or self.decimals > _DEEP:
            return f"{number:.4g}"
        return f"{number:,.{self.decimals}f}"

    def finer(self) -> Scale:
        """Return the scale of a mean or a deviation."""
        return replace(self, decimals=self.fine)


def scale_of(*columns: ColumnProfile | None) -> Scale:
    """Return the scale of a column, or of both sides of a comparison together.

    Numbers get three significant digits of the distance between their 5 % and 95 %
    quantiles: ``5.84`` where values lie between 4 and 8, ``1,234`` where they go to thousands.

    >>> from modeldesk import profile
    >>> column = profile({"width": [2.0, 2.8, 3.0, 3.3, 4.4]}).column("width")
    >>> scale_of(column).value(3.05733)
    '3.06'
    """
    known = [column for column in columns if column is not None]
    kind = known[0].kind if known else Kind.FLOAT
    if any(column.kind is not kind and column.kind.numeric for column in known):
        kind = Kind.FLOAT
    spreads = [spread for column in known if (spread := _spread(column)) > 0]
    if kind.temporal:
        days = kind is Kind.DATE or (bool(spreads) and max(spreads) >= _DAYS)
        return Scale(kind=kind, days=days)
    fine = _decimals(min(spreads)) if spreads else _constant_decimals(known)
    return Scale(kind=kind, decimals=fine if kind is Kind.FLOAT else 0, fine=fine)


def _spread(column: ColumnProfile) -> float:
    """Return how wide the bulk of the values is; where that is nothing, all of them."""
    if column.quantiles is None or column.moments is None:
        return 0.0
    low, high = column.quantiles.quantiles([0.05, 0.95])
    return (high - low) or (column.moments.maximum - column.moments.minimum)


def _decimals(width: float) -> int:
    if not math.isfinite(width):
        return 0
    return max(0, _DIGITS - 1 - math.floor(math.log10(width)))


def _constant_decimals(columns: list[ColumnProfile]) -> int:
    """Return enough decimals for a column of one value: up to six."""
    values = [column.moments.mean for column in columns if column.moments is not None]
    return max((_needed(value) for value in values), default=0)


def _needed(value: float) -> int:
    written = f"{value:.6f}".rstrip("0")
    return len(written) - written.index(".") - 1
