"""The answer to one request: its rows of a committed chunk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec
import polars as pl

from modeldesk.schema import FewRows, Signature, Value, prediction_id, table_of
from modeldesk.services.views import PredictionView
from modeldesk.store import ROW_ID, SHADOW_OF, TIME


class PredictionBatch(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Rows that were predicted and committed together."""

    model: str
    version: int
    signature: Signature
    chunk: str
    """Key of the chunk in the log."""
    start: int
    """Position of the first row in the chunk."""
    rows: int
    whole: pl.DataFrame | FewRows
    """Inputs, outputs and times of the rows, maybe among those of other requests."""
    offset: int
    """Position of the first row in there."""

    @property
    def frame(self) -> pl.DataFrame:
        """Inputs, outputs and times of the rows."""
        return table_of(self.whole).slice(self.offset, self.rows)

    @property
    def predictions(self) -> tuple[PredictionView, ...]:
        """The rows as people read them, in the order of the request."""
        frame = self.frame
        times = frame[TIME]
        return tuple(
            self._view(position, times[position], row)
            for position, row in enumerate(frame.iter_rows(named=True))
        )

    def _view(self, position: int, time: datetime, row: Mapping[str, Value]) -> PredictionView:
        row_id, shadow_of = row.get(ROW_ID), row.get(SHADOW_OF)
        return PredictionView(
            prediction_id=prediction_id(self.chunk, self.start + position),
            model=self.model,
            version=self.version,
            time=time,
            row_id=None if row_id is None else str(row_id),
            inputs={column.name: row.get(column.name) for column in self.signature.inputs},
            outputs={column.name: row.get(column.name) for column in self.signature.outputs},
            shadow_of=None if shadow_of is None else str(shadow_of),
        )
