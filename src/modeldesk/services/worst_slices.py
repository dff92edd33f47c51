"""The newest rows of a version, and the slices in which it is worst."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from modeldesk.errors import Incompatible, InvalidArgument
from modeldesk.performance.slices import Search, find_slices
from modeldesk.services.labelled_rows import LABEL, labelled
from modeldesk.services.progress import UNSEEN, Step
from modeldesk.services.reading import numbered
from modeldesk.services.row_states import losses_of, predicts_numbers
from modeldesk.services.slice_rows import schema_of, speakable, tellable
from modeldesk.services.slice_views import WorstSlice, WorstSlices
from modeldesk.store import TIME, ChunkLog, LabelRecords, VersionRecord

MOST_ROWS = 100_000
"""So many of the newest labelled rows are looked at, unless told."""

_LARGEST = 1_000_000


class NewestRows:
    """Reads the newest rows of versions, answered ones and those of shadows.

    Parameters
    ----------
    log
        Where the rows are.
    labels
        Where their labels are.
    """

    def __init__(self, log: ChunkLog, labels: LabelRecords) -> None:
        self._log = log
        self.labels = labels

    def any(self, record: VersionRecord, *, most: int, labels: bool) -> pl.DataFrame:
        """Return the rows that were committed last, with `LABEL` if that is asked for."""
        rows = self._read(record, most=most, start=None, end=None, only_labelled=False)
        return labelled(rows, self.labels) if labels and rows.height else rows

    def labelled(
        self,
        record: VersionRecord,
        *,
        most: int,
        start: datetime | None = None,
        end: datetime | None = None,
        step: Step = UNSEEN,
    ) -> pl.DataFrame:
        """Return the labelled rows of a range of time that were committed last, with `LABEL`.

        Raises
        ------
        InvalidArgument
            When fewer than one row or more than a million are asked for.
        """
        if not 1 <= most <= _LARGEST:
            message = f"1 to {_LARGEST:,} rows can be looked at, not {most:,}."
            raise InvalidArgument(message, hint="The newest 100,000 usually tell enough.")
        return self._read(record, most=most, start=start, end=end, only_labelled=True, step=step)

    def _read(
        self,
        record: VersionRecord,
        *,
        most: int,
        start: datetime | None,
        end: datetime | None,
        only_labelled: bool,
        step: Step = UNSEEN,
    ) -> pl.DataFrame:
        wanted = pl.lit(value=True)
        if start is not None:
            wanted &= pl.col(TIME) >= start
        if end is not None:
            wanted &= pl.col(TIME) < end
        found: list[pl.DataFrame] = []
        left = most
        for chunk in self._log.latest([record.version_id], start=start, end=end):
            rows = tellable(numbered(chunk, record.number), record).filter(wanted)
            if only_labelled and rows.height:
                rows = labelled(rows, self.labels).filter(pl.col(LABEL).is_not_null())
            if rows.height:
                found.append(rows.tail(left))
                left -= found[-1].height
            step.advance(found[-1].height if rows.height else 0)
            if not left:
                break
        return pl.concat(found, how="diagonal_relaxed") if found else pl.DataFrame()


def worst_slices(
    rows: pl.DataFrame,
    record: VersionRecord,
    *,
    squared: bool,
    search: Search | None,
    most_rows: int,
    seed: int,
) -> WorstSlices:
    """Look for the slices in which a version is worst.

    Parameters
    ----------
    rows
        Its labelled rows, as `NewestRows.labelled` returns them.
    record
        The version.
    squared
        Of numbers, count the square of the error instead of its size.
    search
        What counts as a slice worth telling.
    most_rows
        How many rows were asked for.
    seed
        Decides which rows are searched.

    Raises
    ------
    Incompatible
        When there is no saying how wrong a prediction is.
    """
    counted = _counted(record, squared=squared)
    if not rows.height:
        return _nothing(record, counted, most_rows)
    losses = losses_of(rows, record.signature, squared=squared)
    if losses is None:
        raise _not_measured(record)
    found = find_slices(
        speakable(rows, record), losses, schema=schema_of(record), settings=search, seed=seed
    )
    oldest = rows[TIME].min()
    return WorstSlices(
        model=record.model,
        version=record.number,
        loss=counted,
        rows=rows.height,
        most_rows=most_rows,
        first_time=oldest if isinstance(oldest, datetime) else None,
        mean_loss=found.mean_loss,
        conditions=found.conditions,
        slices=tuple(map(WorstSlice.of, found.slices)),
        sentence=found.sentence,
    )


def _counted(record: VersionRecord, *, squared: bool) -> str:
    if not predicts_numbers(record.signature):
        return "error"
    return "squared error" if squared else "absolute error"


def _nothing(record: VersionRecord, counted: str, most_rows: int) -> WorstSlices:
    return WorstSlices(
        model=record.model,
        version=record.number,
        loss=counted,
        rows=0,
        most_rows=most_rows,
        first_time=None,
        mean_loss=None,
        conditions=0,
        slices=(),
        sentence="No row is labelled.",
    )


def _not_measured(record: VersionRecord) -> Incompatible:
    message = f"How wrong version {record.number} of {record.model!r} is cannot be said by rows."
    return Incompatible(
        message, hint="Slices are found for models that predict classes or numbers."
    )
