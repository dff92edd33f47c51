"""How likely so many values in categories that the reference lacks are, were nothing changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modeldesk.drift.chance import all_from_current
from modeldesk.drift.combination import Evidence, combined
from modeldesk.drift.special import gammaln, xlog1py, xlogy

Floats = NDArray[np.float64]

_SMALL = 3
"""Categories of so many values in both samples together, or fewer, are judged by their sum."""
_LARGEST_SHARE, _SUM_SHARE = 0.75, 0.25
_LIKELY = 0.01
"""Where fewer new categories than this are expected, the tests have little to say ..."""
_FADING = 0.25
"""... and their weight falls with this power of the number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomers:
    """What speaks for new categories, given how often each occurs in both samples together."""

    largest: float
    """p-value of the largest category that only the current sample has."""
    together: float
    """p-value of the number of values in small new categories."""
    expected: float
    """How many new categories a current sample has on average if nothing changed."""

    @property
    def p_value(self) -> float:
        """Both tests combined."""
        tests = ((self.largest, _LARGEST_SHARE), (self.together, _SUM_SHARE))
        found = combined([Evidence(p_value=p, weight=w, aspects=()) for p, w in tests])
        return 1.0 if found is None else found

    @property
    def relevance(self) -> float:
        """Part of their weight that the tests deserve, from 0 to 1.

        Where both samples have no rare category there is nothing that could be new by chance or
        otherwise, and the tests of the known ones need not share the error with these. It
        depends on both samples together, so it favours neither.
        """
        return float(min(1.0, (self.expected / _LIKELY) ** _FADING))


def newcomers(here: Mapping[str, int], there: Mapping[str, int]) -> Newcomers:
    r"""Test the categories that only the current sample has.

    With no change, which of the :math:`t` values of a category fell into the current sample is
    a matter of chance, so all of them did with the chance :math:`a(t)` of `all_from_current`.
    The largest new category of :math:`k` values has the p-value

    .. math:: \sum_{t_j \ge k} a(t_j) - a(k) / 2

    over all categories as large, itself counted half (a mid-p-value). The number of values in
    new categories of up to three values is a sum of independent parts, nearly, whose
    distribution is computed; what equals the observed number counts half there, too.

    Parameters
    ----------
    here, there
        How often each category occurs in the current and in the reference sample.

    Examples
    --------
    >>> known = {"red": 50, "blue": 48}
    >>> found = newcomers({**known, "green": 2}, {"red": 520, "blue": 480})
    >>> round(found.largest, 4), round(found.together, 4), round(found.expected, 4)
    (0.0041, 0.0041, 0.0082)
    """
    n, m = sum(here.values()), sum(there.values())
    sizes = np.array(
        [here.get(name, 0) + there.get(name, 0) for name in here.keys() | there.keys()]
    )
    chances = all_from_current(sizes.astype(np.float64), n, m)
    new = np.array([count for name, count in here.items() if name not in there])
    return Newcomers(
        largest=_largest(new, sizes, chances),
        together=_together(int(new[new <= _SMALL].sum()), sizes, n, m),
        expected=float(chances.sum()),
    )


def _largest(new: NDArray[np.int64], sizes: NDArray[np.int64], chances: Floats) -> float:
    if not new.size:
        return 1.0
    most = new.max()
    own = float(chances[sizes == most][0])
    return min(1.0, float(chances[sizes >= most].sum()) - own / 2)


def _together(observed: int, sizes: NDArray[np.int64], n: int, m: int) -> float:
    """Return the mid-p-value of so many values in new categories of few values."""
    if not observed:
        return 1.0
    law = np.ones(1)
    for size in range(1, _SMALL + 1):
        number = int(np.count_nonzero(sizes == size))
        spaced = np.zeros(size * number + 1)
        spaced[::size] = _binomial(number, float(all_from_current(size, n, m)))
        law = np.convolve(law, spaced)
    return float(law[observed + 1 :].sum() + law[observed] / 2)


def _binomial(number: int, chance: float) -> Floats:
    """Return the chance of 0, 1, ... of so many events."""
    hits = np.arange(number + 1.0)
    ways = gammaln(number + 1) - gammaln(hits + 1) - gammaln(number - hits + 1)
    return np.asarray(np.exp(ways + xlogy(hits, chance) + xlog1py(number - hits, -chance)))
