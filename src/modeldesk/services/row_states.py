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
    if not predicts_classes(signature):
        return _regression(labels, predictions) if column.kind in _NUMBERS else None
    names = predictions.cast(pl.String)
    if labels.str.starts_with("[").any() or names.str.starts_with("[").any():
        return MultiLabel.of(_lists(labels), _lists(names))
    return Classification.of(labels, predictions, probabilities(rows, signature) or None)


def predicts_classes(signature: Signature) -> bool:
    """Say whether a version predicts classes, by whatever type."""
    column = signature.prediction
    return bool(column.categories or signature.scores or column.kind in _CLASSES)


def predicts_numbers(signature: Signature) -> bool:
    """Say whether a version predicts a number."""
    return not predicts_classes(signature) and signature.prediction.kind in _NUMBERS


def seconds_or_numbers(predictions: pl.Series) -> pl.Series:
    """Return durations as seconds, as labels give them, and anything else as it is."""
    if predictions.dtype == pl.Duration:
        return predictions.dt.total_microseconds() / 1_000_000
    return predictions


def _regression(labels: pl.Series, predictions: pl.Series) -> Regression | None:
    predictions = seconds_or_numbers(predictions)
    if not predictions.dtype.is_numeric():
        return None  # the log keeps hashes of them
    return Regression.of(labels.cast(pl.Float64, strict=False), predictions.cast(pl.Float64))


def probabilities(rows: pl.DataFrame, signature: Signature) -> Mapping[str, pl.Series]:
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
