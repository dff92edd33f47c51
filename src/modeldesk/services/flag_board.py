"""Flags with what became of them: whether the truth about their predictions is known by now."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from modeldesk.services.feedback import Feedback
from modeldesk.services.maturity import LabelBook
from modeldesk.services.views import FlagView


class FlagState(StrEnum):
    """What became of a flag."""

    OPEN = "open"
    """Its prediction has no label."""
    ACCEPTED = "accepted"
    """Its prediction has the label that it proposes."""
    LABELLED = "labelled"
    """Its prediction has another label, or the flag proposes none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagEntry:
    """A flag, and what is known of its prediction."""

    flag: FlagView
    label: str | None
    """The present label, as text."""
    state: FlagState


class FlagBoard:
    """Reads flags with what became of them.

    Parameters
    ----------
    feedback
        The flags.
    labels
        The labels.
    """

    def __init__(self, feedback: Feedback, labels: LabelBook) -> None:
        self._feedback = feedback
        self._labels = labels

    def of(self, name: str, *, limit: int = 200) -> tuple[FlagEntry, ...]:
        """Return flags of a model, newest first; `NotFound` when there is no such model."""
        flags = self._feedback.flags(name, limit=limit)
        if not flags:
            return ()
        ids = [flag.prediction_id for flag in flags]
        frame = pl.DataFrame(
            {"prediction_id": ids, "shadow_of": [None] * len(ids)},
            schema={"prediction_id": pl.String, "shadow_of": pl.String},
        )
        labels = self._labels.beside(frame)
        return tuple(
            FlagEntry(flag=flag, label=label, state=state_of(flag.proposed_label, label))
            for flag, label in zip(flags, labels, strict=True)
        )


def state_of(proposed: str | None, label: str | None) -> FlagState:
    """Return what became of a flag.

    >>> [state_of("cat", label).value for label in (None, "cat", "dog")]
    ['open', 'accepted', 'labelled']
    >>> state_of("3", "3.0").value
    'accepted'
    """
    if label is None:
        return FlagState.OPEN
    return FlagState.ACCEPTED if _same(proposed, label) else FlagState.LABELLED


def _same(proposed: str | None, label: str) -> bool:
    if proposed is None or proposed == label:
        return proposed is not None
    try:
        return float(proposed) == float(label)
    except ValueError:
        return False
