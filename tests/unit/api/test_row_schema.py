"""A signature's inputs as JSON Schema."""

from modeldesk.api.row_schema import row_schema
from modeldesk.schema import Column, Kind, Signature


def test_every_kind_has_its_json_type() -> None:
    """Optional columns may be null and left out; times have a format."""
    schema = row_schema(
        Signature(
            inputs=(
                Column(name="a", kind=Kind.BOOLEAN),
                Column(name="b", kind=Kind.INTEGER, optional=True),
                Column(name="c", kind=Kind.FLOAT, low=0.0, high=9.0, example=3.5),
                Column(name="d", kind=Kind.CATEGORICAL, categories=("x", "y"), example="x"),
                Column(name="e", kind=Kind.TEXT),
                Column(name="f", kind=Kind.DATETIME),
            )
        )
    )
    properties = schema["properties"]
    assert isinstance(properties, dict)
    assert [properties[name]["type"] for name in "abcdef"] == [
        "boolean",
        ["integer", "null"],
        "number",
        "string",
        "string",
        "string",
    ]
    assert schema["required"] == ["a", "c", "d", "e", "f"]
    assert properties["c"]["examples"] == [3.5]
    assert properties["c"]["description"] == "Expected: a number, such as 0 to 9."
    assert properties["f"]["format"] == "date-time"
