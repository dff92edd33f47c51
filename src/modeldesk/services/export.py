"""Writing the log as Parquet files in folders per day, anywhere that fsspec reaches."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime

import fsspec
import polars as pl

from modeldesk.errors import Conflict, InvalidArgument, StoreUnavailable
from modeldesk.schema import POLARS_TYPES
from modeldesk.services.labelled_rows import LABEL, LABEL_TIME, labelled
from modeldesk.services.progress import UNSEEN, Progress
from modeldesk.services.reading import IDENTIFIER, numbered
from modeldesk.services.registry import Registry
from modeldesk.store import ROW_ID, SHADOW_OF, TIME, ChunkLog, LabelRecords, VersionRecord

_PART_ROWS = 100_000
"""Rows from which on a day's rows are written as a file."""

_HELD_ROWS = 500_000
"""Rows in memory from which on the fullest day is written."""

_DAY = "modeldesk:day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written."""

    url: str
    rows: int
    files: int
    days: int
    """Folders: days of versions."""
    unreadable: int
    """Rows left out because their chunk is damaged."""


class Export:
    """Writes logged rows to ``model=iris/version=1/day=2026-03-01/part-00000.parquet``.

    Files hold ``prediction_id``, ``version``, ``time``, ``row_id`` and ``shadow_of``, the present
    ``label`` as text and ``label_time`` (unless a column of the model is called so), then the
    inputs and outputs. What the log policy hashes now is text; what it hashed before and no
    longer does is missing where it cannot be told.

    Parameters
    ----------
    registry
        Models and versions.
    log
        The rows; read chunk by chunk.
    labels
        What the true outcomes were.
    """

    def __init__(self, registry: Registry, log: ChunkLog, labels: LabelRecords) -> None:
        self._registry = registry
        self._log = log
        self._labels = labels

    def run(
        self,
        url: str,
        *,
        name: str | None = None,
        version: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        overwrite: bool = False,
        progress: Progress = UNSEEN,
    ) -> Exported:
        """Write the rows of a range.

        Parameters
        ----------
        url
            Folder on this machine, or any fsspec URL such as ``s3://bucket/predictions``.
        name
            The model; ``None``: all models.
        version
            Only this version of it; ``None``: all versions.
        start, end
            Only rows whose time is in the range.
        overwrite
            Whether days that are there already are replaced.
        progress
            Told of the rows that were read.

        Raises
        ------
        NotFound
            When there is no such model or version.
        InvalidArgument
            When the URL is none.
        Conflict
            When a day is there already and is not to be overwritten.
        StoreUnavailable
            When a file cannot be written.
        """
        folder = _Folder(url, overwrite=overwrite)
        records = self._registry.records(name, version)
        ids = [record.version_id for record in records]
        with progress.step("Exporting", self._log.rows(ids, start=start, end=end)) as step:
            for record in records:
                for chunk in self._log.latest([record.version_id], start=start, end=end):
                    told = labelled(numbered(chunk, record.number), self._labels)
                    rows = _table(told, record)
                    folder.hold(record, rows.filter(_within(start, end)))
                    step.advance(rows.height)
                folder.flush()
        return Exported(
            url=url,
            rows=folder.rows,
            files=folder.files,
            days=len(folder.parts),
            unreadable=self._log.damaged(ids),
        )


class _Folder:
    """The target: holds rows per day, and writes them when they are many."""

    def __init__(self, url: str, *, overwrite: bool) -> None:
        try:
            self._files, self._root = fsspec.core.url_to_fs(url)
        except (ValueError, ImportError) as error:
            message = f"{url!r} is no place to write to: {error}."
            raise InvalidArgument(message, hint="Write a folder or a URL like s3://...") from error
        self._overwrite = overwrite
        self._held: dict[str, list[pl.DataFrame]] = {}
        self.parts: dict[str, int] = {}
        self.rows = 0

    @property
    def files(self) -> int:
        """How many files were written."""
        return sum(self.parts.values())

    def hold(self, record: VersionRecord, rows: pl.DataFrame) -> None:
        """Take rows of a version; write what is enough for a file."""
        days = rows.with_columns(pl.col("time").dt.date().alias(_DAY))
        for (day,), some in days.partition_by(_DAY, as_dict=True, include_key=False).items():
            place = _place(record, day)
            self._held.setdefault(place, []).append(some)
            if self._height(place) >= _PART_ROWS:
                self._write(place)
        while sum(map(self._height, self._held)) >= _HELD_ROWS:
            self._write(max(self._held, key=self._height))

    def flush(self) -> None:
        """Write what is held."""
        for place in sorted(self._held):
            self._write(place)

    def _height(self, place: str) -> int:
        return sum(frame.height for frame in self._held[place])

    def _write(self, place: str) -> None:
        rows = pl.concat(self._held.pop(place)).sort("time", "prediction_id")
        data = io.BytesIO()
        rows.write_parquet(data, compression="zstd")
        folder = f"{self._root}/{place}"
        try:
            if place not in self.parts:
                self._begin(folder)
            file = f"{folder}/part-{self.parts.get(place, 0):05}.parquet"
            self._files.pipe_file(file, data.getvalue())
        except OSError as error:
            message = f"{folder} cannot be written: {error}."
            raise StoreUnavailable(message, hint="Check the place and your rights.") from error
        self.parts[place] = self.parts.get(place, 0) + 1
        self.rows += rows.height

    def _begin(self, folder: str) -> None:
        """Make the folder of a day; an earlier export's is replaced or refused."""
        if self._files.exists(folder):
            if not self._overwrite:
                message = f"There is an export in {folder} already."
                raise Conflict(message, hint="Choose another folder, or use --overwrite.")
            self._files.rm(folder, recursive=True)
        self._files.makedirs(folder, exist_ok=True)


def _within(start: datetime | None, end: datetime | None) -> pl.Expr:
    wanted = pl.lit(value=True)
    if start is not None:
        wanted &= pl.col("time") >= start
    if end is not None:
        wanted &= pl.col("time") < end
    return wanted


def _place(record: VersionRecord, day: object) -> str:
    told = day.isoformat() if isinstance(day, date) else ""
    return f"model={record.model}/version={record.number}/day={told}"


def _table(rows: pl.DataFrame, record: VersionRecord) -> pl.DataFrame:
    """Give every chunk of a version the same columns and types."""
    hashed = set(record.policy.hash)
    types = {
        column.name: pl.String() if column.name in hashed else POLARS_TYPES[column.kind]
        for column in record.signature.columns
    }
    labels = {LABEL: "label", LABEL_TIME: "label_time"}
    return rows.select(
        IDENTIFIER,
        pl.lit(record.number, dtype=pl.Int32).alias("version"),
        pl.col(TIME).alias("time"),
        _column(rows, ROW_ID, pl.String()).alias("row_id"),
        _column(rows, SHADOW_OF, pl.String()).alias("shadow_of"),
        *(pl.col(ours).alias(name) for ours, name in labels.items() if name not in types),
        *(_column(rows, name, dtype) for name, dtype in types.items()),
    )


def _column(rows: pl.DataFrame, name: str, dtype: pl.DataType) -> pl.Expr:
    if name not in rows.columns:
        return pl.lit(None, dtype=dtype).alias(name)
    return pl.col(name).cast(dtype, strict=False)
