"""Columns to compare, and comparing one of them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from modeldesk.drift import ColumnComparison, Thresholds, compare
from modeldesk.profiles import profile
from modeldesk.schema import Kind


def one(
    current: Iterable[object],
    reference: Iterable[object],
    kind: Kind | None = None,
    **limits: float,
) -> ColumnComparison:
    """Compare one column."""
    kinds = {} if kind is None else {"x": kind}
    here, there = (profile({"x": v}, kinds=kinds) for v in (current, reference))
    return compare(here, there, thresholds=Thresholds(**limits)).column("x")  # type: ignore[arg-type]


def normal(seed: int, size: int = 1000, mean: float = 0.0) -> np.ndarray:
    """Return normally distributed numbers."""
    return np.random.default_rng(seed).normal(mean, 1, size)
