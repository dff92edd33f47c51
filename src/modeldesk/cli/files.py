"""Reading the tables and profiles that are named on the command line, and writing files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from modeldesk.drift import Sides
from modeldesk.errors import Corrupt, InvalidArgument, InvalidData
from modeldesk.profiles import Profile, profile_file
from modeldesk.schema import Kind

SUFFIXES = (".csv", ".parquet")
PROFILE_SUFFIX = ".mdpf"


def read_profile(path: Path, *, kinds: Mapping[str, Kind] | None = None) -> Profile:
    """Read a stored profile, or a table and sum it up.

    Parameters
    ----------
    path
        A file that ends in `PROFILE_SUFFIX`, or what `read_table` reads.
    kinds
        Kinds of a table's columns; a stored profile keeps its own.

    Raises
    ------
    InvalidData
        When there is no such file, or it holds neither.
    """
    if path.suffix.lower() != PROFILE_SUFFIX or path.is_dir():
        found = profile_file(path, kinds=kinds)
        if not found.columns or not found.rows:
            raise _without_rows(path)
        return found
    try:
        return Profile.decode(path.read_bytes())
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        hint = "Check the spelling and the folder you are in."
        raise InvalidData(message, hint=hint) from error
    except Corrupt as error:
        message = f"{path} is no profile that can be read: {error.message}"
        hint = "Make it anew: modeldesk profile FILE --save PROFILE."
        raise InvalidData(message, hint=hint) from error


def read_profiles(current: Path, reference: Path) -> Sides:
    """Read both sides of a comparison; a table is read with the kinds of the other side.

    Raises
    ------
    InvalidData
        When one of the two cannot be read.
    """
    if current.suffix.lower() == PROFILE_SUFFIX:
        now = read_profile(current)
        return Sides(current=now, reference=read_profile(reference, kinds=_kinds(now)))
    before = read_profile(reference)
    return Sides(current=read_profile(current, kinds=_kinds(before)), reference=before)


def _kinds(found: Profile) -> dict[str, Kind]:
    return {column.name: column.kind for column in found.columns}


def write_file(path: Path, content: bytes) -> None:
    """Write a file, or raise `InvalidArgument` when that is not possible."""
    try:
        path.write_bytes(content)
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}."
        raise InvalidArgument(message, hint="Name a file in a folder that exists.") from error


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
        raise _without_rows(path)
    return frame


def _without_rows(path: Path) -> InvalidData:
    message = f"{path} holds no rows."
    return InvalidData(message, hint="Give a table with a header line and at least one row.")


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
