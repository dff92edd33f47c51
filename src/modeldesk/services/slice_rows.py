"""Conditions on logged rows: what they may speak of, and which rows they are true of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec
import polars as pl

from modeldesk.errors import InvalidArgument, InvalidData, InvalidExpression
from modeldesk.performance.slices import (
    Node,
    Slice,
    SliceSchema,
    SpecialName,
    ValueType,
    check,
    evaluate,
    parse,
)
from modeldesk.schema import LogPolicy, polars_type
from modeldesk.services.labelled_rows import LABEL, labelled
from modeldesk.store import TIME, LabelRecords, VersionRecord

_MOMENT = "%Y-%m-%dT%H:%M:%S%.6fZ"


def schema_of(record: VersionRecord, *, labels: bool = True) -> SliceSchema:
    """Return what conditions on a version's logged rows may speak of.

    Features, outputs, scores, the time and the label; not what its log policy drops or hashes.

    Raises
    ------
    InvalidArgument
        When the signature has names that conditions cannot tell apart.
    """
    whole = SliceSchema.of_signature(record.signature, time=TIME, label=LABEL if labels else None)
    hidden = _hidden(record.policy)
    return replace(
        whole,
        columns=tuple(field for field in whole.columns if field.column not in hidden),
        scores=tuple(field for field in whole.scores if field.column not in hidden),
    )


def why_not(node: Node, record: VersionRecord) -> str | None:
    """Say why a condition cannot be evaluated on a version's rows; ``None`` where it can."""
    try:
        check(node, schema_of(record))
    except InvalidExpression as error:
        return f"{error.problem}. {_why_hidden(error, node, record)}".rstrip()
    except InvalidArgument as error:
        return str(error)
    return None


def fitting(expressions: Mapping[str, str], record: VersionRecord) -> dict[str, Node]:
    """Return the conditions that fit a version, of those that are kept by some name."""
    found: dict[str, Node] = {}
    for name, expression in expressions.items():
        try:
            node = parse(expression)
        except InvalidExpression:  # kept by a program whose language had more words
            continue
        if why_not(node, record) is None:
            found[name] = node
    return found


def needs_labels(node: Node, record: VersionRecord) -> bool:
    """Whether a condition that fits a version speaks of labels, or of what follows from them."""
    try:
        check(node, schema_of(record, labels=False))
    except InvalidExpression:
        return True
    return False


def masks(
    conditions: Mapping[str, Node], rows: pl.DataFrame, record: VersionRecord
) -> dict[str, pl.Series]:
    """Tell which of a version's logged rows each condition is true of.

    Parameters
    ----------
    conditions
        By name; each fits the version: `why_not` says nothing of it.
    rows
        Logged rows with `LABEL`, if a condition speaks of labels.
    record
        The version.

    Returns
    -------
    dict of str to polars.Series
        By name: Boolean, without nulls. A row without a value, because the log kept none or
        only its hash when it was written, belongs to no slice that asks for one.
    """
    if not conditions:
        return {}
    schema = schema_of(record)
    wanted = [Slice.of(f"{place}", node) for place, node in enumerate(conditions.values())]
    found = evaluate(wanted, speakable(rows, record), schema)
    return dict(zip(conditions, (each.mask for each in found), strict=True))


def masks_one_by_one(
    conditions: Mapping[str, Node], rows: pl.DataFrame, record: VersionRecord
) -> dict[str, pl.Series | InvalidData]:
    """Tell the same as `masks`; a condition that fails on the rows does not stop the others.

    Returns
    -------
    dict of str to polars.Series or InvalidData
        By name: which rows it is true of, or why it failed.
    """
    try:
        return dict(masks(conditions, rows, record))
    except InvalidData:
        found: dict[str, pl.Series | InvalidData] = {}
    for name, node in conditions.items():
        try:
            found |= masks({name: node}, rows, record)
        except InvalidData as error:
            found[name] = error
    return found


def tellable(rows: pl.DataFrame, record: VersionRecord) -> pl.DataFrame:
    """Return a chunk's rows without hashes where other values are meant: nobody can read them.

    The log policy may have been another one when they were written. Do this before rows of
    several chunks are put together, or numbers would become texts like the hashes.
    """
    types = {column.name: polars_type(column) for column in record.signature.columns}
    shown, found = schema_of(record).columns, rows.schema
    hashes = [
        field.column
        for field in shown
        if field.type is not ValueType.TEXT and found.get(field.column) == pl.String
    ]
    return rows.with_columns(pl.lit(None, dtype=types[name]).alias(name) for name in hashes)


def speakable(rows: pl.DataFrame, record: VersionRecord) -> pl.DataFrame:
    """Return logged rows as conditions take them: every column there, labels as values."""
    schema = schema_of(record)
    types = {column.name: polars_type(column) for column in record.signature.columns}
    there = frozenset(rows.columns)
    absent = [field.column for field in schema.columns if field.column not in there]
    told = tellable(rows, record).with_columns(
        pl.lit(None, dtype=types[name]).alias(name) for name in absent
    )
    truth = schema.special(SpecialName.LABEL)
    if truth is None:
        return told
    if LABEL not in rows.columns:
        told = told.with_columns(pl.lit(None, dtype=pl.String).alias(LABEL))
    return told.with_columns(_values(told[LABEL], truth.type).alias(LABEL))


class RowCondition:
    """Rows of the log of which all of some conditions are true, of whichever version.

    Parameters
    ----------
    nodes
        The conditions; of a version that one of them does not fit, no row is taken.
    labels
        What the predictions' true outcomes were.
    """

    def __init__(self, nodes: Sequence[Node], labels: LabelRecords) -> None:
        self._named = {f"{place}": node for place, node in enumerate(nodes)}
        self._labels = labels
        self._fits: dict[int, bool] = {}
        self._labelled: dict[int, bool] = {}

    def of(self, rows: pl.DataFrame, record: VersionRecord) -> pl.DataFrame:
        """Return those rows, as they were given, of a version's logged rows."""
        version = record.version_id
        if version not in self._fits:
            nodes = self._named.values()
            self._fits[version] = all(why_not(node, record) is None for node in nodes)
            self._labelled[version] = any(needs_labels(node, record) for node in nodes)
        if not rows.height or not self._fits[version]:
            return rows.clear()
        told = labelled(rows, self._labels) if self._labelled[version] else rows
        kept = pl.repeat(value=True, n=rows.height, dtype=pl.Boolean, eager=True)
        for mask in masks(self._named, told, record).values():
            kept &= mask
        return rows.filter(kept)


def _hidden(policy: LogPolicy) -> frozenset[str]:
    return frozenset((*policy.drop, *policy.hash))


def _why_hidden(error: InvalidExpression, node: Node, record: VersionRecord) -> str:
    """Return the hint; where the log keeps what the condition speaks of no more, that."""
    if not _hidden(record.policy):
        return error.hint
    try:
        check(node, schema_of(replace(record, policy=LogPolicy())))
    except InvalidArgument:
        return error.hint
    names = ", ".join(sorted(_hidden(record.policy)))
    return f"The log keeps no values of: {names}."


def _values(labels: pl.Series, wanted: ValueType) -> pl.Series:
    """Return labels, which are kept as text, as the values that they stand for."""
    match wanted:
        case ValueType.NUMBER:
            whole = labels.cast(pl.Int64, strict=False)
            numbers = labels.cast(pl.Float64, strict=False)
            return whole if whole.null_count() == numbers.null_count() else numbers
        case ValueType.BOOLEAN:
            return labels == "true"
        case ValueType.TIME:
            return labels.str.to_datetime(_MOMENT, time_zone="UTC", strict=False)
        case ValueType.VECTOR:
            lists = [None if text is None else _vector(text) for text in labels]
            return pl.Series(lists, dtype=pl.List(pl.Float64))
        case ValueType.TEXT:
            return labels


def _vector(text: str) -> list[float]:
    return msgspec.json.decode(text, type=list[float])
