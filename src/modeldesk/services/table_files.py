"""Tables as files that people open elsewhere."""

from __future__ import annotations

import io
from enum import StrEnum

import orjson
import polars as pl

_STARTS = r"^[=+\-@\t\r]"
"""A text that begins so is a formula to programs that open CSV files as sheets."""


class FileKind(StrEnum):
    """What a table is written as."""

    CSV = "csv"
    PARQUET = "parquet"


def table_file(frame: pl.DataFrame, kind: FileKind) -> bytes:
    r"""Return a table as a file.

    In CSV lists are written as JSON, and texts that begin like a formula have an apostrophe
    before them: whatever opens the file must not run what somebody sent to a model.

    Parameters
    ----------
    frame
        The rows.
    kind
        What is written.

    Examples
    --------
    >>> table_file(pl.DataFrame({"x": [-1.5], "said": ["=1+1"]}), FileKind.CSV)
    b"x,said\n-1.5,'=1+1\n"
    """
    stream = io.BytesIO()
    if kind is FileKind.PARQUET:
        frame.write_parquet(stream, compression="zstd")
        return stream.getvalue()
    lists = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.List | pl.Array)]
    told = frame.with_columns(
        pl.Series(name, [None if v is None else _json(v) for v in frame[name]], dtype=pl.String)
        for name in lists
    )
    harmless = told.with_columns(
        pl.when(pl.col(name).str.contains(_STARTS))
        .then(pl.concat_str(pl.lit("'"), pl.col(name)))
        .otherwise(pl.col(name))
        .alias(name)
        for name, dtype in told.schema.items()
        if dtype == pl.String and name not in lists
    )
    harmless.rename(_harmless).write_csv(stream)
    return stream.getvalue()


def _harmless(name: str) -> str:
    return f"'{name}" if name[:1] in {"=", "+", "-", "@", "\t", "\r"} else name


def _json(values: pl.Series) -> str:
    return orjson.dumps(values.to_list()).decode()
