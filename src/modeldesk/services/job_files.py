"""The files of jobs: what was sent, the parts of the result, and the result itself.

All of a job lies in ``jobs/ID`` below the home folder. A part is on the disk before the
transaction that names it; what no transaction names, nobody reads.
"""

from __future__ import annotations

import io
import os
import shutil
import struct
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from modeldesk.errors import InvalidArgument, StoreUnavailable

_INPUT = "input"
_RESULT = "result.parquet"
_ROWS = 50_000
_ARROW_END = b"\xff\xff\xff\xff\0\0\0\0"


class ResultFormat(StrEnum):
    """What a result can be had as."""

    PARQUET = "parquet"
    CSV = "csv"
    ARROW = "arrow"


class JobFiles:
    """Keeps the files of jobs.

    Parameters
    ----------
    root
        The folder of all of them; made when it is needed.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def make(self, job_id: str) -> Path:
        """Make the folder of a new job, and return where its file goes.

        Raises
        ------
        StoreUnavailable
            When that cannot be written.
        """
        try:
            self._folder(job_id).mkdir(parents=True)
        except OSError as error:
            raise _not_written(self._root, error) from error
        return self.input(job_id)

    def input(self, job_id: str) -> Path:
        """Return where the file is that was sent."""
        return self._folder(job_id) / _INPUT

    def holds(self, job_id: str) -> bool:
        """Whether the file that was sent is here, and not with another server."""
        return self.input(job_id).exists()

    def write_part(self, job_id: str, key: str, rows: pl.DataFrame) -> None:
        """Write a part of the result, onto the disk itself.

        Raises
        ------
        StoreUnavailable
            When it cannot be written.
        """
        part = self._part(job_id, key)
        try:
            rows.write_parquet(part, compression_level=1)
            _flush(part)
        except (OSError, PolarsError) as error:
            raise _not_written(part, error) from error

    def join(self, job_id: str, keys: Sequence[str]) -> None:
        """Make the result of its parts; it appears under its name when it is whole.

        Raises
        ------
        StoreUnavailable
            When it cannot be written.
        """
        result = self._folder(job_id) / _RESULT
        partial = result.with_suffix(".partial")
        try:
            parts = pl.scan_parquet([self._part(job_id, key) for key in keys], glob=False)
            parts.sink_parquet(partial, compression_level=1, maintain_order=True)
            _flush(partial)
            partial.replace(result)
            _flush(result.parent)
        except (OSError, PolarsError) as error:
            raise _not_written(result, error) from error

    def tidy(self, job_id: str) -> None:
        """Leave nothing but the result."""
        with suppress(OSError):
            for file in self._folder(job_id).iterdir():
                if file.name != _RESULT:
                    file.unlink()

    def result(self, job_id: str) -> Path | None:
        """Return where the result is, if it is here."""
        found = self._folder(job_id) / _RESULT
        return found if found.is_file() else None

    def remove(self, job_id: str) -> None:
        """Delete all files of a job."""
        shutil.rmtree(self._folder(job_id), ignore_errors=True)

    def older(self, than: datetime) -> tuple[str, ...]:
        """Return the jobs whose folders were made, or changed last, before a time."""
        moment = than.timestamp()
        try:
            folders = list(self._root.iterdir())
            return tuple(found.name for found in folders if found.stat().st_mtime < moment)
        except OSError:
            return ()  # there is none yet, or another process has just deleted one

    def _folder(self, job_id: str) -> Path:
        return self._root / job_id

    def _part(self, job_id: str, key: str) -> Path:
        return self._folder(job_id) / f"part-{key}.parquet"


def result_bytes(path: Path, kind: ResultFormat) -> Iterator[bytes]:
    """Yield a result as a file of some format, in bounded memory.

    Raises
    ------
    InvalidArgument
        When CSV is asked and the model answers lists.
    """
    if kind is ResultFormat.PARQUET:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                yield block
        return
    first = True
    for frame in _frames(path):
        yield (
            _as_csv(frame, first=first)
            if kind is ResultFormat.CSV
            else _as_arrow(frame, first=first)
        )
        first = False
    if kind is ResultFormat.ARROW:
        yield _ARROW_END


def check_format(path: Path, kind: ResultFormat) -> None:
    """Raise what `result_bytes` would, before the first byte."""
    if kind is not ResultFormat.CSV:
        return
    schema = pl.scan_parquet(path, glob=False).collect_schema()
    nested = [name for name, dtype in schema.items() if dtype.is_nested()]
    if nested:
        message = f"CSV cannot hold the lists in {', '.join(nested)}."
        raise InvalidArgument(message, hint="Ask for Parquet or an Arrow stream.")


def _frames(path: Path) -> Iterator[pl.DataFrame]:
    table = pl.scan_parquet(path, glob=False)
    rows = int(table.select(pl.len()).collect().item())
    for start in range(0, rows, _ROWS):
        yield table.slice(start, _ROWS).collect()


def _as_csv(frame: pl.DataFrame, *, first: bool) -> bytes:
    stream = io.BytesIO()
    frame.write_csv(stream, include_header=first)
    return stream.getvalue()


def _as_arrow(frame: pl.DataFrame, *, first: bool) -> bytes:
    """Return the messages of some rows; the schema comes before the first, the end at the end."""
    stream = io.BytesIO()
    frame.write_ipc_stream(stream)
    data = stream.getvalue().removesuffix(_ARROW_END)
    schema = 8 + int(struct.unpack_from("<i", data, 4)[0])
    return data if first else data[schema:]


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _not_written(path: Path, error: Exception) -> StoreUnavailable:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    message = f"{path} cannot be written: {reason.splitlines()[0]}."
    return StoreUnavailable(message, hint="Make room there, or check its rights.")
