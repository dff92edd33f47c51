"""The answer to a request for predictions, read column by column.

What was committed together is answered together: the columns that all these requests read are
turned into Python's values once, and not once for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from modeldesk.api.answers import BatchAnswer, PredictionAnswer
from modeldesk.schema import Value, prediction_id
from modeldesk.services.batch import PredictionBatch
from modeldesk.store import ROW_ID, TIME

_FEW = 1024
"""A larger table is rather cut to the rows of one request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """The values that answers are made of, row by row."""

    frame: pl.DataFrame
    row_ids: Sequence[str | None]
    times: Sequence[datetime]
    predictions: Sequence[Value]
    probabilities: Sequence[Mapping[str, Value] | None]


class Answers:
    """Makes answers; remembers the columns of the commit that it answered last."""

    def __init__(self) -> None:
        self._last: _Columns | None = None

    def batch(self, batch: PredictionBatch) -> BatchAnswer:
        """Return the predictions for all rows of a request."""
        return BatchAnswer(
            model=batch.model, version=batch.version, predictions=tuple(self._rows(batch))
        )

    def _rows(self, batch: PredictionBatch) -> Iterator[PredictionAnswer]:
        if batch.whole.height > _FEW:
            columns, first = _columns(batch, batch.frame), 0
        else:
            columns, first = self._shared(batch), batch.offset
        for position in range(batch.rows):
            place = first + position
            yield PredictionAnswer(
                prediction_id=prediction_id(batch.chunk, batch.start + position),
                row_id=columns.row_ids[place],
                time=columns.times[place],
                prediction=columns.predictions[place],
                probabilities=columns.probabilities[place],
            )

    def _shared(self, batch: PredictionBatch) -> _Columns:
        last = self._last
        if last is None or last.frame is not batch.whole:
            self._last = last = _columns(batch, batch.whole)
        return last


def _columns(batch: PredictionBatch, frame: pl.DataFrame) -> _Columns:
    nothing = [None] * frame.height
    scores = batch.signature.scores
    labels = [score.label or score.name for score in scores]
    likely = zip(*(frame[score.name].to_list() for score in scores), strict=True)
    return _Columns(
        frame=frame,
        row_ids=frame[ROW_ID].to_list() if ROW_ID in frame.columns else nothing,
        times=frame[TIME].to_list(),
        predictions=frame[batch.signature.prediction.name].to_list(),
        probabilities=[dict(zip(labels, row, strict=True)) for row in likely]
        if scores
        else nothing,
    )
