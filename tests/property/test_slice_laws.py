"""Laws that hold for all conditions: they are read as they were written, and mean what is said."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeldesk.errors import InvalidExpression
from modeldesk.performance.slices import (
    FUNCTIONS,
    Node,
    Slice,
    SliceSchema,
    SpecialName,
    check,
    completions,
    evaluate,
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

Cell: TypeAlias = bool | int | float | str | datetime | None

TEXTS = st.text(alphabet=st.characters(codec="utf-8"), max_size=8)
STAMPS = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001
    lambda stamp: stamp.replace(tzinfo=UTC)
)
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


# The oracle: conditions over rows of these columns, interpreted slowly in Python.

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


def meaning(node: Node, row: dict[str, Cell]) -> Cell:  # noqa: C901, PLR0911, PLR0912 - one for each part
    """Interpret a part for one row, in Python; ``None`` is null."""
    match node:
        case Number() | Text() | Boolean() | Moment():
            return node.value
        case Column():
            return cell(row[node.name])
        case Special(name=SpecialName.CORRECT):
            prediction, label = row["prediction"], row["label"]
            return None if prediction is None or label is None else prediction == label
        case Special():
            return row[node.name.value]
        case Missing():
            return (meaning(node.operand, row) is None) is not node.negated
        case Not():
            value = meaning(node.operand, row)
            return None if value is None else not value
        case And() | Or():
            decides = isinstance(node, Or)
            values = [meaning(each, row) for each in node.operands]
            if decides in values:
                return decides
            return None if None in values else not decides
        case Comparison():
            values = [meaning(each, row) for each in node.operands]
            parts = [
                RELATIONS[relation](left, right) if None not in (left, right) else None
                for relation, left, right in zip(node.relations, values, values[1:], strict=False)
            ]
            return False if False in parts else None if None in parts else True
        case Membership():
            value = meaning(node.operand, row)
            if value is None:
                return None
            among = any(RELATIONS[Relation.EQUAL](value, each.value) for each in node.values)
            return among is not node.negated
        case Negative():
            value = meaning(node.operand, row)
            return None if value is None else -number(value)
        case Computation():
            return computed(node.operator, meaning(node.left, row), meaning(node.right, row))
        case Call():
            return called(node.function, [meaning(each, row) for each in node.arguments])
    raise AssertionError(node)


def cell(value: object) -> Cell:
    """Return a cell as conditions see it: NaN is null, a date its midnight."""
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    assert value is None or isinstance(value, bool | int | float | str | datetime)
    return value


def number(value: Cell) -> float:
    """Return a number as a float."""
    assert isinstance(value, int | float)
    return float(value)


def alike(left: Cell, right: Cell) -> tuple[Cell, Cell]:
    """Whole numbers are compared exactly with each other, and as floats with other numbers."""
    if isinstance(left, int | float) and isinstance(right, int | float):
        if isinstance(left, int) and isinstance(right, int):
            return left, right
        return float(left), float(right)
    return left, right


def related(decide: Callable[[int], bool]) -> Callable[[Cell, Cell], bool]:
    """Compare by the sign of what is larger."""

    def compare(left: Cell, right: Cell) -> bool:
        one, other = alike(left, right)
        return decide((one > other) - (one < other))  # type: ignore[operator]  # of one type

    return compare


RELATIONS: dict[Relation, Callable[[Cell, Cell], bool]] = {
    Relation.EQUAL: related(lambda sign: sign == 0),
    Relation.UNEQUAL: related(lambda sign: sign != 0),
    Relation.LESS: related(lambda sign: sign < 0),
    Relation.AT_MOST: related(lambda sign: sign <= 0),
    Relation.MORE: related(lambda sign: sign > 0),
    Relation.AT_LEAST: related(lambda sign: sign >= 0),
}


def computed(operator: Arithmetic, left: Cell, right: Cell) -> Cell:
    """Compute with floats; what is not defined is null."""
    if left is None or right is None:
        return None
    if isinstance(left, datetime) and isinstance(right, datetime):
        return (left - right) // timedelta(microseconds=1) / 1_000_000
    one, other = number(left), number(right)
    if operator in {Arithmetic.DIVIDE, Arithmetic.REMAINDER} and other == 0:
        return None
    match operator:
        case Arithmetic.ADD:
            found = one + other
        case Arithmetic.SUBTRACT:
            found = one - other
        case Arithmetic.MULTIPLY:
            found = one * other
        case Arithmetic.DIVIDE:
            found = one / other
        case Arithmetic.REMAINDER:
            found = one - other * whole(one / other, math.floor)
    return None if math.isnan(found) else found


def whole(value: float, how: Callable[[float], int]) -> float:
    """Return a whole number as a float; infinite ones as they are."""
    return float(how(value)) if math.isfinite(value) else value


def called(name: str, arguments: list[Cell]) -> Cell:  # noqa: C901, PLR0911 - one for each function
    """Call a function; of null it is null."""
    if None in arguments:
        return None
    first, second = (*arguments, None)[:2]
    if isinstance(first, datetime):
        return first.isoweekday() if name == "weekday" else int(getattr(first, name))
    if isinstance(first, str):
        match name:
            case "words":
                return len(re.findall(r"\S+", first))
            case "length":
                return len(first)
            case "lower" | "upper" | "strip" | "startswith" | "endswith":
                method = getattr(first, name)
                found: Cell = method(second) if second is not None else method()
                return found
            case "contains":
                assert isinstance(second, str)
                return re.search(second, first, re.IGNORECASE) is not None
    value = number(first)
    match name:
        case "abs":
            return abs(value)
        case "floor":
            return whole(value, math.floor)
        case "ceil":
            return whole(value, math.ceil)
        case "sqrt":
            return math.sqrt(value) if value >= 0 else None
        case "round":
            scale = 10.0 ** number(second or 0)
            scaled = value * scale
            rounded = whole(scaled, round) / scale
            return rounded if math.isfinite(rounded) else value
    raise AssertionError(name)


@settings(max_examples=400)
@given(CONDITIONS, st.lists(ROW, max_size=6))
def test_a_condition_means_what_the_reference_says(node: Node, rows: list[dict[str, Cell]]) -> None:
    """Polars' answer for all rows at once is that of a slow interpreter row by row, nulls too."""
    frame = pl.DataFrame(rows, schema=TYPES)
    if depth_of(node) > 35:
        return
    (found,) = evaluate([Slice.of("it", node)], frame)
    expected = [meaning(node, row) for row in rows]
    assert found.mask.to_list() == [value is True for value in expected], unparse(node)
    assert found.unknown == expected.count(None), unparse(node)


@settings(max_examples=100)
@given(st.lists(CONDITIONS, min_size=1, max_size=5), st.lists(ROW, min_size=1, max_size=4))
def test_slices_evaluated_together_are_as_alone(
    nodes: list[Node], rows: list[dict[str, Cell]]
) -> None:
    """What slices share is computed once, and changes none of them."""
    frame = pl.DataFrame(rows, schema=TYPES)
    slices = [Slice.of(str(place), node) for place, node in enumerate(nodes)]
    together = evaluate(slices, frame)
    alone = [evaluate([one], frame)[0] for one in slices]
    assert [each.mask.to_list() for each in together] == [each.mask.to_list() for each in alone]


@pytest.mark.parametrize("height", [0, 1, 3])
def test_a_condition_without_a_column_is_as_long_as_the_table(height: int) -> None:
    """A constant condition is true or false of every row, also of none."""
    frame = pl.DataFrame({"x": [0.0] * height})
    yes, no = evaluate([Slice.of("yes", "1 < 2"), Slice.of("no", "false")], frame)
    assert (len(yes.mask), yes.rows, len(no.mask), no.rows) == (height, height, height, 0)
