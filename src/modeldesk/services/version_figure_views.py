"""How good versions were on their test sets, and one after the other, as callers see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from modeldesk.services.paired_views import PairedReport
from modeldesk.services.performance_parts import PartFigure
from modeldesk.services.performance_views import DifferenceView, FigureView


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceTest:
    """The rows of a test set that belong to a slice."""

    name: str
    expression: str
    """What the slice was when the version was tested."""
    labelled: int
    share: float
    """Of all rows of the test set that are measured."""
    figures: tuple[PartFigure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionTestReport:
    """How good a version is on the test set that it was published with."""

    model: str
    version: int
    tested_at: datetime
    sha256: str
    """Of the table: versions with the same one were tested on the same rows."""
    rows: int
    labelled: int
    """Rows with a label and a prediction: those that are measured."""
    task: str
    """What the version does: "classification", "multi-label" or "regression"."""
    confidence: float
    """How often an interval should hold the true value."""
    figures: tuple[FigureView, ...]
    """Of all rows: the measures that were asked for, or every one that applies, also by class."""
    slices: tuple[SliceTest, ...]
    """Slices of the model with rows in the test set, by their names."""
    against: int | None
    """The champion then, which the version is compared with; ``None`` where it is with none."""
    comparison: PairedReport | None
    """Both on the same rows, as it was computed when the version was published."""
    verdict: str
    """What came of it, or why it was not compared, in one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePoint:
    """How good a version is on one sort of rows, and whether that differs from the one before."""

    labelled: int
    """Rows that are measured."""
    figures: tuple[FigureView, ...]
    """Those of the line's measures that apply to the version."""
    because: str | None
    """Why there are no figures; ``None`` where there are some."""
    before: int | None
    """The version that it is compared with: the last one before it with figures."""
    same_rows: bool | None
    """Whether both were tested on the same table; ``None`` where there is none before it, and of
    live rows, which are as a rule other ones."""
    paired: bool
    """Whether the differences are those of both on the same rows, in pairs; else they are told as
    if the rows of one had nothing to do with those of the other, which of the same rows misses
    differences."""
    differences: tuple[DifferenceView, ...]
    verdict: str | None
    """The differences in one sentence; ``None`` where there is none before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineVersion:
    """A version in the line of a model's versions."""

    version: int
    published_at: datetime
    aliases: tuple[str, ...]
    test: LinePoint
    """On the test set that it was published with."""
    live: LinePoint
    """On its labelled predictions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """How good the versions of a model are, one after the other."""

    model: str
    slice: str
    """The slice whose rows these are; empty for all rows."""
    confidence: float
    """How often an interval should hold the true value; and the chance that none of the
    differences of a version is called one where there is none."""
    measures: tuple[str, ...]
    """Those that were asked for, or a few that fit the task."""
    versions: tuple[LineVersion, ...]
    """The newest ones, oldest first."""
    more: bool
    """Whether there are older ones."""
