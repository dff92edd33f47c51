"""Measures of classes from counts, for many resamples at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
_TINY = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Margins:
    """What measures of classes need to know of each of ``r`` resamples with ``k`` classes."""

    hits: Floats
    """Right predictions by class, shape ``(r, k)``."""
    labelled: Floats
    """Rows by label, shape ``(r, k)``."""
    predicted: Floats
    """Rows by prediction, shape ``(r, k)``."""
    rows: Floats
    """All rows, shape ``(r, 1)``."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """Rows by label and both predictions: equal ones are counted together.

    Parameters
    ----------
    classes
        Their names, in order.
    labels, one, other
        Places in ``classes``, shape ``(cells,)``.
    counts
        Rows, shape ``(cells,)``.
    """

    classes: tuple[str, ...]
    labels: Codes
    one: Codes
    other: Codes
    counts: Codes

    @staticmethod
    def of(labels: pl.Series, one: pl.Series, other: pl.Series) -> Cells:
        """Count rows without gaps, three series of strings of one length."""
        table = pl.DataFrame({"label": labels, "one": one, "other": other})
        cells = table.group_by("label", "one", "other").agg(pl.len().alias("rows"))
        cells = cells.sort("label", "one", "other")
        names = sorted({name for part in ("label", "one", "other") for name in cells[part]})
        kind = pl.Enum(names)
        codes = [
            cells[part].cast(kind).to_physical().cast(pl.Int64).to_numpy()
            for part in ("label", "one", "other")
        ]
        return Cells(
            classes=tuple(names),
            labels=codes[0],
            one=codes[1],
            other=codes[2],
            counts=cells["rows"].cast(pl.Int64).to_numpy(),
        )

    def rows(self, chosen: NDArray[np.bool_]) -> int:
        """Count the rows of some cells."""
        return int(self.counts[chosen].sum())

    def margins(self, predictions: Codes, weights: Floats) -> Margins:
        """Sum resamples up for one side; ``weights`` has the shape ``(r, cells)``."""
        right = self.labels == predictions
        size = len(self.classes)
        return Margins(
            hits=_summed(weights[:, right], self.labels[right], size),
            labelled=_summed(weights, self.labels, size),
            predicted=_summed(weights, predictions, size),
            rows=weights.sum(axis=1, keepdims=True),
        )


def _summed(weights: Floats, codes: Codes, size: int) -> Floats:
    found = np.zeros((weights.shape[0], size))
    if codes.size:
        order = np.argsort(codes, kind="stable")
        present, starts = np.unique(codes[order], return_index=True)
        found[:, present] = np.add.reduceat(weights[:, order], starts, axis=1)
    return found


def _divided(top: Floats, bottom: Floats) -> Floats:
    return np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0)


def _precision(counts: Margins) -> Floats:
    return _divided(counts.hits, counts.predicted)


def _recall(counts: Margins) -> Floats:
    return _divided(counts.hits, counts.labelled)


def _f1(counts: Margins) -> Floats:
    return _divided(2 * counts.hits, counts.labelled + counts.predicted)


def _false_positive_rate(counts: Margins) -> Floats:
    return _divided(counts.predicted - counts.hits, counts.rows - counts.labelled)


def _mean(each: Floats) -> Floats:
    defined = ~np.isnan(each)
    total = np.where(defined, each, 0.0).sum(axis=1)
    return _divided(total, defined.sum(axis=1).astype(np.float64))


def _weighted(each: Floats, labelled: Floats) -> Floats:
    weights = np.where(np.isnan(each), 0.0, labelled)
    return _divided((np.nan_to_num(each) * weights).sum(axis=1), weights.sum(axis=1))


def _balanced(counts: Margins) -> Floats:
    several = (counts.labelled > 0).sum(axis=1) > 1
    return np.where(several, _mean(_recall(counts)), np.nan)


def _accuracy(counts: Margins) -> Floats:
    share: Floats = counts.hits.sum(axis=1) / counts.rows[:, 0]
    return share


def _by_chance(counts: Margins) -> Floats:
    both: Floats = (counts.labelled * counts.predicted).sum(axis=1)
    return both / np.square(counts.rows[:, 0])


def _kappa(counts: Margins) -> Floats:
    chance = _by_chance(counts)
    left = np.where(1 - chance < _TINY, np.nan, 1 - chance)
    return (_accuracy(counts) - chance) / left


def _matthews(counts: Margins) -> Floats:
    square = np.square(counts.rows[:, 0])
    mixed = [
        1 - np.square(side).sum(axis=1) / square for side in (counts.labelled, counts.predicted)
    ]
    product = np.where(np.minimum(*mixed) < _TINY, np.nan, mixed[0] * mixed[1])
    return (_accuracy(counts) - _by_chance(counts)) / np.sqrt(product)


WHOLE: dict[str, Callable[[Margins], Floats]] = {
    "accuracy": _accuracy,
    "recall_weighted": _accuracy,
    "balanced_accuracy": _balanced,
    "precision_macro": lambda counts: _mean(_precision(counts)),
    "recall_macro": lambda counts: _mean(_recall(counts)),
    "f1_macro": lambda counts: _mean(_f1(counts)),
    "precision_weighted": lambda counts: _weighted(_precision(counts), counts.labelled),
    "f1_weighted": lambda counts: _weighted(_f1(counts), counts.labelled),
    "mcc": _matthews,
    "kappa": _kappa,
}
"""Measures with one figure per resample: shape ``(r,)``."""

EACH: dict[str, Callable[[Margins], Floats]] = {
    "precision": _precision,
    "recall": _recall,
    "f1": _f1,
    "specificity": lambda counts: 1 - _false_positive_rate(counts),
    "false_positive_rate": _false_positive_rate,
    "predicted_share": lambda counts: counts.predicted / counts.rows,
}
"""Measures with one figure per class: shape ``(r, k)``."""
