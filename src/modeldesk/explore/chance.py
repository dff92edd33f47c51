"""How likely chance alone is, from SciPy's special functions.

They are loaded when something is first computed, as loading takes 0.3 s.
"""

from __future__ import annotations

import math
from importlib import import_module
from typing import Any

_CONFIDENCE = 0.95


def p_of_correlation(value: float, rows: int) -> float:
    """Return how likely a correlation as far from 0 is by chance, by Student's t, two-sided.

    >>> round(p_of_correlation(0.5, 20), 4)
    0.0248
    """
    if abs(value) >= 1:
        return 0.0
    freedom = rows - 2
    t = abs(value) * math.sqrt(freedom / ((1 - value) * (1 + value)))
    return float(2 * _special().stdtr(freedom, -t))


def p_of_groups(explained: float, *, groups: int, rows: int) -> float:
    """Return how likely groups explain as much of the variance by chance, by the F test.

    Parameters
    ----------
    explained
        Share of the sum of squares that lies between the groups, 0 to 1.
    groups, rows
        How many there are; more rows than groups.
    """
    if explained >= 1:
        return 0.0
    between, within = groups - 1, rows - groups
    return float(_special().fdtrc(between, within, explained / (1 - explained) * within / between))


def p_of_chi_square(value: float, freedom: int) -> float:
    """Return how likely chi-square is as large by chance.

    >>> round(p_of_chi_square(3.841458820694124, 1), 6)
    0.05
    """
    return float(_special().chdtrc(freedom, value))


def fisher_interval(value: float, error: float) -> tuple[float, float]:
    """Return the 95 % interval of a correlation, by Fisher's transformation.

    Parameters
    ----------
    value
        The correlation.
    error
        Standard error of its inverse hyperbolic tangent.
    """
    if abs(value) >= 1:
        return value, value
    reach = float(_special().ndtri((1 + _CONFIDENCE) / 2)) * error
    middle = math.atanh(value)
    return math.tanh(middle - reach), math.tanh(middle + reach)


def _special() -> Any:  # noqa: ANN401 - a module without types of its own
    return import_module("scipy.special")
