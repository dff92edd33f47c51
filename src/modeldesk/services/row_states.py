"""Labelled rows of a version become the state that its measures need."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import polars as pl

from modeldesk.performance import Classification, MultiLabel, Regression, State
from modeldesk.schema import Column, Kind, Signature
from modeldesk.services.labelled_rows import LABEL

_CLASSES = {Kind.CATEGORICAL, Kind.TEXT, Kind.BOOLEAN, Kind.IDENTIFIER}
_NUMBERS = {Kind.INTEGER, Kind.FLOAT, Kind.DURATION}
_SLACK = 1e-6
"""Rounding of single precision lets probabilities miss 0 and 1 by so much."""
_EXACT = 2**53
"""Whole floats below are the whole numbers that they look like."""


def is_measured(signature: Signature) -> bool:
    """Whether what a version predicts has measures: times and vectors have none."""
    return _has_classes(signature) or signature.prediction.kind in _NUMBERS


def state_of(rows: pl.DataFrame, signature: Signature) -> State | None:
    """Sum labelled rows up for measures.

    Classes are spelled one way in labels, predictions and scores, whatever type they come as:
    ``true`` and ``false``, and whole floats like whole numbers. Where all predictions are lists of
    classes in JSON, the state is one of lists, and any other label is the only class of its list;
    elsewhere a label that is a list of one class is that class.

    Parameters
    ----------
    rows
        Outputs of the version, and `LABEL`.
    signature
        Tells what the version predicts: classes, by whatever type, or numbers.

    Returns
    -------
    State or None
        ``None`` where predictions have no measure: times and vectors, where the log does not
        keep them, and where none tells whether they are lists.
    """
    column = signature.prediction
    if column.name not in rows.columns or not is_measured(signature):
        return None
    labels, predictions = rows[LABEL], rows[column.name]
    if not _has_classes(signature):
        return _regression(labels, predictions)
    labels, predictions = _spelled(labels, column.kind), _spelled(predictions, column.kind)
    known = predictions.drop_nulls()
    if known.is_empty() and not column.categories:
        return None
    if not known.is_empty() and known.str.starts_with("[").all():
        return MultiLabel.of(_lists(labels), _lists(predictions))
    scores = _probabilities(rows, signature)
    return Classification.of(_single(labels), predictions, scores or None)


def _has_classes(signature: Signature) -> bool:
    column = signature.prediction
    return bool(column.categories or signature.scores or column.kind in _CLASSES)


def _regression(labels: pl.Series, predictions: pl.Series) -> Regression | None:
    if predictions.dtype == pl.Duration:
        predictions = predictions.dt.total_microseconds() / 1_000_000
    if not predictions.dtype.is_numeric():
        return None  # the log keeps hashes of them
    return Regression.of(labels.cast(pl.Float64, strict=False), predictions.cast(pl.Float64))


def _spelled(values: pl.Series, kind: Kind) -> pl.Series:
    """Return classes as text, each spelled one way, however it came.

    >>> _spelled(pl.Series(["1.0", "0.5"]), Kind.FLOAT).to_list()
    ['1', '0.5']
    """
    if kind is Kind.BOOLEAN:
        return values.cast(pl.String).str.to_lowercase()
    if kind is not Kind.FLOAT:
        return values.cast(pl.String)
    numbers = values.cast(pl.Float64, strict=False).fill_nan(None)
    whole = (numbers == numbers.floor()) & (numbers.abs() < _EXACT)
    return pl.select(
        pl.when(whole)
        .then(numbers.cast(pl.Int64, strict=False).cast(pl.String))
        .otherwise(numbers.cast(pl.String))
    ).to_series()


def _probabilities(rows: pl.DataFrame, signature: Signature) -> Mapping[str, pl.Series]:
    """Return the scores by class, which are none where the reference's were no probabilities.

    So all days of a version have the same ones. A score that is none now, or is not kept, is
    missing.
    """
    columns = signature.scores
    if any(column.label is None for column in columns) or not all(map(_is_probability, columns)):
        return {}
    names = _spelled(
        pl.Series([column.label for column in columns], dtype=pl.String), signature.prediction.kind
    )
    return {
        name: _probability(rows, column.name) for name, column in zip(names, columns, strict=True)
    }


def _is_probability(column: Column) -> bool:
    low, high = column.low, column.high
    return (low is None or low >= -_SLACK) and (high is None or high <= 1 + _SLACK)


def _probability(rows: pl.DataFrame, name: str) -> pl.Series:
    if name not in rows.columns or not rows[name].dtype.is_numeric():
        return pl.repeat(None, rows.height, dtype=pl.Float64, eager=True)
    scores = rows[name].cast(pl.Float64).fill_nan(None)
    outside = (scores < -_SLACK) | (scores > 1 + _SLACK)
    return scores.set(outside.fill_null(value=False), None)


def _single(labels: pl.Series) -> pl.Series:
    """Return labels with lists of one class replaced by that class."""
    lists = labels.str.starts_with("[").fill_null(value=False)
    if not lists.any():
        return labels
    found = _lists(labels.filter(lists))
    named = [
        parts[0] if parts and len(parts) == 1 else text
        for text, parts in zip(labels.filter(lists), found, strict=True)
    ]
    return labels.scatter(lists.arg_true(), named)


def _lists(values: pl.Series) -> list[list[str] | None]:
    """Return lists that are written in JSON; anything else is the only class of its list."""

    def read(text: str | None) -> list[str] | None:
        if text is None:
            return None
        try:
            return msgspec.json.decode(text, type=list[str])
        except msgspec.MsgspecError:
            return [text]

    return [read(text) for text in values]
