"""Conditions over rows of a few columns, drawn at random."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime

import polars as pl
from hypothesis import strategies as st

from modeldesk.performance.slices import Node, SpecialName
from modeldesk.performance.slices.nodes import (
    And,
    Arithmetic,
    Call,
    Column,
    Comparison,
    Computation,
    Membership,
    Missing,
    Moment,
    Negative,
    Not,
    Number,
    Or,
    Relation,
    Special,
    Text,
)

STAMPS = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001
    lambda stamp: stamp.replace(tzinfo=UTC)
)
LETTERS = st.text(alphabet="ab AB.1", max_size=8)
SMALL = st.one_of(
    st.integers(-4, 4).map(float),
    st.floats(-1e6, 1e6),
    st.sampled_from([math.nan, math.inf, -math.inf, -0.0, 1e300, 5e-324]),
)
ROW = st.fixed_dictionaries(
    {
        "i": st.none() | st.integers(-4, 4) | st.integers(-(2**63), 2**63 - 1),
        "x": st.none() | SMALL,
        "s": st.none() | LETTERS,
        "b": st.none() | st.booleans(),
        "t": st.none() | STAMPS,
        "d": st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)),
        "prediction": st.none() | st.sampled_from(["a", "b"]),
        "label": st.none() | st.sampled_from(["a", "b"]),
    }
)
TYPES = {
    "i": pl.Int64(),
    "x": pl.Float64(),
    "s": pl.String(),
    "b": pl.Boolean(),
    "t": pl.Datetime("us", "UTC"),
    "d": pl.Date(),
    "prediction": pl.String(),
    "label": pl.String(),
}
PATTERNS = ["a", "^a", "b$", "a|1", r"\.", r"\bab\b", "[ab]+ ", ""]


def column(*names: str) -> st.SearchStrategy[Node]:
    """Draw one of the columns."""
    return st.sampled_from([Column(name=name) for name in names])


def call(name: str, *arguments: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Draw a call."""
    return st.tuples(*arguments).map(lambda given: Call(function=name, arguments=given))


WRITTEN = st.sampled_from(["a", "ab", "A", " ", ""]).map(lambda value: Text(value=value))
TEXT_NODES: st.SearchStrategy[Node] = st.recursive(
    st.one_of(column("s"), WRITTEN, st.just(Special(name=SpecialName.LABEL))),
    lambda inner: st.one_of(call("lower", inner), call("upper", inner), call("strip", inner)),
    max_leaves=3,
)
TIME_NODES: st.SearchStrategy[Node] = st.one_of(
    column("t", "d"), STAMPS.map(lambda value: Moment(value=value))
)
COUNTS = st.integers(-3, 5).map(lambda value: Number(value=value))
NUMBER_NODES: st.SearchStrategy[Node] = st.recursive(
    st.one_of(
        column("i", "x"),
        st.one_of(COUNTS, st.floats(-9, 9).map(lambda value: Number(value=value))),
        call("words", TEXT_NODES),
        call("length", TEXT_NODES),
        *(call(name, TIME_NODES) for name in ("year", "month", "day", "weekday", "hour", "minute")),
        st.builds(
            Computation, operator=st.just(Arithmetic.SUBTRACT), left=TIME_NODES, right=TIME_NODES
        ),
    ),
    lambda inner: st.one_of(
        inner.map(lambda one: Negative(operand=one)),
        st.builds(Computation, operator=st.sampled_from(Arithmetic), left=inner, right=inner),
        *(call(name, inner) for name in ("abs", "floor", "ceil", "sqrt", "round")),
        call("round", inner, st.integers(0, 3).map(lambda value: Number(value=value))),
    ),
    max_leaves=4,
)


def chain(parts: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Draw comparisons of two or three values."""
    return st.lists(parts, min_size=2, max_size=3).flatmap(
        lambda some: st.tuples(*[st.sampled_from(Relation)] * (len(some) - 1)).map(
            lambda relations: Comparison(operands=tuple(some), relations=relations)
        )
    )


def listed(
    parts: st.SearchStrategy[Node], values: st.SearchStrategy[Node]
) -> st.SearchStrategy[Node]:
    """Draw memberships."""
    return st.builds(
        Membership,
        operand=parts,
        values=st.lists(values, min_size=1, max_size=3).map(tuple),
        negated=st.booleans(),
    )


ANY_NODES = st.one_of(NUMBER_NODES, TEXT_NODES, TIME_NODES, column("b"))
CONDITIONS: st.SearchStrategy[Node] = st.recursive(
    st.one_of(
        column("b"),
        st.just(Special(name=SpecialName.CORRECT)),
        chain(NUMBER_NODES),
        chain(TEXT_NODES),
        chain(TIME_NODES),
        st.builds(
            lambda left, relation, right: Comparison(operands=(left, right), relations=(relation,)),
            call("words", TEXT_NODES),
            st.sampled_from(Relation),
            COUNTS,
        ),
        listed(NUMBER_NODES, COUNTS),
        listed(TEXT_NODES, WRITTEN),
        st.builds(Missing, operand=ANY_NODES, negated=st.booleans()),
        call(
            "contains",
            TEXT_NODES,
            st.sampled_from(PATTERNS).map(lambda value: Text(value=value)),
        ),
        call("startswith", TEXT_NODES, TEXT_NODES),
        call("endswith", TEXT_NODES, TEXT_NODES),
    ),
    lambda inner: st.one_of(
        inner.map(lambda one: Not(operand=one)),
        st.lists(inner, min_size=2, max_size=3).map(lambda some: And(operands=tuple(some))),
        st.lists(inner, min_size=2, max_size=3).map(lambda some: Or(operands=tuple(some))),
    ),
    max_leaves=5,
)
