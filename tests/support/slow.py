"""A model that takes its time for each row, importable by other processes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.support.shop import spend

if TYPE_CHECKING:
    import polars as pl

SECONDS = 0.004
"""For a row."""


def slow_spend(frame: pl.DataFrame) -> list[float]:
    """Predict as the quick one does, and a euro more."""
    time.sleep(frame.height * SECONDS)
    return [value + 1 for value in spend(frame)]
