r"""Differences of two distributions over the same bins.

All take shares (or counts, which are scaled) per bin: :math:`p` of the current and :math:`q` of
the reference side, shape ``(bins,)``, neither of them all zero.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_HALF = 0.5
"""Added to each count where a logarithm or a division by an empty bin would be infinite."""


def hellinger(p: Floats, q: Floats) -> float:
    r"""Return the Hellinger distance, from 0 (same) to 1 (no bin in common).

    .. math:: H(p, q) = \sqrt{1 - \sum_j \sqrt{p_j q_j}}

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


def jensen_shannon(p: Floats, q: Floats) -> float:
    r"""Return the Jensen-Shannon distance, from 0 to 1: the root of the divergence in bits.

    .. math:: \sqrt{\tfrac12 K(p, m) + \tfrac12 K(q, m)}, \quad m = \tfrac12 (p + q), \quad
        K(p, m) = \sum_j p_j \log_2 (p_j / m_j)

    References
    ----------
    Lin: Divergence measures based on the Shannon entropy, 1991; that its root is a metric:
    Endres, Schindelin: A new metric for probability distributions, 2003.

    Examples
    --------
    >>> jensen_shannon(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    1.0
    """
    here, there = p / p.sum(), q / q.sum()
    middle = (here + there) / 2
    bits = (_relative(here, middle) + _relative(there, middle)) / (2 * np.log(2))
    return float(np.sqrt(min(max(bits, 0.0), 1.0)))


def kullback_leibler(p: Floats, q: Floats) -> float:
    r"""Return the divergence of the current from the reference in nats, from 0 on.

    .. math:: K(p, q) = \sum_j p_j \ln (p_j / q_j)

    of counts to each of which one half was added, as an empty bin would make it infinite. So it
    needs counts. It is not symmetric.

    References
    ----------
    Kullback, Leibler: On information and sufficiency, 1951. The half is Jeffreys' prior.

    Examples
    --------
    >>> round(kullback_leibler(np.array([80.0, 20.0]), np.array([50.0, 50.0])), 3)
    0.189
    """
    return _relative(*_smoothed(p, q))


def population_stability(p: Floats, q: Floats) -> float:
    r"""Return the population stability index, from 0 on.

    .. math:: \sum_j (p_j - q_j) \ln (p_j / q_j)

    of counts to each of which one half was added, as for `kullback_leibler`: it is that
    divergence there and back. By custom 0.1 is little and 0.25 much; but among equal samples
    it is about :math:`(B - 1)(1/n + 1/m)` by chance, for :math:`B` bins.

    References
    ----------
    Siddiqi: Credit risk scorecards, 2006; Jeffreys: An invariant form for the prior
    probability in estimation problems, 1946.

    Examples
    --------
    >>> round(population_stability(np.array([80.0, 20.0]), np.array([50.0, 50.0])), 3)
    0.406
    """
    here, there = _smoothed(p, q)
    return float(np.dot(here - there, np.log(here / there)))


def total_variation(p: Floats, q: Floats) -> float:
    r"""Return the total variation distance, from 0 to 1: the share that changed its bin.

    .. math:: \tfrac12 \sum_j |p_j - q_j|

    Examples
    --------
    >>> total_variation(np.array([8.0, 2.0]), np.array([10.0, 0.0]))
    0.2
    """
    apart = float(np.abs(p / p.sum() - q / q.sum()).sum()) / 2
    return round(min(apart, 1.0), 15)


def _relative(p: Floats, q: Floats) -> float:
    filled = p > 0
    return float(max(np.dot(p[filled], np.log(p[filled] / q[filled])), 0.0))


def _smoothed(p: Floats, q: Floats) -> tuple[Floats, Floats]:
    here, there = p + _HALF, q + _HALF
    return here / here.sum(), there / there.sum()
