"""Logged rows as a table that a page can show: what went in, what came out, and what was true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from modeldesk.desk import Desk
from modeldesk.schema import Signature, Value
from modeldesk.services.label_values import value_of
from modeldesk.services.prediction_log import LOOKED_AT
from modeldesk.services.reading import Which
from modeldesk.services.views import PredictionView
from modeldesk.ui.moments import moment_fields
from modeldesk.ui.performance_data import Rows
from modeldesk.ui.wording import NOTHING, brief, plain

ROWS_A_PAGE = 25

MOST_COLUMNS = 60
"""Columns of a table at most; a row by itself shows all of them."""

_FEW = 12
"""Scores and other outputs among them at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRow:
    """A logged row with its label."""

    prediction_id: str
    time: datetime
    values: Mapping[str, Value]
    """Inputs and outputs by column."""
    label: Value
    """The true outcome; ``None`` where it is not known."""
    answered: str
    """The prediction that has the label: of what a shadow predicted, the one that was answered."""

    @staticmethod
    def of(view: PredictionView, signature: Signature) -> ShownRow:
        """Return a prediction that was read by itself."""
        label = next((each.value for each in view.labels), None)
        names = {column.name for column in signature.columns}
        values = {**view.inputs, **view.outputs}
        return ShownRow(
            prediction_id=view.prediction_id,
            time=view.time,
            values={name: value for name, value in values.items() if name in names},
            label=label,
            answered=view.shadow_of or view.prediction_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPage:
    """Some rows, the latest committed first."""

    signature: Signature
    rows: tuple[ShownRow, ...]
    cursor: str | None
    """Where older rows begin; ``None`` where there are none."""
    cut: bool
    """Whether it ends because enough rows were looked at; older ones may fit as well."""

    @staticmethod
    def load(
        desk: Desk, about: Rows, *, slice_name: str, condition: str, cursor: str | None
    ) -> ShownPage:
        """Read the rows of a slice that meet a condition, in the range that the page is about.

        Raises
        ------
        NotFound, InvalidExpression
            When there is no such slice, or the condition cannot be read.
        """
        only = desk.slices.rows(
            about.model,
            slice_name=slice_name or None,
            condition=condition or None,
            version=about.version,
        )
        page = desk.reader.page(
            about.model,
            version=about.version,
            start=about.start,
            end=about.end,
            which=Which.ALL,
            only=only,
            cursor=cursor,
            limit=ROWS_A_PAGE,
            most_read=LOOKED_AT,
        )
        signature = desk.registry.version(about.model, about.version).signature
        return ShownPage(
            signature=signature,
            rows=shown_rows(page.frame, desk.labels.beside(page.frame), signature),
            cursor=page.cursor,
            cut=page.cut,
        )


def shown_rows(
    frame: pl.DataFrame, labels: pl.Series, signature: Signature
) -> tuple[ShownRow, ...]:
    """Return a page of the log with the labels beside it as rows."""
    column = signature.prediction
    there = frozenset(frame.columns)
    names = [each.name for each in signature.columns if each.name in there]
    told = zip(frame.select("prediction_id", "time", "shadow_of").iter_rows(), labels, strict=True)
    values = frame.select(names).iter_rows(named=True)
    return tuple(
        ShownRow(
            prediction_id=name,
            time=time,
            values=row,
            label=None if label is None else value_of(label, column),
            answered=shadow_of or name,
        )
        for ((name, time, shadow_of), label), row in zip(told, values, strict=True)
    )


def columns_of(signature: Signature, *, distances: bool = False) -> list[dict[str, object]]:
    """Return the table's columns: time, prediction, truth, inputs, then scores.

    Names of fields are places, so that no column's name can be mistaken for a path.
    """
    first = [("time", "Time", "left")]
    if distances:
        first = [("distance", "Distance", "right"), *first]
    found = [*first, ("prediction", "Predicted", "left"), ("label", "Truth", "left")]
    found += [(f"c{n}", name, align) for n, (name, align) in enumerate(_others(signature))]
    return [
        {"name": name, "label": label, "field": name, "align": align}
        for name, label, align in found
    ]


def table_rows(
    signature: Signature, rows: Sequence[ShownRow], *, distances: Sequence[float] = ()
) -> list[dict[str, object]]:
    """Return the rows as the table takes them, everything as text."""
    names = [(n, name) for n, (name, _) in enumerate(_others(signature))]
    scores = {column.name for column in signature.scores}
    target = signature.prediction.name
    found: list[dict[str, object]] = []
    for place, row in enumerate(rows):
        said = row.values.get(target)
        cells = {f"c{n}": _cell(row.values.get(name), name in scores) for n, name in names}
        found.append(
            {
                "id": row.prediction_id,
                **moment_fields(row.time),
                "prediction": brief(plain(said)),
                "label": "not known" if row.label is None else brief(plain(row.label)),
                "tone": tone(said, row.label),
                "distance": f"{distances[place]:.3f}" if distances else NOTHING,
                **cells,
            }
        )
    return found


def tone(said: Value, label: Value) -> str:
    """Say how a class was predicted; of numbers, nothing.

    >>> tone("cat", "dog"), tone("cat", "cat"), tone("cat", None), tone(1.5, 1.4)
    ('wrong', 'right', '', '')
    """
    if label is None or isinstance(said, float) or isinstance(label, float):
        return ""
    return "right" if said == label else "wrong"


def _cell(value: Value, score: bool) -> str:  # noqa: FBT001 - of a column
    """Write a value; scores with as many digits each, so that they stand below each other."""
    return f"{value:.4f}" if score and isinstance(value, float) else brief(plain(value))


def _others(signature: Signature) -> list[tuple[str, str]]:
    """Return the columns beside the prediction: inputs, then scores and other outputs."""
    others = [each for each in signature.outputs if each.name != signature.prediction.name]
    columns = [*signature.inputs[: MOST_COLUMNS - len(others[:_FEW])], *others[:_FEW]]
    return [
        (column.name, "right" if column.kind.value in {"integer", "float"} else "left")
        for column in columns
    ]
