"""Conditions that tell the rows behind a figure: of a cell, of a class's mistakes, of a segment."""

from __future__ import annotations

from collections.abc import Sequence

from modeldesk.performance.slices import ValueType
from modeldesk.performance.slices.canonical import column_text, text_literal
from modeldesk.performance.slices.fields import field_type
from modeldesk.schema import Column, Signature
from modeldesk.services.segments import MISSING, OTHER, segment_name

_FEW = 1


def cell_condition(
    signature: Signature, truths: Sequence[str], predicted: Sequence[str]
) -> str | None:
    """Return the condition of rows of some classes that were predicted as some.

    Parameters
    ----------
    signature
        Tells what sort of values the classes are.
    truths, predicted
        Classes, spelled as measures spell them; several where they are counted together.

    Examples
    --------
    >>> from modeldesk.schema import Kind, Role
    >>> animal = Column(name="animal", kind=Kind.CATEGORICAL, role=Role.PREDICTION)
    >>> legs = Column(name="legs", kind=Kind.INTEGER)
    >>> signature = Signature(inputs=(legs,), outputs=(animal,))
    >>> cell_condition(signature, ["cat"], ["dog", "cow"])
    'label == "cat" and prediction in ("dog", "cow")'
    """
    column = signature.prediction
    true, said = _one_of("label", column, truths), _one_of("prediction", column, predicted)
    return None if true is None or said is None else f"{true} and {said}"


def said_condition(signature: Signature, name: str) -> str | None:
    """Return the condition of rows that were predicted as a class; ``None`` where none says it."""
    return _one_of("prediction", signature.prediction, [name])


def missed_condition(signature: Signature, name: str) -> str | None:
    """Return the condition of rows of a class that were predicted as another one."""
    literal = _literal(signature.prediction, name)
    return None if literal is None else f"label == {literal} and prediction != {literal}"


def mistaken_condition(signature: Signature, name: str) -> str | None:
    """Return the condition of rows that were predicted as a class and are of another one."""
    literal = _literal(signature.prediction, name)
    return None if literal is None else f"prediction == {literal} and label != {literal}"


def error_condition(low: float | None, high: float | None) -> str:
    """Return the condition of rows whose error lies within a stretch, its end left out.

    >>> error_condition(-2.5, 0.0), error_condition(None, -10.0)
    ('error >= -2.5 and error < 0', 'error < -10')
    """
    ends = [] if low is None else [f"error >= {low:g}"]
    return " and ".join([*ends, *([] if high is None else [f"error < {high:g}"])])


def segment_condition(signature: Signature, segment: str, known: Sequence[str]) -> str | None:
    """Return the condition of the rows of a segment; ``None`` where none says it exactly.

    Parameters
    ----------
    signature
        Has the column by which rows are split.
    segment
        Such as ``country=DE``.
    known
        All segments of the version: rare values are those of none of them.

    Examples
    --------
    >>> from modeldesk.schema import Kind
    >>> signature = Signature(inputs=(Column(name="country", kind=Kind.CATEGORICAL),))
    >>> segment_condition(signature, "country=DE", ["country=DE"])
    'country == "DE"'
    >>> segment_condition(signature, "country=(missing)", [])
    'country is null'
    """
    column = _split_by(signature, segment)
    if column is None:
        return None
    start = segment_name(column.name, "")
    value, name = segment.removeprefix(start), column_text(column.name)
    if value == MISSING:
        return f"{name} is null"
    if value != OTHER:
        return _one_of(name, column, [value])
    others = [each.removeprefix(start) for each in known if each.startswith(start)]
    among = _one_of(name, column, [each for each in others if each not in {MISSING, OTHER}])
    return None if among is None else f"not ({among})"


def _split_by(signature: Signature, segment: str) -> Column | None:
    """Return the column of a segment; of several whose name fits, the longest."""
    fits = [
        column for column in signature.columns if segment.startswith(segment_name(column.name, ""))
    ]
    return max(fits, key=lambda column: len(column.name), default=None)


def _one_of(name: str, column: Column, values: Sequence[str]) -> str | None:
    literals = [_literal(column, value) for value in values]
    told = [literal for literal in literals if literal is not None]
    if not told or len(told) < len(literals):
        return None
    return f"{name} == {told[0]}" if len(told) == _FEW else f"{name} in ({', '.join(told)})"


def _literal(column: Column, value: str) -> str | None:
    """Return a value as conditions write it; ``None`` for times, vectors and what is no number."""
    match field_type(column):
        case ValueType.TEXT:
            return text_literal(value)
        case ValueType.BOOLEAN:
            return value if value in {"true", "false"} else None
        case ValueType.NUMBER:
            return value if _is_number(value) else None
        case _:
            return None


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return value.lstrip("+-")[:1].isdigit()
