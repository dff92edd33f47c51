"""How many rows a column has, how many are missing, and of what types the values are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

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
    integers, fractions, booleans, strings, times, dates, durations, vectors, objects
        Values by the type in which they came; what is none of the others is an object.
    positive_infinite, negative_infinite
        The infinite values by their sign; fewer in sum where it was not counted.
    empty
        Values that are empty strings.

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
    dates: int = 0
    durations: int = 0
    vectors: int = 0
    objects: int = 0
    positive_infinite: int = 0
    negative_infinite: int = 0
    empty: int = 0

    def __post_init__(self) -> None:
        if min(self._fields()) < 0:
            message = f"A count is negative: {self}."
            raise InvalidArgument(message)
        values = sum(getattr(self, field) for field in _TYPES.values())
        parts = max(self.infinite, self.true, self.empty, values)
        signed = self.positive_infinite + self.negative_infinite
        if not self.nan <= self.missing <= self.rows or parts > self.rows - self.missing:
            message = f"A part is larger than its whole: {self}."
            raise InvalidArgument(message)
        if signed > self.infinite:
            message = f"More values are infinite of either sign than at all: {self}."
            raise InvalidArgument(message)

    @property
    def present(self) -> int:
        """Rows with a value."""
        return self.rows - self.missing

    @property
    def types(self) -> dict[str, int]:
        """Number of values per type in which they came; types without a value are left out."""
        counts = {name: int(getattr(self, field)) for name, field in _TYPES.items()}
        return {name: count for name, count in counts.items() if count}

    @staticmethod
    def typed(types: Mapping[str, int], **counts: int) -> Counts:
        """Return counts with the values per type given by the names that `types` uses.

        >>> Counts.typed({"integer": 2, "string": 1}, rows=3).strings
        1
        """
        return Counts(**counts, **{_TYPES[name]: count for name, count in types.items()})

    def merge(self, other: Counts) -> Counts:
        """Return the counts of both sets of rows together."""
        pairs = zip(self._fields(), other._fields(), strict=True)
        return Counts._of([a + b for a, b in pairs])

    def encode(self) -> bytes:
        """Return the counts as bytes."""
        return msgspec.msgpack.encode(self._fields())

    @staticmethod
    def decode(data: bytes) -> Counts:
        """Read what `encode` wrote; `Corrupt` when the bytes are something else.

        Counts that a later version added are 0 in the bytes of an earlier one.
        """
        try:
            return Counts._of(msgspec.msgpack.decode(data, type=list[int]))
        except (msgspec.MsgspecError, InvalidArgument, ValueError) as error:
            message = f"The counts cannot be read: {error}."
            raise Corrupt(message) from error

    def _fields(self) -> tuple[int, ...]:
        return tuple(getattr(self, name) for name in _NAMES)

    @staticmethod
    def _of(counts: Sequence[int]) -> Counts:
        if len(counts) not in (_FIRST, len(_NAMES)):
            message = f"there are {len(counts)} of them"
            raise ValueError(message)
        return Counts(**dict(zip(_NAMES, counts, strict=False)))


_NAMES = tuple(field.name for field in fields(Counts))
_FIRST = 10
"""How many counts the first version of the format had."""
_TYPES = {
    "integer": "integers",
    "fractional": "fractions",
    "boolean": "booleans",
    "string": "strings",
    "datetime": "times",
    "date": "dates",
    "duration": "durations",
    "vector": "vectors",
    "object": "objects",
}
