"""From what a model answers to typed output columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from modeldesk.errors import ModelFailed
from modeldesk.models import Predicted
from modeldesk.schema import Column, Kind, Role, Signature, Value, infer_columns, polars_type

PREDICTION = "prediction"


def score_name(label: object) -> str:
    """Name of the column with the probability of a class.

    >>> score_name("cat")
    'probability_cat'
    """
    return f"probability_{label}"


def output_columns(
    predicted: Predicted, classes: tuple[bool | int | float | str, ...], *, name: str
) -> tuple[Column, ...]:
    """Infer the output columns of a signature from the answers to the reference rows.

    Parameters
    ----------
    predicted
        Answers to the reference rows.
    classes
        The classifier's labels in the order of its scores; empty for other models.
    name
        Name of the prediction column.
    """
    (seen,) = infer_columns(pl.DataFrame({name: _values(predicted.values)}))
    kind = _answers_kind(seen, classes)
    numeric = kind.numeric
    prediction = Column(
        name=name,
        kind=kind,
        role=Role.PREDICTION,
        low=seen.low if numeric and not classes else None,
        high=seen.high if numeric and not classes else None,
        categories=tuple(str(label) for label in classes) or seen.categories,
        example=seen.example,
    )
    if predicted.scores is None:
        return (prediction,)
    scores = tuple(
        Column(
            name=score_name(label),
            kind=Kind.FLOAT,
            role=Role.SCORE,
            low=0.0,
            high=1.0,
            label=str(label),
        )
        for label in classes
    )
    return (prediction, *scores)


def _answers_kind(seen: Column, classes: tuple[bool | int | float | str, ...]) -> Kind:
    """Return the kind of a model's answers, which name classes or things but never rows."""
    if seen.kind is Kind.IDENTIFIER and seen.whole:
        return Kind.INTEGER
    if seen.kind in {Kind.TEXT, Kind.IDENTIFIER}:
        return Kind.CATEGORICAL if classes else Kind.TEXT
    return seen.kind


def output_frame(predicted: Predicted, signature: Signature) -> pl.DataFrame:
    """Return a model's answers as the signature's output columns.

    Raises
    ------
    ModelFailed
        When the answers do not have the signature's type or number of classes.
    """
    column = signature.prediction
    try:
        values = _values(predicted.values).cast(polars_type(column)).alias(column.name)
    except pl.exceptions.PolarsError as error:
        message = f"The model's answers do not fit {column.name!r}: {error}."
        raise ModelFailed(message, hint=f"Expected {column.expected()} per row.") from error
    series = [values]
    names = [score.name for score in signature.scores]
    if names:
        found = 0 if predicted.scores is None else predicted.scores.shape[1]
        if predicted.scores is None or found != len(names):
            message = f"The model gave {found} scores a row, not {len(names)}."
            raise ModelFailed(message)
        series += [
            pl.Series(name, predicted.scores[:, position]) for position, name in enumerate(names)
        ]
    return pl.DataFrame(series)


def output_values(predicted: Predicted, signature: Signature) -> list[Sequence[Value]] | None:
    """Return a model's answers as plain values, column by column.

    Returns
    -------
    list or None
        ``None`` where they are not plainly right, and `output_frame` has to look.
    """
    column, values, scores = signature.prediction, predicted.values, predicted.scores
    names = signature.scores
    if values.dtype.kind != _KINDS.get(column.kind):
        return None
    if len(names) != (0 if scores is None else scores.shape[1]):
        return None
    found = values.tolist()
    if values.dtype.kind == "U" and not all(map(str.isascii, found)):
        return None
    return [found] if scores is None else [found, *scores.T.tolist()]


_KINDS = {
    Kind.INTEGER: "i",
    Kind.FLOAT: "f",
    Kind.BOOLEAN: "b",
    Kind.CATEGORICAL: "U",
    Kind.TEXT: "U",
}
"""What NumPy calls the types whose values are taken as they are."""


def _values(values: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> pl.Series:
    """Return answers as a series; object arrays hold strings or numbers."""
    return pl.Series(values.tolist() if values.dtype.kind in "OU" else values)
