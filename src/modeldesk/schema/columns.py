"""Rows that came as columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import overload


class ColumnRows(Sequence[dict[str, object]]):
    """Rows of which only the columns are kept; a row is made when somebody asks for it.

    Making a mapping of each of many rows, and columns of them again, takes longer than most
    models take to predict them.

    Parameters
    ----------
    columns
        A value for each row, by feature; all equally long.

    Examples
    --------
    >>> rows = ColumnRows({"age": [31, 47], "city": ["Bonn", "Ulm"]})
    >>> len(rows), rows[1]
    (2, {'age': 47, 'city': 'Ulm'})
    >>> rows == [{"age": 31, "city": "Bonn"}, {"age": 47, "city": "Ulm"}]
    True
    """

    def __init__(self, columns: Mapping[str, Sequence[object]]) -> None:
        self.columns = columns

    def __len__(self) -> int:
        """Return the number of rows."""
        return max(map(len, self.columns.values()), default=0)

    @overload
    def __getitem__(self, place: int) -> dict[str, object]: ...
    @overload
    def __getitem__(self, place: slice) -> ColumnRows: ...
    def __getitem__(self, place: int | slice) -> dict[str, object] | ColumnRows:
        """Return one row, or some of them."""
        if isinstance(place, slice):
            return ColumnRows({name: values[place] for name, values in self.columns.items()})
        if not self.columns:
            message = "there are no rows"
            raise IndexError(message)
        return {name: values[place] for name, values in self.columns.items()}

    def __iter__(self) -> Iterator[dict[str, object]]:
        """Yield the rows."""
        for row in zip(*self.columns.values(), strict=True):
            yield dict(zip(self.columns, row, strict=True))

    def __eq__(self, other: object) -> bool:
        """Whether the other has the same rows, however they are kept."""
        if isinstance(other, ColumnRows | list | tuple):
            return len(self) == len(other) and list(self) == list(other)
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as of a list

    def __repr__(self) -> str:
        """Show the columns."""
        return f"ColumnRows({self.columns!r})"
