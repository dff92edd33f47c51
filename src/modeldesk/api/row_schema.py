"""A signature's inputs as JSON Schema, for the OpenAPI document."""

from __future__ import annotations

from modeldesk.schema import Column, Kind, Signature

_TYPES = {
    Kind.BOOLEAN: "boolean",
    Kind.INTEGER: "integer",
    Kind.FLOAT: "number",
    Kind.CATEGORICAL: "string",
    Kind.TEXT: "string",
    Kind.DATETIME: "string",
    Kind.DATE: "string",
    Kind.DURATION: "number",
    Kind.VECTOR: "array",
    Kind.IDENTIFIER: "string",
}
_FORMATS = {Kind.DATETIME: "date-time", Kind.DATE: "date"}


def row_schema(signature: Signature) -> dict[str, object]:
    """Return the JSON Schema of one row.

    Ranges and categories were seen in the reference and are no limits, so they stand in the
    descriptions only.

    Examples
    --------
    >>> row_schema(Signature(inputs=(Column(name="age", kind=Kind.FLOAT),)))["required"]
    ['age']
    """
    return {
        "type": "object",
        "properties": {column.name: _property(column) for column in signature.inputs},
        "required": [column.name for column in signature.inputs if not column.optional],
        "additionalProperties": False,
    }


def _property(column: Column) -> dict[str, object]:
    kind = "integer" if column.whole else _TYPES[column.kind]
    described: dict[str, object] = {
        "type": [kind, "null"] if column.optional else kind,
        "description": f"Expected: {column.expected()}.",
    }
    if column.kind in _FORMATS:
        described["format"] = _FORMATS[column.kind]
    if column.kind is Kind.VECTOR:
        described["items"] = {"type": "number"}
        if column.dimension is not None:
            described |= {"minItems": column.dimension, "maxItems": column.dimension}
    if column.example is not None:
        described["examples"] = [column.example]
    return described
