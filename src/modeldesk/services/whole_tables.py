"""Tables that a model predicts as a whole, or not at all."""

from __future__ import annotations

import polars as pl

from modeldesk.errors import InvalidData
from modeldesk.models import Model
from modeldesk.schema import Signature, present
from modeldesk.services.fitting import fitted
from modeldesk.services.outputs import output_frame

ROWS_AT_ONCE = 4_096
"""Rows that a model is given at once."""


def inputs_of(table: pl.DataFrame, signature: Signature) -> pl.DataFrame:
    """Return the inputs of a version, in its types.

    Raises
    ------
    InvalidData
        When a column is absent, or a row does not fit.
    """
    names = present((column.name for column in signature.inputs), table)
    found = fitted(table.select(names), Signature(inputs=signature.inputs))
    if found.bad.height:
        message = f"Rows do not fit the model: {found.reasons[0]}."
        raise InvalidData(message, hint=f"{found.bad.height:,} rows do not fit.")
    return found.good.select(column.name for column in signature.inputs)


def outputs_of(model: Model, inputs: pl.DataFrame, signature: Signature) -> pl.DataFrame:
    """Have a model predict at least one row, some thousand at once.

    Raises
    ------
    ModelFailed
        When it fails, or answers something else than the signature says.
    """
    parts = inputs.iter_slices(ROWS_AT_ONCE)
    return pl.concat([output_frame(model.predict(part), signature) for part in parts])
