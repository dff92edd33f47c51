"""Laws that hold for all conditions: they are read as they were written, or refused."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeldesk.errors import InvalidExpression
from modeldesk.performance.slices import (
    FUNCTIONS,
    Node,
    SliceSchema,
    SpecialName,
    check,
    completions,
    identity_of,
    parse,
    unparse,
)
from modeldesk.performance.slices.nodes import (
    And,
    Arithmetic,
    Boolean,
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
    Numbers,
    Or,
    Relation,
    Score,
    Special,
    Text,
    depth_of,
    walk,
)
from tests.property.slice_rows import STAMPS
from tests.support.measuring import REPEATS

pytestmark = REPEATS
TEXTS = st.text(alphabet=st.characters(codec="utf-8"), max_size=8)
NUMBERS = st.one_of(
    st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False)
)
LITERALS: st.SearchStrategy[Node] = st.one_of(
    NUMBERS.map(lambda value: Number(value=value)),
    TEXTS.map(lambda value: Text(value=value)),
    st.booleans().map(lambda value: Boolean(value=value)),
    STAMPS.map(lambda value: Moment(value=value)),
)
NAMES: st.SearchStrategy[Node] = st.one_of(
    TEXTS.filter(bool).map(lambda name: Column(name=name)),
    st.sampled_from(["and", "time", "label", "a b", "x", "`", "date", "words"]).map(
        lambda name: Column(name=name)
    ),
    st.sampled_from(SpecialName).map(lambda name: Special(name=name)),
    TEXTS.map(lambda label: Score(label=label)),
)
VECTORS = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=3)
PLAIN = [
    name for name, function in FUNCTIONS.items() if not function.literals and not function.optional
]


def composed(parts: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Return nodes of every sort, made of others."""
    several = st.lists(parts, min_size=2, max_size=4).map(tuple)
    lists = st.lists(LITERALS, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        several.map(lambda some: And(operands=some)),
        several.map(lambda some: Or(operands=some)),
        parts.map(lambda one: Not(operand=one)),
        parts.map(lambda one: Negative(operand=one)),
        st.builds(Missing, operand=parts, negated=st.booleans()),
        st.builds(Membership, operand=parts, values=lists, negated=st.booleans()),
        st.builds(Computation, operator=st.sampled_from(Arithmetic), left=parts, right=parts),
        several.flatmap(
            lambda some: st.tuples(*[st.sampled_from(Relation)] * (len(some) - 1)).map(
                lambda relations: Comparison(operands=some, relations=relations)
            )
        ),
        st.sampled_from(PLAIN).flatmap(
            lambda name: st.tuples(*[parts] * len(FUNCTIONS[name].takes)).map(
                lambda arguments: Call(function=name, arguments=arguments)
            )
        ),
        parts.map(
            lambda one: Call(function="contains", arguments=(one, Text(value=r"a\d|\"b\\c")))
        ),
        st.builds(
            lambda one, values: Call(
                function="distance", arguments=(one, Numbers(values=tuple(values)))
            ),
            parts,
            VECTORS,
        ),
    )


NODES = st.recursive(LITERALS | NAMES, composed, max_leaves=15)


@settings(max_examples=300)
@given(NODES)
def test_what_is_written_is_read_as_the_same(node: Node) -> None:
    """Parsing the canonical text gives the same tree, the same text and the same identity."""
    text = unparse(node)
    read = parse(text)
    assert read == node
    assert unparse(read) == text
    assert identity_of(read) == identity_of(node)


@settings(max_examples=200)
@given(NODES)
def test_every_part_knows_where_it_was_read(node: Node) -> None:
    """The characters of each part, read alone, are that part again."""
    text = unparse(node)
    for part in walk(parse(text)):
        said = text[part.span.start : part.span.end]
        if said.count("(") == said.count(")") and not isinstance(part, Computation):
            assert said in text
            assert part.span.start < part.span.end
    assert depth_of(node) >= 1


WORDS = ["and", "or", "not", "in", "is", "null", "true", "x", "Age", "words", "contains", "date"]
SIGNS = [*"()[],<>=!&|+-*/%.\"'`\\ \n\t$~0123456789eE", "==", "<=", '"a"', "'[a'", "é", "\x00"]
SOUP = st.lists(st.sampled_from(WORDS + SIGNS), max_size=25).map("".join)
SCHEMA = SliceSchema.of_types({"x": pl.Float64(), "Age": pl.Int64(), "t": pl.String()})


def refusal(text: str) -> InvalidExpression | None:
    """Read and check a text; return the error that refuses it, if one does."""
    try:
        check(parse(text), SCHEMA, text=text)
    except InvalidExpression as error:
        return error
    return None


@settings(max_examples=500)
@given(st.one_of(SOUP, st.text(max_size=30), SOUP.map(lambda soup: f"Age > {soup}")))
def test_whatever_is_written_only_our_error_is_raised(text: str) -> None:
    """Any text is read, or refused at a place within it; and may be completed anywhere."""
    error = refusal(text)
    if error is not None:
        assert 0 <= error.start <= error.end <= len(text)
        assert error.problem
        assert error.hint
        assert len(error.excerpt.split("\n")) == 2
    found = completions(text, len(text), SCHEMA)
    assert 0 <= found.start <= found.end == len(text)


@settings(max_examples=200)
@given(NODES)
def test_any_tree_is_checked_without_another_error(node: Node) -> None:
    """Whatever the types of its parts, a condition is accepted or refused with our error."""
    text = unparse(node)
    error = refusal(text)
    if error is None:
        assert check(node, SCHEMA) == check(parse(text), SCHEMA, text=text)
    else:
        with pytest.raises(InvalidExpression) as told:
            check(node, SCHEMA)
        assert (told.value.text, told.value.start) == (text, error.start)
