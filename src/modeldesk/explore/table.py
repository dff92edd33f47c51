"""A table to look at: its rows, and what sort of values each column holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from modeldesk.schema import Kind, infer_kind, to_frame

_LOOKED_AT = 20_000
"""Rows from which the kinds of columns are told that nobody has named."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExploredTable:
    """Rows, and the kind of each column.

    Examples
    --------
    >>> ExploredTable.of({"age": [31, 47], "sex": ["F", "M"]}).kinds["sex"].value
    'categorical'
    """

    frame: pl.DataFrame
    """Of plain column types: see `modeldesk.schema.to_frame`."""
    kinds: Mapping[str, Kind]
    """By column."""

    @staticmethod
    def of(data: object, *, kinds: Mapping[str, Kind] | None = None) -> ExploredTable:
        """Return any table for looking at.

        Parameters
        ----------
        data
            Any table that `modeldesk.schema.to_frame` reads.
        kinds
            What is known of columns; the kinds of the others are inferred from the first rows.

        Raises
        ------
        InvalidData
            When the table cannot be read.
        """
        frame = to_frame(data)
        known = kinds or {}
        found = {
            name: known[name] if name in known else infer_kind(frame[name].head(_LOOKED_AT))
            for name in frame.columns
        }
        return ExploredTable(frame=frame, kinds=found)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.frame.height

    @property
    def names(self) -> tuple[str, ...]:
        """The columns in their order."""
        return tuple(self.frame.columns)

    def only(self, frame: pl.DataFrame) -> ExploredTable:
        """Return the same columns with some of the rows."""
        return replace(self, frame=frame)

    def sample(self, most: int, *, names: Sequence[str] = (), seed: int = 0) -> ExploredTable:
        """Return some rows, always the same ones, in their order; all where they are few.

        Parameters
        ----------
        most
            How many at most.
        names
            Only these columns; all where there are none.
        seed
            Decides which rows.
        """
        frame = self.frame.select(names) if names else self.frame
        if frame.height <= most:
            return self.only(frame)
        chosen = np.random.default_rng(seed).choice(frame.height, most, replace=False)
        return self.only(frame[np.sort(chosen)])
