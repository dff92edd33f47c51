"""Slices that are worse are found, of one condition and of two; and of noise hardly ever one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from modeldesk.errors import InvalidArgument, InvalidData
from modeldesk.performance.slices import FoundSlices, Search, SliceSchema, find_slices
from modeldesk.schema import Column, Kind

ROWS = 4000
WORDS = ["alpha", "beta", "gamma", "delta", "river", "stone", "cloud", "paper", "green", "house"]


def table(seed: int = 1, rows: int = ROWS) -> pl.DataFrame:
    """Return rows of numbers, categories, truth and missing values that mean nothing."""
    random = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "age": random.integers(18, 90, rows),
            "income": random.lognormal(8, 1, rows),
            "city": random.choice(["Bonn", "Ulm", "Köln", "Trier"], rows),
            "smoker": random.random(rows) < 0.3,
        }
    ).with_columns(
        income=pl.when(pl.Series(random.random(rows)) < 0.9).then(pl.col("income")),
    )


def wrong_where(where: pl.Series, *, often: float, seldom: float, seed: int) -> pl.Series:
    """Return losses of 0 and 1, 1 more often where a condition holds."""
    chances = np.where(where.to_numpy(), often, seldom)
    return pl.Series(np.random.default_rng(seed).random(len(where)) < chances)


def expressions(found: FoundSlices) -> list[str]:
    """Return the conditions of what was found."""
    return [one.expression for one in found.slices]


@pytest.mark.parametrize(
    ("planted", "told"),
    [
        (pl.col("city") == "Ulm", ['city == "Ulm"']),
        (pl.col("smoker"), ["smoker"]),
        (pl.col("income").is_null(), ["income is null"]),
        (
            (pl.col("city") == "Ulm") & pl.col("smoker"),
            ['smoker and city == "Ulm"', 'city == "Ulm" and smoker'],
        ),
        (
            pl.col("income").is_null() & (pl.col("city") == "Bonn"),
            ['income is null and city == "Bonn"', 'city == "Bonn" and income is null'],
        ),
    ],
)
def test_a_planted_slice_is_found_and_nothing_else(planted: pl.Expr, told: list[str]) -> None:
    """One condition or two: exactly what was planted is told, with what it costs."""
    frame = table()
    where = frame.select(planted.alias("it")).to_series()
    losses = wrong_where(where, often=0.6, seldom=0.1, seed=2)
    (one,) = find_slices(frame, losses).slices
    assert one.expression in told
    assert one.rows == where.sum()
    assert one.share == pytest.approx(one.rows / ROWS)
    assert 0.35 < one.difference.value < 0.7  # 0.5 was planted
    assert one.difference.interval is not None
    assert one.difference.interval.holds(one.difference.value)
    assert one.mean_loss - one.rest_mean_loss == pytest.approx(one.difference.value)
    assert one.impact == pytest.approx(one.difference.value * one.rows)
    assert one.p_value < 1e-6
    assert one.named("worst").mask(frame).to_list() == where.to_list()


def test_a_range_of_numbers_is_found_nearly() -> None:
    """The bounds of a planted range lie at round numbers near the true ones."""
    frame = table()
    losses = wrong_where(frame["age"] >= 76, often=0.5, seldom=0.1, seed=3)
    (one,) = find_slices(frame, losses).slices
    assert one.expression.startswith("age >= 7")
    planted = (frame["age"] >= 76).to_numpy()
    both = one.named("it").mask(frame).to_numpy() & planted
    assert both.sum() > 0.9 * planted.sum()


def test_losses_may_be_any_numbers() -> None:
    """Absolute errors find a slice as right and wrong do; rows without a loss do not count."""
    frame = table()
    random = np.random.default_rng(4)
    losses = random.gamma(2, np.where(frame["city"] == "Ulm", 2.0, 1.0))
    losses[:100] = np.nan
    found = find_slices(frame, losses)
    assert expressions(found) == ['city == "Ulm"']
    assert found.rows == ROWS - 100
    assert found.mean_loss == pytest.approx(float(np.nanmean(losses)))


def test_two_slices_are_found_apart_from_each_other() -> None:
    """The second is not hidden by the first, and the one with more impact comes first."""
    frame = table()
    many = wrong_where(frame["city"] == "Ulm", often=0.6, seldom=0.05, seed=5)
    few = wrong_where(frame["income"].is_null(), often=0.6, seldom=0.0, seed=6)
    found = find_slices(frame, many | few)
    assert expressions(found) == ['city == "Ulm"', "income is null"]
    assert found.slices[0].impact > found.slices[1].impact
    assert expressions(find_slices(frame, many | few, settings=Search(most=1))) == ['city == "Ulm"']
    assert found.sentence.startswith('Where city == "Ulm", the mean loss is 0.')
    assert found.sentence.endswith("1 more found.")


def texts(rows: int, seed: int) -> tuple[pl.DataFrame, NDArray[np.bool_]]:
    """Return texts of 12 words, and which of them speak of a llama."""
    random = np.random.default_rng(seed)
    speaks = random.random(rows) < 0.1
    said = [
        " ".join([*random.choice(WORDS, 11), "Llama!" if llama else "cloud"]) for llama in speaks
    ]
    return pl.DataFrame({"text": said, "x": random.normal(size=rows)}), speaks


def test_a_word_is_found() -> None:
    """Texts with a word that the model gets wrong are told by that word."""
    frame, speaks = texts(2000, 7)
    losses = wrong_where(pl.Series(speaks), often=0.6, seldom=0.1, seed=8)
    schema = SliceSchema.of_frame(frame, columns=[Column(name="text", kind=Kind.TEXT)])
    (one,) = find_slices(frame, losses, schema=schema).slices
    assert one.expression == r'contains(text, "\bllama\b")'
    assert one.named("llama").mask(frame).to_list() == speaks.tolist()


def test_short_texts_are_found() -> None:
    """The number of words is a condition of its own."""
    random = np.random.default_rng(9)
    lengths = random.integers(3, 40, 3000)
    frame = pl.DataFrame({"text": [" ".join(random.choice(WORDS, n)) for n in lengths]})
    losses = wrong_where(pl.Series(lengths < 8), often=0.6, seldom=0.1, seed=10)
    schema = SliceSchema.of_frame(frame, columns=[Column(name="text", kind=Kind.TEXT)])
    found = find_slices(frame, losses, schema=schema)
    assert found.slices
    assert all(each.startswith("words(text) < ") for each in expressions(found))
    inside = found.slices[0].named("short").mask(frame).to_numpy()
    assert (inside & (lengths < 8)).sum() > 0.6 * (inside | (lengths < 8)).sum()


def test_a_cluster_of_vectors_is_found() -> None:
    """Vectors near one another that the model gets wrong are told by a distance."""
    random = np.random.default_rng(11)
    which = random.integers(0, 5, 2500)
    centres = random.normal(size=(5, 8)) * 6
    frame = pl.DataFrame({"vector": (centres[which] + random.normal(size=(2500, 8))).tolist()})
    losses = wrong_where(pl.Series(which == 3), often=0.6, seldom=0.1, seed=12)
    found = find_slices(frame, losses)
    assert found.slices
    inside = found.slices[0].named("near").mask(frame).to_numpy()
    assert found.slices[0].expression.startswith("distance(vector, [")
    assert (which[inside] == 3).mean() > 0.95
    assert inside.sum() > 0.5 * (which == 3).sum()


def test_hours_are_found() -> None:
    """A time of day in which the model is worse is told by its hours."""
    random = np.random.default_rng(13)
    seconds = random.integers(0, 90 * 86400, 4000)
    times = pl.Series("opened", seconds).cast(pl.Int64) * 1_000_000
    frame = pl.DataFrame({"opened": times.cast(pl.Datetime("us", "UTC"))})
    losses = wrong_where(frame["opened"].dt.hour() < 6, often=0.5, seldom=0.1, seed=14)
    assert expressions(find_slices(frame, losses)) == ["0 <= hour(opened) < 6"]


@pytest.mark.parametrize("kind", ["right and wrong", "skewed"])
def test_of_noise_hardly_ever_a_slice_is_told(kind: str) -> None:
    """Where no slice is worse, at most the stated share of searches tells one."""
    alarms, searches, rate = 0, 60, 0.2
    for seed in range(searches):
        random = np.random.default_rng([seed, 99])
        frame = pl.DataFrame(
            {
                "x": random.normal(size=500),
                "city": random.choice(["Bonn", "Ulm", "Köln"], 500),
                "smoker": random.random(500) < 0.4,
            }
        )
        right = (random.random(500) < 0.2).astype(float)
        losses = right if kind == "right and wrong" else random.lognormal(0, 1.2, 500)
        settings = Search(false_alarm_rate=rate)
        alarms += bool(find_slices(frame, losses, settings=settings).slices)
    assert alarms <= rate * searches


def test_what_is_told_has_enough_rows_and_is_worse_enough() -> None:
    """Support and size are asked of every slice, whatever its p-value."""
    frame = table()
    where = (frame["city"] == "Ulm") & frame["smoker"]
    losses = wrong_where(where, often=0.6, seldom=0.1, seed=15)
    rows = int(where.sum())
    assert find_slices(frame, losses, settings=Search(min_rows=rows)).slices[0].rows == rows
    for settings in (
        Search(min_rows=rows + 1),
        Search(min_share=(rows + 1) / ROWS),
        Search(min_difference=0.6),
    ):
        found = find_slices(frame, losses, settings=settings)
        assert all(
            one.rows >= settings.min_rows
            and one.share >= settings.min_share
            and one.difference.value > settings.min_difference
            for one in found.slices
        )
        assert rows not in [one.rows for one in found.slices]


def test_the_same_seed_finds_the_same() -> None:
    """Searches are repeatable, and the order of columns decides nothing of a clear slice."""
    frame = table()
    losses = wrong_where(frame["city"] == "Ulm", often=0.6, seldom=0.1, seed=16)
    first = find_slices(frame, losses, seed=3)
    assert find_slices(frame, losses, seed=3) == first
    turned = find_slices(frame.select(reversed(frame.columns)), losses, seed=3)
    assert expressions(turned) == expressions(first) == ['city == "Ulm"']


def test_labels_and_identifiers_are_not_looked_at_unless_asked_for() -> None:
    """What is known only afterwards explains nothing; the prediction is what a user sees."""
    frame = table().with_columns(
        prediction=pl.Series(np.random.default_rng(17).choice(["a", "b"], ROWS)),
        label=pl.Series(np.random.default_rng(18).choice(["a", "b"], ROWS)),
        key=pl.Series([f"row-{n}" for n in range(ROWS)]),
    )
    losses = wrong_where(frame["label"] == "a", often=0.6, seldom=0.1, seed=19)
    assert expressions(find_slices(frame, losses)) == []
    assert expressions(find_slices(frame, losses, columns=["label"])) == ['label == "a"']
    losses = wrong_where(frame["prediction"] == "a", often=0.6, seldom=0.1, seed=20)
    assert expressions(find_slices(frame, losses)) == ['prediction == "a"']


def test_bounds_come_from_the_reference_where_there_is_one() -> None:
    """Windows that are searched with one reference have conditions that can be compared."""
    frame = table()
    reference = table(seed=2).with_columns(age=pl.lit(30) + pl.col("age") % 7)
    losses = wrong_where(frame["age"] >= 76, often=0.6, seldom=0.1, seed=21)
    (one,) = find_slices(frame, losses, reference=reference, columns=["age"]).slices
    assert one.expression == "age >= 35"  # the last bound that these ages suggest


@pytest.mark.parametrize(
    ("frame", "losses"),
    [
        (table(rows=1).clear(), []),
        (table(rows=30), [0.0, 1.0] * 15),
        (table(rows=200), [1.0] * 200),
        (table(rows=200), [float("nan")] * 200),
        (pl.DataFrame({"x": [None] * 200}), [0.0, 1.0] * 100),
        (pl.DataFrame({"x": [5] * 200}), [0.0, 1.0] * 100),
        (pl.DataFrame({"x": [{"a": 1}] * 200}), [0.0, 1.0] * 100),
        (pl.DataFrame({"v": [[1.0, 2.0], [1.0]] * 100}), [0.0, 1.0] * 100),
        (pl.DataFrame({"v": [[]] * 200}), [0.0, 1.0] * 100),
        (pl.DataFrame({"v": [[1.0, float("nan")]] * 200}), [0.0, 1.0] * 100),
    ],
)
def test_where_nothing_can_be_found_nothing_is_told(
    frame: pl.DataFrame, losses: list[float]
) -> None:
    """No rows, too few, equal losses, no losses, constant or odd columns: an empty answer."""
    found = find_slices(frame, np.array(losses, dtype=np.float64))
    assert found.slices == ()
    assert found.rows == int(np.isfinite(losses).sum())
    assert found.sentence.endswith(("to look for slices.", "looked at."))


def test_columns_that_suggest_nothing_are_told() -> None:
    """Who asks for a column learns that it was passed over."""
    frame = table().with_columns(constant=pl.lit(3))
    losses = wrong_where(frame["smoker"], often=0.6, seldom=0.1, seed=22)
    assert find_slices(frame, losses).passed_over == ("constant",)


@pytest.mark.parametrize(
    ("losses", "problem"),
    [
        (np.zeros(ROWS - 1), "There are 3,999 losses for 4,000 rows"),
        (np.full(ROWS, np.inf), "The loss of row 0 is inf"),
        (np.full(ROWS, -1e200), "The loss of row 0 is -1e\\+200"),
        (pl.Series(["wrong"] * ROWS), "Losses are String"),
    ],
)
def test_losses_that_cannot_be_are_refused(
    losses: pl.Series | NDArray[np.float64], problem: str
) -> None:
    """Too few, infinite and no numbers: each is told."""
    with pytest.raises((InvalidData, InvalidArgument), match=problem):
        find_slices(table(), losses)


def test_settings_that_cannot_be_are_refused() -> None:
    """Shares lie between 0 and 1, and a slice has some rows; unknown columns are told."""
    for wrong in (
        {"min_rows": 1},
        {"min_share": 1.0},
        {"false_alarm_rate": 0.0},
        {"min_difference": -1.0},
        {"most": 0},
    ):
        with pytest.raises(InvalidArgument, match=f"{next(iter(wrong))} cannot be"):
            replace(Search(), **wrong)
    with pytest.raises(InvalidArgument, match="There is no column 'nothing'"):
        find_slices(table(), np.tile([0.0, 1.0], ROWS // 2), columns=["nothing"])
