"""Scores, predictions and labels of classification, brought into one shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modeldesk.errors import InvalidArgument
from modeldesk.performance.estimation import axis
from modeldesk.performance.estimation.cells import Codes, Columns, Floats

Values = NDArray[np.generic] | NDArray[np.object_] | Sequence[object]
"""One value a row: class names, or numbers that read like them; ``None`` and NaN are missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a model answered to the rows whose scores and prediction are there.

    Parameters
    ----------
    logits
        Of the scores, one array of shape ``(n,)`` for each view: of the second class of two, or
        of each of many.
    predicted
        The place of the predicted class among the classes, shape ``(n,)``.
    kept
        Which of the rows these are, shape ``(all rows,)``.
    """

    logits: tuple[Floats, ...]
    predicted: Codes
    kept: NDArray[np.bool_]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.predicted.size

    @property
    def missing(self) -> int:
        """How many rows were left out."""
        return self.kept.size - self.predicted.size

    def columns(self, inputs: Columns) -> dict[str, NDArray[np.generic] | NDArray[np.object_]]:
        """Return inputs, scores and prediction as columns that a correction may depend on."""
        whole = bool(self.kept.all())
        found = {name: column if whole else column[self.kept] for name, column in inputs.items()}
        for place, logits in enumerate(self.logits):
            found[score_name(place)] = logits
        found[PREDICTED] = self.predicted.astype(np.float64)
        return found


PREDICTED = "(predicted)"


def score_name(view: int) -> str:
    """Return the name of the column with a view's scores."""
    return f"(score {view})"


def answers(scores: Floats, predicted: Values, classes: Sequence[str]) -> Answers:
    """Return the rows with scores and a prediction.

    Raises
    ------
    InvalidArgument
        When scores are no probabilities, do not fit the classes, or there are not as many
        predictions as scores.
    """
    table = np.asarray(scores, dtype=np.float64)
    table = table.reshape(-1, 1) if table.ndim == 1 else table
    views = 1 if len(classes) == 2 else len(classes)  # noqa: PLR2004
    if views == 1 and table.shape[1] == 2:  # noqa: PLR2004
        table = table[:, 1:]
    if table.ndim != 2 or table.shape[1] != views:  # noqa: PLR2004
        message = f"There are scores of {table.shape[1]} classes; the classes are {len(classes)}."
        raise InvalidArgument(message)
    codes = class_codes(predicted, classes)
    if codes.size != table.shape[0]:
        message = f"There are {table.shape[0]} rows of scores and {codes.size} predictions."
        raise InvalidArgument(message)
    axis.check(table, "The scores")
    kept = np.isfinite(table).all(axis=1) & (codes >= 0)
    if not kept.all():
        table, codes = table[kept], codes[kept]
    logits = tuple(axis.logits(table[:, view]) for view in range(views))
    return Answers(logits=logits, predicted=codes, kept=kept)


def class_codes(values: Values, classes: Sequence[str]) -> Codes:
    """Return the place of each value among the classes, shape ``(n,)``; -1 where it is missing.

    >>> class_codes(["yes", None, "no"], ["no", "yes"]).tolist()
    [1, -1, 0]
    >>> class_codes(np.array([0.0, 1.0, np.nan]), ["0", "1"]).tolist()
    [0, 1, -1]

    Raises
    ------
    InvalidArgument
        When a value is none of the classes.
    """
    column = np.asarray(values)
    if column.dtype.kind in "fiub":
        found, places = np.unique(column.astype(np.float64), return_inverse=True)
        names = [
            None if value != value else _named(float(value), column.dtype.kind)  # noqa: PLR0124
            for value in found
        ]
    else:
        listed = column.tolist()
        order: dict[object, int] = {}
        places = np.array([order.setdefault(value, len(order)) for value in listed], dtype=np.intp)
        names = [None if value is None or value != value else str(value) for value in order]  # noqa: PLR0124
    known = {name: place for place, name in enumerate(classes)}
    unknown = [name for name in names if name is not None and name not in known]
    if unknown:
        shown = ", ".join(repr(name) for name in classes)
        message = f"Unknown class {unknown[0]!r}: known are {shown}."
        raise InvalidArgument(message)
    codes = np.array([-1 if name is None else known[name] for name in names], dtype=np.intp)
    return codes[places.reshape(-1)] if codes.size else np.zeros(0, dtype=np.intp)


def _named(value: float, kind: str) -> str:
    if kind == "b":
        return str(bool(value))
    return str(int(value)) if value.is_integer() else str(value)
