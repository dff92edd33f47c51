"""Reading the tables that are named on the command line."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from modeldesk.errors import InvalidData

SUFFIXES = (".csv", ".parquet")


def read_table(path: Path) -> pl.DataFrame:
    """Read a CSV or Parquet file, or all of those in a folder as one table.

    Parameters
    ----------
    path
        A file that ends in one of `SUFFIXES`, or a folder with such files; the files of a
        folder need the same columns.

    Raises
    ------
    InvalidData
        When there is no such file, or it does not hold a table.
    """
    if path.is_dir():
        return _read_folder(path)
    if not path.exists():
        message = f"There is no file {path}."
        raise InvalidData(message, hint="Check the spelling and the folder you are in.")
    frame = _read_file(path)
    if not frame.width or not frame.height:
        message = f"{path} holds no rows."
        raise InvalidData(message, hint="Give a table with a header line and at least one row.")
    return frame


def _read_file(path: Path) -> pl.DataFrame:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        message = f"{path} is neither a CSV nor a Parquet file."
        raise InvalidData(message, hint=f"Its name must end in {' or '.join(SUFFIXES)}.")
    try:
        if suffix == ".csv":
            # Types are told from all rows: a late fraction must not break the file.
            return pl.read_csv(path, infer_schema_length=None, try_parse_dates=True)
        return pl.read_parquet(path)
    except (PolarsError, OSError) as error:
        reason = str(error).strip().split("\n", maxsplit=1)[0]
        message = f"{path} cannot be read as {suffix[1:]}: {reason}."
        raise InvalidData(message, hint="Check that the file is complete.") from error


def _read_folder(folder: Path) -> pl.DataFrame:
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    frames = [frame for path in paths if (frame := _read_file(path)).height]
    if not frames:
        message = f"The folder {folder} has no rows in {' or '.join(SUFFIXES)} files."
        raise InvalidData(message, hint="Name the folder that holds the tables.")
    try:
        return pl.concat(frames, how="vertical_relaxed")
    except PolarsError as error:
        message = f"The tables in {folder} do not have the same columns."
        raise InvalidData(message, hint="Give tables of one kind in one folder.") from error
