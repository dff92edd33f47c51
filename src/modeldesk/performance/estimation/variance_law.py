r"""How much outcomes vary about their means, the larger they are expected to be.

Their variance is taken to go with :math:`\mu^p`: `p` is 1 for counts, and 2 where all that is large
is uncertain in proportion. Weighing residuals by :math:`\mu^{1 - p}` keeps a few rows with wild
errors from telling what all others mean.

References
----------
Wedderburn: Quasi-likelihood functions, generalized linear models and the Gauss-Newton method, 1974.
Nelder, Pregibon: An extended quasi-likelihood function, 1987.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from modeldesk.performance.estimation.cells import Floats

_SMALL = 1e-3
"""Means below it count as if they were so large."""
_LEVEL = 1e-3
"""Sum of squares of the bins' logarithms below which all means are the same."""
_BINS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class VarianceLaw:
    """The variance of outcomes as a power of their means, which are about 1 on the whole.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> means = np.exp(random.normal(size=20_000))
    >>> round(VarianceLaw.of(means, means * random.exponential(size=20_000)).power, 1)
    2.0
    """

    power: float = 1.0

    @staticmethod
    def of(means: Floats, outcomes: Floats) -> VarianceLaw:
        """Learn the power, from 1 to 2.

        It is the slope of the logarithm of squared residuals on that of the means, over forty bins
        of rows by their means, and 1 where all means are the same.

        Parameters
        ----------
        means
            What is expected, shape ``(n,)``.
        outcomes
            What came, shape ``(n,)``.
        """
        squares = (outcomes - means) ** 2
        bins = np.array_split(np.argsort(means, kind="stable"), min(_BINS, means.size))
        level = np.log([max(float(means[rows].mean()), _SMALL) for rows in bins])
        level -= level.mean()
        spread = float((level**2).sum())
        if spread < _LEVEL:
            return VarianceLaw()
        found = np.log([max(float(squares[rows].mean()), 1e-12) for rows in bins])
        return VarianceLaw(power=min(max(float(level @ found) / spread, 1.0), 2.0))

    def weights(self, means: Floats) -> Floats:
        """Return what residuals count, shape ``(n,)``."""
        if self.power == 1:
            return np.ones_like(means)
        weights: Floats = np.maximum(means, _SMALL) ** (1 - self.power)
        return weights
