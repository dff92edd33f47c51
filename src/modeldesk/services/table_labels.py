"""The true outcomes in a column of a labelled table."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from modeldesk.errors import InvalidData
from modeldesk.schema import Column
from modeldesk.services.label_values import checked_values, outcome


def table_labels(
    table: pl.DataFrame, label: str, predicted: Sequence[Column], *, gaps: bool
) -> pl.Series:
    """Return the labels of a table as they are kept: text.

    Parameters
    ----------
    table
        The rows.
    label
        The column with the true outcome.
    predicted
        What versions of the model predict: see `modeldesk.services.label_values.outcome`.
    gaps
        Whether rows may be without a label; theirs is null then.

    Raises
    ------
    InvalidData
        When there is no such column, a label cannot be used, or one is missing and must not be.
    """
    if label not in table.columns:
        message = f"The table has no column {label!r}."
        raise InvalidData(message, hint=f"Its columns: {', '.join(table.columns)}.")
    checked = checked_values(table[label], outcome(predicted))
    wrong = checked.reasons.is_not_null()
    if gaps:
        wrong &= checked.reasons != "missing"
    wrong = wrong.fill_null(value=False)
    if wrong.any():
        row = int(wrong.arg_true()[0])
        message = f"{int(wrong.sum()):,} labels cannot be used; row {row}: {checked.reasons[row]}."
        raise InvalidData(message, hint=f"Expected is {checked.expected}.")
    return checked.values
