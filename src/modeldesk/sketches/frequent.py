"""Which values occur most often, with bounds on their counts: a frequent items sketch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modeldesk.errors import Corrupt, Incompatible, InvalidArgument
from modeldesk.sketches import frequent_bytes
from modeldesk.sketches.native import library

if TYPE_CHECKING:
    import datasketches

LG_MAX = 10
"""Binary logarithm of the map's size."""
CAPACITY = 768
"""Up to so many different values (three quarters of the map) are counted exactly."""
LONGEST = 128
"""Longer values are cut to this many characters."""

_NOBODY = "\0\0\0"
"""A value that is never kept, so that its upper bound is the error of all values."""


def _new() -> datasketches.frequent_strings_sketch:
    return library().frequent_strings_sketch(LG_MAX)


def _items(native: datasketches.frequent_strings_sketch) -> Iterable[tuple[str, int, int, int]]:
    """Return each value that is kept, with the estimate and the bounds of its count."""
    found: list[tuple[str, int, int, int]] = native.get_frequent_items(
        library().frequent_items_error_type.NO_FALSE_NEGATIVES
    )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One value and how often it occurred."""

    value: str
    count: int
    """The estimate, equal to `upper`."""
    lower: int
    """It occurred at least this often ..."""
    upper: int
    """... and at most this often."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frequent:
    """The most frequent values of a column.

    Up to 768 different values are counted exactly. Beyond, rare values are forgotten, and
    each count is known within `error`. Without an argument it is the neutral element of
    `merge`.

    Parameters
    ----------
    native
        The sketch of Apache DataSketches; nobody may update it any more.

    References
    ----------
    Anderson, Bevan, Lang, Liberty, Rhodes, Thaler: A high-performance algorithm for
    identifying frequent items in data streams, 2017.
    https://datasketches.apache.org/docs/Frequency/FrequentItemsOverview.html

    Examples
    --------
    >>> sketch = Frequent.of({"red": 2, "blue": 1}).merge(Frequent.of({"red": 3}))
    >>> [(item.value, item.count) for item in sketch.items()]
    [('red', 5), ('blue', 1)]
    """

    native: datasketches.frequent_strings_sketch = field(default_factory=_new)

    @staticmethod
    def of(counts: Mapping[str, int]) -> Frequent:
        """Summarise values by the number of times each occurs; longer ones are cut.

        Raises
        ------
        InvalidArgument
            When a count is not positive.
        """
        if min(counts.values(), default=1) < 1:
            message = "A value is counted less than once."
            raise InvalidArgument(message, hint="Leave out values that do not occur.")
        cut: dict[str, int] = {}
        for value, count in counts.items():
            short = value[:LONGEST]
            cut[short] = cut.get(short, 0) + count
        if len(cut) > CAPACITY:
            return _largest(cut)
        native = _new()
        for value, count in cut.items():
            native.update(value, count)
        return Frequent(native=native)

    @staticmethod
    def of_largest(counts: Mapping[str, int], *, error: int, total: int) -> Frequent:
        """Summarise the values of which only the largest counts are at hand.

        Parameters
        ----------
        counts
            The largest counts by value, at most 768 of them, each larger than `error`, of
            values of at most 128 characters.
        error
            Every value that is left out occurs at most this often.
        total
            How many values there are, those left out included.

        Raises
        ------
        InvalidArgument
            When there are too many counts, or they contradict the error or the total.
        """
        smallest, gathered = min(counts.values(), default=error), sum(counts.values())
        if not counts or len(counts) > CAPACITY or gathered > total or smallest < max(error, 1):
            message = f"{len(counts)} largest counts contradict error {error}, total {total}."
            raise InvalidArgument(message, hint=f"Give 1 to {CAPACITY} counts above the error.")
        kept = {value: count - error for value, count in counts.items() if count > error}
        # Where all counts are alike one value stays, with a count that is not too high, as an
        # empty sketch forgets its total when it is written.
        return _restored(kept or {min(counts): 1}, error=error, total=total)

    @property
    def total(self) -> int:
        """How many values were counted."""
        return int(self.native.total_weight)

    @property
    def error(self) -> int:
        """Largest difference between the upper and the lower bound of any count."""
        return int(self.native.get_upper_bound(_NOBODY))

    @property
    def exact(self) -> bool:
        """Whether no value was forgotten, so that every count is right."""
        return self.error == 0

    def items(self) -> tuple[Item, ...]:
        """Return the values that are kept, most frequent first, ties by the value."""
        found = (
            Item(value=value, count=upper, lower=lower, upper=upper)
            for value, _, lower, upper in _items(self.native)
        )
        return tuple(sorted(found, key=lambda item: (-item.count, item.value)))

    def counts(self) -> dict[str, int]:
        """Return the upper bound of each value's count, in no particular order.

        It is a tenth of the work that `items` is, for those who need no more.
        """
        return {value: upper for value, _, _, upper in _items(self.native)}

    def merge(self, other: Frequent) -> Frequent:
        """Return the summary of both sets of values together.

        Raises
        ------
        Incompatible
            When the two keep different numbers of values.
        """
        if self.native.epsilon != other.native.epsilon:
            message = "Two summaries of frequent values keep different numbers of them."
            raise Incompatible(message, hint="Build both with the same lg_max.")
        native = copy(self.native)
        native.merge(other.native)
        merged = Frequent(native=native)
        if native.num_active_items or not merged.total:
            return merged
        return _restored({self.items()[0].value: 1}, error=merged.error, total=merged.total)

    def encode(self) -> bytes:
        """Return the summary as bytes of Apache DataSketches."""
        return bytes(self.native.serialize())

    @staticmethod
    def decode(data: bytes) -> Frequent:
        """Read what `encode` wrote; `Corrupt` when the bytes are something else."""
        try:
            frequent_bytes.check(data)
            return Frequent(native=library().frequent_strings_sketch.deserialize(data))
        except Exception as error:  # boundary: whatever the C++ library makes of the bytes
            message = f"The frequent values cannot be read: {error}."
            raise Corrupt(message) from error

    def __eq__(self, other: object) -> bool:
        same = isinstance(other, Frequent) and self.total == other.total
        return same and isinstance(other, Frequent) and self.items() == other.items()

    def __hash__(self) -> int:
        return hash((self.total, self.items()))


def _largest(counts: dict[str, int]) -> Frequent:
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return Frequent.of_largest(
        dict(ranked[:CAPACITY]), error=ranked[CAPACITY][1], total=sum(counts.values())
    )


def _restored(counts: Mapping[str, int], *, error: int, total: int) -> Frequent:
    """Return a sketch of given counts, error and total."""
    return Frequent.decode(frequent_bytes.written(counts, lg_max=LG_MAX, error=error, total=total))
