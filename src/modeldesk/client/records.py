"""Answers that only the client gives: what the prediction route and the health route say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

Scalar: TypeAlias = bool | int | float | str | tuple[float, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What a server says about itself."""

    status: str
    """``ok`` when it can answer predictions."""
    version: str
    """Version of the server's modeldesk."""
    models: tuple[str, ...]
    """Names of the published models."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """The answer for one row; it is in the server's log already."""

    prediction_id: str
    row_id: str | None
    """The caller's own key, where one was given."""
    time: datetime
    """The timestamp that the prediction is filed under, in UTC."""
    prediction: Scalar
    """The predicted value or class."""
    probabilities: Mapping[str, float | None] | None
    """Probability of each class, from 0 to 1; ``None`` where the model gives none, and for
    a class whose probability it could not tell (NaN)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictions:
    """The answers for all rows of one call, in the order of the rows."""

    model: str
    version: int
    predictions: tuple[Prediction, ...]

    def __len__(self) -> int:
        return len(self.predictions)

    def __iter__(self) -> Iterator[Prediction]:
        return iter(self.predictions)

    def __getitem__(self, position: int) -> Prediction:
        return self.predictions[position]
