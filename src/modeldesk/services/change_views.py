"""What a change of a version's performance comes from, as callers see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePart:
    """A part of the change of the mean loss."""

    value: float
    low: float
    """Lower end of its interval."""
    high: float
    shown: bool
    """Whether it is more than chance: whether the interval leaves 0 out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeBin:
    """The rows that have some values in a column, that are of a segment, or in a slice."""

    name: str
    share_before: float
    """Of the rows of the base, from 0 to 1."""
    share_now: float
    loss_before: float | None
    """Their mean loss in the base; ``None`` where there are none."""
    loss_now: float | None
    covariate: float
    """What their having become more or fewer adds to the change."""
    concept: float
    """What the change of their own mean loss adds to it."""
    apart: ChangePart | None
    """How much more their mean loss rose than that of all other rows; ``None`` where either are
    too few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSource:
    """What one column, segment or slice has to do with the change."""

    kind: str
    """"column" (an input, in bins), "segment" (a column by which the log splits rows) or
    "slice"."""
    name: str
    covariate: ChangePart
    """What the shift of the mix explains."""
    concept: ChangePart
    """The rest: the loss of rows that are alike in it has changed."""
    bins: tuple[ChangeBin, ...]
    """The largest part first; those of a column that has many are the largest ten."""
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSide:
    """The rows of one of the two ranges that are compared."""

    start: datetime
    end: datetime
    rows: int
    """Rows that are compared: with a label, where losses are realised, and with a prediction."""
    looked_at: int
    """Rows of the log that were read for it."""
    cut: bool
    """Whether more rows are in the range than were read."""
    mean_loss: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionReport:
    """What a change of a version's mean loss comes from."""

    model: str
    version: int
    losses: str
    """"realised": told by labels; "estimated": expected without them."""
    loss: str
    """What is counted: "error" (1 for wrong, 0 for right), "absolute error", "squared error"."""
    confidence: float
    """The chance that nothing at all is said to be more than chance where nothing changed."""
    base: ChangeSide | None
    """The rows that the current ones are compared with; ``None`` where there are no rows at all."""
    current: ChangeSide | None
    change: ChangePart | None
    """Of the mean loss; ``None`` where it cannot be told."""
    sources: tuple[ChangeSource, ...]
    """What most of the change comes from first. Parts of several do not add up: they overlap."""
    left_out: tuple[str, ...]
    """Columns and slices of which nothing can be told: the log does not keep them, there are more
    than are looked at, or they do not fit."""
    sentence: str
    because: str | None
    """Why nothing can be told; ``None`` where something can."""
