"""A version that predicts rows once more, beside all traffic: nothing is logged or queued."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from modeldesk.errors import Incompatible, InvalidData, ModelFailed
from modeldesk.models import Model
from modeldesk.schema import Signature, present
from modeldesk.services.fitting import fitted
from modeldesk.services.outputs import output_frame
from modeldesk.services.progress import UNSEEN, Step
from modeldesk.services.tables import POSITION
from modeldesk.services.whole_tables import ROWS_AT_ONCE
from modeldesk.store import VersionRecord

_FIRST_ROWS = 256
_LEAST_ROWS = 16
_QUICK, _SLOW = 0.25, 1.0
"""Seconds: rows are predicted in pieces that take about as long, so that work can be stopped."""

MOST_FAILURES = 100
"""Rows that a model may fail for; with one more, the run fails."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """What a version made of some rows."""

    places: pl.Series
    """Positions of the rows that it answered, in order; the others do not fit, or failed."""
    inputs: pl.DataFrame
    """Those rows as the version takes them."""
    outputs: pl.DataFrame
    """Its outputs for them."""


class Rerun:
    """Predicts rows with a version's model.

    Parameters
    ----------
    record
        The version.
    model
        Its model: another copy than the one that answers requests, so that neither waits for the
        other.
    seconds
        A clock that only goes forward: tells how long rows take.
    """

    def __init__(
        self,
        record: VersionRecord,
        model: Model,
        *,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._record = record
        self._model = model
        self._seconds = seconds
        self._failures = 0
        self._at_once = _FIRST_ROWS

    def answer(self, rows: pl.DataFrame, *, step: Step = UNSEEN) -> Answers:
        """Predict the rows that fit; columns that the version does not know are ignored.

        Parameters
        ----------
        rows
            The rows.
        step
            Is told of each piece that is done; what it raises ends the work.

        Raises
        ------
        Incompatible
            When the rows lack a column that the version needs.
        ModelFailed
            When the model failed for more than a hundred rows since this was made.
        """
        signature = self._record.signature
        names = [column.name for column in signature.inputs]
        given = rows.select(present(names, rows))
        try:
            found = fitted(given.with_row_index(POSITION), Signature(inputs=signature.inputs))
        except InvalidData as error:
            message = f"Version {self._record.number} cannot predict these rows. {error.message}"
            raise Incompatible(message, hint=error.hint) from error
        good = found.good
        places: list[pl.Series] = []
        outputs: list[pl.DataFrame] = []
        done = 0
        while done < good.height:
            part = good.slice(done, self._at_once)
            began = self._seconds()
            self._predict(part, names, places, outputs)
            self._learn(self._seconds() - began)
            done += part.height
            step.advance(part.height)
        step.advance(rows.height - done)  # those that do not fit
        if not outputs:
            return Answers(
                places=pl.Series(POSITION, [], dtype=pl.UInt32),
                inputs=good.select(names).clear(),
                outputs=pl.DataFrame(),
            )
        answered = pl.concat(places)
        return Answers(
            places=answered,
            inputs=good.filter(good[POSITION].is_in(answered.implode())).select(names),
            outputs=pl.concat(outputs),
        )

    def _learn(self, took: float) -> None:
        """Choose how many rows are predicted at once: as many as do not take long."""
        if took < _QUICK:
            self._at_once = min(self._at_once * 2, ROWS_AT_ONCE)
        elif took > _SLOW:
            self._at_once = max(self._at_once // 2, _LEAST_ROWS)

    def _predict(
        self,
        part: pl.DataFrame,
        names: list[str],
        places: list[pl.Series],
        outputs: list[pl.DataFrame],
    ) -> None:
        """Predict some rows; where the model fails, halve them until the row is found."""
        try:
            predicted = self._model.predict(part.select(names))
            outputs.append(output_frame(predicted, self._record.signature))
            places.append(part[POSITION])
        except ModelFailed as error:
            if part.height > 1:
                half = part.height // 2
                self._predict(part.head(half), names, places, outputs)
                self._predict(part.slice(half), names, places, outputs)
                return
            self._failures += 1
            if self._failures > MOST_FAILURES:
                message = f"The model failed for {self._failures} rows. {error.message}"
                raise ModelFailed(message, hint=error.hint) from error
