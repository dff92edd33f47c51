"""Profile: the summary of a set of rows, the unit that is stored, merged and compared."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from modeldesk.errors import InvalidArgument, NotFound
from modeldesk.profiles import codec
from modeldesk.profiles.column import ColumnProfile
from modeldesk.schema import repeated
from modeldesk.sketches import Correlations


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Statistical summary of a set of rows, of fixed size however many rows there are.

    Build one with `modeldesk.profile`.

    Parameters
    ----------
    rows
        Number of rows.
    columns
        One summary per column. A column may have fewer rows than the profile, where part of
        the rows came without it.
    correlations
        How the numeric columns vary together; ``None`` where there are not two of them, and in
        profiles of format 1.

    Raises
    ------
    InvalidArgument
        When two columns have the same name, or a column has more rows than the profile.

    Examples
    --------
    >>> from modeldesk import profile
    >>> monday, tuesday = profile({"age": [31, 47]}), profile({"age": [62]})
    >>> both = monday.merge(tuesday)
    >>> both.rows, both.column("age").moments.maximum
    (3, 62.0)
    >>> Profile.decode(both.encode()).rows
    3
    """

    rows: int = 0
    columns: tuple[ColumnProfile, ...] = ()
    correlations: Correlations | None = None

    def __post_init__(self) -> None:
        names = self.names
        if len(set(names)) != len(names):
            twice = repeated(names)
            message = f"The profile names {', '.join(map(repr, twice))} more than once."
            raise InvalidArgument(message)
        if self.rows < max((column.rows for column in self.columns), default=0):
            message = f"A column has more rows than the profile, which has {self.rows}."
            raise InvalidArgument(message)

    @staticmethod
    def empty() -> Profile:
        """Return the profile of no rows, the neutral element of `merge`."""
        return Profile()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> ColumnProfile:
        """Return the summary of one column, or raise `NotFound` with the known names."""
        for column in self.columns:
            if column.name == name:
                return column
        message = f"The profile has no column {name!r}."
        raise NotFound(message, hint=f"Known columns: {', '.join(self.names) or 'none'}.")

    def merge(self, other: Profile) -> Profile:
        """Return the profile of both sets of rows together; neither operand changes.

        A column that only one side has keeps the rows of that side, so that old profiles merge
        with those of a later signature.

        Raises
        ------
        Incompatible
            When a column is of different kinds on the two sides; the message names it.
        """
        others = {column.name: column for column in other.columns}
        merged = [
            column.merge(others.pop(column.name)) if column.name in others else column
            for column in self.columns
        ]
        return Profile(
            rows=self.rows + other.rows,
            columns=(*merged, *others.values()),
            correlations=_together(self.correlations, other.correlations),
        )

    def encode(self) -> bytes:
        """Return the profile as bytes: compressed, with a format version and a checksum."""
        return codec.encode(self.rows, self.columns, self.correlations)

    @staticmethod
    def decode(data: bytes, *, only: Collection[str] | None = None) -> Profile:
        """Read what `encode` wrote.

        Parameters
        ----------
        data
            The bytes.
        only
            Names of the columns that are wanted; others, and correlations, are left out.

        Raises
        ------
        Corrupt
            When the bytes are truncated, damaged, or something else altogether.
        """
        rows, columns, correlations = codec.decode(data, only)
        return codec.sound(lambda: Profile(rows=rows, columns=columns, correlations=correlations))

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from modeldesk.reports import profile_fragment  # noqa: PLC0415  # decision 0009

        return profile_fragment(self)


def _together(a: Correlations | None, b: Correlations | None) -> Correlations | None:
    if a is None or b is None:
        return b if a is None else a
    return a.merge(b)
