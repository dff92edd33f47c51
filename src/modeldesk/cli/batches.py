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

_ARROW_FILE = b"ARROW1"


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
    with path.open("rb") as file:
        as_file = file.read(len(_ARROW_FILE)) == _ARROW_FILE
    if as_file:
        yield from pl.scan_ipc(path).collect_batches(chunk_size=rows)
    else:
        yield from pl.read_ipc_stream(path).iter_slices(rows)


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
    ".feather": _arrow,
}

SUFFIXES = tuple(_READERS)
