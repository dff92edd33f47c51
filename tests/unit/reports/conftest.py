"""Tables that hold whatever can go wrong in a report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from modeldesk import compare, profile
from modeldesk.drift import Comparison
from modeldesk.profiles import Profile

HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>'


def table(rows: int = 400, *, shift: float = 0.0, gaps: float = 0.0) -> pl.DataFrame:
    """Return a table with columns of many kinds."""
    rng = np.random.default_rng(7)
    start = datetime(2026, 3, 1, tzinfo=UTC)
    width = rng.normal(3, 0.4, rows) + shift
    return pl.DataFrame(
        {
            "calm": rng.normal(1000, 10, rows),
            "width": np.where(rng.random(rows) < gaps, np.nan, width),
            "count": rng.integers(0, 5, rows),
            HOSTILE: rng.choice([HOSTILE, "b", "c"], rows),
            "when": [start + timedelta(hours=int(hour)) for hour in rng.integers(0, 900, rows)],
            "note": ["word " * int(many) for many in rng.integers(1, 60, rows)],
            "nothing": pl.Series([None] * rows, dtype=pl.Float64),
            "flag": rng.random(rows) < 0.3,
        }
    )


@pytest.fixture(scope="session")
def mixed() -> Profile:
    """Offer the profile of such a table."""
    return profile(table())


@pytest.fixture(scope="session")
def changed(mixed: Profile) -> Comparison:
    """Offer a comparison in which `width` moved by half a deviation and a tenth is missing."""
    kinds = {column.name: column.kind for column in mixed.columns}
    now = table(300, shift=0.6, gaps=0.1).with_columns(new=pl.lit(1.5))
    return compare(profile(now, kinds=kinds), mixed)
