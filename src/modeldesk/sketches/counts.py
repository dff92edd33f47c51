"""How many rows a column has, how many are missing, and of what types the values are."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from modeldesk.errors import Corrupt, InvalidArgument


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Counts of rows; every one of them merges by addition, and zero is neutral.

    Parameters
    ----------
    rows
        Rows, with or without a value.
    missing
        Rows without a value, NaN included.
    nan
        Rows whose value is NaN; they are among the missing.
    infinite
        Values that are plus or minus infinity.
    true
        Values that are true; boolean columns only.
    integers, fractions, booleans, strings, times
        Values by the type in which they came.

    Raises
    ------
    InvalidArgument
        When a count is negative or a part is larger than its whole.

    Examples
    --------
    >>> Counts(rows=3, missing=1, integers=2).merge(Counts(rows=1, integers=1)).rows
    4
    """

    rows: int = 0
    missing: int = 0
    nan: int = 0
    infinite: int = 0
    true: int = 0
    integers: int = 0
    fractions: int = 0
    booleans: int = 0
    strings: int = 0
    times: int = 0

    def __post_init__(self) -> None:
        if min(self._fields()) < 0:
            message = f"A count is negative: {self}."
            raise InvalidArgument(message)
        values = self.integers + self.fractions + self.booleans + self.strings + self.times
        parts = max(self.infinite, self.true, values)
        if not self.nan <= self.missing <= self.rows or parts > self.rows - self.missing:
            message = f"A part is larger than its whole: {self}."
            raise InvalidArgument(message)

    @property
    def present(self) -> int:
        """Rows with a value."""
        return self.rows - self.missing

    @property
    def types(self) -> dict[str, int]:
        """Number of values per type in which they came; types without a value are left out."""
        names = ("integer", "fractional", "boolean", "string", "datetime")
        counts = (self.integers, self.fractions, self.booleans, self.strings, self.times)
        return {name: count for name, count in zip(names, counts, strict=True) if count}

    def merge(self, other: Counts) -> Counts:
        """Return the counts of both sets of rows together."""
        pairs = zip(self._fields(), other._fields(), strict=True)
        return Counts._of(*(a + b for a, b in pairs))

    def encode(self) -> bytes:
        """Return the counts as bytes."""
        return msgspec.msgpack.encode(self._fields())

    @staticmethod
    def decode(data: bytes) -> Counts:
        """Read what `encode` wrote; `Corrupt` when the bytes are something else."""
        try:
            return Counts._of(*msgspec.msgpack.decode(data, type=list[int]))
        except (msgspec.MsgspecError, InvalidArgument, ValueError) as error:
            message = f"The counts cannot be read: {error}."
            raise Corrupt(message) from error

    def _fields(self) -> tuple[int, ...]:
        return (
            self.rows,
            self.missing,
            self.nan,
            self.infinite,
            self.true,
            self.integers,
            self.fractions,
            self.booleans,
            self.strings,
            self.times,
        )

    @staticmethod
    def _of(*fields: int) -> Counts:
        rows, missing, nan, infinite, true, integers, fractions, booleans, strings, times = fields
        return Counts(
            rows=rows,
            missing=missing,
            nan=nan,
            infinite=infinite,
            true=true,
            integers=integers,
            fractions=fractions,
            booleans=booleans,
            strings=strings,
            times=times,
        )
