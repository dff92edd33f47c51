"""The parts of a condition: a frozen tree in which equal conditions are equal.

Where a part stands in the text is kept for messages and takes no part in comparisons.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

SMALLEST_INTEGER, LARGEST_INTEGER = -(2**63), 2**63 - 1


@dataclass(frozen=True, slots=True)
class Span:
    """Which characters of the text a part was read from, from 0."""

    start: int
    end: int
    """The first character that is not part of it."""


NOWHERE = Span(0, 0)
"""The place of parts that were not read from a text."""


class SpecialName(StrEnum):
    """What a row has besides its columns, under names of its own."""

    PREDICTION = "prediction"
    """What the model answered."""
    LABEL = "label"
    """The true outcome; null until it arrives."""
    CORRECT = "correct"
    """Whether both are equal."""
    ERROR = "error"
    """Prediction less label, of numbers."""
    CONFIDENCE = "confidence"
    """The largest of the scores."""
    TIME = "time"
    """When the prediction was made."""


class Arithmetic(StrEnum):
    """What is done with two numbers."""

    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"
    REMAINDER = "%"


class Relation(StrEnum):
    """How two values are compared."""

    EQUAL = "=="
    UNEQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="

    @property
    def orders(self) -> bool:
        """Whether it asks which of the values is larger."""
        return self not in {Relation.EQUAL, Relation.UNEQUAL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number: an int where it is whole and has room in 64 bits, otherwise a float.

    So equal numbers are the same number, however they were written.
    """

    value: int | float
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        fits = SMALLEST_INTEGER <= self.value <= LARGEST_INTEGER
        whole = isinstance(self.value, int) or self.value.is_integer()
        value = int(self.value) if whole and fits else float(self.value)
        object.__setattr__(self, "value", value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A string in quotes."""

    value: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Boolean:
    """``true`` or ``false``."""

    value: bool
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A point in time, aware, in UTC: ``date("...")`` or ``datetime("...")``."""

    value: datetime
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """A list of finite numbers, such as a vector."""

    values: tuple[float, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """The value of a column."""

    name: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Special:
    """The prediction, the label, the time ..."""

    name: SpecialName
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The score that the model gave one class."""

    label: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A function of values."""

    function: str
    arguments: tuple[Node, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Negative:
    """A number with its sign turned."""

    operand: Node
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Computation:
    """Two numbers, computed with."""

    operator: Arithmetic
    left: Node
    right: Node
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Values compared in a chain: ``18 <= age < 65`` has three operands and two relations."""

    operands: tuple[Node, ...]
    relations: tuple[Relation, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """Whether a value is one of a list."""

    operand: Node
    values: tuple[Literal, ...]
    negated: bool = False
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Whether there is no value."""

    operand: Node
    negated: bool = False
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """The contrary of a condition."""

    operand: Node
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class And:
    """All of several conditions; one within another is the same as one."""

    operands: tuple[Node, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if any(isinstance(each, And) for each in self.operands):
            parts = (each.operands if isinstance(each, And) else (each,) for each in self.operands)
            object.__setattr__(self, "operands", tuple(part for some in parts for part in some))


@dataclass(frozen=True, slots=True, kw_only=True)
class Or:
    """Any of several conditions; one within another is the same as one."""

    operands: tuple[Node, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if any(isinstance(each, Or) for each in self.operands):
            parts = (each.operands if isinstance(each, Or) else (each,) for each in self.operands)
            object.__setattr__(self, "operands", tuple(part for some in parts for part in some))


Literal: TypeAlias = Number | Text | Boolean | Moment
Value: TypeAlias = Literal | Numbers | Column | Special | Score
"""Parts without parts."""
Node: TypeAlias = (
    Value | Call | Negative | Computation | Comparison | Membership | Missing | Not | And | Or
)


def parts_of(node: Node) -> tuple[Node, ...]:
    """Return what a part is made of, in the order of the text; lists of values are not told.

    >>> parts_of(Not(operand=Column(name="new")))
    (Column(name='new'),)
    """
    match node:
        case Call():
            return node.arguments
        case Computation():
            return (node.left, node.right)
        case Comparison() | And() | Or():
            return node.operands
        case Negative() | Membership() | Missing() | Not():
            return (node.operand,)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Return a part and all that it is made of, whole before parts, without recursion.

    >>> [type(part).__name__ for part in walk(Not(operand=Column(name="new")))]
    ['Not', 'Column']
    """
    waiting = [node]
    while waiting:
        part = waiting.pop()
        yield part
        waiting.extend(reversed(parts_of(part)))


def depth_of(node: Node) -> int:
    """Return how many parts lie within one another, without recursion.

    >>> depth_of(Not(operand=Column(name="new")))
    2
    """
    deepest, waiting = 0, [(node, 1)]
    while waiting:
        part, level = waiting.pop()
        deepest = max(deepest, level)
        waiting.extend((inner, level + 1) for inner in parts_of(part))
    return deepest
