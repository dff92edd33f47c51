"""Labelled rows of a version become the state that its measures need."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import polars as pl

from modeldesk.performance import Classification, MultiLabel, Regression, State
from modeldesk.performance.reading import classes_of
from modeldesk.schema import Column, Kind, Signature
from modeldesk.services.labelled_rows import LABEL

_CLASSES = {Kind.CATEGORICAL, Kind.TEXT, Kind.BOOLEAN, Kind.IDENTIFIER}
_NUMBERS = {Kind.INTEGER, Kind.FLOAT, Kind.DURATION}


def state_of(rows: pl.DataFrame, signature: Signature) -> State | None:
    """Sum labelled rows up for measures.

    Parameters
    ----------
    rows
        Outputs of the version, and `LABEL`.
    signature
        Tells what the version predicts: classes, by whatever type, or numbers. Where labels are
        lists of classes, so are predictions.

    Returns
    -------
    State or None
        ``None`` where predictions have no measure: times and vectors, or where the log does not
        keep them.
    """
    column = signature.prediction
    if column.name not in rows.columns:
        return None
    labels, predictions = rows[LABEL], rows[column.name]
    if predicts_numbers(signature):
        return _regression(labels, predictions)
    if not _predicts_classes(signature):
        return None
    names = predictions.cast(pl.String)
    if _has_lists(labels, names):
        return MultiLabel.of(_lists(labels), _lists(names))
    return Classification.of(labels, predictions, _probabilities(rows, signature) or None)


def predicts_numbers(signature: Signature) -> bool:
    """Whether a version predicts numbers that are no classes."""
    return not _predicts_classes(signature) and signature.prediction.kind in _NUMBERS


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
    if name not in rows.columns:
        return None
    labels, predictions = rows[LABEL], rows[name]
    if predicts_numbers(signature):
        numbers = _numbers(predictions)
        if numbers is None:
            return None
        errors = numbers - labels.cast(pl.Float64, strict=False)
        return errors * errors if squared else errors.abs()
    if not _predicts_classes(signature):
        return None
    names = predictions.cast(pl.String)
    if not _has_lists(labels, names):
        return (labels != classes_of(predictions, "predictions")).cast(pl.Float64)
    pairs = zip(_lists(labels), _lists(names), strict=True)
    wrong = [None if one is None or two is None else set(one) != set(two) for one, two in pairs]
    return pl.Series(wrong, dtype=pl.Boolean).cast(pl.Float64)


def _predicts_classes(signature: Signature) -> bool:
    column = signature.prediction
    return bool(column.categories or signature.scores) or column.kind in _CLASSES


def _has_lists(labels: pl.Series, names: pl.Series) -> bool:
    return bool(labels.str.starts_with("[").any() or names.str.starts_with("[").any())


def _regression(labels: pl.Series, predictions: pl.Series) -> Regression | None:
    numbers = _numbers(predictions)
    if numbers is None:
        return None
    return Regression.of(labels.cast(pl.Float64, strict=False), numbers)


def _numbers(predictions: pl.Series) -> pl.Series | None:
    """Return predicted numbers, durations in seconds; ``None`` where the log keeps hashes."""
    if predictions.dtype == pl.Duration:
        return predictions.dt.total_microseconds() / 1_000_000
    return predictions.cast(pl.Float64) if predictions.dtype.is_numeric() else None


def _probabilities(rows: pl.DataFrame, signature: Signature) -> Mapping[str, pl.Series]:
    """Return the scores by class, which are none where the reference's were no probabilities.

    So all days of a version have the same ones. A score that is none now, or is not kept, is
    missing.
    """
    return {
        column.label: _probability(rows, column.name)
        for column in signature.scores
        if column.label is not None and all(map(_is_probability, signature.scores))
    }


def _is_probability(column: Column) -> bool:
    low, high = column.low, column.high
    return (low is None or low >= 0) and (high is None or high <= 1)


def _probability(rows: pl.DataFrame, name: str) -> pl.Series:
    if name not in rows.columns or not rows[name].dtype.is_numeric():
        return pl.repeat(None, rows.height, dtype=pl.Float64, eager=True)
    scores = rows[name].cast(pl.Float64)
    return scores.set(~scores.is_between(0.0, 1.0), None)


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
