"""What a change comes from: columns, bins, inputs or labels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.errors import InvalidArgument
from modeldesk.performance.estimation import Losses, attribute, slice_parts

BINS = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 50), st.floats(0, 5), st.floats(0, 5)),
    min_size=1,
    max_size=8,
).filter(lambda bins: sum(b[0] for b in bins) > 0 and sum(b[1] for b in bins) > 0)


def losses(rows: list[float], means: list[float]) -> Losses:
    """Return bins by rows and mean losses."""
    counts = np.asarray(rows, dtype=np.float64)
    return Losses(
        names=tuple(f"bin {place}" for place in range(counts.size)),
        rows=counts,
        losses=counts * np.asarray(means),
        squares=counts * np.asarray(means) ** 2,
    )


@given(BINS)
def test_the_parts_sum_up_to_the_change(bins: list[tuple[int, int, float, float]]) -> None:
    """Covariate and concept part are the change of the mean loss, and the bins' parts are both."""
    before = losses([b[0] for b in bins], [b[2] for b in bins])
    now = losses([b[1] for b in bins], [b[3] for b in bins])
    (found,) = attribute({"x": before}, {"x": now})
    change = now.losses.sum() / now.rows.sum() - before.losses.sum() / before.rows.sum()
    assert found.change == pytest.approx(change, abs=1e-9)
    assert found.covariate + found.concept == pytest.approx(change, abs=1e-9)
    assert sum(each.covariate for each in found.bins) == pytest.approx(found.covariate, abs=1e-9)
    assert sum(each.concept for each in found.bins) == pytest.approx(found.concept, abs=1e-9)


def test_a_shift_is_told_from_a_changed_concept() -> None:
    """More rows in a bad bin are covariate; worse rows in the same bins are concept."""
    shifted = attribute({"x": losses([80, 20], [0, 1])}, {"x": losses([20, 80], [0, 1])})[0]
    assert [shifted.covariate, shifted.concept] == pytest.approx([0.6, 0.0])
    assert shifted.explained == pytest.approx(1.0)
    worse = attribute({"x": losses([80, 20], [0, 1])}, {"x": losses([80, 20], [0.5, 1])})[0]
    assert [worse.covariate, worse.concept] == pytest.approx([0.0, 0.4])


def test_the_column_that_moved_comes_first() -> None:
    """Of two columns the one whose shift explains the change is told first."""
    still, moved = losses([50, 50], [0.2, 0.3]), losses([50, 50], [0.1, 0.4])
    now = {"still": losses([50, 50], [0.29, 0.39]), "moved": losses([20, 80], [0.1, 0.4])}
    found = attribute({"still": still, "moved": moved}, now)
    assert [each.column for each in found] == ["moved", "still"]
    assert found[0].covariate == pytest.approx(0.09)


def test_a_bin_that_one_side_lacks_counts_as_covariate() -> None:
    """New rows bring their loss with them; nothing is divided by zero."""
    (found,) = attribute({"x": losses([100, 0], [0.1, 0])}, {"x": losses([50, 50], [0.1, 0.9])})
    assert found.covariate == pytest.approx(0.4)
    assert found.concept == pytest.approx(0.0)


def test_the_deviation_is_that_of_chance() -> None:
    """Drawn from one law, the covariate part is as far from zero as its deviation says."""
    random = np.random.default_rng(4)
    scores = []
    for _ in range(400):
        sides = [
            losses(random.multinomial(500, [0.5, 0.3, 0.2]).tolist(), [0.1, 0.4, 0.9])
            for _ in range(2)
        ]
        (found,) = attribute({"x": sides[0]}, {"x": sides[1]})
        assert found.deviation is not None
        scores.append(found.covariate / found.deviation)
    assert np.std(scores) == pytest.approx(1.0, abs=0.12)


def test_the_other_deviations_are_those_of_chance_too() -> None:
    """Of losses drawn from one law, concept parts and bins are off by what is said."""
    random = np.random.default_rng(5)
    concepts, bins = [], []
    for _ in range(300):
        sides = []
        for count in (900, 600):
            places = random.choice(3, count, p=[0.5, 0.3, 0.2])
            wrong = (random.random(count) < np.array([0.1, 0.4, 0.7])[places]).astype(np.float64)
            rows = np.bincount(places).astype(np.float64)
            sums = np.bincount(places, weights=wrong).astype(np.float64)
            sides.append(Losses(names=("a", "b", "c"), rows=rows, losses=sums, squares=sums))
        (found,) = attribute({"x": sides[0]}, {"x": sides[1]})
        assert found.concept_deviation is not None
        concepts.append(found.concept / found.concept_deviation)
        for each in found.bins:
            assert each.apart is not None
            assert each.apart_deviation is not None
            bins.append(each.apart / each.apart_deviation)
    assert np.std(concepts) == pytest.approx(1.0, abs=0.12)
    assert np.std(bins) == pytest.approx(1.0, abs=0.12)


def test_a_bin_that_changed_by_itself_stands_apart() -> None:
    """It rose by 0.5, the others by nothing; small bins are not told apart, nor one alone."""
    before = losses([400, 300, 60, 20], [0.2, 0.4, 0.1, 0.1])
    now = losses([400, 300, 60, 20], [0.2, 0.9, 0.1, 0.1])
    (found,) = attribute({"x": before}, {"x": now})
    by_name = {each.name: each for each in found.bins}
    assert found.bins[0].name == "bin 1"
    assert by_name["bin 1"].apart == pytest.approx(0.5)
    assert by_name["bin 0"].apart == pytest.approx(-0.5 * 300 / 380)
    assert by_name["bin 2"].apart is not None
    assert (by_name["bin 3"].apart, by_name["bin 3"].apart_deviation) == (None, None)
    assert (by_name["bin 1"].loss_before, by_name["bin 1"].loss_now) == pytest.approx((0.4, 0.9))
    (alone,) = attribute({"x": losses([400], [0.2])}, {"x": losses([400], [0.9])})
    assert alone.bins[0].apart is None


def test_slices_are_told_the_largest_first() -> None:
    """Slices that together are all rows are bins of their own kind."""
    parts = slice_parts(losses([50, 50], [0.1, 0.2]), losses([50, 50], [0.1, 0.6]))
    assert [part.name for part in parts] == ["bin 1", "bin 0"]
    assert parts[0].concept == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("before", "now", "message"),
    [
        ({"x": losses([1], [1])}, {"y": losses([1], [1])}, "columns differ"),
        ({"x": losses([1], [1])}, {"x": losses([1, 1], [1, 1])}, "bins of 'x' differ"),
        ({"x": losses([1], [1])}, {"x": losses([0], [1])}, "hold no rows"),
    ],
)
def test_sides_that_do_not_fit_are_refused(
    before: dict[str, Losses], now: dict[str, Losses], message: str
) -> None:
    """The error says what does not fit."""
    with pytest.raises(InvalidArgument, match=message):
        attribute(before, now)
