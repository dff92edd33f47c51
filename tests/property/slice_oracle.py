"""The oracle of conditions: they are interpreted slowly, row by row, in Python."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias

from modeldesk.performance.slices import Node, SpecialName
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
    Or,
    Relation,
    Special,
    Text,
)

Cell: TypeAlias = bool | int | float | str | datetime | None


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
