"""A table's rows through a model, slice by slice, so that nobody else waits for all of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass

import polars as pl

from modeldesk.errors import ModelFailed, ModelTimedOut
from modeldesk.services.lanes import Lanes
from modeldesk.store import VersionRecord

LARGEST_SLICE = 8_192

MOST_FAILURES = 100
"""Rows of one job that a model may fail for; with one more, the job fails."""

_SECONDS = 0.1
"""How long a slice should take: requests for the same model wait for it."""
_GROWTH = 4
_TICK_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """What a model made of a table."""

    outputs: pl.DataFrame
    """For the rows that it answered, in order."""
    failed: dict[int, str]
    """For the other rows, by position, what it said."""


class Slices:
    """Predicts tables in slices that grow as long as the model is quick.

    The first has one row: a model may take milliseconds or minutes for a row, and is given up
    when it takes too long.

    Parameters
    ----------
    lanes
        Whose models predict.
    record
        The version.
    meanwhile
        Called again and again while the model works; what it raises ends the work.
    """

    def __init__(self, lanes: Lanes, record: VersionRecord, meanwhile: Callable[[], None]) -> None:
        self._lanes = lanes
        self._record = record
        self._meanwhile = meanwhile
        self._rows = 1
        self._failures = 0

    def predict(self, inputs: pl.DataFrame) -> Predicted:
        """Predict a table.

        A slice that the model fails for is halved until the rows are found that it fails for.

        Raises
        ------
        ModelFailed
            When it failed for more than a hundred rows since this was made.
        ModelTimedOut
            When it did not answer in time.
        Overloaded
            When the server is stopping, or the model hangs again and again.
        """
        outputs: list[pl.DataFrame] = []
        failed: dict[int, str] = {}
        start = 0
        while start < inputs.height:
            part = inputs.slice(start, self._rows)
            began = time.perf_counter()
            try:
                outputs.append(self._outputs(part))
            except ModelTimedOut:
                raise
            except ModelFailed as error:
                self._find(part, start, error, outputs, failed)
            else:
                self._adapt(part.height, time.perf_counter() - began)
            start += part.height
        found = pl.concat(outputs) if outputs else pl.DataFrame()
        return Predicted(outputs=found, failed=failed)

    def _find(
        self,
        part: pl.DataFrame,
        start: int,
        error: ModelFailed,
        outputs: list[pl.DataFrame],
        failed: dict[int, str],
    ) -> None:
        """Find the rows that a model fails for, among some that it failed for together."""
        if part.height == 1:
            self._failures += 1
            if self._failures > MOST_FAILURES:
                message = f"The model failed for {self._failures} rows. {error.message}"
                raise ModelFailed(message, hint=error.hint) from error
            failed[start] = error.message
            return
        half = part.height // 2
        for offset, some in ((0, part.head(half)), (half, part.slice(half))):
            try:
                outputs.append(self._outputs(some))
            except ModelTimedOut:
                raise
            except ModelFailed as again:
                self._find(some, start + offset, again, outputs, failed)

    def _outputs(self, part: pl.DataFrame) -> pl.DataFrame:
        return self._waited(self._lanes.predict(self._record, part))

    def _waited(self, done: Future[pl.DataFrame]) -> pl.DataFrame:
        while True:
            try:
                return done.result(timeout=_TICK_SECONDS)
            except NotYet:
                self._meanwhile()

    def _adapt(self, rows: int, seconds: float) -> None:
        """Make the next slice as large as takes the time that it should, but not at once."""
        wanted = int(rows * _SECONDS / max(seconds, 1e-6))
        self._rows = max(min(wanted, rows * _GROWTH, LARGEST_SLICE), 1)
