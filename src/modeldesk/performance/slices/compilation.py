"""From a condition to what Polars computes, for many conditions in one pass over the rows."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Hashable, Mapping
from datetime import datetime

import polars as pl

from modeldesk.errors import InvalidData
from modeldesk.performance.slices.calls import ANY_CASE
from modeldesk.performance.slices.checking import value_type
from modeldesk.performance.slices.fields import Field, SliceSchema
from modeldesk.performance.slices.functions import ValueType
from modeldesk.performance.slices.leaves import MOMENT, Term, distances, leaf
from modeldesk.performance.slices.nodes import (
    And,
    Arithmetic,
    Boolean,
    Call,
    Column,
    Comparison,
    Computation,
    Literal,
    Membership,
    Missing,
    Moment,
    Negative,
    Node,
    Not,
    Number,
    Numbers,
    Or,
    Relation,
    Score,
    Special,
    SpecialName,
    Text,
    walk,
)

_WORD = r"\S+"
_MOST_WORDS = 40
"""Up to so many words are told by looking at the beginning of a text alone: for 12 words of
seven letters a fifth of the time of counting them all (0.09 and 0.43 s for a million texts)."""
_SECOND = 1_000_000
_RELATIONS: Mapping[Relation, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    Relation.EQUAL: operator.eq,
    Relation.UNEQUAL: operator.ne,
    Relation.LESS: operator.lt,
    Relation.AT_MOST: operator.le,
    Relation.MORE: operator.gt,
    Relation.AT_LEAST: operator.ge,
}
_TURNED: Mapping[Relation, Relation] = {
    Relation.EQUAL: Relation.EQUAL,
    Relation.UNEQUAL: Relation.UNEQUAL,
    Relation.LESS: Relation.MORE,
    Relation.AT_MOST: Relation.AT_LEAST,
    Relation.MORE: Relation.LESS,
    Relation.AT_LEAST: Relation.AT_MOST,
}


class Compiler:
    """Compiles conditions on one table: columns are read, and costly terms computed, only once.

    Every condition must have been accepted by `check` for the same schema. What is computed is
    three selections, one on the other: `leaves`, `terms` beside them, and the conditions.

    Parameters
    ----------
    schema
        What the conditions may speak of.
    types
        The types of the table's columns.
    """

    def __init__(self, schema: SliceSchema, types: Mapping[str, pl.DataType]) -> None:
        self._schema = schema
        self._types = types
        self._leaves: dict[tuple[str, str], tuple[str, Term]] = {}
        self._terms: dict[Hashable, tuple[str, pl.Expr]] = {}

    @property
    def leaves(self) -> list[pl.Expr]:
        """The columns that the conditions so far read, under names of their own."""
        return [term.expression.alias(name) for name, term in self._leaves.values()]

    @property
    def terms(self) -> list[pl.Expr]:
        """The costly terms of the conditions so far."""
        return [expression.alias(name) for name, expression in self._terms.values()]

    def expression(self, node: Node) -> pl.Expr:
        """Return a condition, or any part of one, over leaves and terms; null where unknown."""
        return self._term(node).expression

    def _leaf(self, field: Field) -> Term:
        key = (field.column, field.type.value)
        if key not in self._leaves:
            if field.column not in self._types:
                message = f"The rows have no column {field.column!r}."
                raise InvalidData(message, hint="Give the rows that the condition speaks of.")
            term = leaf(field, self._types[field.column])
            self._leaves[key] = f"column {len(self._leaves)}", term
        name, term = self._leaves[key]
        return Term(expression=pl.col(name), whole=term.whole)

    def _once(self, key: Hashable, argument: Node, expression: pl.Expr) -> pl.Expr:
        """Compute a costly term of a column only once, however many conditions have it."""
        if not isinstance(argument, Column | Special):
            return expression
        if key not in self._terms:
            self._terms[key] = f"term {len(self._terms)}", expression
        return pl.col(self._terms[key][0])

    def _term(self, node: Node) -> Term:
        """Compile a part; what speaks of no column is computed at once.

        Polars takes what is computed of literals for a column of one row, which does not always
        fit beside columns.
        """
        term = self._part(node)
        if not _is_constant(node) or isinstance(node, Literal | Numbers):
            return term
        (value,) = pl.select(term.expression).get_columns()
        return Term(expression=pl.lit(value.item(), dtype=value.dtype), whole=term.whole)

    def _part(self, node: Node) -> Term:  # noqa: C901, PLR0911 - one line for each sort of part
        match node:
            case Number() | Text() | Boolean() | Moment() | Numbers():
                return _literal(node)
            case Column() | Special() | Score():
                return self._named(node)
            case Call():
                return self._called(node)
            case Negative():
                return Term(expression=-self._term(node.operand).floats)
            case Computation():
                return Term(expression=self._computed(node))
            case Comparison():
                return Term(expression=self._compared(node))
            case Membership():
                return Term(expression=self._listed(node))
            case Missing():
                operand = self._term(node.operand).expression
                found = operand.is_not_null() if node.negated else operand.is_null()
                return Term(expression=found)
            case Not():
                return Term(expression=~self._term(node.operand).expression)
            case And():
                parts = [self._term(each).expression for each in node.operands]
                return Term(expression=functools.reduce(operator.and_, parts))
            case Or():
                parts = [self._term(each).expression for each in node.operands]
                return Term(expression=functools.reduce(operator.or_, parts))

    def _named(self, node: Column | Special | Score) -> Term:
        match node:
            case Column():
                field = self._schema.column(node.name)
            case Score():
                field = self._schema.score(node.label)
            case Special():
                field = self._schema.special(node.name)
        if field is not None:
            return self._leaf(field)
        if isinstance(node, Special) and self._schema.type_of(node.name) is not None:
            return self._derived(node.name)
        message = f"The condition was not checked for these rows: {node!r}."
        raise InvalidData(message, hint="Check it for the columns that there are.")

    def _derived(self, name: SpecialName) -> Term:
        """Work out what the table does not hold."""
        if name is SpecialName.CONFIDENCE:
            scores = [self._leaf(field).floats for field in self._schema.scores]
            return Term(expression=pl.max_horizontal(scores))
        prediction, label = (
            self._named(Special(name=which))
            for which in (SpecialName.PREDICTION, SpecialName.LABEL)
        )
        if name is SpecialName.CORRECT:
            return Term(expression=_related(Relation.EQUAL, prediction, label))
        return Term(expression=(prediction.floats - label.floats).fill_nan(None))

    def _computed(self, node: Computation) -> pl.Expr:
        left, right = self._term(node.left), self._term(node.right)
        if value_type(node.left, self._schema) is ValueType.TIME:
            apart = left.expression - right.expression
            return apart.dt.total_microseconds() / _SECOND
        one, other = left.floats, right.floats
        match node.operator:
            case Arithmetic.ADD:
                found = one + other
            case Arithmetic.SUBTRACT:
                found = one - other
            case Arithmetic.MULTIPLY:
                found = one * other
            case Arithmetic.DIVIDE:
                found = pl.when(other != 0).then(one / other)
            case Arithmetic.REMAINDER:
                found = pl.when(other != 0).then(one - other * (one / other).floor())
        return found.fill_nan(None)

    def _compared(self, node: Comparison) -> pl.Expr:
        pairs = zip(node.relations, node.operands, node.operands[1:], strict=False)
        parts = [self._pair(relation, left, right) for relation, left, right in pairs]
        return functools.reduce(operator.and_, parts)

    def _pair(self, relation: Relation, left: Node, right: Node) -> pl.Expr:
        if _is_constant(left):
            # Polars 2.1 takes a literal before a column of nulls only for a single row.
            left, right, relation = right, left, _TURNED[relation]
        if isinstance(right, Number) and isinstance(left, Call) and left.function == "words":
            quick = self._words(relation, left.arguments[0], right.value)
            if quick is not None:
                return quick
        return _related(relation, self._term(left), self._term(right))

    def _words(self, relation: Relation, text: Node, bound: float) -> pl.Expr | None:
        """Compare a number of words with a small number without counting them all."""
        if abs(bound) > _MOST_WORDS:
            return None
        match relation:
            case Relation.AT_LEAST | Relation.LESS:
                least = math.ceil(bound)
            case Relation.MORE | Relation.AT_MOST:
                least = math.floor(bound) + 1
            case _:
                return None
        values = self._term(text).expression
        pattern = rf"^\s*(?:\S+\s+){{{max(least - 1, 0)}}}\S" if least > 0 else ""
        found = self._once(("words", least, text), text, values.str.contains(pattern))
        return found if relation in {Relation.AT_LEAST, Relation.MORE} else ~found

    def _listed(self, node: Membership) -> pl.Expr:
        operand = self._term(node.operand)
        values = [each.value for each in node.values]
        numbers = [value for value in values if not isinstance(value, str | datetime)]
        if isinstance(node.values[0], Number):
            whole = operand.whole and all(isinstance(value, int) for value in numbers)
            series = pl.Series(values, dtype=pl.Int64 if whole else pl.Float64, strict=False)
            tested = operand.expression if whole else operand.floats
        elif isinstance(node.values[0], Moment):
            series, tested = pl.Series(values, dtype=MOMENT), operand.expression
        else:
            series, tested = pl.Series(values), operand.expression
        found = tested.is_in(series.implode())
        return ~found if node.negated else found

    def _called(self, node: Call) -> Term:  # noqa: PLR0911 - one line for each function
        argument = node.arguments[0]
        first = self._term(argument)
        values = first.expression
        if node.function in _TEXTS:
            return Term(expression=_TEXTS[node.function](values))
        if node.function in _NUMBERS:
            return Term(expression=_NUMBERS[node.function](first.floats).fill_nan(None))
        if node.function in _TIMES:
            return Term(expression=_TIMES[node.function](values).cast(pl.Int64), whole=True)
        match node.function:
            case "words":
                counted = values.str.count_matches(_WORD).cast(pl.Int64)
                return Term(expression=self._once(node, argument, counted), whole=True)
            case "length":
                return Term(expression=values.str.len_chars().cast(pl.Int64), whole=True)
            case "contains":
                pattern = ANY_CASE + _said(node.arguments[1])
                found = values.str.contains(pattern)
                return Term(expression=self._once(node, argument, found))
            case "startswith":
                return Term(expression=values.str.starts_with(self._second(node)))
            case "endswith":
                return Term(expression=values.str.ends_with(self._second(node)))
            case "round":
                return Term(expression=_rounded(first.floats, node))
            case _:
                vector = _numbers(node.arguments[1])
                return Term(expression=self._once(node, argument, distances(values, vector)))

    def _second(self, node: Call) -> pl.Expr:
        return self._term(node.arguments[1]).expression


def _is_constant(node: Node) -> bool:
    """Whether a part speaks of no column."""
    return not any(isinstance(part, Column | Special | Score) for part in walk(node))


def _literal(node: Number | Text | Boolean | Moment | Numbers) -> Term:
    match node:
        case Number():
            whole = isinstance(node.value, int)
            dtype = pl.Int64() if whole else pl.Float64()
            return Term(expression=pl.lit(node.value, dtype=dtype), whole=whole)
        case Moment():
            return Term(expression=pl.lit(node.value, dtype=MOMENT))
        case Numbers():
            return Term(expression=pl.lit(list(node.values), dtype=pl.List(pl.Float64)))
        case _:
            return Term(expression=pl.lit(node.value))


def _related(relation: Relation, left: Term, right: Term) -> pl.Expr:
    """Compare two terms; whole numbers exactly, other numbers as floats."""
    compare = _RELATIONS[relation]
    if left.whole is not right.whole:
        return compare(left.floats, right.floats)
    return compare(left.expression, right.expression)


def _said(node: Node) -> str:
    return node.value if isinstance(node, Text) else ""


def _numbers(node: Node) -> tuple[float, ...]:
    return node.values if isinstance(node, Numbers) else ()


def _rounded(numbers: pl.Expr, node: Call) -> pl.Expr:
    digits = node.arguments[1] if len(node.arguments) > 1 else Number(value=0)
    scale = 10.0 ** float(digits.value if isinstance(digits, Number) else 0)
    scaled = (numbers * scale).round(0, mode="half_to_even") / scale
    return pl.when(scaled.is_finite()).then(scaled).otherwise(numbers)


_TEXTS: Mapping[str, Callable[[pl.Expr], pl.Expr]] = {
    "lower": lambda text: text.str.to_lowercase(),
    "upper": lambda text: text.str.to_uppercase(),
    "strip": lambda text: text.str.strip_chars(),
}
_NUMBERS: Mapping[str, Callable[[pl.Expr], pl.Expr]] = {
    "abs": lambda number: number.abs(),
    "floor": lambda number: number.floor(),
    "ceil": lambda number: number.ceil(),
    "exp": lambda number: number.exp(),
    "sqrt": lambda number: pl.when(number >= 0).then(number.sqrt()),
    "log": lambda number: pl.when(number > 0).then(number.log()),
}
_TIMES: Mapping[str, Callable[[pl.Expr], pl.Expr]] = {
    "year": lambda time: time.dt.year(),
    "month": lambda time: time.dt.month(),
    "day": lambda time: time.dt.day(),
    "weekday": lambda time: time.dt.weekday(),
    "hour": lambda time: time.dt.hour(),
    "minute": lambda time: time.dt.minute(),
}
