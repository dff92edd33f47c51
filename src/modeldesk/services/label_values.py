"""True outcomes as they are kept: checked by what a model predicts, and written as text.

A class is kept as its name, a number in its shortest form that reads back as the same number, a
truth as ``true`` or ``false``, a list as JSON. So every database keeps every label in one column,
exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec
import orjson
import polars as pl

from modeldesk.schema import Column, Kind, Role, Signature, Value
from modeldesk.services.fitting import fitted

LONGEST_LABEL = 10_000
"""Characters of a label."""

_MOST_NAMED = 10
_POSITION = "position"
_VALUE = "value"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedValues:
    """Labels as they are kept, and what is wrong with the others."""

    values: pl.Series
    """As text; null where the label is wrong."""
    reasons: pl.Series
    """What is wrong; null where nothing is."""
    expected: str
    """What would be right, in words."""


def outcome(predicted: Sequence[Column]) -> Column:
    """Return what labels of a model may be: what its versions predict, with all their classes.

    Parameters
    ----------
    predicted
        The prediction columns of the model's versions, the one that decides on the kind first.
    """
    classes = {name: None for column in predicted for name in column.categories}
    first = predicted[0]
    return replace(
        first,
        role=Role.FEATURE,
        optional=False,
        categories=tuple(classes) if first.categories else (),
    )


def checked_values(given: pl.Series, column: Column) -> CheckedValues:
    """Check labels one by one.

    Parameters
    ----------
    given
        The labels as they came: text is read as numbers where numbers are predicted.
    column
        What they may be: see `outcome`.

    Examples
    --------
    >>> column = Column(name="class", kind=Kind.CATEGORICAL, categories=("cat", "dog"))
    >>> found = checked_values(pl.Series(["dog", "cow", None]), column)
    >>> found.values.to_list()
    ['dog', None, None]
    >>> found.reasons.to_list()
    [None, "unknown class 'cow'", 'missing']
    """
    missing = given.is_null()
    if given.dtype.is_float():
        missing |= given.is_nan().fill_null(value=False)
    text = _lists(given) if isinstance(given.dtype, pl.List | pl.Array) else given
    values = _typed(text, column).set(missing, None)
    reasons = _reasons(text, values, missing)
    classes = column.categories if column.kind is not Kind.BOOLEAN else ()
    if classes:
        known = values.is_in(pl.Series(classes, dtype=pl.String).implode())
        known |= _known_lists(values, frozenset(classes)) & ~known
        strange = (values.is_not_null() & ~known).fill_null(value=False)
        told = pl.format("unknown class '{}'", values.str.slice(0, 40).alias("value"))
        reasons = pl.select(
            pl.when(strange).then(told).otherwise(reasons).alias("reason")
        ).to_series()
        values = values.set(strange, None)
    return CheckedValues(values=values, reasons=reasons, expected=_expected(column, classes))


def value_of(text: str, column: Column) -> Value:
    """Return a label as a program reads it: a number, a truth, or text.

    >>> value_of("3.5", Column(name="price", kind=Kind.FLOAT))
    3.5
    """
    match column.kind:
        case Kind.BOOLEAN:
            return text == "true"
        case Kind.INTEGER if not column.categories or text.lstrip("-").isdecimal():
            return int(text)
        case Kind.FLOAT:
            return float(text)
        case Kind.VECTOR:
            return tuple(msgspec.json.decode(text, type=list[float]))
        case _:
            return text


def _typed(given: pl.Series, column: Column) -> pl.Series:
    """Return what fits the kind as text, and null for the rest."""
    frame = pl.DataFrame(
        {_POSITION: pl.int_range(len(given), eager=True), _VALUE: given.alias(_VALUE)}
    )
    wanted = replace(column, name=_VALUE)
    if column.kind is Kind.VECTOR:
        return _vectors(given, column)
    if given.dtype == pl.Null:
        return pl.repeat(None, len(given), dtype=pl.String, eager=True).alias(_VALUE)
    good = fitted(frame, Signature(inputs=(wanted,))).good
    kept = good.select(_POSITION, _text(good[_VALUE]))
    values = frame.select(_POSITION).join(kept, on=_POSITION, how="left", maintain_order="left")[
        _VALUE
    ]
    unusable = (values.str.len_chars() > LONGEST_LABEL) | values.str.contains("\0", literal=True)
    return values.set(unusable.fill_null(value=False), None)


def _text(values: pl.Series) -> pl.Series:
    if values.dtype == pl.Duration:
        return (values.dt.total_microseconds() / 1_000_000).cast(pl.String)
    if isinstance(values.dtype, pl.Datetime):
        return values.dt.to_string("%Y-%m-%dT%H:%M:%S%.6fZ")
    return values.cast(pl.String)


def _lists(given: pl.Series) -> pl.Series:
    """Return lists as JSON: of classes in alphabetical order, each once."""
    return pl.Series(
        given.name,
        [None if value is None else _as_json(value) for value in given.to_list()],
        dtype=pl.String,
    )


def _as_json(value: list[object]) -> str:
    names = all(isinstance(part, str) for part in value)
    return orjson.dumps(sorted(set(value), key=str) if names else value).decode()


def _vectors(given: pl.Series, column: Column) -> pl.Series:
    """Return lists of numbers, all as long as the model's, as JSON."""

    def read(text: object) -> str | None:
        try:
            numbers = msgspec.json.decode(str(text), type=list[float])
        except msgspec.MsgspecError:
            return None
        right = column.dimension in {None, len(numbers)}
        return orjson.dumps(numbers).decode() if right else None

    found = [None if value is None else read(value) for value in given.to_list()]
    return pl.Series(_VALUE, found, dtype=pl.String)


def _known_lists(values: pl.Series, classes: frozenset[str]) -> pl.Series:
    """Say which values are lists of known classes."""

    def known(text: str) -> bool:
        try:
            names = msgspec.json.decode(text, type=list[str])
        except msgspec.MsgspecError:
            return False
        return classes.issuperset(names)

    told = [text is not None and text.startswith("[") and known(text) for text in values]
    return pl.Series(told, dtype=pl.Boolean)


def _reasons(given: pl.Series, values: pl.Series, missing: pl.Series) -> pl.Series:
    wrong = values.is_null() & ~missing
    shown = given.cast(pl.String, strict=False).fill_null("?").str.slice(0, 40)
    told = pl.format("wrong value ('{}')", shown.alias("value"))
    return pl.select(
        pl.when(missing)
        .then(pl.lit("missing"))
        .when(wrong)
        .then(told)
        .otherwise(pl.lit(None, dtype=pl.String))
        .alias("reason")
    ).to_series()


def _expected(column: Column, classes: Sequence[str]) -> str:
    if not classes:
        return replace(column, low=None, high=None).expected()
    named = ", ".join(classes[:_MOST_NAMED])
    more = f" and {len(classes) - _MOST_NAMED} more" if len(classes) > _MOST_NAMED else ""
    return f"a known class: {named}{more}"
