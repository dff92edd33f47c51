"""Whether a condition makes sense for the columns that there are, before it meets a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from modeldesk.errors import InvalidExpression
from modeldesk.performance.slices.canonical import column_text, text_literal, unparse
from modeldesk.performance.slices.fields import Field, SliceSchema
from modeldesk.performance.slices.functions import FUNCTIONS, ValueType
from modeldesk.performance.slices.nodes import (
    And,
    Boolean,
    Call,
    Column,
    Comparison,
    Computation,
    Membership,
    Missing,
    Moment,
    Negative,
    Node,
    Not,
    Number,
    Numbers,
    Or,
    Score,
    Special,
    SpecialName,
    Text,
)
from modeldesk.performance.slices.parser import parse
from modeldesk.performance.slices.suggestions import closest

_SHOWN = 8
"""So many known names or categories are told."""
_WORDS = {
    "True": "Write true.",
    "False": "Write false.",
    "TRUE": "Write true.",
    "FALSE": "Write false.",
    "None": "Ask whether a value is missing: x is null.",
    "NULL": "Ask whether a value is missing: x is null.",
    "nan": "Ask whether a value is missing: x is null.",
    "NaN": "Ask whether a value is missing: x is null.",
}
_WHY_NOT = {
    SpecialName.PREDICTION: "These rows have no prediction.",
    SpecialName.LABEL: "These rows have no labels.",
    SpecialName.CORRECT: "It needs predictions and labels of one type.",
    SpecialName.ERROR: "It is prediction less label and needs both as numbers; ask for correct.",
    SpecialName.CONFIDENCE: "It needs a model with scores.",
    SpecialName.TIME: "These rows have no times.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """What is allowed and probably not meant."""

    message: str
    start: int
    """Where, in characters of the text from 0."""
    end: int


def check(node: Node, schema: SliceSchema, *, text: str | None = None) -> tuple[Warned, ...]:
    """Check a condition against the columns that there are.

    Parameters
    ----------
    node
        The condition, as `parse` returned it.
    schema
        What it may speak of.
    text
        What it was parsed from, for messages; without it, its canonical text is read again.

    Returns
    -------
    tuple of Warned
        What may be a mistake: a category that the reference does not have, a special name that
        hides a column.

    Raises
    ------
    InvalidExpression
        When a name is not known, values of different types are compared, or it is no condition.

    Examples
    --------
    >>> import polars as pl
    >>> from modeldesk.performance.slices import parse
    >>> schema = SliceSchema.of_frame(pl.DataFrame({"Age": [31, 47], "Sex": ["F", "M"]}))
    >>> check(parse('Sex == "X"'), schema)[0].message
    "'X' is no known value of Sex; known are 'F', 'M'."
    >>> try:
    ...     check(parse("age > 60"), schema)
    ... except InvalidExpression as error:
    ...     print(error.hint)
    Did you mean Age?
    """
    if text is None:
        text = unparse(node)
        node = parse(text)
    checker = _Checker(schema, text)
    checker.condition(node)
    return tuple(checker.warned)


def value_type(node: Node, schema: SliceSchema) -> ValueType:
    """Return what sort of value a part has that `check` has accepted."""
    return _Checker(schema, "").type_of(node)


class _Checker:
    """One pass over one tree; collects warnings and raises at the first error."""

    def __init__(self, schema: SliceSchema, text: str) -> None:
        self._schema = schema
        self._text = text
        self.warned: list[Warned] = []

    def _fail(self, problem: str, hint: str, node: Node) -> NoReturn:
        start, end = node.span.start, node.span.end
        raise InvalidExpression.at(start, end, problem, hint=hint, text=self._text)

    def _warn(self, message: str, node: Node) -> None:
        self.warned.append(Warned(message=message, start=node.span.start, end=node.span.end))

    def condition(self, node: Node) -> None:
        """Check that a part is true or false of a row."""
        found = self.type_of(node)
        if found is ValueType.BOOLEAN:
            return
        written = _short(node)
        hint = f"Compare it: {written} == ..."
        if found is ValueType.NUMBER:
            hint = f"Compare it: {written} > 0."
        if isinstance(node, Text):
            hint = "Text in quotes is a value; a column's name stands without quotes."
        self._fail(f"{written} is {found.phrase} and no condition", hint, node)

    def type_of(self, node: Node) -> ValueType:  # noqa: C901, PLR0911, PLR0912 - one for each part
        """Check a part and return what sort of value it has."""
        match node:
            case Number() | Negative() | Computation():
                return self._computed(node)
            case Text():
                return ValueType.TEXT
            case Boolean():
                return ValueType.BOOLEAN
            case Moment():
                return ValueType.TIME
            case Numbers():
                return ValueType.VECTOR
            case Column() | Special() | Score():
                return self._named(node)
            case Call():
                return self._called(node)
            case Comparison():
                return self._compared(node)
            case Membership():
                return self._listed(node)
            case Missing():
                self.type_of(node.operand)
            case Not():
                self.condition(node.operand)
            case And() | Or():
                for each in node.operands:
                    self.condition(each)
        return ValueType.BOOLEAN

    def _named(self, node: Column | Special | Score) -> ValueType:
        schema = self._schema
        if isinstance(node, Column):
            field = schema.column(node.name)
            if field is None:
                self._unknown(node)
            return field.type
        if isinstance(node, Score):
            if schema.score(node.label) is None:
                known = [field.name for field in schema.scores]
                hint = f"Known are {_told(known)}." if known else "These rows have no scores."
                self._fail(f"there is no score of {node.label[:40]!r}", hint, node)
            return ValueType.NUMBER
        found = schema.type_of(node.name)
        column = schema.column(node.name.value)
        if found is None:
            hint = _WHY_NOT[node.name]
            if column is not None:
                hint = f"The column of that name is written {column_text(node.name.value)}."
            self._fail(f"{node.name.value} is not known here", hint, node)
        held = schema.special(node.name)
        if column is not None and (held is None or held.column != column.column):
            name = node.name.value
            self._warn(
                f"{name} is not the column of that name, which is written {column_text(name)}.",
                node,
            )
        return found

    def _unknown(self, node: Column) -> NoReturn:
        known = [field.name for field in self._schema.columns]
        specials = [name.value for name in SpecialName if self._schema.type_of(name)]
        meant = closest(node.name, [*known, *specials])
        hint = f"Known are {_told([*map(column_text, known), *specials])}."
        if meant is not None:
            hint = f"Did you mean {meant if meant in specials else column_text(meant)}?"
        if node.name in _WORDS:
            hint = _WORDS[node.name]
        if node.name in FUNCTIONS:
            hint = f"Functions have arguments: {FUNCTIONS[node.name].signature}."
        if any(node.name in field.categories for field in self._schema.columns):
            hint = f"Put text in quotes: {text_literal(node.name)}."
        self._fail(f"there is no column {node.name[:40]!r}", hint, node)

    def _computed(self, node: Number | Negative | Computation) -> ValueType:
        if isinstance(node, Number):
            return ValueType.NUMBER
        if isinstance(node, Negative):
            self._number(node.operand, "-")
            return ValueType.NUMBER
        left = self.type_of(node.left)
        if left is ValueType.TIME and node.operator.value == "-":
            if self.type_of(node.right) is not ValueType.TIME:
                hint = "Two times give the seconds between them: time - opened > 3600."
                self._fail(f"{_short(node.right)} is no time", hint, node.right)
            return ValueType.NUMBER
        self._number(node.left, node.operator.value)
        self._number(node.right, node.operator.value)
        return ValueType.NUMBER

    def _number(self, node: Node, sign: str) -> None:
        found = self.type_of(node)
        if found is ValueType.NUMBER:
            return
        hint = f"Only numbers can be computed with, and {_short(node)} is {found.phrase}."
        if found is ValueType.TEXT and isinstance(node, Text):
            hint = "Write numbers without quotes."
        self._fail(f"{sign} does not work with {found.phrase}", hint, node)

    def _called(self, node: Call) -> ValueType:
        function = FUNCTIONS[node.function]
        for place, (argument, wanted) in enumerate(
            zip(node.arguments, function.takes, strict=False)
        ):
            found = self.type_of(argument)
            if found is not wanted:
                told = function.parameters[place].strip("[]\"'")
                problem = f"{function.name} wants {wanted.phrase}, and {_short(argument)} is "
                hint = f"Write {function.signature}, with {wanted.phrase} for {told}."
                self._fail(problem + found.phrase, hint, argument)
        if function.name == "distance":
            self._same_length(node)
        return function.gives

    def _same_length(self, node: Call) -> None:
        vector, other = node.arguments
        lengths = [self._length(vector), self._length(other)]
        if None not in lengths and len(set(lengths)) > 1:
            problem = f"the vectors have {lengths[0]} and {lengths[1]} numbers"
            self._fail(problem, "Write as many numbers as the column has.", other)

    def _length(self, node: Node) -> int | None:
        if isinstance(node, Numbers):
            return len(node.values)
        field = self._schema.column(node.name) if isinstance(node, Column) else None
        return None if field is None else field.dimension

    def _compared(self, node: Comparison) -> ValueType:
        types = [self.type_of(each) for each in node.operands]
        pairs = zip(
            node.relations, node.operands, node.operands[1:], types, types[1:], strict=False
        )
        for relation, left, right, one, other in pairs:
            if one is not other:
                self._mismatch(left, right, one, other)
            if one is ValueType.VECTOR:
                hint = "Compare distances: distance(vector, [0.1, 0.2]) < 1."
                self._fail("vectors cannot be compared", hint, node)
            if one is ValueType.BOOLEAN and relation.orders:
                hint = "Write and, or, not, == or !=."
                self._fail("true and false have no order", hint, node)
            if not relation.orders:
                self._warn_of_unknown(left, (right,))
                self._warn_of_unknown(right, (left,))
        return ValueType.BOOLEAN

    def _mismatch(self, left: Node, right: Node, one: ValueType, other: ValueType) -> NoReturn:
        problem = f"{_short(left)} is {one.phrase} and {_short(right)} is {other.phrase}"
        types = {one, other}
        literal = right if isinstance(right, Text) else left
        hint = "Compare values of one type."
        if types == {ValueType.NUMBER, ValueType.TEXT} and isinstance(literal, Text):
            hint = "Write numbers without quotes."
        elif types == {ValueType.NUMBER, ValueType.TEXT}:
            hint = "Put text in quotes, or compare its length(...) or words(...)."
        elif types == {ValueType.TIME, ValueType.TEXT} and isinstance(literal, Text):
            hint = f"Write date({text_literal(literal.value[:40])})."
        elif types == {ValueType.TIME, ValueType.NUMBER}:
            hint = 'Write date("2026-01-31"), or compare year(...), month(...) or hour(...).'
        elif types == {ValueType.BOOLEAN, ValueType.NUMBER}:
            hint = "Write true or false."
        elif types == {ValueType.BOOLEAN, ValueType.TEXT} and isinstance(literal, Text):
            hint = "Write true or false, without quotes."
        self._fail(problem, hint, right)

    def _listed(self, node: Membership) -> ValueType:
        wanted = self.type_of(node.operand)
        if wanted is ValueType.VECTOR:
            hint = "Compare distances: distance(vector, [0.1, 0.2]) < 1."
            self._fail("vectors cannot be compared", hint, node.operand)
        for value in node.values:
            found = self.type_of(value)
            if found is not wanted:
                self._mismatch(node.operand, value, wanted, found)
        self._warn_of_unknown(node.operand, node.values)
        return ValueType.BOOLEAN

    def _warn_of_unknown(self, node: Node, values: Sequence[Node]) -> None:
        """Warn of values that the reference's categories do not have."""
        field = self._field(node)
        if field is None or not field.categories:
            return
        for value in values:
            if isinstance(value, Text) and value.value not in field.categories:
                meant = closest(value.value, field.categories)
                known = _told([repr(category) for category in field.categories])
                more = f"; did you mean {meant!r}?" if meant else f"; known are {known}."
                self._warn(f"{value.value[:40]!r} is no known value of {_short(node)}{more}", value)

    def _field(self, node: Node) -> Field | None:
        if isinstance(node, Column):
            return self._schema.column(node.name)
        return self._schema.special(node.name) if isinstance(node, Special) else None


def _told(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _short(node: Node) -> str:
    """Return a part as it is written, cut where it is long."""
    text = unparse(node)
    return text if len(text) <= 40 else f"{text[:39]}…"  # noqa: PLR2004 - a line of a message
