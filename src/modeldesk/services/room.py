"""The room for rows that wait for a version: by their number, and by how long they take."""

from __future__ import annotations

from math import ceil

from modeldesk.errors import Overloaded
from modeldesk.services.effort import Effort

BATCH_ROWS = 4096
"""From this many rows on a batch takes no further request."""


class Room:
    """Counts the rows that wait; whoever changes it holds the lane's lock.

    Where nothing waits, there is room for any number.

    Parameters
    ----------
    model
        What refusals name.
    rows
        Most rows that wait.
    seconds
        How long those may take, as quick as the version was lately; 0: any time.

    Examples
    --------
    >>> room = Room("iris", rows=10, seconds=0)
    >>> room.take(8)
    >>> room.holds(2), room.holds(3)
    (True, False)
    >>> room.free(8, seconds=0.5)
    >>> room.taken
    0
    """

    def __init__(self, model: str, *, rows: int, seconds: float) -> None:
        self.taken = 0
        """Rows that wait, or are being predicted."""
        self._model = model
        self._rows = rows
        self._seconds = seconds
        self._effort = Effort()

    def holds(self, rows: int) -> bool:
        """Whether so many rows more are not too many."""
        return not self.taken or self.taken + rows <= self._rows

    def check(self, rows: int) -> None:
        """Raise `Overloaded` where so many rows more are too many, or would wait too long."""
        taken = self.taken
        if not self.holds(rows):
            message = f"{taken} rows wait for {self._model!r} already."
            raise Overloaded(message, hint="Try again in a second.")
        if not self._seconds:
            return
        seconds = self._effort.seconds(taken, batches=ceil(taken / BATCH_ROWS))
        if seconds > self._seconds:
            message = (
                f"{taken} rows wait for {self._model!r} already, which take {seconds:.3g} seconds."
            )
            raise Overloaded(message, hint="Try again in a second.")

    def take(self, rows: int) -> None:
        """Count rows that wait from now on; raises as `check` does."""
        self.check(rows)
        self.add(rows)

    def add(self, rows: int) -> None:
        """Count rows without asking whether there is room."""
        self.taken += rows

    def free(self, rows: int, *, seconds: float | None) -> None:
        """Count rows that wait no longer; learn from how long they took, where that is told."""
        self.taken -= rows
        if seconds is not None:
            self._effort.learn(rows, seconds)
