"""Rows that people look at, wherever they are from: a table, what conditions may say, and roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import polars as pl

from modeldesk.errors import InvalidExpression
from modeldesk.explore import ExploredTable
from modeldesk.performance.slices import (
    Slice,
    SliceSchema,
    Warned,
    check,
    completions,
    evaluate,
    parse,
    unparse,
)
from modeldesk.schema import Kind, Role, Signature
from modeldesk.services.label_columns import LABEL
from modeldesk.services.reading import IDENTIFIER, is_numbered
from modeldesk.services.slice_rows import schema_of, speakable
from modeldesk.services.slice_views import CheckedExpression, WrongExpression
from modeldesk.store import TIME, VersionRecord


class ColumnRole(StrEnum):
    """What a column of an explored table is for."""

    FEATURE = "feature"
    PREDICTION = "prediction"
    SCORE = "score"
    LABEL = "label"
    TIME = "time"
    OTHER = "other"


_ROLES = {
    Role.FEATURE: ColumnRole.FEATURE,
    Role.PREDICTION: ColumnRole.PREDICTION,
    Role.SCORE: ColumnRole.SCORE,
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExploredRows:
    """Rows to look at."""

    table: ExploredTable
    schema: SliceSchema
    """What conditions on the rows may speak of."""
    roles: Mapping[str, ColumnRole]
    """By column."""
    target: str | None
    """The column that the others are compared with; ``None`` where nobody knows one."""
    total: int
    """How many rows there are, of which these are some or all."""
    exact: bool = True
    """Whether ``total`` is known exactly."""
    identifiers: pl.Series | None = None
    """Of the predictions, row by row; ``None`` where the rows are no logged ones."""

    def named(self, role: ColumnRole) -> tuple[str, ...]:
        """Return the columns of a role, in the table's order."""
        return tuple(name for name in self.table.names if self.roles[name] is role)

    def filtered(self, condition: str) -> ExploredRows:
        """Return the rows of which a condition is true; all where it is empty.

        Raises
        ------
        InvalidExpression
            When the condition cannot be read, or does not fit the columns.
        InvalidData
            When a column does not hold what it should.
        """
        if not condition.strip():
            return self
        node = parse(condition)
        check(node, self.schema, text=condition)
        frame = self.table.frame
        (found,) = evaluate([Slice.of("rows", node)], frame, self.schema)
        names = None if self.identifiers is None else self.identifiers.filter(found.mask)
        return replace(self, table=self.table.only(frame.filter(found.mask)), identifiers=names)


def of_version(
    rows: pl.DataFrame, record: VersionRecord, *, total: int, exact: bool
) -> ExploredRows:
    """Return rows of a version for people: its columns under their names, labels as values.

    Parameters
    ----------
    rows
        Inputs and outputs, maybe with `LABEL` and `TIME`, and with what identifies logged rows.
    record
        The version.
    total, exact
        How many rows there are, of which these are some.
    """
    labels = LABEL in rows.columns and rows[LABEL].null_count() < rows.height
    times = TIME in rows.columns
    names = _Names.of(record.signature)
    whole = schema_of(record)
    hidden = {field.column for field in whole.columns}
    shown = [column for column in record.signature.columns if column.name in hidden]
    told = speakable(rows, record).select(
        *([pl.col(TIME).alias(names.time)] if times else []),
        *(column.name for column in shown),
        *([pl.col(LABEL).alias(names.label)] if labels else []),
    )
    known = record.signature.kinds
    kinds = {column.name: known[column.name] for column in shown}
    roles = {column.name: _ROLES[column.role] for column in shown}
    prediction = next((c.name for c in shown if c.role is Role.PREDICTION), None)
    if times:
        kinds[names.time], roles[names.time] = Kind.DATETIME, ColumnRole.TIME
    if labels:
        roles[names.label] = ColumnRole.LABEL
        if prediction is not None:
            kinds[names.label] = kinds[prediction]
    return ExploredRows(
        table=ExploredTable.of(told, kinds=kinds),
        schema=_named(whole, names, labels=labels, times=times),
        roles=roles,
        target=names.label if labels else prediction,
        total=total,
        exact=exact,
        identifiers=rows.select(IDENTIFIER).to_series() if is_numbered(rows) else None,
    )


def of_table(
    frame: pl.DataFrame, signature: Signature, *, total: int, exact: bool = True
) -> ExploredRows:
    """Return rows that came from elsewhere; columns that the model knows are taken for its own.

    The target is the first of the columns ``label``, ``target``, and what the model predicts.

    Parameters
    ----------
    frame
        The rows.
    signature
        Of the model that they are looked at for.
    total, exact
        How many rows there are, of which these are some.

    Raises
    ------
    InvalidData
        When a column cannot be read.
    """
    table = ExploredTable.of(frame)
    known = {column.name: _ROLES[column.role] for column in signature.columns}
    roles = {name: known.get(name, ColumnRole.OTHER) for name in table.names}
    predicted = [c.name for c in signature.outputs if c.role is Role.PREDICTION]
    wanted = [name for name in ("label", "target", *predicted) if name in roles]
    if wanted:
        roles[wanted[0]] = ColumnRole.LABEL
    return ExploredRows(
        table=table,
        schema=SliceSchema.of_types(table.frame.schema),
        roles=roles,
        target=wanted[0] if wanted else None,
        total=total,
        exact=exact,
    )


def checked(
    rows: ExploredRows, condition: str, *, model: str, version: int, cursor: int | None
) -> CheckedExpression:
    """Say what a condition means, how many of the rows it is true of, and what may come next.

    Parameters
    ----------
    rows
        The rows.
    condition
        Maybe unfinished.
    model, version
        Whose rows they are.
    cursor
        How many characters stand before the cursor; ``None``: nothing is offered.
    """
    error, written, matching = None, None, 0
    warned: tuple[Warned, ...] = ()
    try:
        node = parse(condition)
        warned = check(node, rows.schema, text=condition)
        written = unparse(node)
        matching = rows.filtered(condition).table.rows
    except InvalidExpression as wrong:
        error = WrongExpression.of(wrong)
    offered = None if cursor is None else completions(condition, cursor, rows.schema)
    return CheckedExpression(
        model=model,
        version=version,
        expression=written,
        error=error,
        warnings=warned,
        rows=0 if error else rows.table.rows,
        matching=matching,
        completions=offered,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """What times and labels are called beside a model's columns."""

    time: str
    label: str

    @staticmethod
    def of(signature: Signature) -> _Names:
        taken = {column.name for column in signature.columns}
        return _Names(
            time="logged_at" if "time" in taken else "time",
            label="true_label" if "label" in taken else "label",
        )


def _named(schema: SliceSchema, names: _Names, *, labels: bool, times: bool) -> SliceSchema:
    """Return what may be said, with the columns that are there under their names."""
    columns = {LABEL: names.label, TIME: names.time}
    there = {LABEL: labels, TIME: times}
    specials = tuple(
        replace(field, column=columns.get(field.column, field.column))
        for field in schema.specials
        if there.get(field.column, True)
    )
    return replace(schema, specials=specials)
