"""Conditions that are Python functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import polars as pl

from modeldesk.errors import InvalidArgument

RowTest: TypeAlias = Callable[[pl.DataFrame], pl.Series]
"""A Python function that says of every row of a table whether it belongs; null counts as no."""


def ask(function: RowTest, frame: pl.DataFrame, *, name: str) -> pl.Series:
    """Ask a function of a table, and check its answer.

    Parameters
    ----------
    function
        Takes the table, returns a boolean Series as long.
    frame
        The rows.
    name
        What messages call it.

    Raises
    ------
    InvalidArgument
        When the function fails, or returns anything else.

    Examples
    --------
    >>> frame = pl.DataFrame({"age": [71, 34]})
    >>> ask(lambda rows: rows["age"] > 60, frame, name="old").to_list()
    [True, False]
    """
    try:
        answer: object = function(frame)
    except Exception as error:  # a boundary: the author's code, and the author is told
        message = f"The function of slice {name!r} failed: {type(error).__name__}: {error}."
        raise InvalidArgument(message, hint="Mend it, and try it on a few rows.") from error
    hint = "Return a boolean Series with one value for each row."
    if not isinstance(answer, pl.Series) or answer.dtype != pl.Boolean:
        told = answer.dtype if isinstance(answer, pl.Series) else type(answer).__name__
        message = f"The function of slice {name!r} returned {told}."
        raise InvalidArgument(message, hint=hint)
    if len(answer) != frame.height:
        many, rows = f"{len(answer):,} values", f"{frame.height:,} rows"
        message = f"The function of slice {name!r} returned {many} for {rows}."
        raise InvalidArgument(message, hint=hint)
    return answer
