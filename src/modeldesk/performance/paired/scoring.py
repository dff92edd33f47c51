"""Measures of probabilities, row by row: losses, and what each row does to an area.

References
----------
DeLong, DeLong, Clarke-Pearson: Comparing the areas under two or more correlated receiver
operating characteristic curves, 1988.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Truth = NDArray[np.bool_]
_TINY = float(np.finfo(np.float64).eps)


def log_losses(labels: pl.Series, scores: Mapping[str, Floats]) -> Floats:
    """Return each row's log loss, shape ``(n,)``; one class alone is one of two.

    >>> log_losses(pl.Series(["a", "b"]), {"a": np.array([0.5, 0.5])}).round(3).tolist()
    [0.693, 0.693]
    """
    given = np.zeros(len(labels))
    for name, score in scores.items():
        truth = (labels == name).to_numpy()
        given = np.where(truth, score, 1 - score if len(scores) == 1 else given)
    losses: Floats = -np.log(np.clip(given, _TINY, 1 - _TINY))
    return losses


def brier_scores(labels: pl.Series, scores: Mapping[str, Floats]) -> Floats:
    """Return each row's Brier score, shape ``(n,)``: over all classes where there are several.

    >>> brier_scores(pl.Series(["a", "b"]), {"a": np.array([0.5, 0.5])}).tolist()
    [0.25, 0.25]
    """
    found, scored = np.zeros(len(labels)), np.zeros(len(labels), dtype=np.bool_)
    for name, score in scores.items():
        truth = (labels == name).to_numpy()
        found += np.square(score - truth)
        scored |= truth
    return found if len(scores) == 1 else found + ~scored


def area_influence(scores: Floats, truth: Truth) -> Floats | None:
    r"""Return what each row does to the area under the ROC curve, shape ``(n,)``.

    With m rows of the class and n others, a row of the class adds how far the share of others
    below it lies from the area, by m; another the share of the class above it, by n. Their
    squares sum up to DeLong's variance, of one area and of a difference.

    Returns
    -------
    numpy.ndarray or None
        ``None`` where all rows are of the class, or none is.

    Examples
    --------
    >>> scores = np.array([0.1, 0.4, 0.35, 0.8])
    >>> area_influence(scores, np.array([False, False, True, True])).round(3).tolist()
    [0.177, -0.177, -0.177, 0.177]
    """
    hits, others = int(truth.sum()), int((~truth).sum())
    if not hits or not others:
        return None
    ranks = _ranks(scores)
    found = np.empty(scores.size)
    below = (ranks[truth] - _ranks(scores[truth])) / others
    above = 1 - (ranks[~truth] - _ranks(scores[~truth])) / hits
    area = float(below.mean())
    found[truth] = (below - area) / hits * _unbiased(hits)
    found[~truth] = (above - area) / others * _unbiased(others)
    return found


def average_precision(weights: Floats, scores: Floats, truth: Truth) -> Floats:
    """Return the average precision of each of some resamples.

    Parameters
    ----------
    weights
        How often each row was drawn, shape ``(r, n)``.
    scores, truth
        Probability of the class, and whether a row is of it, shape ``(n,)``.

    Returns
    -------
    numpy.ndarray
        Shape ``(r,)``; NaN where no row of the class was drawn.

    Examples
    --------
    >>> average_precision(np.ones((1, 3)), np.array([0.9, 0.5, 0.1]), np.array([True, False, True]))
    array([0.83333333])
    """
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), scores.size - 1)
    drawn = weights[:, order]
    hits = np.cumsum(drawn * truth[order], axis=1)[:, ends]
    rows = np.cumsum(drawn, axis=1)[:, ends]
    gained = np.diff(hits, axis=1, prepend=0.0)
    precision = hits / np.maximum(rows, 1.0)
    total = np.where(hits[:, -1] > 0, hits[:, -1], np.nan)
    found: Floats = (gained * precision).sum(axis=1) / total
    return found


def _ranks(values: Floats) -> Floats:
    ranks: Floats = pl.Series(values).rank("average").to_numpy()
    return ranks


def _unbiased(rows: int) -> float:
    return float(np.sqrt(rows / (rows - 1))) if rows > 1 else np.nan
