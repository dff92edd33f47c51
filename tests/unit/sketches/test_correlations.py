"""Co-moments of columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from modeldesk.errors import Corrupt, InvalidArgument
from modeldesk.sketches import Correlations

Floats = NDArray[np.float64]


def table(rows: int, columns: int, seed: int = 0) -> Floats:
    """Return columns of numbers that vary together, each a row of the array."""
    random = np.random.default_rng(seed)
    return random.normal(size=(columns, columns)) @ random.normal(size=(columns, rows))


def of(columns: Floats, prefix: str = "c") -> Correlations:
    """Summarise columns, named in their order."""
    return Correlations.of([f"{prefix}{i:03}" for i in range(len(columns))], list(columns))


@pytest.mark.parametrize("offset", [0.0, 1e9])
def test_the_matrix_is_numpys(offset: float) -> None:
    """Without gaps the correlations are those of NumPy, wherever the numbers lie."""
    columns = table(5000, 6) + offset
    halves = of(columns[:, :1234]).merge(of(columns[:, 1234:]))
    for found in (of(columns), halves):
        np.testing.assert_allclose(found.matrix(), np.corrcoef(columns), atol=1e-8)
        assert (found.count == 5000).all()


def test_pairs_with_gaps_are_those_of_pandas() -> None:
    """Each pair is about the rows in which both have a finite number, like pandas' ``corr``."""
    columns = table(3000, 5)
    columns[0, ::3] = np.nan
    columns[1, 1::4] = np.inf
    columns[2, 50:] = -np.inf
    columns[3, :] = np.nan
    parts = [of(part) for part in np.array_split(columns, 7, axis=1)]
    merged = Correlations()
    for part in parts:
        merged = merged.merge(part)
    expected = pd.DataFrame(np.where(np.isfinite(columns), columns, np.nan).T)
    for found in (of(columns), merged):
        np.testing.assert_allclose(found.matrix(), expected.corr().to_numpy(), atol=1e-12)
        present = expected.notna().to_numpy().astype(int)
        assert (found.count == present.T @ present).all()


def test_what_is_not_known_is_not_a_number() -> None:
    """Constant columns, and pairs that never meet, have no correlation."""
    nothing = np.nan
    found = of(np.array([[1.0, 2, 3], [5, 5, 5], [nothing, nothing, 1]])).matrix()
    assert found[0, 0] == pytest.approx(1)
    assert np.isnan(found[0, 1])
    assert np.isnan(found[0, 2])
    assert Correlations().matrix().shape == (0, 0)


def test_huge_numbers_take_no_part() -> None:
    """Numbers whose squares overflow are left out, and others are as they were."""
    columns = np.array([[1.0, 2, 3, 1e200], [2.0, 4, 6, 1.0]])
    assert of(columns) == of(columns[:, :3]).merge(of(columns[:, 3:]))
    assert of(columns).matrix()[0, 1] == pytest.approx(1)
    big = of(np.array([[1e140, -1e140] * 50, [-1e140, 1e140] * 50]))
    assert big.merge(big).matrix()[0, 1] == pytest.approx(-1)


def test_columns_of_one_side_only() -> None:
    """A column that a later table added keeps its rows; pairs that never met have none."""
    both = of(table(10, 2), "a").merge(of(table(20, 2), "b"))
    assert both.names == ("a000", "a001", "b000", "b001")
    assert both.count.tolist() == [[10, 10, 0, 0], [10, 10, 0, 0], [0, 0, 20, 20], [0, 0, 20, 20]]
    assert np.isnan(both.matrix()[0, 2])


def test_size_is_bounded() -> None:
    """Of many columns the first 64 by name are kept, in whatever order tables are merged."""
    some, more = of(table(30, 60), "b"), of(table(30, 60), "a")
    third = of(table(30, 100), "c")
    left, right = some.merge(more).merge(third), third.merge(some.merge(more))
    assert left.names == right.names == (*more.names, *some.names[:4])
    assert len(third.names) == 64
    assert len(left.encode()) < 110_000


def test_contradictions_are_refused() -> None:
    """Arrays of the wrong shape, unordered names and negative counts are mistakes."""
    one, zero = np.ones((1, 1)), np.zeros((2, 2))
    counts = np.zeros((2, 2), dtype=np.int64)
    with pytest.raises(InvalidArgument, match="need arrays"):
        Correlations(names=("a",))
    with pytest.raises(InvalidArgument, match="alphabetical"):
        Correlations(names=("b", "a"), count=counts, means=zero, squares=zero, products=zero)
    with pytest.raises(InvalidArgument, match="negative"):
        Correlations(
            names=("a",), count=-one.astype(np.int64), means=one, squares=one, products=one
        )


def test_bytes_lead_back_or_are_refused() -> None:
    """What is encoded is decoded to an equal value; anything else is corrupt."""
    some = of(table(10, 3))
    again = Correlations.decode(some.encode())
    assert again == some
    assert hash(again) == hash(some)
    assert Correlations.decode(Correlations().encode()) == Correlations()
    assert some != "something else"
    for cut in range(len(some.encode())):
        with pytest.raises(Corrupt):
            Correlations.decode(some.encode()[:cut])
    broken = Correlations(
        names=("a",),
        count=np.ones((1, 1), dtype=np.int64),
        means=np.full((1, 1), np.inf),
        squares=np.ones((1, 1)),
        products=np.ones((1, 1)),
    )
    with pytest.raises(Corrupt, match="not finite"):
        Correlations.decode(broken.encode())
