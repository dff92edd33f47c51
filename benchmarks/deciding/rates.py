"""How often a program raises an alarm, at a rate of false alarms that is the same for all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def power_at(level: float, null: Floats, changed: Floats) -> float:
    """Return the share of changed columns found when `level` of the unchanged ones would be.

    Parameters
    ----------
    level
        The rate of false alarms that is allowed.
    null
        Evidence of columns in which nothing changed, shape ``(columns,)``; more is stronger.
    changed
        Evidence of columns that did change.

    Returns
    -------
    float
        From 0 to 1.

    Notes
    -----
    What exceeds the ``k``-th largest of ``N`` values from one law, exceeds it with chance
    ``k / (N + 1)``. That value is the limit. Of columns with exactly that much evidence, as
    many count as the level has room for, as if they were drawn by lot.

    Examples
    --------
    >>> null = np.arange(1.0, 100.0)
    >>> power_at(0.01, null, np.array([98.5, 99.5, 100.0, 101.0]))
    0.75
    """
    room = max(level * (null.size + 1) - 1, 0.0)
    limit = np.sort(null)[::-1][int(room)]
    above, level_with = np.count_nonzero(null > limit), np.count_nonzero(null == limit)
    lot = 0.0 if level_with == 1 else (room - above) / level_with
    return float(np.mean(changed > limit) + lot * np.mean(changed == limit))
