"""The pace of a model: what a batch takes, as it was lately."""

from __future__ import annotations

_QUICK_SECONDS = 0.005
"""As long as Python by itself lets one thread go on while others wait."""

_NEWEST = 0.2
"""How much the last batch counts."""


class Pace:
    """Learns what batches take, and tells whether one more will be quick.

    Examples
    --------
    >>> pace = Pace()
    >>> pace.quick(1)
    False
    >>> pace.learn(10, 0.001)
    >>> pace.quick(10), pace.quick(1000)
    (True, False)
    """

    def __init__(self) -> None:
        self._rows = 0.0
        self._seconds = 0.0

    def learn(self, rows: int, seconds: float) -> None:
        """Note a batch."""
        if not self._rows:
            self._rows, self._seconds = rows, seconds
        self._rows += _NEWEST * (rows - self._rows)
        self._seconds += _NEWEST * (seconds - self._seconds)

    def quick(self, rows: int) -> bool:
        """Whether so many rows are predicted in a moment; of a new model nobody knows."""
        known = self._rows
        return bool(known) and self._seconds * max(1.0, rows / known) <= _QUICK_SECONDS
