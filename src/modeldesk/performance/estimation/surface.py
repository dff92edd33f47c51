"""An additive model together with the columns that it reads, ready for new rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from modeldesk.errors import InvalidArgument
from modeldesk.performance.estimation import additive, screening
from modeldesk.performance.estimation.additive import Additive, Fit, Link
from modeldesk.performance.estimation.cells import Codes, Columns, Cut, Floats
from modeldesk.performance.estimation.directions import INPUTS, Direction, pursued
from modeldesk.performance.estimation.terms import Term

DISTANCE, FARTHEST = "(distance)", "(farthest)"
"""Names of two columns that are added: how far a row is from the middle of the reference, as the
root mean square of its numbers in standard deviations, and as the largest of them."""
_FAR = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Middle and spread of a numeric column in the reference."""

    name: str
    middle: float
    spread: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How columns are read: their cells, and their distance from the reference.

    Examples
    --------
    >>> ages = np.arange(100.0)
    >>> reading = Reading.of({"age": ages})
    >>> [cut.name for cut in reading.cuts]
    ['age', '(distance)', '(farthest)']
    >>> bool(reading.far(reading.codes({"age": ages + 500})).all())
    True
    """

    scales: tuple[Scale, ...]
    cuts: tuple[Cut, ...]
    limit: float
    """The distance that a thousandth of the reference exceeds."""
    directions: tuple[Direction, ...] = ()
    """Combinations of numbers that are columns of their own."""

    @staticmethod
    def of(columns: Columns, *, apart: Sequence[str] = ()) -> Reading:
        """Learn from the reference; the distance leaves out the columns that stand `apart`."""
        scales = tuple(
            scale
            for name, column in columns.items()
            if name not in apart and (scale := _scale(name, column)) is not None
        )
        reading = Reading(scales=scales, cuts=(), limit=np.inf)
        derived = reading._distances(columns)
        limit = float(np.quantile(derived[DISTANCE], 0.999)) if derived else np.inf
        cuts = tuple(Cut.of(name, column) for name, column in {**columns, **derived}.items())
        return Reading(scales=scales, cuts=cuts, limit=limit)

    def turned(
        self,
        columns: Columns,
        codes: Sequence[Codes],
        outcomes: Floats,
        *,
        apart: Sequence[str] = (),
    ) -> Reading:
        """Return a reading that has the directions as well along which outcomes bend.

        Parameters
        ----------
        columns, codes
            The reference, and the cells of its columns.
        outcomes
            What is to be told, shape ``(n,)``; what single columns tell of it is left out.
        apart
            Columns that are in no direction.
        """
        known = {scale.name for scale in self.scales} - set(apart)
        if len(known) < 2:  # noqa: PLR2004 - one by itself is a column already
            return self
        order, residuals = _unexplained_by_columns(self.cuts, codes, outcomes)
        found = [self.cuts[place].name for place in order]
        names = tuple(name for name in found if name in known)[:INPUTS]
        values = self._scaled(columns, names)
        directions = tuple(
            Direction(names=names, weights=tuple(float(weight) for weight in weights))
            for weights in pursued(values, residuals)
        )
        cuts = tuple(
            Cut.of(_along(number), values @ np.asarray(direction.weights))
            for number, direction in enumerate(directions, start=1)
        )
        return replace(self, cuts=(*self.cuts, *cuts), directions=directions)

    def extended(self, cut: Cut) -> Reading:
        """Return a reading with one more column, which the caller computes."""
        return replace(self, cuts=(*self.cuts, cut))

    def without(self, cut: Cut) -> Reading:
        """Return a reading that leaves such a column out."""
        return replace(self, cuts=tuple(each for each in self.cuts if each is not cut))

    def codes(self, columns: Columns) -> tuple[Codes, ...]:
        """Return the cells of every column, each of shape ``(n,)``.

        Raises
        ------
        InvalidArgument
            When a column is not there.
        """
        everything = {**columns, **self._distances(columns), **self._combined(columns)}
        absent = [cut.name for cut in self.cuts if cut.name not in everything]
        if absent:
            message = f"The column {absent[0]!r} is missing; the reference has it."
            raise InvalidArgument(message)
        return tuple(cut.codes(everything[cut.name]) for cut in self.cuts)

    def distances(self, columns: Columns) -> Floats | None:
        """Return how far each row is from the reference's middle; ``None`` without numbers."""
        return self._distances(columns).get(DISTANCE)

    def far(self, codes: Sequence[Codes]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Return which rows are further away than all but a thousandth of the reference."""
        for cut, cells in zip(self.cuts, codes, strict=True):
            if cut.name == DISTANCE and cut.edges:
                return np.asarray(cells >= len(cut.edges))
        return np.zeros(codes[0].size if codes else 0, dtype=np.bool_)

    def _combined(self, columns: Columns) -> dict[str, Floats]:
        """Return how far each row is along each direction."""
        return {
            _along(number): self._scaled(columns, direction.names) @ np.asarray(direction.weights)
            for number, direction in enumerate(self.directions, start=1)
        }

    def _scaled(self, columns: Columns, names: Sequence[str]) -> Floats:
        """Return numbers in spreads from the middle, shape ``(n, d)``; the middle if missing."""
        scales = {scale.name: scale for scale in self.scales}
        found = [
            (columns[name].astype(np.float64) - scales[name].middle) / scales[name].spread
            for name in names
        ]
        values = np.nan_to_num(np.column_stack(found), nan=0.0, posinf=_FAR, neginf=-_FAR)
        return np.clip(values, -_FAR, _FAR)

    def _distances(self, columns: Columns) -> dict[str, Floats]:
        if not self.scales:
            return {}
        squares = largest = np.zeros(0)
        for place, scale in enumerate(self.scales):
            if scale.name not in columns:
                message = f"The column {scale.name!r} is missing; the reference has it."
                raise InvalidArgument(message)
            values = columns[scale.name].astype(np.float64)
            away = np.abs((values - scale.middle) / scale.spread)
            np.nan_to_num(away, copy=False, nan=0.0, posinf=_FAR)
            away = np.minimum(away, _FAR)
            if place:
                squares += away * away
                np.maximum(largest, away, out=largest)
            else:
                squares, largest = away * away, away
        return {DISTANCE: np.sqrt(squares / len(self.scales)), FARTHEST: largest}


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """A fitted mean over the cells of a `Reading`, kept within what the reference has shown."""

    model: Additive
    low: float
    high: float

    def cells(
        self,
        reading: Reading,
        codes: Sequence[Codes],
        known: dict[tuple[int, ...], Codes],
    ) -> list[Codes]:
        """Return the cells of the terms from those of the columns.

        What is `known` already, from another surface over the same rows, is not computed again.
        """
        found = []
        for term in self.model.terms:
            if term.columns not in known:
                known[term.columns] = term.codes(reading.cuts, codes)
            found.append(known[term.columns])
        return found

    def sums(self, codes: Sequence[Codes], offset: Floats) -> Floats:
        """Return the sum of the terms for each row, shape ``(n,)``; `codes` are of the terms."""
        return np.clip(self.model.sums(codes, offset), self.low, self.high)

    def means(self, codes: Sequence[Codes], offset: Floats) -> Floats:
        """Return the mean for each row, shape ``(n,)``."""
        return self.model.link.mean(self.sums(codes, offset))

    def wobble(self, codes: Sequence[Codes], rows: int) -> Floats:
        """Return the errors of the sum for each of so many rows, shape ``(rows, blocks)``."""
        errors = self.model.errors
        found = np.tile(errors[0], (rows, 1))
        start = 1
        for term, cells in zip(self.model.terms, codes, strict=True):
            found += errors[start : start + term.size][cells]
            start += term.size
        return found.astype(np.float64)


def learn(
    reading: Reading,
    codes: Sequence[Codes],
    outcomes: Floats,
    *,
    link: Link,
    offset: Floats,
    pairs: int = screening.PAIRS,
    plain: bool = False,
) -> tuple[Surface, Fit]:
    """Choose columns and pairs that tell something, and fit the surface to the reference.

    Parameters
    ----------
    reading, codes
        The cells of the columns, and those of the reference's rows.
    outcomes
        What is to be told, shape ``(n,)``.
    link, offset
        How a sum becomes a mean, and what is known of it beforehand.
    pairs
        How many pairs of columns at most.
    plain
        Whether only a constant is fitted, as there are too few rows for more.
    """
    cuts = () if plain else reading.cuts
    codes = () if plain else codes
    columns, mains, found = _of_columns(cuts, codes, outcomes, link=link, offset=offset)
    cells = [term.codes(cuts, codes) for term in mains]
    residuals, curvature = _unexplained(outcomes, link.mean(found.model.sums(cells, offset)), link)
    both = screening.telling_pairs(columns, codes, cuts, residuals, curvature, most=pairs)
    cells += [term.codes(cuts, codes) for term in both]
    found = additive.fit(
        (*mains, *both), cuts, cells, outcomes, link=link, offset=offset, begun=found.model
    )
    sums = found.model.sums(cells, offset)
    reserve = 0.1 * (float(sums.max()) - float(sums.min()))
    surface = Surface(
        model=found.model, low=float(sums.min()) - reserve, high=float(sums.max()) + reserve
    )
    return surface, found


def _of_columns(
    cuts: Sequence[Cut],
    codes: Sequence[Codes],
    outcomes: Floats,
    *,
    link: Link,
    offset: Floats,
) -> tuple[list[int], list[Term], Fit]:
    """Return the places of the telling columns, best first, their terms, and a fit of these."""
    residuals, curvature = _unexplained(
        outcomes, link.mean(offset + _start(link, outcomes, offset)), link
    )
    columns = screening.telling_columns(codes, cuts, residuals, curvature)
    mains = [Term.main(cuts, column) for column in columns]
    cells = [term.codes(cuts, codes) for term in mains]
    found = additive.fit(tuple(mains), cuts, cells, outcomes, link=link, offset=offset, final=False)
    return columns, mains, found


def _unexplained_by_columns(
    cuts: Sequence[Cut], codes: Sequence[Codes], outcomes: Floats
) -> tuple[list[int], Floats]:
    """Return the places of the telling columns, best first, and what they leave over."""
    nothing = np.zeros(outcomes.size)
    columns, mains, found = _of_columns(cuts, codes, outcomes, link=Link.IDENTITY, offset=nothing)
    cells = [term.codes(cuts, codes) for term in mains]
    return columns, outcomes - found.model.sums(cells, nothing)


def _along(number: int) -> str:
    """Return the name of the column of a direction."""
    return f"(direction {number})"


def _start(link: Link, outcomes: Floats, offset: Floats) -> float:
    if link is Link.EXPONENTIAL:
        return float(np.log(max(outcomes.mean(), 1e-12) / np.exp(offset).mean()))
    return float(outcomes.mean() - offset.mean()) if link is Link.IDENTITY else 0.0


def _unexplained(outcomes: Floats, means: Floats, link: Link) -> tuple[Floats, Floats]:
    residuals = outcomes - means
    curvature = link.slope(means)
    if link is not Link.LOGISTIC:
        curvature = curvature * float((residuals * residuals).mean() / curvature.mean())
    return residuals, curvature


def _scale(name: str, column: np.ndarray[tuple[int], np.dtype[np.generic]]) -> Scale | None:
    if column.dtype.kind not in "fiu":
        return None
    values = column.astype(np.float64)
    values = values[np.isfinite(values)]
    if not values.size:
        return None
    low, middle, high = (float(value) for value in np.quantile(values, (0.16, 0.5, 0.84)))
    spread = (high - low) / 2 or float(values.std())
    return Scale(name=name, middle=middle, spread=spread) if spread > 0 else None
