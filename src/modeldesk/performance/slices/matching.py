"""Which rows belong to which slices, all slices in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from modeldesk.errors import InvalidArgument
from modeldesk.performance.slices.checking import check
from modeldesk.performance.slices.evaluation import answers
from modeldesk.performance.slices.fields import SliceSchema
from modeldesk.performance.slices.row_tests import ask
from modeldesk.performance.slices.slice import Slice
from modeldesk.schema import repeated


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
        lacks = "lacks" if self.unknown == 1 else "lack"
        unknown = f"; {self.unknown:,} {lacks} a value for the condition" if self.unknown else ""
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
    twice = repeated(names)
    if twice:
        message = f"Two slices are named {twice[0]!r}."
        raise InvalidArgument(message, hint="Give every slice a name of its own.")
    nodes = {each.name: each.condition for each in slices if not callable(each.condition)}
    known = SliceSchema.of_types(frame.schema) if schema is None else schema
    for node in nodes.values():
        check(node, known)
    found = dict(zip(nodes, answers([*nodes.values()], known, frame), strict=True))
    return tuple(
        _matches(each, ask(each.condition, frame, name=each.name))
        if callable(each.condition)
        else _matches(each, found[each.name])
        for each in slices
    )


def _matches(one: Slice, found: pl.Series) -> Matches:
    mask = found.fill_null(value=False).rename("")
    return Matches(slice=one, mask=mask, rows=int(mask.sum()), unknown=found.null_count())
