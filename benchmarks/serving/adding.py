"""A model whose own time is next to nothing: it adds the features of each row up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray


def total(rows: pl.DataFrame) -> NDArray[np.float64]:
    """Return the sum of each row."""
    return rows.sum_horizontal().to_numpy()
