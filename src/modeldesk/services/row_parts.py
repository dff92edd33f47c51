"""Which logged rows are in which segments and slices."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from modeldesk.errors import InvalidData
from modeldesk.services.evaluated_states import EvaluatedStates
from modeldesk.services.segments import segment_values
from modeldesk.services.slice_rows import fitting, masks_one_by_one
from modeldesk.store import VersionRecord


def memberships(
    rows: pl.DataFrame, record: VersionRecord, parts: Iterable[str], states: EvaluatedStates
) -> dict[str, pl.Series]:
    """Tell which of a version's logged rows are in which parts.

    Parameters
    ----------
    rows
        Logged rows with their labels.
    record
        The version.
    parts
        Names of segments and slices, as they are evaluated.
    states
        Tells the conditions of slices, and which values have segments of their own.

    Returns
    -------
    dict of str to polars.Series
        By part: Boolean, without nulls. A part that cannot be told of these rows is left out.
    """
    if not rows.height:
        return {}
    wanted = set(parts)
    known = states.segments(record)
    found: dict[str, pl.Series] = {}
    for part in wanted:
        column, sign, value = part.partition("=")
        if sign and column in rows.columns:
            found[part] = segment_values(rows[column], column, known) == value
    expressions = states.expressions(record)
    conditions = fitting({p: expressions[p] for p in wanted if p in expressions}, record)
    told = masks_one_by_one(conditions, rows, record)
    return found | {part: mask for part, mask in told.items() if not isinstance(mask, InvalidData)}
