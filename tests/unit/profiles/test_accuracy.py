"""How far a profile of a million rows is from the exact statistics."""

from __future__ import annotations

from functools import reduce

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from modeldesk.profiles import Profile, profile

ROWS = 1_000_000
SHARES = [step / 100 for step in range(1, 100)]


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    """Return columns that are hard to summarise, each in its way."""
    random = np.random.default_rng(11)
    weights = 1 / np.arange(1, 50_001) ** 1.1
    places = np.searchsorted(np.cumsum(weights / weights.sum()), random.random(ROWS))
    names = pl.Series([f"word {number}" for number in range(50_000)])
    return pl.DataFrame(
        {
            "offset": random.normal(1e9, 1, ROWS),
            "heavy": random.standard_t(2, ROWS),
            "rounded": np.round(random.gamma(2, 20, ROWS), 1),
            "whole": random.poisson(1000, ROWS),
            "zipf": names.gather(pl.Series(np.minimum(places, 49_999))),
        }
    )


@pytest.fixture(scope="module", params=[1, 24])
def summarised(request: pytest.FixtureRequest, table: pl.DataFrame) -> Profile:
    """Return the table's profile, made at one go and merged from the hours of a day."""
    parts = table.iter_slices(-(-ROWS // request.param))
    return reduce(Profile.merge, (profile(part) for part in parts))


@pytest.mark.parametrize("name", ["offset", "heavy", "rounded", "whole"])
def test_numbers(table: pl.DataFrame, summarised: Profile, name: str) -> None:
    """Ranks are off by 0.5 % at most, distinct counts by 2.5 %, moments by nothing that counts."""
    values: NDArray[np.float64] = np.sort(table[name].to_numpy().astype(np.float64))
    column = summarised.column(name)
    assert column.quantiles is not None
    found = column.quantiles.quantiles(SHARES)
    below = np.searchsorted(values, found) / ROWS
    up_to = np.searchsorted(values, found, side="right") / ROWS
    assert (below - 0.005 <= SHARES).all()
    assert (up_to + 0.005 >= SHARES).all()
    assert column.distinct == pytest.approx(np.unique(values).size, rel=0.025)
    precise = values.astype(np.longdouble)
    assert column.moments is not None
    assert column.moments.mean == pytest.approx(float(precise.mean()), rel=1e-9)
    variance = ((precise - precise.mean()) ** 2).sum() / (ROWS - 1)
    assert column.moments.variance == pytest.approx(float(variance), rel=1e-9)


def test_frequent_values(table: pl.DataFrame, summarised: Profile) -> None:
    """The twenty most frequent of 50,000 values come in their order, with counts in bounds."""
    exact = table["zipf"].value_counts(name="times", sort=True).head(20)
    column = summarised.column("zipf")
    assert column.distinct == pytest.approx(table["zipf"].n_unique(), rel=0.025)
    assert column.frequent is not None
    items = column.frequent.items()[:20]
    assert [item.value for item in items] == exact["zipf"].to_list()
    for item, times in zip(items, exact["times"], strict=True):
        assert item.lower <= times <= item.upper


def test_size_is_bounded(summarised: Profile) -> None:
    """A number takes 21 KB at most, however the profile came about."""
    assert len(summarised.encode()) < 5 * 21_000
