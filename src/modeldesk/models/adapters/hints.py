"""Type hints of a function, read as a signature.

A parameter with a plain hint is a feature: ``bool``, ``int``, ``float``, ``str``, ``datetime``,
``date``, ``timedelta``, a ``Literal`` of strings or whole numbers, an ``Enum``. ``X | None`` or a
default make it optional; ``Annotated`` with bounds (``ge``, ``gt``, ``le``, ``lt``, as in
annotated-types, msgspec and Pydantic) tells its usual range.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Callable,
    Generator,
    Iterable,
    Iterator,
)
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from modeldesk.errors import UnsupportedModel
from modeldesk.schema import Column, Example, Kind, Role, Signature

PREDICTION = "prediction"

_KINDS: dict[object, Kind] = {
    bool: Kind.BOOLEAN,
    int: Kind.INTEGER,
    float: Kind.FLOAT,
    str: Kind.TEXT,
    datetime: Kind.DATETIME,
    date: Kind.DATE,
    timedelta: Kind.DURATION,
}
_TYPICAL: dict[Kind, Example] = {
    Kind.BOOLEAN: False,
    Kind.INTEGER: 0,
    Kind.FLOAT: 0.0,
    Kind.TEXT: "text",
    Kind.DATETIME: datetime(2026, 1, 1, tzinfo=UTC).isoformat(),
    Kind.DATE: date(2026, 1, 1).isoformat(),
    Kind.DURATION: 60.0,
}
_STREAMS = (
    Iterator,
    Iterable,
    Generator,
    AsyncIterator,
    AsyncIterable,
    AsyncGenerator,
)
_EXPECTED = "bool, int, float, str, datetime, date, timedelta, Literal or an Enum"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a function that is called with one row."""

    column: Column
    default: bool
    """Whether it has one: then a missing value is left out of the call."""
    enum: type[Enum] | None
    """What its values are turned into."""


def hints_of(function: Callable[..., object]) -> dict[str, Any] | None:
    """Return a function's hints; ``None`` where they name what only a type checker imports."""
    try:
        return get_type_hints(function, include_extras=True)
    except NameError:
        return None


def row_parameters(function: Callable[..., object]) -> tuple[Parameter, ...] | None:
    """Return the parameters of a function of one row; ``None`` for a function of a table.

    Raises
    ------
    UnsupportedModel
        When it has several parameters and the hints do not say what each of them is.
    """
    names = list(inspect.signature(function).parameters.values())
    hints = hints_of(function)
    single = len(names) == 1
    if hints is None or any(parameter.name not in hints for parameter in names):
        if single:
            return None
        raise _unclear(function, "not every parameter has a hint that can be read")
    if not names or any(parameter.kind not in _NAMED for parameter in names):
        raise _unclear(function, "it has no parameters that can be given by name")
    found = [_parameter(parameter, hints[parameter.name]) for parameter in names]
    known = tuple(parameter for parameter in found if parameter is not None)
    if len(known) == len(names):
        return known
    if single:
        return None
    strange = [parameter.name for parameter, told in zip(names, found, strict=True) if not told]
    raise _unclear(function, f"the hint of {', '.join(strange)} is none of {_EXPECTED}")


def declared(function: Callable[..., object], parameters: tuple[Parameter, ...]) -> Signature:
    """Return what the hints say of inputs and of the answer."""
    told = (hints_of(function) or {}).get("return")
    if get_origin(told) in _STREAMS:
        told = get_args(told)[0]
    answer = None if told is None else _described(PREDICTION, told)
    outputs: tuple[Column, ...] = ()
    if answer is not None:
        outputs = (replace(answer[0], role=Role.PREDICTION, optional=False),)
    return Signature(inputs=tuple(parameter.column for parameter in parameters), outputs=outputs)


_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def _unclear(function: Callable[..., object], why: str) -> UnsupportedModel:
    message = f"The parameters of {function.__qualname__} cannot be told: {why}."
    hint = (
        "Take one table, or give each parameter a hint, such as "
        "def risk(age: int, city: Literal['A', 'B'], income: float | None = None) -> float."
    )
    return UnsupportedModel(message, hint=hint)


def _parameter(parameter: inspect.Parameter, hint: object) -> Parameter | None:
    found = _described(parameter.name, hint)
    if found is None:
        return None
    column, enum = found
    given = parameter.default is not inspect.Parameter.empty
    example = column.example
    if given and parameter.default is not None:
        default = parameter.default
        default = default.value if isinstance(default, Enum) else default
        example = _written(default)
    column = replace(column, optional=column.optional or given, example=example)
    return Parameter(column=column, default=given, enum=enum)


def _described(name: str, hint: object) -> tuple[Column, type[Enum] | None] | None:
    """Return the column that a hint describes; ``None`` where it is none of those known."""
    if get_origin(hint) is Annotated:
        inner, *notes = get_args(hint)
        found = _described(name, inner)
        return None if found is None else (_ranged(found[0], notes), found[1])
    if get_origin(hint) in {Union, types.UnionType}:
        some = [part for part in get_args(hint) if part is not type(None)]
        found = _described(name, some[0]) if len(some) == 1 else None
        return None if found is None else (replace(found[0], optional=True), found[1])
    if get_origin(hint) is Literal:
        column = _chosen(name, get_args(hint))
        return None if column is None else (column, None)
    if isinstance(hint, type) and issubclass(hint, Enum):
        column = _chosen(name, tuple(member.value for member in hint))
        return None if column is None else (column, hint)
    kind = _KINDS.get(hint)
    return None if kind is None else (Column(name=name, kind=kind, example=_TYPICAL[kind]), None)


def _chosen(name: str, values: tuple[object, ...]) -> Column | None:
    """Return the column of values that are listed."""
    optional = None in values
    some = [value for value in values if value is not None]
    if some and all(isinstance(value, str) for value in some):
        texts = tuple(str(value) for value in some)
        kind = Kind.CATEGORICAL
        return Column(name=name, kind=kind, optional=optional, categories=texts, example=texts[0])
    whole = [value for value in some if isinstance(value, int) and not isinstance(value, bool)]
    if some and len(whole) == len(some):
        return Column(
            name=name,
            kind=Kind.INTEGER,
            optional=optional,
            low=float(min(whole)),
            high=float(max(whole)),
            example=whole[0],
        )
    return None


def _ranged(column: Column, notes: list[object]) -> Column:
    """Return a number's column with the bounds that stand beside its hint."""
    if not column.kind.numeric:
        return column
    told = [note for given in notes for note in (given, *getattr(given, "metadata", ()))]
    low = _bound(told, "ge", "gt")
    high = _bound(told, "le", "lt")
    if low is None or high is None:
        return replace(column, low=low, high=high, example=_first(low, high, column.example))
    middle = (low + high) / 2
    example = int(middle) if column.kind is Kind.INTEGER else middle
    return replace(column, low=low, high=high, example=example)


def _first(low: float | None, high: float | None, example: Example | None) -> Example | None:
    """Return the bound that there is, where the usual example may lie beyond it."""
    bound = low if low is not None else high
    if bound is None:
        return example
    return int(bound) if isinstance(example, int) else bound


def _bound(notes: list[object], *names: str) -> float | None:
    for note in notes:
        for name in names:
            value = getattr(note, name, None)
            if isinstance(value, int | float):
                return float(value)
    return None


def _written(value: object) -> Example | None:
    """Return a default as a row in JSON would give it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value if isinstance(value, bool | int | float | str) else None
