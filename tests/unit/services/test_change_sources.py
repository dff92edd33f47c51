"""Two sets of rows divided by what they are: effects are found where they are, and only there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from modeldesk.schema import Column, Kind, LogPolicy, Role, Signature
from modeldesk.services.change_bins import Binned, named_bins, numeric_bins, valued_bins
from modeldesk.services.change_rows import WeighedRows
from modeldesk.services.change_sources import ELSEWHERE, ChangeJudge, ToldChange
from modeldesk.services.slice_parts import slice_part

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NUMBERS = [f"x{place}" for place in range(6)]
POLICY = LogPolicy(segment_by=("country",))
COUNTRIES = ["DE", "FR", "IT", "PL"]
SIGNATURE = Signature(
    inputs=(
        *(Column(name=name, kind=Kind.FLOAT) for name in NUMBERS),
        Column(name="plan", kind=Kind.CATEGORICAL, categories=("a", "b")),
        Column(name="country", kind=Kind.CATEGORICAL, categories=tuple(COUNTRIES)),
        Column(name="note", kind=Kind.TEXT),
    ),
    outputs=(Column(name="y", kind=Kind.CATEGORICAL, role=Role.PREDICTION),),
)


def rows(
    rng: np.random.Generator,
    count: int,
    losses: Callable[[pl.DataFrame, np.random.Generator], Floats],
    *,
    shift: float = 0.0,
) -> WeighedRows:
    """Draw rows whose column ``x0`` may be shifted, and how wrong each is."""
    values = pl.DataFrame({name: rng.normal(size=count) for name in NUMBERS}).with_columns(
        pl.col("x0") + shift,
        plan=pl.Series(rng.choice(["a", "b"], count)),
        country=pl.Series(rng.choice(COUNTRIES, count, p=[0.4, 0.3, 0.2, 0.1])),
    )
    return WeighedRows(
        losses=losses(values, rng),
        values=values,
        inside={slice_part("high"): (values["x1"] > 1).to_numpy()},
        failed=frozenset(),
        looked_at=count,
        cut=False,
    )


def errors(values: pl.DataFrame, rng: np.random.Generator) -> Floats:
    """Draw errors of a classifier that is wrong more often where ``x0`` is high."""
    chance = 1 / (1 + np.exp(2 - 1.5 * values["x0"].to_numpy()))
    found: Floats = (rng.random(values.height) < chance).astype(np.float64)
    return found


def squares(values: pl.DataFrame, rng: np.random.Generator) -> Floats:
    """Draw squared errors of a regression, which are skewed."""
    found: Floats = (1 + values["x0"].to_numpy() ** 2) * rng.normal(size=values.height) ** 2
    return found


def turned(values: pl.DataFrame, rng: np.random.Generator) -> Floats:
    """Draw errors of which those in one country are the contrary of what they were."""
    found = errors(values, rng)
    there = (values["country"] == "PL").to_numpy()
    return np.where(there, 1 - found, found)


def told(before: WeighedRows, now: WeighedRows, confidence: float = 0.95) -> ToldChange:
    """Return what the change comes from."""
    judge = ChangeJudge(SIGNATURE, POLICY, before, now, known=())
    return judge.told(confidence=confidence, loss="error")


def alarms(found: ToldChange) -> bool:
    """Whether anything is said to be more than chance."""
    return found.change.shown or any(
        source.covariate.shown
        or source.concept.shown
        or any(each.apart is not None and each.apart.shown for each in source.bins)
        for source in found.sources
    )


def test_a_shift_is_found_in_the_column_that_shifted() -> None:
    """Its covariate part is about all of the change; no other column has one."""
    rng = np.random.default_rng(1)
    found = told(rows(rng, 6000, errors), rows(rng, 6000, errors, shift=0.8))
    first, *others = found.sources
    assert (first.kind, first.name, found.change.shown) == ("column", "x0", True)
    assert first.covariate.shown
    assert first.covariate.value == pytest.approx(found.change.value, abs=0.02)
    assert not first.concept.shown
    assert not any(each.covariate.shown for each in others)
    assert found.sentence.startswith("The mean error rose from ")
    assert f"The shift of 'x0' raises it by {first.covariate.value:.4g}" in found.sentence


def test_turned_labels_are_found_in_the_group_where_they_turned() -> None:
    """The group's loss changed unlike all others'; no column has a covariate part."""
    rng = np.random.default_rng(2)
    found = told(rows(rng, 6000, errors), rows(rng, 6000, turned))
    first = found.sources[0]
    assert (first.kind, first.name) == ("segment", "country")
    assert first.bins[0].name == "PL"
    assert first.bins[0].apart is not None
    assert first.bins[0].apart.shown
    assert first.bins[0].concept == pytest.approx(found.change.value, abs=0.02)
    assert not any(each.covariate.shown for each in found.sources)
    apart = [
        source.name
        for source in found.sources
        if any(each.apart is not None and each.apart.shown for each in source.bins)
    ]
    assert apart == ["country"]
    assert "Where 'country' is 'PL' it rose from " in found.sentence


@pytest.mark.parametrize("losses", [errors, squares])
def test_where_nothing_changed_nothing_is_said(
    losses: Callable[[pl.DataFrame, np.random.Generator], Floats],
) -> None:
    """At 80 % confidence anything at all is called more than chance in a fifth of the cases."""
    rng = np.random.default_rng(3)
    count = 150
    called = sum(
        alarms(told(rows(rng, 1200, losses), rows(rng, 900, losses), confidence=0.8))
        for _ in range(count)
    )
    assert called <= 0.2 * count + 2 * np.sqrt(0.16 * count)


def test_the_parts_of_each_source_are_the_change() -> None:
    """Covariate and concept part add up; a slice is divided into its rows and the others."""
    rng = np.random.default_rng(4)
    found = told(rows(rng, 500, errors), rows(rng, 500, squares))
    assert {source.kind for source in found.sources} == {"column", "segment", "slice"}
    for source in found.sources:
        whole = source.covariate.value + source.concept.value
        assert whole == pytest.approx(found.change.value, abs=1e-9)
    (high,) = [source for source in found.sources if source.kind == "slice"]
    assert {each.name for each in high.bins} == {"high", ELSEWHERE}
    assert found.left_out == ("note",)


def test_what_stays_the_same_is_not_called_rounding() -> None:
    """Equal losses on both sides have no part that is shown, however sure one is."""
    rng = np.random.default_rng(5)

    def same(values: pl.DataFrame, _: np.random.Generator) -> Floats:
        return np.full(values.height, 0.1)

    found = told(rows(rng, 300, same), rows(rng, 200, same, shift=1.0), confidence=0.5)
    assert not alarms(found)
    assert found.sentence == "The mean error stayed at 0.1."


def test_numbers_keep_bins_for_tails_and_for_what_is_missing() -> None:
    """Every row is in the bin whose name holds its value."""
    before = pl.Series("x", [*range(1000), None], dtype=pl.Float64)
    now = pl.Series("x", [5000.0, float("nan"), 500.0, -1.0])
    found = numeric_bins(before, now)
    assert found.before.size == 1001
    names = [found.names[place] for place in found.now]
    assert names[0].endswith(" or more")
    assert names[1] == "(missing)"
    low, high = (float(part) for part in names[2].split(" to "))
    assert low <= 500 < high
    assert names[3].startswith("below ")


def test_rare_values_share_a_bin() -> None:
    """A value of fewer than twenty rows has none, also where it is new."""
    before = pl.Series("x", ["a"] * 50 + ["b"] * 19 + [None])
    found = named_bins(before, pl.Series("x", ["c"] * 30))
    assert found.names == ("a", "c", "(other)", "(missing)")
    assert np.bincount(found.before).tolist() == [50, 0, 19, 1]
    constant = named_bins(pl.Series("x", [None], dtype=pl.String), pl.Series("x", ["d"]))
    assert constant.names == ("(other)", "(missing)")


def test_values_of_segments_are_bins_as_they_are() -> None:
    """Losses are summed up by bin on either side, with empty bins."""
    found = valued_bins(pl.Series(["b", "a", "b"]), pl.Series(["c"]))
    assert isinstance(found, Binned)
    before, now = found.losses(np.array([1.0, 2.0, 3.0]), np.array([4.0]))
    assert before.names == ("a", "b", "c")
    assert (before.rows.tolist(), before.losses.tolist()) == ([1, 2, 0], [2, 4, 0])
    assert (now.rows.tolist(), now.losses.tolist()) == ([0, 0, 1], [0, 0, 4])
    assert before.squares is not None
    assert before.squares.tolist() == [4, 10, 0]
