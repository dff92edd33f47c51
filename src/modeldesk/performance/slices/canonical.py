"""The one way to write a condition, and by it the identity of what it means."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import assert_never

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
from modeldesk.performance.slices.tokens import KEYWORDS

_OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGNED, _VALUE = range(8)
"""How tightly things hold together, the loosest first."""
_SUMS = {Arithmetic.ADD, Arithmetic.SUBTRACT}
_RESERVED = KEYWORDS | {name.value for name in SpecialName}
_LANGUAGE = "modeldesk slices 1"
"""Part of every identity: raised when the same text comes to mean something else."""


def unparse(node: Node) -> str:
    """Return the canonical text of a condition, which `parse` reads as the same condition.

    >>> from modeldesk.performance.slices import parse
    >>> unparse(parse("missing(Age)  or(Sex=='F')and not( x<1 )"))
    'Age is null or Sex == "F" and not x < 1'
    """
    return _written(node)


def identity_of(node: Node) -> str:
    """Return a name of what a condition means: equal for equal conditions, 32 hex digits.

    Layout, quotes and superfluous parentheses make no difference. The name is the same on every
    machine and in every process, so what is stored under it can be told from what belongs to
    another definition.

    >>> from modeldesk.performance.slices import parse
    >>> identity_of(parse("Age>60")) == identity_of(parse("(Age > 60.0)"))
    True
    """
    text = f"{_LANGUAGE}\0{unparse(node)}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def column_text(name: str) -> str:
    """Return how a column is written: in backticks where it must be.

    >>> column_text("age"), column_text("petal length"), column_text("label")
    ('age', '`petal length`', '`label`')
    """
    plain = name.isidentifier() and name not in _RESERVED and _same(name)
    return name if plain else f"`{name.replace('`', '``')}`"


def _same(name: str) -> bool:
    """Whether the tokenizer takes the whole name for a name: letters, digits and underscores."""
    return not name[0].isdigit() and all(sign == "_" or sign.isalnum() for sign in name)


def text_literal(value: str) -> str:
    r"""Return text in quotes, with backslashes doubled only where they would mean more.

    >>> print(text_literal('a "b"'), text_literal(r"\d+"), text_literal("a\\"))
    "a \"b\"" "\d+" "a\\"
    """
    found: list[str] = []
    for sign, after in zip(value, f'{value[1:]}"', strict=False):
        if sign == '"' or (sign == "\\" and after in ("\\", '"')):
            found.append("\\")
        found.append(sign)
    return f'"{"".join(found)}"'


def _within(node: Node, level: int) -> str:
    """Write a part, in parentheses where it holds together less tightly than its place asks."""
    text = _written(node)
    return text if _level(node) >= level else f"({text})"


def _level(node: Node) -> int:  # noqa: PLR0911 - one line for each level
    match node:
        case Or():
            return _OR
        case And():
            return _AND
        case Not():
            return _NOT
        case Comparison() | Membership() | Missing():
            return _COMPARISON
        case Computation():
            return _SUM if node.operator in _SUMS else _PRODUCT
        case Negative():
            return _SIGNED
        case _:
            return _VALUE


def _written(node: Node) -> str:  # noqa: PLR0911 - one line for each sort of part
    match node:
        case Or():
            return " or ".join(_within(each, _AND) for each in node.operands)
        case And():
            return " and ".join(_within(each, _NOT) for each in node.operands)
        case Not():
            return f"not {_within(node.operand, _NOT)}"
        case Comparison() | Membership() | Missing():
            return _compared(node)
        case Computation():
            level = _level(node)
            left, right = _within(node.left, level), _within(node.right, level + 1)
            return f"{left} {node.operator.value} {right}"
        case Negative():
            if isinstance(node.operand, Number):
                return f"-({_written(node.operand)})"
            return f"-{_within(node.operand, _SIGNED)}"
        case Call():
            return f"{node.function}({', '.join(_within(each, _OR) for each in node.arguments)})"
        case _:
            return _value(node)


def _compared(node: Comparison | Membership | Missing) -> str:
    match node:
        case Comparison():
            first, *others = (_within(each, _SUM) for each in node.operands)
            pairs = zip(node.relations, others, strict=True)
            return " ".join([first, *(f"{relation.value} {other}" for relation, other in pairs)])
        case Membership():
            values = ", ".join(_value(each) for each in node.values)
            negated = "not " if node.negated else ""
            return f"{_within(node.operand, _SUM)} {negated}in ({values})"
        case Missing():
            return f"{_within(node.operand, _SUM)} is {'not ' if node.negated else ''}null"
        case _:
            assert_never(node)


def _value(node: Number | Text | Boolean | Moment | Numbers | Column | Special | Score) -> str:  # noqa: PLR0911 - one line for each sort of value
    match node:
        case Number():
            return repr(node.value)
        case Text():
            return text_literal(node.value)
        case Boolean():
            return "true" if node.value else "false"
        case Moment():
            return _moment(node.value)
        case Numbers():
            return f"[{', '.join(repr(Number(value=value).value) for value in node.values)}]"
        case Column():
            return column_text(node.name)
        case Special():
            return node.name.value
        case Score():
            return f"score({text_literal(node.label)})"
        case _:
            assert_never(node)


def _moment(value: datetime) -> str:
    plain = value.replace(tzinfo=None)
    if plain == plain.replace(hour=0, minute=0, second=0, microsecond=0):
        return f'date("{plain.date().isoformat()}")'
    return f'datetime("{plain.isoformat()}")'
