"""What people and libraries tell about a version: tags, metrics, parameters, versions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from modeldesk.errors import InvalidArgument
from modeldesk.models import Adapter, library_versions
from modeldesk.store import Notes, Parameter

_MOST_NOTES = 1_000
"""Entries of one sort of notes."""
_LONGEST_NAME = 250
_LONGEST_TEXT = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a publisher tells about a version, besides the model and its reference.

    Raises
    ------
    InvalidArgument
        When a name or a value is too long, there are too many, or a metric is no number.
    """

    description: str = ""
    """What is worth knowing."""
    tags: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    """Figures of an evaluation, such as ``{"accuracy": 0.97}``."""
    parameters: Mapping[str, Parameter] | None = None
    """What the model was configured with; ``None``: the estimator's own."""
    example: Mapping[str, object] | None = None
    """A row to show people how to ask; ``None``: the typical value of each feature."""

    def __post_init__(self) -> None:
        told: dict[str, Mapping[Any, Any]] = {
            "tags": self.tags,
            "metrics": self.metrics,
            "parameters": self.parameters or {},
        }
        for sort, entries in told.items():
            _check_entries(sort, entries)
        for name, value in told["metrics"].items():
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not math.isfinite(value):
                message = f"The metric {name!r} is {value!r}, not a number."
                raise InvalidArgument(message, hint="Give finite numbers.")
        for name, tag in told["tags"].items():
            if not isinstance(tag, str):
                message = f"The tag {name!r} is {tag!r}, not a string."
                raise InvalidArgument(message, hint="Give tags as strings.")


def notes_of(about: About, adapter: Adapter, thing: object) -> Notes:
    """Return what is kept about a version besides its signature."""
    facts = adapter.describe(thing)
    told = _writable(facts.parameters) if about.parameters is None else about.parameters
    return Notes(
        tags=dict(about.tags),
        metrics={name: float(value) for name, value in about.metrics.items()},
        parameters=dict(told),
        libraries=library_versions(facts.modules),
    )


def _check_entries(sort: str, entries: Mapping[Any, Any]) -> None:
    if len(entries) > _MOST_NOTES:
        message = f"{len(entries)} {sort} are more than {_MOST_NOTES}."
        raise InvalidArgument(message)
    for name, value in entries.items():
        if not isinstance(name, str) or not name or len(name) > _LONGEST_NAME or "\0" in name:
            message = f"{name!r} is no name for one of the {sort}."
            raise InvalidArgument(message, hint=f"Use up to {_LONGEST_NAME} characters.")
        if not _fits(value):
            message = f"The value of {name!r} among the {sort} cannot be kept."
            hint = f"Give numbers, booleans, strings of up to {_LONGEST_TEXT} characters, or lists."
            raise InvalidArgument(message, hint=hint)


def _fits(value: object) -> bool:
    if isinstance(value, tuple | list):
        return len(value) <= _MOST_NOTES and all(
            _fits(part) and not isinstance(part, tuple | list) for part in value
        )
    if isinstance(value, str):
        return len(value) <= _LONGEST_TEXT and "\0" not in value
    return value is None or isinstance(value, bool | int | float)


def _writable(parameters: Mapping[str, object]) -> dict[str, Parameter]:
    """Return those of an estimator's parameters that can be written down."""
    found = {str(name): _written(value) for name, value in parameters.items()}
    some = {name: value for name, value in found.items() if value is not Ellipsis}
    return dict(list(some.items())[:_MOST_NOTES])


def _written(value: object) -> Any:  # noqa: ANN401  # a parameter, or an ellipsis for none
    """Return a parameter as JSON can say it; an ellipsis for what it cannot."""
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list | tuple):
        parts = tuple(_written(part) for part in value)
        plain = all(part is None or isinstance(part, bool | int | float | str) for part in parts)
        return parts if plain and _fits(parts) else Ellipsis
    if isinstance(value, Mapping):
        try:
            text = msgspec.json.encode(value).decode()
        except (TypeError, msgspec.MsgspecError):
            return Ellipsis
        return text if _fits(text) else Ellipsis
    return value if _fits(value) else Ellipsis
