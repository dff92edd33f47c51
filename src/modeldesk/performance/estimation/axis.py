"""The fixed axis of scores: equal steps of the logit, the same for every model and window."""

from __future__ import annotations

import numpy as np

from modeldesk.errors import InvalidArgument
from modeldesk.performance.estimation.cells import Codes, Floats

CELLS = 256
"""How many cells the axis has."""
REACH = 16.0
"""Logits beyond belong to the outermost cells: scores within a ten-millionth of 0 and 1."""
_WIDTH = 2 * REACH / CELLS

LOGITS: Floats = (np.arange(CELLS, dtype=np.float64) + 0.5) * _WIDTH - REACH
"""The logit in the middle of each cell."""
SCORES: Floats = 1 / (1 + np.exp(-LOGITS))
"""The score in the middle of each cell."""


def logits(scores: Floats) -> Floats:
    """Return ``log(s / (1 - s))`` within the axis, shape ``(n,)``.

    >>> logits(np.array([0.0, 0.5, 1.0])).tolist()
    [-16.0, 0.0, 16.0]
    """
    with np.errstate(divide="ignore"):
        found: Floats = np.clip(np.log(scores) - np.log1p(-scores), -REACH, REACH)
    return found


def cells(of: Floats) -> Codes:
    """Return the cell of each logit, shape ``(n,)``."""
    return np.clip((of + REACH) / _WIDTH, 0, CELLS - 1).astype(np.intp)


def check(scores: Floats, what: str) -> None:
    """Raise `InvalidArgument` unless all scores that are there are probabilities."""
    known = scores[np.isfinite(scores)]
    if known.size and (known.min() < 0 or known.max() > 1):
        message = f"{what} reach from {known.min():.6g} to {known.max():.6g}, not from 0 to 1."
        hint = "Estimates need probabilities, such as those of predict_proba."
        raise InvalidArgument(message, hint=hint)
