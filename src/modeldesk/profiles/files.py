"""Profiling CSV and Parquet files, and folders of them, without reading them as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from modeldesk.errors import InvalidData
from modeldesk.profiles.build import merged
from modeldesk.profiles.delimited import DelimitedReader, declared
from modeldesk.profiles.profile import Profile
from modeldesk.schema import Kind

SUFFIXES = (".csv", ".parquet")

_CELLS = 1 << 22
"""Values that are read from a Parquet file at once; 32 MB of numbers."""
_FEWEST, _MOST = 4096, 131_072
_MISFITS = 0.1
"""Numbers of which more are none were never numbers."""


def profile_file(path: str | Path, *, kinds: Mapping[str, Kind] | None = None) -> Profile:
    r"""Profile a CSV or Parquet file, or all of those in a folder, however large.

    Files are read part by part, in some 300 MB of memory. A Parquet file cannot be read in
    smaller parts than its row groups; those of usual size (a million rows or less) are fine.

    Parameters
    ----------
    path
        A file whose name ends in ``.csv`` or ``.parquet``, or a folder with such files (not
        those in folders within it). The first line of a CSV file names the columns, and commas
        part the values.
    kinds
        Kind of columns by name; the others are inferred from the first rows with values. Columns
        of CSV files whose first rows are numbers but of which more than a tenth of the values
        is none are read once more, as strings.

    Returns
    -------
    Profile
        Of the rows of all files together.

    Raises
    ------
    InvalidData
        When there is no such file, or one cannot be read as a table; the message names it.

    Examples
    --------
    >>> _ = Path("ages.csv").write_text("name,age\nAnna,31\nBen,\n")
    >>> people = profile_file("ages.csv")
    >>> people.rows, people.column("age").missing
    (2, 1)
    """
    paths = _files(Path(path))
    given = dict(kinds or {})
    found = _profiled(paths, given, declared(given))
    texts = {
        column.name: pl.String()
        for column in found.columns
        if column.name not in given
        and column.types.get("string", 0) > _MISFITS * column.present
        and column.kind not in {Kind.CATEGORICAL, Kind.TEXT, Kind.IDENTIFIER}
    }
    if not texts or not any(path.suffix.lower() == ".csv" for path in paths):
        return found
    return _profiled(paths, given, {**declared(given), **texts})


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        paths = sorted(inner for inner in path.iterdir() if inner.suffix.lower() in SUFFIXES)
        if not paths:
            message = f"The folder {path} has no {' or '.join(SUFFIXES)} files."
            raise InvalidData(message, hint="Name the folder that holds the tables.")
        return paths
    if not path.exists():
        message = f"There is no file {path}."
        raise InvalidData(message, hint="Check the spelling and the folder you are in.")
    if path.suffix.lower() not in SUFFIXES:
        message = f"{path} is neither a CSV nor a Parquet file."
        raise InvalidData(message, hint=f"Its name must end in {' or '.join(SUFFIXES)}.")
    return [path]


def _profiled(
    paths: Iterable[Path], kinds: Mapping[str, Kind], types: dict[str, pl.DataType]
) -> Profile:
    return merged(_parts(paths, types), kinds)


def _parts(paths: Iterable[Path], types: dict[str, pl.DataType]) -> Iterator[object]:
    reader = DelimitedReader(types=types)
    for path in paths:
        if path.suffix.lower() == ".csv":
            yield from reader.tables(path)
        else:
            yield from _slices(path)


def _slices(path: Path) -> Iterator[pl.DataFrame]:
    """Yield the rows of a Parquet file in parts.

    Each part is a query of its own: what streams ahead of its reader (`collect_batches`) takes
    twice the memory.
    """
    try:
        table = pl.scan_parquet(path, glob=False)
        width = max(len(table.collect_schema()), 1)
        height = table.select(pl.len()).collect().item()
        step = min(max(_CELLS // width, _FEWEST), _MOST)
        for start in range(0, max(height, 1), step):
            yield table.slice(start, step).collect()
    except (PolarsError, OSError) as error:
        reason = str(error).strip().split("\n", maxsplit=1)[0].rstrip(".")
        message = f"{path} cannot be read as parquet: {reason}."
        raise InvalidData(message, hint="Check that the file is complete.") from error
