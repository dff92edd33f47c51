"""Functions to publish as models, importable by their path."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def patient(rows: pl.DataFrame) -> list[float]:
    """Answer after as many seconds as the first row says."""
    time.sleep(float(rows["seconds"][0]))
    return [0.0] * rows.height


def moody(rows: pl.DataFrame) -> list[float]:
    """Fail on negative numbers."""
    if float(rows["mood"].min()) < 0:  # type: ignore[arg-type]  # a column of floats
        message = "not today"
        raise ValueError(message)
    return [1.0] * rows.height


def every_kind(rows: pl.DataFrame) -> list[str]:
    """Answer with a word, whatever is given."""
    return ["word"] * rows.height
