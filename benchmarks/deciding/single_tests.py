"""Single two-sample tests, each good at one thing, as what a verdict could be at best.

Each returns a statistic that is larger the less the two samples look alike. From which value on
it counts as an alarm is found from samples of one law, so all have the same rate of false alarms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]

_BINS = 10


def statistics_of(current: pl.Series, reference: pl.Series) -> dict[str, float]:
    """Return the statistic of every test that suits the columns."""
    found = {"missing share (chi-square)": _missing(current, reference)}
    x, y = current.drop_nulls(), reference.drop_nulls()
    if current.dtype == pl.String:
        return found | _of_categories(x, y)
    numbers = x.to_numpy().astype(np.float64), y.to_numpy().astype(np.float64)
    return found | _by_rank(*numbers) | {name: f(*numbers) for name, f in _BY_VALUE.items()}


def _missing(current: pl.Series, reference: pl.Series) -> float:
    lost = np.array([current.null_count(), reference.null_count()])
    rows = np.array([len(current), len(reference)])
    return _pearson(np.array([lost, rows - lost], dtype=np.float64))


def _pearson(counts: Floats) -> float:
    """Return the chi-square statistic of a table of counts, one column per sample."""
    counts = counts[counts.sum(axis=1) > 0]
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    return float(((counts - expected) ** 2 / expected).sum())


def _by_rank(x: Floats, y: Floats) -> dict[str, float]:
    """Return the statistics that the order of all values together decides; no ties."""
    n, m = x.size, y.size
    mine = np.argsort(np.concatenate([x, y]), kind="stable") < n
    place = np.arange(1, n + m + 1)
    seen = np.cumsum(mine)
    gap = seen / n - (place - seen) / m
    share = place[:-1] / (n + m)
    bins = np.array_split(mine, _BINS)
    counts = np.array([[part.sum(), part.size - part.sum()] for part in bins], dtype=np.float64)
    return {
        "Kolmogorov-Smirnov": float(np.abs(gap).max()),
        "Cramer-von Mises": float(np.square(gap).mean()),
        "Anderson-Darling": float((gap[:-1] ** 2 / (share * (1 - share))).mean()),
        "Mann-Whitney": float(abs(place[mine].mean() - (n + m + 1) / 2)),
        "chi-square, 10 bins": _pearson(counts),
    }


def _welch(x: Floats, y: Floats) -> float:
    return float(abs(stats.ttest_ind(x, y, equal_var=False).statistic))


def _levene(x: Floats, y: Floats) -> float:
    return float(stats.levene(x, y, center="median").statistic)


_BY_VALUE: Mapping[str, Callable[[Floats, Floats], float]] = {
    "Welch t": _welch,
    "Levene": _levene,
}


def _of_categories(x: pl.Series, y: pl.Series) -> dict[str, float]:
    here, there = (dict(s.value_counts().iter_rows()) for s in (x, y))
    names = sorted(here.keys() | there.keys())
    counts = np.array([[here.get(name, 0), there.get(name, 0)] for name in names], dtype=np.float64)
    return {
        "chi-square": _pearson(counts),
        # With none in the reference, Fisher's p-value falls as this count rises.
        "new categories (Fisher)": float(counts[counts[:, 1] == 0, 0].sum()),
    }
