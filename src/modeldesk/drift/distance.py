"""Hellinger distance between two distributions over the same bins."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def hellinger(p: NDArray[np.float64], q: NDArray[np.float64]) -> float:
    r"""Return the Hellinger distance, from 0 (same) to 1 (no bin in common).

    .. math:: H(p, q) = \sqrt{1 - \sum_j \sqrt{p_j q_j}}

    Parameters
    ----------
    p, q
        Counts or shares per bin, shape ``(bins,)``, not all zero; each is scaled to sum to 1.

    References
    ----------
    Hellinger: Neue Begründung der Theorie quadratischer Formen, 1909.

    Examples
    --------
    >>> round(hellinger(np.array([8.0, 2.0]), np.array([10.0, 0.0])), 3)
    0.325
    """
    difference = np.sqrt(p / p.sum()) - np.sqrt(q / q.sum())
    return float(min(np.sqrt(np.dot(difference, difference) / 2), 1.0))
