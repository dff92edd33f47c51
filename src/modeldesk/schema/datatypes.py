"""The types in which the Open Inference Protocol carries a column's values."""

from __future__ import annotations

from modeldesk.schema.signature import Column, Kind

BYTES = "BYTES"
"""What is no number travels as text."""

_OF_KINDS = {Kind.BOOLEAN: "BOOL", Kind.INTEGER: "INT64", Kind.FLOAT: "FP64", Kind.VECTOR: "FP64"}


def datatype_of(column: Column) -> str:
    """Return the type in which a column's values travel; what is no number is text.

    >>> datatype_of(Column(name="colour", kind=Kind.CATEGORICAL))
    'BYTES'
    """
    if column.kind is Kind.IDENTIFIER and column.whole:
        return "INT64"
    return _OF_KINDS.get(column.kind, BYTES)
