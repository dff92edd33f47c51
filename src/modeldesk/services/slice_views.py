"""Slices of models, as callers see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from modeldesk.errors import InvalidExpression
from modeldesk.performance.slices import Completions, FoundSlice, Warned


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedVersion:
    """A version that a slice is not evaluated on, and why."""

    version: int
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceView:
    """A named condition on a model's rows."""

    model: str
    name: str
    expression: str
    """In the language of slices, as it is always written."""
    created_at: datetime
    """When it was defined as it is."""
    skipped: tuple[SkippedVersion, ...]
    """Versions whose rows do not have what it speaks of; empty where it fits all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongExpression:
    """What is wrong with a condition, and where."""

    message: str
    hint: str
    start: int
    """Which characters are meant, from 0."""
    end: int
    """The first that is not."""
    line: int
    column: int
    """Where the place starts, both from 1."""

    @classmethod
    def of(cls, error: InvalidExpression) -> Self:
        """Return what an error says."""
        return cls(
            message=error.message,
            hint=error.hint,
            start=error.start,
            end=error.end,
            line=error.line,
            column=error.column,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedExpression:
    """What there is to say of a condition before it is kept."""

    model: str
    version: int
    expression: str | None
    """As it is always written; ``None`` where it is wrong."""
    error: WrongExpression | None
    warnings: tuple[Warned, ...]
    """What is allowed and probably not meant; places are those of what was sent."""
    rows: int
    """How many of the newest rows were looked at; 0 where the condition is wrong."""
    matching: int
    """Of how many of them it is true."""
    completions: Completions | None
    """What may come at the cursor; ``None`` where none was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstSlice:
    """A slice in which a version is worse than elsewhere; see `FoundSlice`."""

    expression: str
    rows: int
    share: float
    mean_loss: float
    rest_mean_loss: float
    difference: float
    low: float | None
    """Lower end of the interval of the difference."""
    high: float | None
    p_value: float
    impact: float
    sentence: str

    @classmethod
    def of(cls, found: FoundSlice) -> Self:
        """Return what was found, in plain values."""
        interval = found.difference.interval
        return cls(
            expression=found.expression,
            rows=found.rows,
            share=found.share,
            mean_loss=found.mean_loss,
            rest_mean_loss=found.rest_mean_loss,
            difference=found.difference.value,
            low=None if interval is None else interval.low,
            high=None if interval is None else interval.high,
            p_value=found.p_value,
            impact=found.impact,
            sentence=found.sentence,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstSlices:
    """The slices in which a version is worst."""

    model: str
    version: int
    loss: str
    """What is counted: "error" (1 for wrong, 0 for right), "absolute error", "squared error"."""
    rows: int
    """How many labelled rows were looked at."""
    most_rows: int
    """How many are looked at at most, the newest ones."""
    first_time: datetime | None
    """When the oldest of them was predicted; ``None`` without rows."""
    mean_loss: float | None
    conditions: int
    """How many conditions, and pairs of them, were looked at."""
    slices: tuple[WorstSlice, ...]
    """Those with most impact first; empty where none is worse beyond chance."""
    sentence: str
