"""Which rows of the prediction log a person wants to see, and the condition that says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from modeldesk.errors import InvalidArgument
from modeldesk.performance.slices.canonical import text_literal
from modeldesk.schema import Signature
from modeldesk.services.figure_rows import said_condition, segment_condition
from modeldesk.services.reading import Which


class Truth(StrEnum):
    """What is known of a row's true outcome."""

    RIGHT = "right"
    WRONG = "wrong"
    KNOWN = "known"
    """There is a label, whatever it says."""
    NONE = "none"
    """There is no label."""


_TRUTHS = {
    Truth.RIGHT: "correct",
    Truth.WRONG: "not correct",
    Truth.KNOWN: "label is not null",
    Truth.NONE: "label is null",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogChoice:
    """Which rows are wanted; what is left as it is lets all through."""

    version: int | None = None
    which: Which = Which.ANSWERED
    start: datetime | None = None
    """Only rows from this time on."""
    end: datetime | None = None
    """Only rows before this time."""
    segment: str = ""
    said: str = ""
    """Only rows that were predicted as this class."""
    low: float | None = None
    """Only rows that were predicted as this number or a larger one."""
    high: float | None = None
    score: str = ""
    """The class whose score is asked about; empty: the largest score of the row."""
    score_low: float | None = None
    score_high: float | None = None
    truth: Truth | None = None
    flagged: bool = False
    """Only rows that somebody flagged."""
    row_id: str = ""
    """Only rows that were logged with this key of the caller's own."""
    condition: str = ""
    """Only rows of which this is true, in the language of slices."""

    def expression(self, signature: Signature, segments: Sequence[str] = ()) -> str:
        """Return the condition that says everything which conditions can say.

        Version, times, flags and own keys are no part of it.

        Parameters
        ----------
        signature
            Tells how values are written.
        segments
            All segments of the version: see `segment_condition`.

        Raises
        ------
        InvalidArgument
            When no condition says what is wanted.

        Examples
        --------
        >>> from modeldesk.schema import Column, Kind, Role
        >>> animal = Column(name="animal", kind=Kind.CATEGORICAL, role=Role.PREDICTION)
        >>> legs = Column(name="legs", kind=Kind.INTEGER)
        >>> signature = Signature(inputs=(legs,), outputs=(animal,))
        >>> LogChoice(said="cat", truth=Truth.WRONG, condition="legs > 4").expression(signature)
        '(prediction == "cat") and (not correct) and (legs > 4)'
        """
        parts = [
            *_told(self.segment, segment_condition(signature, self.segment, segments)),
            *_told(self.said, said_condition(signature, self.said)),
            *_between("prediction", self.low, self.high),
            *_between(self._score, self.score_low, self.score_high),
        ]
        if self.truth is not None:
            parts.append(_TRUTHS[self.truth])
        if self.condition.strip():
            parts.append(self.condition)
        return parts[0] if len(parts) == 1 else " and ".join(f"({part})" for part in parts)

    @property
    def _score(self) -> str:
        return f"score({text_literal(self.score)})" if self.score else "confidence"


def _told(wanted: str, condition: str | None) -> list[str]:
    if not wanted:
        return []
    if condition is None:
        message = f"No condition says which rows {wanted[:100]!r} are."
        raise InvalidArgument(message, hint="Choose another one, or none.")
    return [condition]


def _between(name: str, low: float | None, high: float | None) -> list[str]:
    ends = [] if low is None else [f"{name} >= {low!r}"]
    return [*ends, *([] if high is None else [f"{name} <= {high!r}"])]
