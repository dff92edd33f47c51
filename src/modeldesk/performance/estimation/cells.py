"""How a column is cut into cells, so that an effect of it is a table with one entry a cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from modeldesk.errors import InvalidArgument

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
Columns = Mapping[str, NDArray[np.generic] | NDArray[np.object_]]
"""Columns by name, one-dimensional and equally long: numbers, flags, or strings and ``None``."""

FINE = 20
"""Cells of a numeric column; the outermost hold a thousandth of the reference each."""
COARSE = 6
"""Cells of either side of a pair of columns."""
LEVELS = 24
"""Categories that have a cell of their own; the rarer ones share one."""
_RARE = 20
"""A category with fewer rows in the reference has no cell of its own."""


def _shares(span: float, count: int) -> Floats:
    """Return the standard normal distribution's values at equal distances.

    So cells are narrow where the rows are, and some are left for the tails, where the inputs may
    move to.
    """
    normal = NormalDist()
    return np.array([normal.cdf(place) for place in np.linspace(-span, span, count)])


_FINE_SHARES = _shares(3.0, FINE - 1)
_COARSE_SHARES = _shares(1.5, COARSE - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The cells of one column; the last one is for what is missing.

    Parameters
    ----------
    name
        The column's name.
    edges
        Of a numeric column: where one cell ends and the next begins, ascending.
    levels
        Of a categorical column: the categories with a cell of their own; the others share the
        cell before the last.
    coarse
        To which of a few larger cells each cell belongs, for pairs of columns.

    Examples
    --------
    >>> cut = Cut.of("age", np.array([20.0, 30.0, 30.0, 40.0]))
    >>> cut.cells, cut.codes(np.array([10.0, 30.0, 99.0, np.nan])).tolist()
    (4, [0, 1, 2, 3])
    """

    name: str
    edges: tuple[float, ...] | None
    levels: tuple[str, ...] | None
    coarse: tuple[int, ...]

    @staticmethod
    def of(name: str, column: NDArray[np.generic] | NDArray[np.object_]) -> Cut:
        """Cut a column by its values in the reference, shape ``(n,)``."""
        if column.dtype.kind in "fiub":
            values = column.astype(np.float64)
            edges = _edges(values[np.isfinite(values)])
            cut = Cut(name=name, edges=edges, levels=None, coarse=())
        else:
            texts, counts = np.unique(_texts(column), return_counts=True)
            known = [
                (str(text)[1:], int(count))
                for text, count in zip(texts, counts, strict=True)
                if text and count >= _RARE
            ]
            common = sorted(known, key=lambda each: (-each[1], each[0]))[:LEVELS]
            levels = tuple(sorted(level for level, _ in common))
            cut = Cut(name=name, edges=None, levels=levels, coarse=())
        return cut._coarsened(np.bincount(cut.codes(column), minlength=cut.cells))

    @property
    def cells(self) -> int:
        """How many cells there are."""
        if self.edges is not None:
            return len(self.edges) + 2
        return len(self.levels or ()) + 2

    @property
    def ordered(self) -> int:
        """How many cells, from the first on, stand in an order."""
        return 0 if self.edges is None else len(self.edges) + 1

    def codes(self, column: NDArray[np.generic] | NDArray[np.object_]) -> Codes:
        """Return the cell of each value, shape ``(n,)``; infinite values count as missing.

        Raises
        ------
        InvalidArgument
            When a numeric column comes as strings.
        """
        if self.edges is None:
            return self._level_codes(column)
        if column.dtype.kind not in "fiub":
            try:
                column = column.astype(np.float64)
            except (TypeError, ValueError) as error:
                message = f"The column {self.name!r} was numbers in the reference: {error}."
                raise InvalidArgument(message) from error
        values = column.astype(np.float64, copy=False)
        codes = np.searchsorted(np.asarray(self.edges), values, side="right")
        codes[~np.isfinite(values)] = self.cells - 1
        return codes

    def _level_codes(self, column: NDArray[np.generic] | NDArray[np.object_]) -> Codes:
        texts, places = np.unique(_texts(column), return_inverse=True)
        known = {f"={level}": place for place, level in enumerate(self.levels or ())}
        cells = [self.cells - 1 if not text else known.get(text, len(known)) for text in texts]
        return np.asarray(cells, dtype=np.intp)[places]

    def _coarsened(self, counts: NDArray[np.intp]) -> Cut:
        """Return the cut with larger cells; what is missing has one of its own."""
        if self.edges is None:
            rank = np.empty(self.cells, dtype=np.intp)
            rank[np.argsort(-counts, kind="stable")] = np.arange(self.cells)
            coarse = np.minimum(rank, COARSE - 1)
        else:
            some = counts[:-1]
            middle = (np.cumsum(some) - some / 2) / max(int(some.sum()), 1)
            coarse = np.append(np.searchsorted(_COARSE_SHARES, middle), 0)
            coarse = np.unique(coarse, return_inverse=True)[1].reshape(-1)
            coarse[-1] = coarse[:-1].max() + 1 if counts[-1] else 0
        return Cut(
            name=self.name,
            edges=self.edges,
            levels=self.levels,
            coarse=tuple(int(cell) for cell in coarse),
        )


def _edges(values: Floats) -> tuple[float, ...]:
    if not values.size:
        return ()
    found = np.unique(values)
    if found.size <= FINE:
        middles = found[:-1] + np.diff(found) / 2
        return tuple(float(edge) for edge in middles)
    edges = np.unique(np.quantile(values, _FINE_SHARES, method="higher"))
    return tuple(float(edge) for edge in edges[edges > found[0]])


def _texts(column: NDArray[np.generic] | NDArray[np.object_]) -> NDArray[np.str_]:
    """Return strings with a mark before each; what is missing is the empty string."""
    if column.dtype.kind == "U":
        return np.char.add("=", column.astype(np.str_))
    return np.array(
        ["" if value is None or value != value else f"={value}" for value in column],  # noqa: PLR0124
        dtype=np.str_,
    )
