"""Logged rows as the arrays that estimates are made from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from modeldesk.performance.estimation import (
    ClassificationEstimator,
    ClassificationWindow,
    Estimator,
    RegressionWindow,
    Unlearned,
    learn_classification,
    learn_regression,
)
from modeldesk.performance.estimation.expected import expected_errors, expected_sizes
from modeldesk.schema import Column, Kind, Signature
from modeldesk.services.labelled_rows import LABEL
from modeldesk.services.row_states import (
    predicts_numbers,
    probabilities,
    seconds_or_numbers,
    single,
    spelled,
)
from modeldesk.store import TIME

_NUMBERS = {Kind.INTEGER, Kind.FLOAT}
_NAMES = {Kind.CATEGORICAL, Kind.BOOLEAN}
_MOST_INPUTS = 50

NEEDED = "estimates need probabilities of classes, or predicted numbers"

Array = NDArray[Any]


def learn(rows: pl.DataFrame, signature: Signature) -> Estimator | Unlearned:
    """Learn from labelled rows, in the order in which they were predicted.

    Parameters
    ----------
    rows
        Inputs and outputs, and `LABEL`.
    signature
        Tells what they are; numbers, classes and truths are the inputs that count.
    """
    columns = {
        column.name: _input(rows, column.name, column.kind in _NUMBERS)
        for column in _inputs(signature)
        if _usable(rows, column)
    }
    labels = rows[LABEL]
    classes = classes_of(signature)
    if classes is None:
        if not is_estimable(signature):
            return Unlearned(reason="Not defined, because the model gives no probabilities.")
        return learn_regression(_predicted(rows, signature), _numbers(labels), columns=columns)
    return learn_classification(
        _scores(rows, signature, classes),
        _classes(rows, signature, classes),
        _known(single(spelled(labels, signature.prediction.kind)), classes),
        classes=classes,
        columns=columns,
    )


def condense(
    rows: pl.DataFrame, signature: Signature, estimator: Estimator
) -> ClassificationWindow | RegressionWindow:
    """Return what rows say to an estimator; an input that the log has no more is missing."""
    columns = {
        scale: _input(rows, scale, numeric) for scale, numeric in _wanted(estimator, signature)
    }
    if isinstance(estimator, ClassificationEstimator):
        classes = estimator.classes
        return estimator.condense(
            _scores(rows, signature, classes), _classes(rows, signature, classes), columns
        )
    return estimator.condense(_predicted(rows, signature), columns)


def expected_losses(
    rows: pl.DataFrame, signature: Signature, estimator: Estimator, *, squared: bool
) -> pl.Series:
    """Return how wrong each row probably is; null where a score or the prediction is missing.

    Parameters
    ----------
    rows, signature
        As for `condense`.
    estimator
        What was learned from labelled rows.
    squared
        Of numbers, whether the square of the error is meant instead of its size.

    Returns
    -------
    polars.Series
        Of classes the chance that the prediction is not the label.
    """
    columns = {
        scale: _input(rows, scale, numeric) for scale, numeric in _wanted(estimator, signature)
    }
    if isinstance(estimator, ClassificationEstimator):
        scores = _scores(rows, signature, estimator.classes)
        predicted = _classes(rows, signature, estimator.classes)
        found = expected_errors(estimator, scores, predicted, columns, windows=_days(rows))
    else:
        found = expected_sizes(estimator, _predicted(rows, signature), columns, squared=squared)
    return pl.Series(found).fill_nan(None)


def _days(rows: pl.DataFrame) -> NDArray[np.intp] | None:
    """Return the day of each row, numbered from 0 on: estimates are of days."""
    if TIME not in rows.columns:
        return None
    return rows[TIME].dt.date().rank("dense").to_numpy().astype(np.intp) - 1


def is_estimable(signature: Signature) -> bool:
    """Whether performance can be estimated: of probabilities, and of numbers."""
    return bool(classes_of(signature)) or predicts_numbers(signature)


def classes_of(signature: Signature) -> tuple[str, ...] | None:
    """Return the classes whose probabilities a model gives, both of two where it gives one."""
    kind = signature.prediction.kind
    labels = tuple(probabilities(_nothing(signature), signature))
    if len(labels) != 1:
        return labels or None
    known = spelled(pl.Series(signature.prediction.categories, dtype=pl.String), kind)
    others = [name for name in known if name != labels[0]]
    return (others[0], labels[0]) if len(others) == 1 else None


def _nothing(signature: Signature) -> pl.DataFrame:
    return pl.DataFrame(schema={column.name: pl.Float64 for column in signature.scores})


def _inputs(signature: Signature) -> Sequence[Column]:
    return [column for column in signature.inputs if column.kind in _NUMBERS | _NAMES][
        :_MOST_INPUTS
    ]


def _usable(rows: pl.DataFrame, column: Column) -> bool:
    """Whether the log keeps a column as it was."""
    if column.name not in rows.columns:
        return False
    return column.kind in _NAMES or rows[column.name].dtype.is_numeric()


def _wanted(estimator: Estimator, signature: Signature) -> list[tuple[str, bool]]:
    reading = estimator.reading
    if reading is None:
        return []
    names = {cut.name for cut in reading.cuts}
    return [
        (column.name, column.kind in _NUMBERS)
        for column in _inputs(signature)
        if column.name in names
    ]


def _input(rows: pl.DataFrame, name: str, numeric: bool) -> Array:  # noqa: FBT001
    if numeric:
        if name not in rows.columns or not rows[name].dtype.is_numeric():
            return np.full(rows.height, np.nan)
        return _numbers(rows[name])
    if name not in rows.columns:
        return np.full(rows.height, None, dtype=object)
    return np.array(rows[name].cast(pl.String).to_list(), dtype=object)


def _numbers(values: pl.Series) -> Array:
    return values.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()


def _predicted(rows: pl.DataFrame, signature: Signature) -> Array:
    name = signature.prediction.name
    if name not in rows.columns:
        return np.full(rows.height, np.nan)
    numbers = seconds_or_numbers(rows[name])
    return _numbers(numbers) if numbers.dtype.is_numeric() else np.full(rows.height, np.nan)


def _scores(rows: pl.DataFrame, signature: Signature, classes: Sequence[str]) -> Array:
    none = pl.repeat(None, rows.height, dtype=pl.Float64, eager=True)
    by_class = dict.fromkeys(classes, none) | dict(probabilities(rows, signature))
    if len(classes) == 2:  # noqa: PLR2004  # the second of two is enough
        return _bounded(by_class[classes[1]])
    return np.column_stack([_bounded(by_class[name]) for name in classes])


def _bounded(scores: pl.Series) -> Array:
    """Return probabilities without what rounding has put beyond 0 and 1."""
    return _numbers(scores.clip(0, 1))


def _classes(rows: pl.DataFrame, signature: Signature, classes: Sequence[str]) -> Array:
    name = signature.prediction.name
    if name not in rows.columns:
        return np.full(rows.height, None, dtype=object)
    return _known(spelled(rows[name], signature.prediction.kind), classes)


def _known(values: pl.Series, classes: Sequence[str]) -> Array:
    """Return classes without those that a model gives no probabilities of."""
    known = values.set(~values.is_in(pl.Series(classes).implode()), None)
    return np.array(known.to_list(), dtype=object)
