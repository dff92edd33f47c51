"""Reading the log for rows that two versions predicted, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import polars as pl

from modeldesk.schema import present
from modeldesk.services.labelled_rows import LABEL, labelled
from modeldesk.services.pairing import PairedRows
from modeldesk.services.reading import IDENTIFIER, numbered
from modeldesk.services.whole_tables import ROWS_AT_ONCE
from modeldesk.store import SHADOW_OF, TIME, ChunkLog, LabelRecords, VersionRecord

_NAME = "prediction_id"
_INSTANT = timedelta(microseconds=1)


class PairReading:
    """Reads the log for pairs, the latest rows first, some thousand at a time."""

    def __init__(
        self,
        log: ChunkLog,
        labels: LabelRecords,
        start: datetime | None,
        end: datetime | None,
    ) -> None:
        self._log = log
        self._labels = labels
        self._start = start
        self._end = end
        self.cut = False

    def answered(self, record: VersionRecord, most: int) -> Iterator[pl.DataFrame]:
        """Yield answered rows of a version with their names and labels."""
        left = most
        for rows in self._batches([record], shadow=False):
            if rows.height > left:
                self.cut = True
            if left:
                yield self._labelled(rows.head(left))
            left -= min(left, rows.height)
            if self.cut:
                return

    def beside(
        self, records: tuple[VersionRecord, VersionRecord], most: int
    ) -> tuple[dict[int, pl.DataFrame], bool]:
        """Return what each version predicted beside answers, and whether there is more."""
        parts: dict[int, list[pl.DataFrame]] = {record.version_id: [] for record in records}
        left, cut = most, False
        outputs = {
            record.version_id: [column.name for column in record.signature.outputs]
            for record in records
        }
        for version_id, rows in self._chunks(records, shadow=True):
            cut |= rows.height > left
            kept = present(outputs[version_id], rows)
            some = rows.head(left).select(pl.col(SHADOW_OF).alias(_NAME), TIME, *kept)
            parts[version_id].append(some)
            left -= some.height
            if cut:
                break
        return {
            version_id: pl.concat(some, how="diagonal_relaxed").unique(_NAME, keep="first")
            for version_id, some in parts.items()
            if some
        }, cut

    def answered_beside(
        self,
        records: tuple[VersionRecord, VersionRecord],
        beside: Mapping[int, pl.DataFrame],
    ) -> Iterator[PairedRows]:
        """Yield what one version answered with what the other predicted beside it."""
        one, other = records
        if one.version_id == other.version_id:
            return
        for answering, shadowing in ((other, one), (one, other)):
            mate = beside.get(shadowing.version_id)
            if mate is None or not mate.height:
                continue
            reading = PairReading(self._log, self._labels, *_span(mate))
            outputs = [column.name for column in shadowing.signature.outputs]
            renamed = {name: f"beside:{name}" for name in present(outputs, mate)}
            wanted = mate.select(_NAME, *renamed).rename(renamed)
            left = wanted.height
            for rows in reading.batches([answering]):
                named = rows.with_columns(IDENTIFIER)
                both = named.join(wanted, on=_NAME, how="inner", maintain_order="left")
                if both.height:
                    yield self._paired(both, answering, shadowing, renamed, first=one)
                left -= both.height
                if left <= 0:
                    break

    def batches(self, records: Sequence[VersionRecord]) -> Iterator[pl.DataFrame]:
        """Yield answered rows, as they are logged."""
        return self._batches(records, shadow=False)

    def _paired(
        self,
        both: pl.DataFrame,
        answering: VersionRecord,
        shadowing: VersionRecord,
        renamed: Mapping[str, str],
        *,
        first: VersionRecord,
    ) -> PairedRows:
        rows = self._labelled(both)
        inputs = present((column.name for column in answering.signature.inputs), rows)
        mine = rows.select(pl.col(ours).alias(name) for name, ours in renamed.items())
        answered = present((column.name for column in answering.signature.outputs), rows)
        theirs = rows.select(answered)
        judged = shadowing is first
        return PairedRows(
            names=rows[_NAME],
            labels=rows[LABEL],
            inputs=rows.select(inputs),
            one=mine if judged else theirs,
            other=theirs if judged else mine,
        )

    def _batches(self, records: Sequence[VersionRecord], *, shadow: bool) -> Iterator[pl.DataFrame]:
        """Yield rows of many chunks together: some have only one."""
        some: list[pl.DataFrame] = []
        for _, rows in self._chunks(records, shadow=shadow):
            some.append(rows)
            if sum(frame.height for frame in some) >= ROWS_AT_ONCE:
                yield pl.concat(some, how="diagonal_relaxed")
                some = []
        if some:
            yield pl.concat(some, how="diagonal_relaxed")

    def _chunks(
        self, records: Sequence[VersionRecord], *, shadow: bool
    ) -> Iterator[tuple[int, pl.DataFrame]]:
        numbers = {record.version_id: record.number for record in records}
        for chunk in self._log.latest(
            list(numbers), start=self._start, end=self._end, shadow=shadow
        ):
            rows = numbered(chunk, numbers[chunk.version_id])
            if self._start is not None:
                rows = rows.filter(pl.col(TIME) >= self._start)
            if self._end is not None:
                rows = rows.filter(pl.col(TIME) < self._end)
            if rows.height:
                yield chunk.version_id, rows.reverse()

    def _labelled(self, rows: pl.DataFrame) -> pl.DataFrame:
        found = labelled(rows, self._labels)
        return found if _NAME in found.columns else found.with_columns(IDENTIFIER)


def _span(rows: pl.DataFrame) -> tuple[datetime, datetime]:
    """Return the times of rows; a shadow's are those of the rows that were answered."""
    times = rows[TIME].cast(pl.Datetime("us", "UTC"))
    first, last = times.min(), times.max()
    assert isinstance(first, datetime)  # noqa: S101 - there are rows
    assert isinstance(last, datetime)  # noqa: S101
    return first, last + _INSTANT
