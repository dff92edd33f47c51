"""The data of a model, for people who look at it: what was logged, and what it was made with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import polars as pl

from modeldesk.clock import Clock
from modeldesk.errors import NotFound
from modeldesk.services.explored_rows import ColumnRole, ExploredRows, checked, of_version
from modeldesk.services.labelled_rows import labelled
from modeldesk.services.other_tables import OtherTables
from modeldesk.services.reading import numbered
from modeldesk.services.registry import Registry
from modeldesk.services.remembering import Remembered
from modeldesk.services.slice_rows import tellable
from modeldesk.services.slice_views import CheckedExpression
from modeldesk.services.version_samples import SampleSource, rows_of
from modeldesk.store import (
    TIME,
    ChunkLog,
    LabelRecords,
    VersionRecord,
    VersionSampleRecords,
)

EXAMPLES = 6
"""So many rows of a reference are shown as examples."""
FEW_ROWS = 20_000
"""So many of the newest logged rows are looked at unless told: they are read at once."""
MOST_ROWS = 100_000
"""So many may be looked at, ..."""
MOST_CELLS = 20_000_000
"""... fewer of a model with more than 200 columns, ..."""
MOST_BYTES = 1 << 28
"""... and fewer where values are long."""

_MEMORY_BYTES = 1 << 28
"""What tables that were looked at last may take together."""

_FRESH_SECONDS = 30
"""So long a table that was read is not read again: labels may have come meanwhile."""


class DataSource(StrEnum):
    """Where rows are from."""

    LOGGED = "logged"
    """The prediction log."""
    REFERENCE = "reference"
    """The table that the version was published with."""
    TEST = "test"
    """The test set that it was published with."""
    OTHER = "other"
    """A table from elsewhere, which a page holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataChoice:
    """Which rows somebody looks at."""

    source: DataSource
    version: int | None = None
    """``None``: the champion."""
    start: datetime | None = None
    end: datetime | None = None
    """Only rows that were logged in this range of time."""
    most: int = FEW_ROWS
    """So many of the newest logged rows, up to `MOST_ROWS`."""
    token: str = ""
    """By which a table from elsewhere is held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceExample:
    """A row of a reference, to start from."""

    inputs: Mapping[str, object]
    said: object
    """What the model says of it."""
    label: object
    """What is true; ``None`` where nobody knows."""


class Exploring:
    """Reads rows of models for looking at them; always bounded, and never from the hot path.

    Parameters
    ----------
    registry
        Versions of the models.
    log
        The predictions.
    labels
        Their labels.
    samples
        Rows of the tables that versions were published with.
    others
        Tables from elsewhere.
    clock
        Tells when what was read is old.
    """

    def __init__(
        self,
        registry: Registry,
        log: ChunkLog,
        labels: LabelRecords,
        samples: VersionSampleRecords,
        others: OtherTables,
        clock: Clock,
    ) -> None:
        self._registry = registry
        self._log = log
        self._labels = labels
        self._samples = samples
        self._others = others
        self._clock = clock
        self._read = Remembered[tuple[object, ...], ExploredRows](_MEMORY_BYTES)

    def sources(self, name: str, version: int | None = None) -> tuple[DataSource, ...]:
        """Return of which sources a version has rows; the log always counts.

        Raises
        ------
        NotFound
            When there is no such model or version.
        """
        record = self._registry.record(name, version)
        kept = self._samples.sources(record.version_id)
        return (DataSource.LOGGED, *(source for source in DataSource if source.value in kept))

    def rows(self, name: str, choice: DataChoice) -> ExploredRows:
        """Return the rows of a source; what was read a moment ago is not read again.

        Parameters
        ----------
        name
            The model.
        choice
            Which rows. Of logged ones the newest, without those of shadows.

        Raises
        ------
        NotFound
            When there is no such model or version, or it has no rows of the source; the hint
            says how there would be some.
        """
        if choice.source is DataSource.OTHER:
            return self._others.rows(name, choice.token)
        record = self._registry.record(name, choice.version)
        if choice.source is DataSource.LOGGED:
            newest = self._log.newest_key([record.version_id])
            moment = int(self._clock.now().timestamp()) // _FRESH_SECONDS
            key: tuple[object, ...] = (record.version_id, choice, newest, moment, record.policy)
        else:
            key = (record.version_id, choice.source, record.policy)
        known = self._read.get(key)
        if known is not None:
            return known
        logged = choice.source is DataSource.LOGGED
        found = self._logged(record, choice) if logged else self._sample(record, choice.source)
        size = int(found.table.frame.estimated_size())
        self._read.put(key, found, weight=size)
        return found

    def examples(self, name: str, *, most: int = EXAMPLES) -> tuple[ReferenceExample, ...]:
        """Return a few rows of the champion's reference, evenly over what the model says of them.

        There are none where no rows are kept, or not all of their inputs.

        Raises
        ------
        NotFound
            When there is no such model.
        """
        signature = self._registry.record(name).signature
        if DataSource.REFERENCE not in self.sources(name):
            return ()
        found = self.rows(name, DataChoice(source=DataSource.REFERENCE))
        frame, said = found.table.frame, signature.prediction.name
        inputs = [column.name for column in signature.inputs]
        if not {*inputs, said} <= {*frame.columns}:
            return ()
        if not frame.schema[said].is_nested():
            frame = frame.sort(said, maintain_order=True)
        count = min(most, frame.height)
        chosen = frame[[(2 * place + 1) * frame.height // (2 * count) for place in range(count)]]
        label = next(iter(found.named(ColumnRole.LABEL)), None)
        return tuple(
            ReferenceExample(
                inputs={column: row[column] for column in inputs},
                said=row[said],
                label=None if label is None else row[label],
            )
            for row in chosen.iter_rows(named=True)
        )

    def check(
        self, name: str, choice: DataChoice, condition: str, *, cursor: int | None = None
    ) -> CheckedExpression:
        """Say what a condition on rows means, and how many of them it is true of.

        Parameters
        ----------
        name, choice
            Which rows.
        condition
            Maybe unfinished.
        cursor
            How many characters stand before the cursor.

        Raises
        ------
        NotFound
            As for `rows`.
        """
        record = self._registry.record(name, choice.version)
        rows = self.rows(name, choice)
        return checked(rows, condition, model=name, version=record.number, cursor=cursor)

    def _logged(self, record: VersionRecord, choice: DataChoice) -> ExploredRows:
        start, end = choice.start, choice.end
        most = min(choice.most, MOST_ROWS, MOST_CELLS // max(len(record.signature.columns), 1))
        wanted = pl.lit(value=True)
        if start is not None:
            wanted &= pl.col(TIME) >= start
        if end is not None:
            wanted &= pl.col(TIME) < end
        found: list[pl.DataFrame] = []
        left, size = most, 0
        for chunk in self._log.latest([record.version_id], start=start, end=end, shadow=False):
            rows = tellable(numbered(chunk, record.number), record).filter(wanted).tail(left)
            if rows.height:
                found.append(rows)
                left -= rows.height
                size += int(rows.estimated_size())
            if not left or size > MOST_BYTES:
                break
        if not found:
            empty = pl.DataFrame(schema={TIME: pl.Datetime("us", "UTC")})
            return of_version(empty, record, total=0, exact=True)
        together = pl.concat(found, how="diagonal_relaxed")
        told = labelled(together, self._labels).sort(TIME, descending=True, maintain_order=True)
        cut = not left or size > MOST_BYTES
        # Chunks at the range's ends hold rows of other times as well: it is about so many.
        there = self._log.rows([record.version_id], start=start, end=end) if cut else told.height
        return of_version(told, record, total=max(there, told.height), exact=not cut)

    def _sample(self, record: VersionRecord, source: DataSource) -> ExploredRows:
        kept = self._samples.of(record.version_id, SampleSource(source.value).value)
        if kept is None:
            raise _nothing_kept(record, source)
        return of_version(rows_of(kept), record, total=kept.total, exact=True)


def _nothing_kept(record: VersionRecord, source: DataSource) -> NotFound:
    version = f"Version {record.number} of {record.model!r}"
    if source is DataSource.TEST and record.test is None:
        message = f"{version} was published without a test set."
        hint = "Give one when you publish: publish(..., test=table, test_label='class')."
        return NotFound(message, hint=hint)
    if source is DataSource.REFERENCE and not record.reference_rows:
        message = f"{version} was published without a reference."
        return NotFound(message, hint="Give the training data when you publish: reference=table.")
    message = f"No rows of the {source.value} of version {record.number} are kept."
    hint = "Publish the version again, with keep_reference_rows above 0, to keep some."
    return NotFound(message, hint=hint)
