"""Records as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

import pytest

from modeldesk.api.encoding import encode
from modeldesk.schema import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A record with what JSON finds hard."""

    values: Mapping[str, float]
    at: datetime
    kind: Kind


def test_records_are_written_with_their_field_names() -> None:
    """Mappings of any sort, times in UTC, enumerations by value, no number that JSON lacks."""
    sample = Sample(
        values=MappingProxyType({"a": float("nan"), "b": float("inf"), "c": 0.5}),
        at=datetime(2026, 1, 31, 12, tzinfo=UTC),
        kind=Kind.FLOAT,
    )
    assert encode(sample) == (
        b'{"values":{"a":null,"b":null,"c":0.5},"at":"2026-01-31T12:00:00Z","kind":"float"}'
    )


def test_what_has_no_json_form_is_a_mistake_of_the_program() -> None:
    """Nothing is sent as its Python representation."""
    with pytest.raises(TypeError):
        encode(object())
