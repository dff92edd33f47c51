"""What a lane is given: its limits, and what it may ask of those who keep it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from modeldesk.models import Model
from modeldesk.services.job import Answered
from modeldesk.services.runner import TimeLimits

if TYPE_CHECKING:
    from modeldesk.services.lane import Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneLimits:
    """How much waits, and how long things take."""

    waiting_rows: int
    """Rows that may wait before more are refused, or dropped by a shadow."""
    waiting_seconds: float
    """How long those rows may take; 0: any time."""
    idle_seconds: float
    """How long a lane waits for rows before it asks whether it may end; 0: for ever."""
    times: TimeLimits
    """How long the model may take."""


class Surroundings(Protocol):
    """What a lane asks of those who keep it."""

    def load(self, lane: Lane) -> Model:
        """Make room for a lane's model and load it."""

    def ends(self, lane: Lane) -> bool:
        """Whether a lane without rows for a while ends now."""

    def repeat(self, batch: Answered) -> None:
        """Give an answered batch to the shadows of its jobs."""
