"""Laws that hold for the profiles and comparisons of all tables."""

from __future__ import annotations

import contextlib
import hashlib
import math
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from modeldesk.drift import Thresholds, compare, overlay
from modeldesk.errors import Corrupt, Incompatible, InvalidData
from modeldesk.profiles import Profile, profile
from modeldesk.schema import Kind, infer_columns, infer_kind, to_frame
from modeldesk.sketches import Lengths, VectorSummary
from tests.support.measuring import REPEATS

pytestmark = REPEATS

STAMPS = st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1)).map(  # noqa: DTZ001
    lambda stamp: stamp.replace(tzinfo=UTC)
)
VALUES: dict[Kind, st.SearchStrategy[object]] = {
    Kind.BOOLEAN: st.booleans(),
    Kind.INTEGER: st.integers(-(2**63), 2**63 - 1),
    Kind.FLOAT: st.floats(),
    Kind.CATEGORICAL: st.sampled_from(["a", "b", "", "🌲"]),
    Kind.TEXT: st.text(max_size=200),
    Kind.DATETIME: STAMPS,
    Kind.DATE: st.dates(),
    Kind.DURATION: st.timedeltas(),
    Kind.VECTOR: st.lists(st.floats(), min_size=2, max_size=2),
    Kind.IDENTIFIER: st.text(max_size=20),
}
ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), STAMPS,
    st.lists(st.integers(), max_size=2), st.decimals(), st.timedeltas(), st.dates(), st.times(),
    st.complex_numbers(), st.uuids(), st.dictionaries(st.text(max_size=2), st.none(), max_size=2),
    st.lists(st.floats(), max_size=3), st.lists(st.text(max_size=2), max_size=2), st.fractions(),
)  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> dict[str, list[object]]:
    """Draw a table with a column per kind, values missing here and there."""
    rows = draw(st.integers(0, 12))
    return {
        kind.value: draw(st.lists(st.none() | values, min_size=rows, max_size=rows))
        for kind, values in VALUES.items()
    }


KINDS = {kind.value: kind for kind in Kind}


def summarised(table: dict[str, list[object]]) -> Profile:
    """Profile a table with the kinds that its columns are named after."""
    return profile(table, kinds=KINDS)


def together(a: dict[str, list[object]], b: dict[str, list[object]]) -> dict[str, list[object]]:
    """Return the rows of both tables."""
    return {name: a[name] + b[name] for name in a}


@settings(max_examples=60)
@given(tables(), tables())
def test_profiles_merge_to_the_profile_of_all_rows(
    a: dict[str, list[object]], b: dict[str, list[object]]
) -> None:
    """The merged profile is the profile of both tables' rows, up to rounding of moments."""
    merged, whole = summarised(a).merge(summarised(b)), summarised(together(a, b))
    assert merged.rows == whole.rows
    for left, right in zip(merged.columns, whole.columns, strict=True):
        assert left.kind is right.kind
        assert left.counts == right.counts
        assert left.quantiles == right.quantiles
        assert left.frequent == right.frequent
        assert left.unique == right.unique
        assert left.words == right.words
        assert (left.moments is None) == (right.moments is None)
        assert counted(left.lengths) == counted(right.lengths)
        assert counted(left.vector) == counted(right.vector)
    assert merged.correlations is not None or not merged.rows
    if merged.correlations is not None and whole.correlations is not None:
        assert (merged.correlations.count == whole.correlations.count).all()


def counted(summary: Lengths | VectorSummary | None) -> int:
    """Return how many values a summary is about."""
    return 0 if summary is None else summary.count


@settings(max_examples=60)
@given(tables(), tables())
def test_order_and_neutral_element(a: dict[str, list[object]], b: dict[str, list[object]]) -> None:
    """Merging is symmetric but for rounding, the empty profile neutral, operands untouched."""
    x, y = summarised(a), summarised(b)
    before = x.encode(), y.encode()
    one, other = x.merge(y), y.merge(x)
    assert [c.counts for c in one.columns] == [c.counts for c in other.columns]
    assert [c.quantiles for c in one.columns] == [c.quantiles for c in other.columns]
    assert [c.words for c in one.columns] == [c.words for c in other.columns]
    assert x.merge(Profile.empty()) == Profile.empty().merge(x) == x
    assert (x.encode(), y.encode()) == before


@settings(max_examples=60)
@given(tables())
def test_bytes_lead_back(table: dict[str, list[object]]) -> None:
    """What is encoded is decoded to an equal profile."""
    done = summarised(table)
    assert Profile.decode(done.encode()) == done


@given(st.binary(max_size=200))
def test_alien_bytes_are_corrupt(data: bytes) -> None:
    """Random bytes raise `Corrupt` and nothing else, with and without the right beginning."""
    for wrong in (data, b"MDPF\x01" + data, b"MDPF\x02" + data):
        with pytest.raises(Corrupt):
            Profile.decode(wrong)


@settings(max_examples=60)
@given(tables(), tables(), tables())
def test_merging_is_associative(
    a: dict[str, list[object]], b: dict[str, list[object]], c: dict[str, list[object]]
) -> None:
    """Three tables merge to the same profile, whichever two come first."""
    x, y, z = map(summarised, (a, b, c))
    one, other = x.merge(y).merge(z), x.merge(y.merge(z))
    for left, right in zip(one.columns, other.columns, strict=True):
        assert (left.kind, left.counts) == (right.kind, right.counts)
        assert (left.quantiles, left.unique) == (right.quantiles, right.unique)
        assert (left.frequent, left.words) == (right.frequent, right.words)
        assert counted(left.lengths) == counted(right.lengths)
        assert counted(left.vector) == counted(right.vector)


@settings(max_examples=200)
@given(tables(), st.data())
def test_forged_profiles_are_corrupt_or_sound(
    table: dict[str, list[object]], data: st.DataObject
) -> None:
    """Whatever stands under a right checksum, it is refused, or it can be worked with."""
    stored = summarised(table).encode()
    body = bytearray(zstandard.ZstdDecompressor().decompress(stored[21:]))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(body) - 1))
        body[place : place + 1] = data.draw(st.binary(max_size=3))
    packed = zstandard.ZstdCompressor().compress(bytes(body))
    digest = hashlib.blake2b(packed, digest_size=16).digest()
    try:
        read = Profile.decode(stored[:5] + digest + packed)
    except Corrupt:
        return
    assert Profile.decode(read.encode()) == read
    with contextlib.suppress(Incompatible):
        read.merge(summarised(table)).encode()
    for column in read.columns:
        assert column.distinct >= 0
        assert sum(column.types.values()) <= column.present
    if read.correlations is not None:
        assert not np.isinf(read.correlations.matrix()).any()


@settings(max_examples=60)
@given(tables(), tables())
def test_comparisons_and_overlays_of_any_tables(
    a: dict[str, list[object]], b: dict[str, list[object]]
) -> None:
    """Any two profiles of the same kinds compare and overlay, with results in their ranges."""
    here, there = summarised(a), summarised(b)
    for compared in compare(here, there, thresholds=Thresholds(min_rows=1)).columns:
        assert compared.distance is None or 0.0 <= compared.distance <= 1.0
        p_value = compared.verdict.p_value
        assert p_value is None or 0.0 <= p_value <= 1.0
        assert compared.verdict.sentence
        drawn = overlay(here, there, compared.name)
        for side in (drawn.reference, drawn.current):
            assert len(side) == len(drawn.labels)
            assert sum(side) == 0 or sum(side) == pytest.approx(1)
        assert list(drawn.edges) == sorted(set(drawn.edges))
        assert all(map(math.isfinite, drawn.edges))


@settings(max_examples=60)
@given(tables())
def test_a_table_is_like_itself(table: dict[str, list[object]]) -> None:
    """Compared with itself every column is at distance 0 and unchanged."""
    done = summarised(table)
    for compared in compare(done, done, thresholds=Thresholds(min_rows=1)).columns:
        assert compared.distance in (None, 0.0)
        assert not compared.verdict.aspects


PLAIN = {
    pl.Boolean, pl.Int64, pl.Float64, pl.String, pl.Date, pl.Datetime, pl.Duration, pl.List,
    pl.Array,
}  # fmt: skip


@given(st.lists(ANYTHING, max_size=20))
def test_no_mixture_of_values_is_too_much(values: list[object]) -> None:
    """A column of whatever values is read, keeps its rows, and is profiled and described."""
    frame = to_frame({"x": values})
    assert frame.height == len(values)
    assert type(frame["x"].dtype) in PLAIN
    assert profile(frame).column("x").kind is infer_kind(frame["x"])
    assert infer_columns(frame)[0].name == "x"


NAMES = st.one_of(st.text(max_size=3), st.integers(0, 3), st.none())


@given(st.one_of(ANYTHING, st.lists(ANYTHING), st.dictionaries(NAMES, ANYTHING, max_size=3)))
def test_only_invalid_data_is_raised(data: object) -> None:
    """Whatever is passed as a table is read, or refused with `InvalidData`."""
    try:
        frame = to_frame(data)
    except InvalidData:
        return
    assert isinstance(frame, pl.DataFrame)


@given(st.lists(st.sampled_from(list(Kind)), min_size=2, max_size=2), tables(), tables())
@settings(max_examples=40)
def test_kinds_merge_or_are_refused(
    kinds: list[Kind], a: dict[str, list[object]], b: dict[str, list[object]]
) -> None:
    """Any two columns merge symmetrically or are refused symmetrically."""
    x, y = (
        profile({"x": table[kind.value]}, kinds={"x": kind})
        for kind, table in zip(kinds, (a, b), strict=True)
    )
    try:
        merged = x.merge(y).column("x").kind
    except Incompatible:
        with pytest.raises(Incompatible):
            y.merge(x)
        return
    assert y.merge(x).column("x").kind is merged
