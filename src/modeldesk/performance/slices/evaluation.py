"""Which rows belong to which slices, all slices in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from modeldesk.errors import InvalidArgument
from modeldesk.performance.slices.checking import check
from modeldesk.performance.slices.compilation import Compiler
from modeldesk.performance.slices.fields import SliceSchema
from modeldesk.performance.slices.nodes import Node
from modeldesk.performance.slices.slice import RowTest, Slice

_ROW = "row"


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """The rows of one table that belong to one slice."""

    slice: Slice
    mask: pl.Series
    """For every row whether it belongs: Boolean, without nulls."""
    rows: int
    """How many rows belong."""
    unknown: int
    """Of how many rows the condition is null, because a value is missing; they do not belong."""

    @property
    def nothing(self) -> bool:
        """Whether no row belongs."""
        return self.rows == 0

    @property
    def places(self) -> NDArray[np.intp]:
        """The positions of the rows that belong, from 0."""
        return np.flatnonzero(self.mask.to_numpy())

    @property
    def sentence(self) -> str:
        """Say how many rows belong, and of how many nobody knows."""
        total = len(self.mask)
        of = f"of {total:,} rows"
        unknown = f"; {self.unknown:,} have no value for the condition" if self.unknown else ""
        if self.nothing:
            return f"The slice {self.slice.name!r} matches none {of}{unknown}."
        verb = "belongs" if self.rows == 1 else "belong"
        return (
            f"{self.rows:,} {of} ({self.rows / total:.1%}) {verb} to {self.slice.name!r}{unknown}."
        )


def evaluate(
    slices: Sequence[Slice], frame: pl.DataFrame, schema: SliceSchema | None = None
) -> tuple[Matches, ...]:
    """Tell which rows belong to each slice, in one pass over the table.

    Parameters
    ----------
    slices
        Each with a name of its own.
    frame
        The rows; columns that no slice speaks of are not looked at.
    schema
        What the conditions may speak of; without it, `SliceSchema.of_types` says.

    Returns
    -------
    tuple of Matches
        One for each slice, in their order. A slice that matches nothing is no error.

    Raises
    ------
    InvalidExpression
        When a condition does not fit the schema.
    InvalidData
        When a column is missing or of another type than the schema says.
    InvalidArgument
        When two slices have the same name, or a Python function fails or returns anything but
        a boolean Series with a value for each row.

    Examples
    --------
    >>> frame = pl.DataFrame({"Age": [71, 34, None], "Sex": ["F", "M", "F"]})
    >>> old, both = evaluate(
    ...     [Slice.of("old", "Age > 60"), Slice.of("none", 'Age > 90 and Sex == "F"')], frame
    ... )
    >>> old.mask.to_list(), old.unknown, both.nothing
    ([True, False, False], 1, True)
    """
    names = [each.name for each in slices]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        message = f"Two slices are named {twice[0]!r}."
        raise InvalidArgument(message, hint="Give every slice a name of its own.")
    conditions = {each.name: each.condition for each in slices if not callable(each.condition)}
    found = _computed(conditions, frame, schema) if conditions else {}
    return tuple(
        _matches(each, _tested(each, each.condition, frame))
        if callable(each.condition)
        else _matches(each, found[each.name])
        for each in slices
    )


def _matches(one: Slice, found: pl.Series) -> Matches:
    mask = found.fill_null(value=False).rename("")
    return Matches(slice=one, mask=mask, rows=int(mask.sum()), unknown=found.null_count())


def _computed(
    conditions: dict[str, Node], frame: pl.DataFrame, schema: SliceSchema | None
) -> dict[str, pl.Series]:
    known = SliceSchema.of_types(frame.schema) if schema is None else schema
    for node in conditions.values():
        check(node, known)
    compiler = Compiler(known, frame.schema)
    compiled = [compiler.expression(node) for node in conditions.values()]
    row = pl.int_range(pl.len()).alias(_ROW)  # so that a condition without a column is as long
    table = frame.select(row, *compiler.leaves).with_columns(compiler.terms)
    answered = table.select(_ROW, *(each.alias(str(place)) for place, each in enumerate(compiled)))
    return {name: answered[str(place)] for place, name in enumerate(conditions)}


def _tested(one: Slice, function: RowTest, frame: pl.DataFrame) -> pl.Series:
    """Ask a Python function, and check its answer."""
    try:
        answer: object = function(frame)
    except Exception as error:
        message = f"The function of slice {one.name!r} failed: {type(error).__name__}: {error}."
        raise InvalidArgument(message, hint="Mend it, and try it on a few rows.") from error
    hint = "Return a boolean Series with one value for each row."
    if not isinstance(answer, pl.Series) or answer.dtype != pl.Boolean:
        told = answer.dtype if isinstance(answer, pl.Series) else type(answer).__name__
        message = f"The function of slice {one.name!r} returned {told}."
        raise InvalidArgument(message, hint=hint)
    if len(answer) != frame.height:
        message = (
            f"The function of slice {one.name!r} returned {len(answer):,} values for "
            f"{frame.height:,} rows."
        )
        raise InvalidArgument(message, hint=hint)
    return answer
