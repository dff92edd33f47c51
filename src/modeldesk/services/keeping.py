"""What of a table goes into the log, and what stays there: a model's policy applied."""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl

from modeldesk.schema import KeepRows, LogPolicy
from modeldesk.store import ROW


def written(frame: pl.DataFrame, policy: LogPolicy) -> pl.DataFrame:
    """Return a table as it may be written: columns dropped or hashed, long texts cut.

    It is always a table of its own. Polars locks a table while it writes it, and takes Python's
    lock meanwhile: whoever reads the same table in another thread can stop both for ever.
    """
    kept = frame.drop(policy.drop, strict=False) if policy.drop else frame
    hashed = [name for name in policy.hash if name in kept.columns]
    cut = [
        name
        for name, dtype in kept.schema.items()
        if dtype == pl.String
        and not name.startswith("modeldesk:")
        and name not in hashed
        and not _all_within(kept[name], policy.max_text_characters)
    ]
    if not hashed and not cut:
        return kept.clone()  # shares the values
    return kept.with_columns(
        *(pl.col(name).str.slice(0, policy.max_text_characters) for name in cut),
        *(_hashed(kept[name], policy.salt) for name in hashed),
    )


def thinned(frame: pl.DataFrame, policy: LogPolicy, key: str) -> pl.DataFrame | None:
    """Return the rows of a profiled chunk that stay, with their positions.

    The choice depends on the chunk's key alone: whoever makes it makes the same.

    Returns
    -------
    polars.DataFrame or None
        ``None`` where all rows stay.
    """
    if policy.rows is KeepRows.ALL:
        return None
    if policy.rows is KeepRows.NONE:
        return frame.clear()
    numbered = frame.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias(ROW))
    seed = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big")
    chosen = np.random.default_rng(seed).random(frame.height) < policy.sample
    return numbered.filter(pl.Series(chosen))


def _all_within(texts: pl.Series, characters: int) -> bool:
    """Whether no text is longer; at a glance where all together are not."""
    if texts.estimated_size() <= characters:
        return True
    longest = texts.str.len_bytes().max()  # no less than its characters
    return not isinstance(longest, int) or longest <= characters


def _hashed(values: pl.Series, salt: str) -> pl.Series:
    def digest(value: object) -> str:
        return hashlib.blake2b(f"{salt}:{value}".encode(), digest_size=16).hexdigest()

    found = [None if value is None else digest(value) for value in values]
    return pl.Series(values.name, found, dtype=pl.String)
