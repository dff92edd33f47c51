"""What is told about a version besides what it takes and answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec

from modeldesk.errors import Corrupt

Parameter: TypeAlias = bool | int | float | str | tuple[bool | int | float | str | None, ...] | None
"""The value of a parameter, as JSON can say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """Tags, metrics, parameters and library versions; they never change, as the version itself.

    Examples
    --------
    >>> Notes.decode(Notes(metrics={"accuracy": 0.97}).encode()).metrics
    {'accuracy': 0.97}
    """

    tags: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    libraries: Mapping[str, str] = field(default_factory=dict)
    """Version of each library that the model needs, as it was when the model was published."""

    def encode(self) -> str:
        """Return the notes as JSON."""
        return msgspec.json.encode(self).decode()

    @staticmethod
    def decode(text: str) -> Notes:
        """Read notes from their JSON; `Corrupt` when the text is something else."""
        try:
            return msgspec.json.decode(text, type=Notes)
        except msgspec.MsgspecError as error:
            message = f"The stored notes of a version cannot be read: {error}."
            raise Corrupt(message) from error
