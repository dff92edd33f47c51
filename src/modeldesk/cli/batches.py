"""Reading large tables piece by piece: CSV, Parquet, JSON and Arrow files, or folders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import msgspec
import polars as pl
from polars.exceptions import PolarsError

from modeldesk.errors import InvalidData
from modeldesk.schema import to_frame
from modeldesk.services.row_files import ARROW_START, RowFormat, arrow_format


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some rows of a file."""

    path: Path
    frame: pl.DataFrame


def read_batches(path: Path, *, rows: int) -> Iterator[Batch]:
    """Yield the rows of a file, or of all files of a folder in order of name.

    The values of a CSV file are text: whoever takes them knows what types they should have.

    Parameters
    ----------
    path
        A file that ends in one of `SUFFIXES`, or a folder with such files.
    rows
        Rows of a batch, about.

    Raises
    ------
    InvalidData
        When there is no such file, or it does not hold a table.
    """
    for file in _files(path):
        read = _READERS[file.suffix.lower()]
        try:
            for frame in read(file, rows):
                if frame.height:
                    yield Batch(path=file, frame=frame)
        except (PolarsError, OSError, msgspec.MsgspecError) as error:
            reason = str(error).strip().split("\n", maxsplit=1)[0]
            message = f"{file} cannot be read as {file.suffix[1:]}: {reason}."
            raise InvalidData(message, hint="Check that the file is complete.") from error


def count_rows(path: Path) -> int | None:
    """Return how many rows `read_batches` will yield; ``None`` where counting is like reading.

    CSV files are only searched for line ends, and Parquet and Arrow files say how many they have.
    """
    total = 0
    for file in _files(path):
        count = _COUNTERS.get(file.suffix.lower())
        try:
            if count is None or _is_stream(file):
                return None
            total += int(count(file).select(pl.len()).collect().item())
        except (PolarsError, OSError):
            return None  # reading it will say why
    return total


def _files(path: Path) -> list[Path]:
    if not path.exists():
        message = f"There is no file {path}."
        raise InvalidData(message, hint="Check the spelling and the folder you are in.")
    known = f"{', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"
    if not path.is_dir():
        if path.suffix.lower() not in _READERS:
            message = f"{path} is no table that can be read."
            raise InvalidData(message, hint=f"Its name must end in {known}.")
        return [path]
    found = sorted(file for file in path.iterdir() if file.suffix.lower() in _READERS)
    if not found:
        message = f"The folder {path} has no tables."
        raise InvalidData(message, hint=f"Name the folder that holds {known} files.")
    return found


def _csv(path: Path, rows: int) -> Iterator[pl.DataFrame]:
    if not path.stat().st_size:
        return
    yield from pl.scan_csv(path, infer_schema=False).collect_batches(chunk_size=rows)


def _parquet(path: Path, rows: int) -> Iterator[pl.DataFrame]:
    yield from pl.scan_parquet(path).collect_batches(chunk_size=rows)


def _lines(path: Path, rows: int) -> Iterator[pl.DataFrame]:
    with path.open("rb") as file:
        while lines := [line for line in islice(file, rows) if line.strip()]:
            yield _table(path, [msgspec.json.decode(line) for line in lines])


def _json(path: Path, rows: int) -> Iterator[pl.DataFrame]:
    document = msgspec.json.decode(path.read_bytes())
    yield from _table(path, document).iter_slices(rows)


def _arrow(path: Path, rows: int) -> Iterator[pl.DataFrame]:
    if _is_stream(path):
        yield from pl.read_ipc_stream(path).iter_slices(rows)
    else:
        yield from pl.scan_ipc(path).collect_batches(chunk_size=rows)


def _is_stream(path: Path) -> bool:
    """Tell whether an Arrow file has no directory of its batches."""
    if _READERS[path.suffix.lower()] is not _arrow:
        return False
    with path.open("rb") as file:
        return arrow_format(file.read(len(ARROW_START))) is RowFormat.ARROW_STREAM


def _table(path: Path, document: object) -> pl.DataFrame:
    if not isinstance(document, list) or not all(isinstance(row, dict) for row in document):
        message = f"{path} holds no list of rows."
        raise InvalidData(message, hint='Write a list of objects: [{"age": 31}, {"age": 40}].')
    return to_frame(document) if document else pl.DataFrame()


_READERS: dict[str, Callable[[Path, int], Iterator[pl.DataFrame]]] = {
    ".csv": _csv,
    ".parquet": _parquet,
    ".json": _json,
    ".jsonl": _lines,
    ".ndjson": _lines,
    ".arrow": _arrow,
    ".arrows": _arrow,
    ".feather": _arrow,
}

_COUNTERS: dict[str, Callable[[Path], pl.LazyFrame]] = {
    ".csv": lambda path: pl.scan_csv(path, infer_schema=False),
    ".parquet": pl.scan_parquet,
    ".arrow": pl.scan_ipc,
    ".arrows": pl.scan_ipc,
    ".feather": pl.scan_ipc,
}

SUFFIXES = tuple(_READERS)
