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
    return predicts_classes(signature) or signature.prediction.kind in _NUMBERS


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
    if predicts_numbers(signature):
        return _regression(labels, predictions)
    labels, predictions = spelled(labels, column.kind), spelled(predictions, column.kind)
    if predictions.is_null().all() and not column.categories:
        return None
    if _are_lists(predictions):
        return MultiLabel.of(_lists(labels), _lists(predictions))
    scores = probabilities(rows, signature)
    return Classification.of(single(labels), predictions, scores or None)


def predicts_classes(signature: Signature) -> bool:
    """Whether a version predicts classes, by whatever type."""
    column = signature.prediction
    return bool(column.categories or signature.scores or column.kind in _CLASSES)


def predicts_numbers(signature: Signature) -> bool:
    """Whether a version predicts numbers that are no classes."""
    return not predicts_classes(signature) and signature.prediction.kind in _NUMBERS


def losses_of(rows: pl.DataFrame, signature: Signature, *, squared: bool) -> pl.Series | None:
    """Return how wrong each labelled row is.

    Parameters
    ----------
    rows, signature
        As for `state_of`.
    squared
        Of numbers, whether to take the square of the error instead of its size.

    Returns
    -------
    polars.Series or None
        Of classes 1 where the prediction is not the label and 0 where it is; null where one of
        them is missing. ``None`` where predictions have no measure.
    """
    name = signature.prediction.name
    if name not in rows.columns or not is_measured(signature):
        return None
    labels, predictions = rows[LABEL], rows[name]
    if predicts_numbers(signature):
        numbers = _numbers(predictions)
        if numbers is None:
            return None
        errors = numbers - labels.cast(pl.Float64, strict=False)
        return errors * errors if squared else errors.abs()
    kind = signature.prediction.kind
    labels, predictions = spelled(labels, kind), spelled(predictions, kind)
    if not _are_lists(predictions):
        return (single(labels) != predictions).cast(pl.Float64)
    pairs = zip(_lists(labels), _lists(predictions), strict=True)
    wrong = [None if one is None or two is None else set(one) != set(two) for one, two in pairs]
    return pl.Series(wrong, dtype=pl.Boolean).cast(pl.Float64)


def _are_lists(predictions: pl.Series) -> bool:
    """Whether predictions are lists of classes."""
    known = predictions.drop_nulls()
    return not known.is_empty() and known.str.starts_with("[").all()


def _regression(labels: pl.Series, predictions: pl.Series) -> Regression | None:
    numbers = _numbers(predictions)
    if numbers is None:
        return None
    return Regression.of(labels.cast(pl.Float64, strict=False), numbers)


def _numbers(predictions: pl.Series) -> pl.Series | None:
    """Return predicted numbers, durations in seconds; ``None`` where the log keeps hashes."""
    numbers = seconds_or_numbers(predictions)
    return numbers.cast(pl.Float64) if numbers.dtype.is_numeric() else None


def seconds_or_numbers(predictions: pl.Series) -> pl.Series:
    """Return durations as seconds, as labels give them, and anything else as it is."""
    if predictions.dtype == pl.Duration:
        return predictions.dt.total_microseconds() / 1_000_000
    return predictions


def spelled(values: pl.Series, kind: Kind) -> pl.Series:
    """Return classes as text, each spelled one way, however it came.

    >>> spelled(pl.Series(["1.0", "0.5"]), Kind.FLOAT).to_list()
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


def probabilities(rows: pl.DataFrame, signature: Signature) -> Mapping[str, pl.Series]:
    """Return the scores by class, which are none where the reference's were no probabilities.

    So all days of a version have the same ones. A score that is none now, or is not kept, is
    missing.
    """
    columns = signature.scores
    if any(column.label is None for column in columns) or not all(map(_is_probability, columns)):
        return {}
    names = spelled(
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


def single(labels: pl.Series) -> pl.Series:
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
