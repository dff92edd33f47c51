"""A version that predicts rows once more, beside all traffic: nothing is logged or queued."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from modeldesk.errors import Incompatible, InvalidData, ModelFailed
from modeldesk.models import Model
from modeldesk.schema import Signature
from modeldesk.services.fitting import fitted
from modeldesk.services.outputs import output_frame
from modeldesk.services.tables import POSITION
from modeldesk.services.whole_tables import ROWS_AT_ONCE
from modeldesk.store import VersionRecord

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
    """

    def __init__(self, record: VersionRecord, model: Model) -> None:
        self._record = record
        self._model = model
        self._failures = 0

    def answer(self, rows: pl.DataFrame) -> Answers:
        """Predict the rows that fit; columns that the version does not know are ignored.

        Raises
        ------
        Incompatible
            When the rows lack a column that the version needs.
        ModelFailed
            When the model failed for more than a hundred rows since this was made.
        """
        signature = self._record.signature
        names = [column.name for column in signature.inputs]
        given = rows.select(name for name in names if name in rows.columns)
        try:
            found = fitted(given.with_row_index(POSITION), Signature(inputs=signature.inputs))
        except InvalidData as error:
            message = f"Version {self._record.number} cannot predict these rows. {error.message}"
            raise Incompatible(message, hint=error.hint) from error
        good = found.good
        places: list[pl.Series] = []
        outputs: list[pl.DataFrame] = []
        for part in good.iter_slices(ROWS_AT_ONCE):
            self._predict(part, names, places, outputs)
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
