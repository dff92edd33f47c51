"""The effort of batches: what each takes, however many rows it has, and what a row takes."""

from __future__ import annotations

from math import inf

_KEPT = 0.98
"""How much a batch counts when the next one is learnt: half of it is forgotten after 34."""

_DIFFERENT = 0.5
"""How much sizes must differ, as their standard deviation over their mean, to tell the two apart.

Where they differ less, their small differences in time are chance.
"""

_FORGETTING = 1.05
"""How much longer the quickest row is taken to last with each batch that is not as quick."""

_STALL = 3.0
"""How many times as long as expected a batch may count as having taken; a larger one than usual
in proportion longer, as nobody knows yet.

One that waited for a locked database says nothing of the next. Where all are that slow, the
expectation grows by a twentieth with each.
"""


class Effort:
    """Learns ``seconds = fixed + each * rows`` by least squares; the latest batches count most.

    As long as all batches had about as many rows, nobody knows which part is fixed: then a row is
    taken to last as long as in the quickest of them, unless what a row takes was known before.

    Examples
    --------
    >>> effort = Effort()
    >>> effort.seconds(10)
    0.0
    >>> effort.learn(1, 0.003)
    >>> round(effort.seconds(1000), 3)
    3.0
    >>> effort.learn(1000, 0.023)
    >>> round(effort.seconds(1000), 3)
    0.023
    >>> round(effort.seconds(10_000, batches=3), 2)
    0.21
    """

    def __init__(self) -> None:
        self._weight = 0.0
        self._rows = 0.0
        self._seconds = 0.0
        self._squares = 0.0
        self._products = 0.0
        self._fixed = 0.0
        self._each = 0.0
        self._quickest = inf
        self._told_apart = False

    def seconds(self, rows: int, *, batches: int = 1) -> float:
        """Return how long rows will take in so many batches; 0 as long as nothing is known."""
        return batches * self._fixed + rows * self._each

    def learn(self, rows: int, seconds: float) -> None:
        """Note a batch."""
        if self._told_apart:
            larger = max(1.0, rows * self._weight / self._rows)
            seconds = min(seconds, _STALL * larger * self.seconds(rows))
        self._weight = _KEPT * self._weight + 1
        self._rows = _KEPT * self._rows + rows
        self._seconds = _KEPT * self._seconds + seconds
        self._squares = _KEPT * self._squares + rows * rows
        self._products = _KEPT * self._products + rows * seconds
        self._quickest = min(self._quickest * _FORGETTING, seconds / rows)
        self._fit()

    def _fit(self) -> None:
        rows, seconds = self._rows / self._weight, self._seconds / self._weight
        variance = self._squares / self._weight - rows * rows
        if variance > (_DIFFERENT * rows) ** 2:
            self._each = (self._products / self._weight - rows * seconds) / variance
            self._told_apart = True
        elif not self._told_apart:
            self._each = self._quickest
        self._each = min(max(self._each, 0.0), seconds / rows)
        self._fixed = seconds - self._each * rows
