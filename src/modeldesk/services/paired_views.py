"""Two versions on the same rows, as callers see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from modeldesk.performance.paired import ClassChange, McNemar
from modeldesk.services.performance_views import DifferenceView
from modeldesk.store import Parameter

Shown: TypeAlias = bool | int | float | str | tuple[float, ...] | None
"""A value as JSON can say it: times as text, durations as seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceChange:
    """What changed for the labelled rows of a slice."""

    name: str
    rows: int
    improved: int
    regressed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A row for which two versions did not predict the same."""

    row: str
    """Identifier of the prediction that was answered; of a table the row's place, from 0."""
    label: str | None
    one: Shown
    other: Shown
    change: str | None
    """"improved" or "regressed"; ``None`` without a label, or where neither is better."""
    inputs: Mapping[str, Shown]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteChange:
    """Something that was told of two versions, and differs."""

    about: str
    """"parameter", "metric", "tag" or "library"."""
    name: str
    one: Parameter
    """``None`` where it was not told."""
    other: Parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnChange:
    """A column of the reference data that differs between two versions."""

    name: str
    distance: float | None
    """Hellinger distance, from 0 (same) to 1 (disjoint); ``None`` where it cannot be told."""
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceChange:
    """How the reference data of two versions differs."""

    one_rows: int
    other_rows: int
    columns: tuple[ColumnChange, ...]
    """Those that changed, the largest change first."""
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedReport:
    """Two versions on the same rows; everything is of the first against the second."""

    model: str
    one: int
    other: int
    source: str
    """Where the rows come from: "shadow", "replay" or "table"; "test" for the test set that the
    first was published with."""
    rows: int
    """Rows that both versions predicted."""
    labelled: int
    """Of them those with a label, on which the versions are measured."""
    refused: int
    """Rows that were left out, since a version does not take them or failed."""
    cut: bool
    """Whether there are older rows that were not looked at, because of the limit."""
    agreement: float | None
    """Share of all rows with the same prediction; ``None`` without rows."""
    improved: int
    """Labelled rows that the first got right and the second wrong, or came nearer to."""
    regressed: int
    mcnemar: McNemar | None
    """Of classes: whether one is right more often."""
    differences: tuple[DifferenceView, ...]
    classes: tuple[ClassChange, ...]
    slices: tuple[SliceChange, ...]
    disagreements: tuple[Disagreement, ...]
    """Some of the rows on which they disagree."""
    notes: tuple[NoteChange, ...]
    reference: ReferenceChange
    verdict: str
    """All of it in one sentence."""
