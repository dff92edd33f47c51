"""Profiles are built from tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from modeldesk.errors import Incompatible, InvalidData
from modeldesk.profiles import ColumnProfile, Profile, profile
from modeldesk.schema import Frame, Kind


def column(values: object, kind: Kind | None = None) -> ColumnProfile:
    """Return the profile of one column."""
    kinds = {} if kind is None else {"x": kind}
    return profile({"x": values}, kinds=kinds).column("x")  # type: ignore[dict-item]


def listed(profiled: ColumnProfile) -> dict[str, int]:
    """Return the frequent values with their counts."""
    assert profiled.frequent is not None
    return {item.value: item.count for item in profiled.frequent.items()}


def test_floats() -> None:
    """Missing values, NaN and infinities are counted, and numbers summarised without them."""
    profiled = column([1.0, 2.0, 4.5, None, float("nan"), float("inf"), float("-inf")])
    assert profiled.kind is Kind.FLOAT
    assert (profiled.rows, profiled.missing, profiled.nan, profiled.infinite) == (7, 2, 1, 2)
    assert profiled.missing_share == pytest.approx(2 / 7)
    assert profiled.present == 5
    assert profiled.types == {"fractional": 5}
    assert profiled.moments is not None
    assert profiled.moments.mean == 2.5
    assert profiled.quantiles is not None
    assert profiled.quantiles.quantiles([0.5]) == [2.0]
    assert profiled.distinct == pytest.approx(3, abs=0.1)
    assert profiled.frequent is None


def test_integers() -> None:
    """Whole numbers are measured as numbers and listed as values."""
    profiled = column([3, -1, 0, 3, None])
    assert profiled.kind is Kind.INTEGER
    assert profiled.types == {"integer": 4}
    assert profiled.moments is not None
    assert (profiled.moments.zeros, profiled.moments.negatives) == (1, 1)
    assert listed(profiled) == {"3": 2, "-1": 1, "0": 1}


def test_booleans() -> None:
    """Flags are counted and listed."""
    profiled = column([True, False, True, None])
    assert profiled.kind is Kind.BOOLEAN
    assert (profiled.counts.true, profiled.missing) == (2, 1)
    assert listed(profiled) == {"true": 2, "false": 1}
    assert profiled.moments is None


def test_categories() -> None:
    """Categories are listed, not measured."""
    profiled = column(["a", "b", "a", None])
    assert profiled.kind is Kind.CATEGORICAL
    assert listed(profiled) == {"a": 2, "b": 1}
    assert profiled.moments is None
    assert profiled.quantiles is None


def test_text() -> None:
    """Texts are listed, and measured by their lengths in characters."""
    profiled = column(["🌲🌲", "", "abcd"], Kind.TEXT)
    assert profiled.moments is not None
    assert (profiled.moments.mean, profiled.moments.maximum) == (2.0, 4.0)
    assert listed(profiled) == {"🌲🌲": 1, "": 1, "abcd": 1}


def test_times() -> None:
    """Times are measured in seconds since 1970."""
    stamps = [datetime(1970, 1, 1, 0, 0, second, tzinfo=UTC) for second in (1, 5)]
    profiled = column([*stamps, None])
    assert profiled.kind is Kind.DATETIME
    assert profiled.types == {"datetime": 2}
    assert profiled.moments is not None
    assert (profiled.moments.minimum, profiled.moments.maximum) == (1.0, 5.0)
    assert profiled.frequent is None


def test_given_kinds_win() -> None:
    """A kind that is given is used, also where nothing in the data speaks for it."""
    nothing = column([None, None], Kind.CATEGORICAL)
    assert (nothing.kind, nothing.rows, nothing.missing) == (Kind.CATEGORICAL, 2, 2)
    assert nothing.frequent is None
    assert column([1, 2], Kind.CATEGORICAL).kind is Kind.CATEGORICAL
    assert listed(column([1, 2], Kind.CATEGORICAL)) == {"1": 1, "2": 1}
    ignored = profile({"x": [1]}, kinds={"absent": Kind.TEXT})
    assert ignored.names == ("x",)


def test_values_that_do_not_fit_are_counted_but_not_measured() -> None:
    """Text in a column of numbers is present and typed, and has no part in the moments."""
    profiled = column(["1.5", "n/a", None, "2.5"], Kind.FLOAT)
    assert (profiled.present, profiled.types) == (3, {"string": 3})
    assert profiled.moments is not None
    assert (profiled.moments.count, profiled.moments.mean) == (2, 2.0)
    whole = column([1.0, 1.5, 2.0, float("inf"), 1e300], Kind.INTEGER)
    assert listed(whole) == {"1": 1, "2": 1}
    assert whole.moments is not None
    assert whole.moments.count == 4


@pytest.mark.parametrize(
    "text", ["2026-03-01T10:00:00", "2026-03-01T10:00:00Z", "2026-03-01 10:00"]
)
def test_times_in_text_are_read(text: str) -> None:
    """Times written in ISO 8601 are times, where the kind says so."""
    profiled = column([text, "no time"], Kind.DATETIME)
    assert profiled.moments is not None
    assert profiled.moments.count == 1
    assert profiled.moments.mean == datetime(2026, 3, 1, 10, tzinfo=UTC).timestamp()


def test_a_column_of_another_type_than_its_kind() -> None:
    """Whatever the column's type, any kind can be asked for."""
    columns: dict[str, list[object]] = {
        "numbers": [1.5, None],
        "wholes": [1, None],
        "flags": [True, None],
        "strings": ["a", None],
        "times": [datetime(2026, 1, 1, tzinfo=UTC), None],
    }
    for kind in Kind:
        done = profile(columns, kinds=dict.fromkeys(columns, kind))
        assert {c.kind for c in done.columns} == {kind}
        assert {(c.rows, c.missing) for c in done.columns} == {(2, 1)}


def test_extremes() -> None:
    """The ends of the number ranges and very long strings are profiled like anything else."""
    ends = column([-(2**63), 2**63 - 1])
    assert listed(ends) == {str(-(2**63)): 1, str(2**63 - 1): 1}
    far = column([1e308, -1e308, 5e-324])
    assert far.moments is not None
    assert far.moments.variance is None
    long = column(["x" * 10_000_000, "y"])
    assert long.kind is Kind.TEXT
    assert listed(long) == {"x" * 128: 1, "y": 1}
    assert long.moments is not None
    assert long.moments.maximum == 1e7


@pytest.mark.parametrize("dtype", [pl.Float64, pl.Int64, pl.String, pl.Boolean])
def test_no_rows(dtype: type[pl.DataType]) -> None:
    """A table without rows has a profile with its columns."""
    done = profile(pl.DataFrame({"x": pl.Series([], dtype=dtype)}))
    assert done.rows == 0
    assert done.column("x").rows == 0
    assert done.column("x").missing_share == 0.0
    assert done.column("x").moments is None
    assert done.column("x").distinct == pytest.approx(0, abs=0.01)


def test_many_values_are_aggregated_before_they_are_counted() -> None:
    """A hundred thousand different whole numbers keep the most frequent ones and the total."""
    values = np.concatenate([np.arange(100_000), np.full(5_000, 7)])
    profiled = column(values)
    assert profiled.frequent is not None
    assert profiled.frequent.total == 105_000
    top = profiled.frequent.items()[0]
    assert top.value == "7"
    assert top.lower <= 5_001 <= top.upper
    assert profiled.distinct == pytest.approx(100_000, rel=0.065)


def test_signs_of_infinities() -> None:
    """Plus and minus infinity are told apart."""
    profiled = column([1.0, float("inf"), float("inf"), float("-inf")])
    assert (profiled.infinite, profiled.positive_infinite, profiled.negative_infinite) == (3, 2, 1)
    assert profiled.moments is not None
    assert profiled.moments.count == 1


def test_lengths_and_words_of_strings() -> None:
    """Strings are measured in characters and words; words are counted in lower case."""
    texts = ["The cat, the dog", "", "One  two\tthree", None, "The cat, the dog"]
    profiled = column(texts, Kind.TEXT)
    assert profiled.lengths is not None
    assert profiled.moments == profiled.lengths.characters
    assert (profiled.lengths.characters.maximum, profiled.lengths.words.mean) == (16.0, 2.75)
    assert profiled.lengths.word_quantiles is not None
    assert profiled.lengths.word_quantiles.quantiles([1.0]) == [4.0]
    assert profiled.empty_share == 0.25
    assert profiled.words is not None
    counted = {item.value: item.count for item in profiled.words.items()}
    assert counted == {"the": 4, "cat": 2, "dog": 2, "one": 1, "two": 1, "three": 1}
    levels = column(["a b", "", "a b"])
    assert levels.kind is Kind.CATEGORICAL
    assert levels.lengths is not None
    assert levels.lengths.words.mean == pytest.approx(4 / 3)
    assert levels.empty_share == pytest.approx(1 / 3)
    assert levels.words is None
    assert column([None], Kind.TEXT).lengths is None
    assert column([""], Kind.TEXT).words is None


def test_words_of_many_long_texts() -> None:
    """Texts of more characters than are split at once, and of many words, are all counted."""
    random = np.random.default_rng(1)
    texts = [" ".join(f"w{n}" for n in random.integers(0, 300_000, 30_000)) for _ in range(120)]
    profiled = column([f"often often {text}" for text in texts], Kind.TEXT)
    assert profiled.words is not None
    assert profiled.words.total == 120 * 30_002
    assert profiled.words.items()[0].value == "often"
    assert profiled.words.items()[0].lower <= 240 <= profiled.words.items()[0].upper


def test_days_and_durations() -> None:
    """Days are measured in seconds since 1970, durations in seconds."""
    days = column([date(1970, 1, 2), date(1970, 1, 4), None])
    assert (days.kind, days.types) == (Kind.DATE, {"date": 2})
    assert days.moments is not None
    assert (days.moments.minimum, days.moments.mean) == (86_400.0, 2 * 86_400.0)
    assert days.distinct == pytest.approx(2, abs=0.01)
    spans = column([timedelta(seconds=-1), timedelta(0), timedelta(minutes=1)])
    assert (spans.kind, spans.types) == (Kind.DURATION, {"duration": 3})
    assert spans.moments is not None
    assert (spans.moments.negatives, spans.moments.zeros, spans.moments.maximum) == (1, 1, 60.0)
    assert column(["2026-01-01", "no day"], Kind.DATE).moments == column([date(2026, 1, 1)]).moments
    assert column([90], Kind.DURATION).moments == column([timedelta(seconds=90)]).moments


def test_vectors() -> None:
    """Vectors are measured by norm and dimension; those of another length are only counted."""
    vectors = column([[3.0, 4.0], [0.0, 0.0], None])
    assert (vectors.kind, vectors.types, vectors.missing) == (Kind.VECTOR, {"vector": 2}, 1)
    assert vectors.vector is not None
    assert (vectors.vector.dimension, vectors.vector.norm.maximum) == (2, 5.0)
    assert (vectors.moments, vectors.quantiles, vectors.frequent) == (None, None, None)
    ragged = column([[1.0], [2.0, 3.0], [4.0, 5.0], []], Kind.VECTOR)
    assert ragged.present == 4
    assert ragged.vector is not None
    assert (ragged.vector.count, ragged.vector.centroid.tolist()) == (2, [3.0, 4.0])
    assert column([[], []], Kind.VECTOR).vector is None
    assert column([1, 2], Kind.VECTOR).vector is None
    assert column([[1.0, float("nan")]]).vector is None
    arrays = profile({"x": np.eye(3, dtype=np.float32)}).column("x")
    assert arrays.vector is not None
    assert arrays.vector.norm.mean == 1.0
    with pytest.raises(InvalidData, match="Column 'x': Vectors of 70000"):
        column(np.zeros((1, 70_000)))


def test_vectors_of_other_dimensions_do_not_merge() -> None:
    """The message names the column."""
    with pytest.raises(Incompatible, match="Column 'x': Vectors of 2 and 3"):
        profile({"x": np.ones((2, 2))}).merge(profile({"x": np.ones((2, 3))}))


def test_identifiers() -> None:
    """Identifiers are counted and measured, and not listed."""
    strings = column([f"{number:016x}" for number in range(100)])
    assert strings.kind is Kind.IDENTIFIER
    assert strings.distinct == pytest.approx(100, abs=0.5)
    assert strings.lengths is not None
    assert strings.lengths.characters.mean == 16
    assert (strings.frequent, strings.moments, strings.quantiles) == (None, None, None)
    numbers = profile({"order_id": range(100)}).column("order_id")
    assert numbers.kind is Kind.IDENTIFIER
    corrected = profile({"order_id": range(100)}, kinds={"order_id": Kind.INTEGER})
    assert corrected.column("order_id").moments is not None


def test_few_valued_numbers_are_categories_where_people_say_so() -> None:
    """Whether 1 to 5 are amounts or names is for people to say."""
    grades = [1, 2, 5, 1] * 100
    assert column(grades).kind is Kind.INTEGER
    assert listed(column(grades, Kind.CATEGORICAL)) == {"1": 200, "2": 100, "5": 100}


def test_values_of_mixed_types_are_counted_by_type() -> None:
    """Whatever a column holds, it is known how many values of each type there are."""
    profiled = column([1, "a", 2.5, True, None, float("nan"), date(2026, 1, 1), [1.0], {"a": 1}])
    assert (profiled.missing, profiled.nan) == (2, 1)
    assert profiled.types == {
        "integer": 1, "fractional": 1, "boolean": 1, "string": 1, "date": 1, "vector": 1,
        "object": 1,
    }  # fmt: skip
    nested = profile(pl.DataFrame({"x": [{"a": 1}, None], "y": [["a"], ["b", "c"]]}))
    assert [c.types for c in nested.columns] == [{"object": 1}, {"object": 2}]


def test_columns_vary_together() -> None:
    """Correlations are about the numeric columns, whole and fractional, in blocks of rows."""
    random = np.random.default_rng(3)
    x = random.normal(size=70_000)
    y = np.round(10 * x + random.normal(size=70_000)).astype(np.int64)
    done = profile({"y": y, "x": x, "s": ["a"] * 70_000, "gaps": np.where(x > 0, x, np.nan)})
    assert done.correlations is not None
    assert done.correlations.names == ("gaps", "x", "y")
    expected = np.corrcoef(x, y)[0, 1]
    assert done.correlations.matrix()[1, 2] == pytest.approx(expected, abs=1e-12)
    assert done.correlations.count[0].tolist() == [int((x > 0).sum())] * 3
    assert profile({"x": x}).correlations is None
    assert profile({"x": [], "y": []}).correlations is None


def test_tables_one_after_the_other() -> None:
    """An iterator, a list of frames and a reader of record batches are read part by part."""
    batches = pa.table({"x": [1, 2, 3], "s": ["a", "b", "a"]}).to_batches(max_chunksize=1)
    reader = pa.RecordBatchReader.from_batches(batches[0].schema, batches)
    frames = [pl.DataFrame(batch) for batch in batches]
    whole = profile(pl.concat(frames))
    columns: Iterable[Frame] = ({"x": [n], "s": [s]} for n, s in zip([1, 2, 3], "aba", strict=True))
    every: list[Iterable[Frame]] = [reader, iter(batches), frames, tuple(batches), columns]
    for parts in every:
        done = profile(parts)
        assert (done.rows, done.names) == (3, ("x", "s"))
        assert done.column("s") == whole.column("s")
        assert done.column("x").frequent == whole.column("x").frequent
    assert profile(iter([])) == Profile.empty()
    with pytest.raises(InvalidData, match="'int' cannot be read"):
        profile(iter([1]))  # type: ignore[arg-type]  # this is the mistake


def test_the_first_values_decide_the_kind() -> None:
    """Fractions among whole numbers, and times among days, widen a kind that was inferred."""
    parts: list[dict[str, list[object]]] = [
        {"n": [1], "d": [date(2026, 1, 1)], "k": [None], "s": ["a"]},
        {"n": [2.5], "d": [datetime(2026, 1, 2, tzinfo=UTC)], "k": ["u"], "s": ["b" * 200]},
        {"n": [3], "d": [date(2026, 1, 3)], "k": ["v"], "s": [1]},
    ]
    done = profile(iter(parts))
    kinds = [c.kind for c in done.columns]
    assert kinds == [Kind.FLOAT, Kind.DATETIME, Kind.CATEGORICAL, Kind.CATEGORICAL]
    assert done.column("n").types == {"integer": 2, "fractional": 1}
    assert done.column("s").types == {"string": 2, "integer": 1}
    given = profile(iter(parts), kinds={"n": Kind.INTEGER})
    assert listed(given.column("n")) == {"1": 1, "3": 1}


@pytest.mark.parametrize("kind", list(Kind))
def test_ten_thousand_columns(kind: Kind) -> None:
    """A table is as wide as it likes: every column is there, and the correlations are bounded."""
    width = 10_000 if kind in {Kind.FLOAT, Kind.CATEGORICAL} else 500
    values: dict[Kind, list[object]] = {
        Kind.VECTOR: [[1.0, 2.0]] * 3,
        Kind.DATE: [date(2026, 1, 1)] * 3,
        Kind.DURATION: [timedelta(1)] * 3,
    }
    series = pl.Series("x", values.get(kind, ["1", "0", "1"] if kind is not Kind.FLOAT else [1.5]))
    done = profile(
        pl.DataFrame([series.alias(f"c{i:04}") for i in range(width)]),
        kinds={f"c{i:04}": kind for i in range(width)},
    )
    assert len(done.columns) == width
    assert {c.kind for c in done.columns} == {kind}
    if done.correlations is not None:
        assert len(done.correlations.names) == 64


def test_rare_shapes_of_values() -> None:
    """Long categories beyond what is kept, durations as numbers, and no vectors among lists."""
    long = column([f"{n % 900:03}" + "x" * 200 for n in range(1800)], Kind.CATEGORICAL)
    assert long.frequent is not None
    assert {len(item.value) for item in long.frequent.items()} == {128}
    spans = column([timedelta(seconds=2), None], Kind.FLOAT)
    assert spans.moments is not None
    assert spans.moments.mean == 2.0
    assert column([[1.0, 2.0]], Kind.TEXT).frequent == column(["[1.0, 2.0]"], Kind.TEXT).frequent
    assert column([[1.0], [1.0, 2.0], None], Kind.CATEGORICAL).present == 2
    assert column([date(2026, 1, 1)], Kind.FLOAT).moments is None
