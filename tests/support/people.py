"""A version of a model of people's ages, as the store is given it: nothing is trained."""

from __future__ import annotations

from datetime import UTC, datetime

from modeldesk.profiles import profile
from modeldesk.schema import Column, Kind, Role, Signature
from modeldesk.store import NewVersion

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
"""When it is published."""

SIGNATURE = Signature(
    inputs=(Column(name="age", kind=Kind.FLOAT),),
    outputs=(Column(name="class", kind=Kind.CATEGORICAL, role=Role.PREDICTION),),
)


def a_version(number: int = 1) -> NewVersion:
    """Return a version that can be written."""
    return NewVersion(
        model="people",
        number=number,
        created_at=NOW,
        flavor="sklearn",
        description="first",
        artefact=f"people/{number}",
        artefact_sha256="0" * 64,
        signature=SIGNATURE,
        reference=profile({"age": [1.0, 2.0], "class": ["a", "b"]}),
    )
