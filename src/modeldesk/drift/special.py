"""SciPy's special functions, loaded when something is compared for the first time.

Loading them takes 16 MB and 0.3 s, which a server that only predicts need not spend. What they
take and return is SciPy's: numbers or arrays.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any


def chdtrc(freedom: Any, value: Any) -> Any:  # noqa: ANN401 - SciPy's
    """Return how likely a chi-square variable exceeds a value.

    >>> round(float(chdtrc(1, 3.841458820694124)), 6)
    0.05
    """
    return _special().chdtrc(freedom, value)


def gammaln(value: Any) -> Any:  # noqa: ANN401 - SciPy's
    """Return the logarithm of the gamma function.

    >>> round(float(gammaln(5)), 6)  # the logarithm of 24
    3.178054
    """
    return _special().gammaln(value)


def ndtr(value: Any) -> Any:  # noqa: ANN401 - SciPy's
    """Return how likely a standard normal variable is at most a value.

    >>> float(ndtr(0))
    0.5
    """
    return _special().ndtr(value)


def ndtri(share: Any) -> Any:  # noqa: ANN401 - SciPy's
    """Return the value that a standard normal variable is at most with that probability.

    >>> float(ndtri(0.5))
    0.0
    """
    return _special().ndtri(share)


def stdtr(freedom: Any, value: Any) -> Any:  # noqa: ANN401 - SciPy's
    """Return how likely a variable of Student's t distribution is at most a value.

    >>> float(stdtr(3, 0))
    0.5
    """
    return _special().stdtr(freedom, value)


def xlog1py(factor: Any, value: Any) -> Any:  # noqa: ANN401 - SciPy's
    """Return ``factor * log(1 + value)``, and 0 where the factor is 0.

    >>> float(xlog1py(0, -1))
    0.0
    """
    return _special().xlog1py(factor, value)


def xlogy(factor: Any, value: Any) -> Any:  # noqa: ANN401 - SciPy's
    """Return ``factor * log(value)``, and 0 where the factor is 0.

    >>> float(xlogy(0, 0))
    0.0
    """
    return _special().xlogy(factor, value)


def _special() -> ModuleType:
    import scipy.special  # noqa: PLC0415 - see above

    found: ModuleType = scipy.special
    return found
