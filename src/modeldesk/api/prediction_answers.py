"""The answer to a request for predictions, read column by column.

What was committed together is answered together: the columns that all these requests read are
turned into Python's values once, and not once for each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import polars as pl

from modeldesk.api.answers import BatchAnswer, PredictionAnswer
from modeldesk.clock import instant
from modeldesk.schema import FewRows, Value, prediction_id
from modeldesk.services.batch import PredictionBatch
from modeldesk.store import ROW_ID, TIME

_FEW = 1024
"""A larger table is rather cut to the rows of one request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """The values that answers are made of, row by row."""

    whole: pl.DataFrame | FewRows
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
        return BatchAnswer(model=batch.model, version=batch.version, predictions=self._rows(batch))

    def _rows(self, batch: PredictionBatch) -> list[PredictionAnswer]:
        if batch.whole.height > _FEW:
            columns, first = _columns(batch, batch.frame), 0
        else:
            columns, first = self._shared(batch), batch.offset
        mine = slice(first, first + batch.rows)
        return [
            {
                "prediction_id": prediction_id(batch.chunk, number),
                "row_id": row_id,
                "time": time,
                "prediction": prediction,
                "probabilities": probabilities,
            }
            for number, row_id, time, prediction, probabilities in zip(
                range(batch.start, batch.start + batch.rows),
                columns.row_ids[mine],
                columns.times[mine],
                columns.predictions[mine],
                columns.probabilities[mine],
                strict=True,
            )
        ]

    def _shared(self, batch: PredictionBatch) -> _Columns:
        last = self._last
        if last is None or last.whole is not batch.whole:
            self._last = last = _columns(batch, batch.whole)
        return last


def _times(times: pl.Series) -> list[datetime]:
    """Return times as Python's, which takes a while for each unless all are alike."""
    alike = times.len() > 1 and times.min() == times.max()
    return [times[0]] * times.len() if alike else times.to_list()


def _columns(batch: PredictionBatch, whole: pl.DataFrame | FewRows) -> _Columns:
    nothing = [None] * whole.height
    scores = batch.signature.scores
    labels = [score.label or score.name for score in scores]
    likely = zip(*(_values(whole, score.name) for score in scores), strict=True)
    if isinstance(whole, FewRows):
        row_ids: Sequence[str | None] = nothing
        times = [instant(cast("int", time)) for time in whole[TIME]]
    else:
        row_ids = whole[ROW_ID].to_list() if ROW_ID in whole.columns else nothing
        times = _times(whole[TIME])
    return _Columns(
        whole=whole,
        row_ids=row_ids,
        times=times,
        predictions=_values(whole, batch.signature.prediction.name),
        probabilities=[dict(zip(labels, row, strict=True)) for row in likely]
        if scores
        else nothing,
    )


def _values(whole: pl.DataFrame | FewRows, name: str) -> Sequence[Value]:
    return whole[name] if isinstance(whole, FewRows) else whole[name].to_list()
