"""The single conditions of which slices are made: what a column's values suggest."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from modeldesk.performance.slices.clusters import balls
from modeldesk.performance.slices.fields import Field
from modeldesk.performance.slices.functions import ValueType
from modeldesk.performance.slices.nodes import (
    Call,
    Column,
    Comparison,
    Literal,
    Missing,
    Moment,
    Node,
    Not,
    Number,
    Numbers,
    Relation,
    Special,
    Text,
)

Floats = NDArray[np.float64]

_FEW_VALUES = 10
"""Numbers with so few different values are looked at value by value."""
_MOST_CATEGORIES = 40
_BELOW, _ABOVE = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6), (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Shares of the values below which, and from which on, a half-line is looked at ..."""
_BETWEEN = ((0.2, 0.4), (0.4, 0.6), (0.6, 0.8))
"""... and between which a range is."""
_SLACK = 0.01
"""A bound is rounded as long as it moves past no more than this share of the values."""
_HOURS = ((0, 6), (6, 12), (12, 18), (18, 24))
_MOST_MONTHS_APART = 62
"""Months are looked at from so many days on."""
_CLUSTERS = 8
_CLUSTERED = 10_000
_DIGITS = 4
"""Significant digits of a cluster's centre, as it stands in the condition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Atom:
    """One condition on one column."""

    node: Node
    group: str
    """Conditions of one group are not combined with one another."""


def atoms_of(
    operand: Column | Special, field: Field, values: pl.Series, *, random: np.random.Generator
) -> Iterator[Atom]:
    """Yield the conditions that a column's values suggest; of texts only those on their length.

    Parameters
    ----------
    operand
        How conditions name the column.
    field
        What is known of it.
    values
        Its values in the rows that the bounds are taken from, as conditions see them.
    random
        For clusters of vectors.
    """
    name = field.name
    present = values.drop_nulls()
    if 0 < len(present) < len(values):
        yield Atom(node=Missing(operand=operand), group=name)
    match field.type:
        case ValueType.BOOLEAN:
            yield Atom(node=operand, group=name)
            yield Atom(node=Not(operand=operand), group=name)
        case ValueType.NUMBER:
            yield from _numbers(operand, name, present.cast(pl.Float64).to_numpy())
        case ValueType.TEXT if field.kind is not None and field.kind.value == "text":
            counts = present.str.count_matches(r"\S+").cast(pl.Float64).to_numpy()
            words = Call(function="words", arguments=(operand,))
            yield from _numbers(words, f"{name} words", counts)
        case ValueType.TEXT:
            counted = present.value_counts(sort=True, name="times").head(_MOST_CATEGORIES)
            for value in counted.to_series(0).to_list():
                yield Atom(node=_is(operand, Text(value=value)), group=name)
        case ValueType.TIME:
            yield from _times(operand, name, present)
        case ValueType.VECTOR:
            yield from _near(operand, name, present, random)


def _is(operand: Node, value: Literal) -> Node:
    return Comparison(operands=(operand, value), relations=(Relation.EQUAL,))


def _below(operand: Node, bound: Literal) -> Node:
    return Comparison(operands=(operand, bound), relations=(Relation.LESS,))


def _from(operand: Node, bound: Literal) -> Node:
    return Comparison(operands=(operand, bound), relations=(Relation.AT_LEAST,))


def _between(low: Literal, operand: Node, high: Literal) -> Node:
    return Comparison(operands=(low, operand, high), relations=(Relation.AT_MOST, Relation.LESS))


def _numbers(operand: Node, group: str, values: Floats) -> Iterator[Atom]:
    values = np.sort(values[np.isfinite(values)])
    distinct = np.unique(values)
    if len(distinct) < 2:  # noqa: PLR2004 - a constant tells nothing
        return
    nodes: list[Node] = []
    if len(distinct) <= _FEW_VALUES:
        nodes += [_is(operand, Number(value=float(value))) for value in distinct]
        inner = [Number(value=float(value)) for value in distinct[1:-1]]
        nodes += [_below(operand, bound) for bound in inner[1:]]
        nodes += [_from(operand, bound) for bound in inner[:-1]]
        nodes += [_from(operand, inner[-1])] if len(inner) > 1 else []
    else:
        bounds = {share: _round_bound(values, share) for share in {*_BELOW, *_ABOVE}}
        nodes += [_below(operand, bounds[share]) for share in _BELOW]
        nodes += [_from(operand, bounds[share]) for share in _ABOVE]
        nodes += [_between(bounds[low], operand, bounds[high]) for low, high in _BETWEEN]
    yield from (Atom(node=node, group=group) for node in dict.fromkeys(nodes))


def _round_bound(values: Floats, share: float) -> Number:
    """Return a quantile of sorted values with as few digits as change next to nothing."""
    exact = float(np.quantile(values, share))
    low, high = np.quantile(values, [max(0, share - _SLACK), min(1, share + _SLACK)])
    for digits in range(1, 17):
        rounded = float(f"{exact:.{digits}g}")
        if low <= rounded <= high:
            return Number(value=rounded)
    return Number(value=exact)


def _times(operand: Column | Special, name: str, present: pl.Series) -> Iterator[Atom]:
    if present.is_empty():
        return
    for low, high in _HOURS:
        hour = Call(function="hour", arguments=(operand,))
        node = _between(Number(value=low), hour, Number(value=high))
        yield Atom(node=node, group=f"{name} hour")
    weekday = Call(function="weekday", arguments=(operand,))
    for day in range(1, 8):
        yield Atom(node=_is(weekday, Number(value=day)), group=f"{name} weekday")
    yield Atom(node=_from(weekday, Number(value=6)), group=f"{name} weekday")
    seconds = np.sort(present.dt.timestamp("ms").to_numpy() / 1000)
    if seconds[-1] - seconds[0] >= _MOST_MONTHS_APART * 86400:
        month = Call(function="month", arguments=(operand,))
        for number in range(1, 13):
            yield Atom(node=_is(month, Number(value=number)), group=f"{name} month")
    for share in (0.25, 0.5, 0.75):
        bound = _whole_time(seconds, share)
        if bound is not None:
            yield Atom(node=_below(operand, bound), group=name)
            yield Atom(node=_from(operand, bound), group=name)


def _whole_time(seconds: Floats, share: float) -> Moment | None:
    """Return a quantile of sorted times, as a whole day, hour or minute where that is near."""
    exact = float(np.quantile(seconds, share))
    low, high = np.quantile(seconds, [share - _SLACK, share + _SLACK])
    try:
        for unit in (86400, 3600, 60, 1):
            rounded = round(exact / unit) * unit
            if low <= rounded <= high:
                return Moment(value=datetime.fromtimestamp(rounded, UTC))
        return Moment(value=datetime.fromtimestamp(math.floor(exact), UTC))
    except (OverflowError, OSError, ValueError):  # years that Python cannot say
        return None


def _near(
    operand: Column | Special, name: str, present: pl.Series, random: np.random.Generator
) -> Iterator[Atom]:
    lists = present.head(_CLUSTERED)
    sizes = lists.list.len().unique().to_list()
    if len(sizes) != 1 or not sizes[0]:
        return
    vectors = lists.list.to_array(sizes[0]).to_numpy()
    vectors = np.asarray(vectors, dtype=np.float64).reshape(len(lists), sizes[0])
    vectors = vectors[np.isfinite(vectors).all(axis=1)]
    for ball in balls(vectors, number=_CLUSTERS, random=random):
        centre = tuple(float(f"{value:.{_DIGITS}g}") for value in ball.centre)
        far = Call(function="distance", arguments=(operand, Numbers(values=centre)))
        radius = Number(value=float(f"{ball.radius:.{_DIGITS}g}") or 1e-9)
        node = Comparison(operands=(far, radius), relations=(Relation.AT_MOST,))
        yield Atom(node=node, group=name)


def term_atom(operand: Column | Special, name: str, term: str) -> Atom:
    """Return the condition that a text has a word."""
    pattern = Text(value=rf"\b{term}\b")
    node = Call(function="contains", arguments=(operand, pattern))
    return Atom(node=node, group=f"{name} terms")


def groups_of(atoms: Iterable[Atom]) -> NDArray[np.intp]:
    """Return a number for each condition's group, shape ``(conditions,)``."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(atom.group, len(numbers)) for atom in atoms], dtype=np.intp)
