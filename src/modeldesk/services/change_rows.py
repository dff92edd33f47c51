"""How wrong the rows of a range are, with what the change of that may come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from modeldesk.errors import InvalidData
from modeldesk.performance.slices import Node
from modeldesk.schema import Column, Kind, Signature, present
from modeldesk.services.progress import UNSEEN, Step
from modeldesk.services.row_spread import RowSpread
from modeldesk.services.slice_rows import masks_one_by_one
from modeldesk.store import VersionRecord

MOST_COLUMNS = 50
"""Inputs that a change is divided by."""

_NUMBERS = {Kind.INTEGER, Kind.FLOAT}
_NAMES = {Kind.CATEGORICAL, Kind.BOOLEAN}

LossesOf: TypeAlias = Callable[[pl.DataFrame], "pl.Series | None"]
"""How wrong each logged row is: null where nobody knows, ``None`` where that has no meaning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighedRows:
    """Rows whose losses are known, in the order in which they were read.

    Parameters
    ----------
    losses
        Shape ``(n,)``.
    values
        The inputs and the columns that split rows into segments, ``n`` rows.
    inside
        Which rows are in each slice, by the slice's part, shapes ``(n,)``.
    failed
        Parts of slices that cannot be told of these rows.
    looked_at
        Rows that were read.
    cut
        Whether more rows are in the range.
    """

    losses: NDArray[np.float64]
    values: pl.DataFrame
    inside: Mapping[str, NDArray[np.bool_]]
    failed: frozenset[str]
    looked_at: int
    cut: bool


def weighed(
    spread: RowSpread,
    record: VersionRecord,
    losses_of: LossesOf,
    conditions: Mapping[str, Node],
    *,
    step: Step = UNSEEN,
) -> WeighedRows:
    """Read rows, and keep of them what a change may come from.

    Parameters
    ----------
    spread
        Reads them.
    record
        Whose rows they are.
    losses_of
        Tells how wrong they are.
    conditions
        Of slices that fit the version, by their parts.
    step
        Is told of the rows that are read, and can end that.
    """
    losses: list[NDArray[np.float64]] = []
    values: list[pl.DataFrame] = []
    inside: dict[str, list[NDArray[np.bool_]]] = {part: [] for part in conditions}
    failed: set[str] = set()
    wanted = [column.name for column in inputs_of(record.signature)[:MOST_COLUMNS]]
    wanted += [name for name in record.policy.segment_by if name not in wanted]
    for batch in spread.batches():
        step.advance(batch.height)
        found = losses_of(batch)
        if found is None:
            continue
        known = found.is_finite().fill_null(value=False)
        rows = batch.filter(known)
        losses.append(found.filter(known).cast(pl.Float64).to_numpy())
        values.append(rows.select(present(wanted, rows)))
        for part, mask in masks_one_by_one(conditions, rows, record).items():
            if isinstance(mask, InvalidData):
                failed.add(part)
            else:
                inside[part].append(mask.to_numpy())
    return WeighedRows(
        losses=np.concatenate(losses) if losses else np.zeros(0),
        values=pl.concat(values, how="diagonal_relaxed") if values else pl.DataFrame(),
        inside={
            part: np.concatenate(masks)
            for part, masks in inside.items()
            if masks and part not in failed
        },
        failed=frozenset(failed),
        looked_at=spread.looked_at,
        cut=spread.cut,
    )


def inputs_of(signature: Signature) -> list[Column]:
    """Return the inputs that can be cut into bins: numbers, classes and truths."""
    return [column for column in signature.inputs if column.kind in _NUMBERS | _NAMES]


def is_number(column: Column) -> bool:
    """Whether an input is cut by its size, and not by its values."""
    return column.kind in _NUMBERS
