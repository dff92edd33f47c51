"""Which rows are kept of the tables that a version is published with, and how."""

from __future__ import annotations

import io
from enum import StrEnum

import numpy as np
import polars as pl

from modeldesk.errors import Corrupt
from modeldesk.schema import LogPolicy, Signature
from modeldesk.services.label_columns import LABEL
from modeldesk.services.label_values import checked_values, outcome
from modeldesk.store import VersionSample

KEPT_ROWS = 10_000
"""So many rows are kept of each table, unless told."""

_CELLS = 2_000_000
"""Values that are kept of a table: of one with many columns fewer rows are kept."""

_SEED = 0


class SampleSource(StrEnum):
    """Which table of a version rows are of."""

    REFERENCE = "reference"
    TEST = "test"


def with_truth(
    rows: pl.DataFrame, given: pl.DataFrame, signature: Signature, target: str | None
) -> pl.DataFrame:
    """Return a reference's inputs and outputs with its true outcomes, as labels are kept.

    Parameters
    ----------
    rows
        Inputs and outputs.
    given
        The reference as it came, with as many rows.
    signature
        The version's.
    target
        The reference's column with the outcomes; ``None`` where it has none.
    """
    if target is None or target not in given.columns or given.height != rows.height:
        return rows
    checked = checked_values(given[target], outcome([signature.prediction]))
    return rows.with_columns(checked.values.alias(LABEL))


def sample_of(
    source: SampleSource, rows: pl.DataFrame, policy: LogPolicy, *, most: int
) -> VersionSample | None:
    """Return some rows of a table as they are kept, always the same; ``None`` where none are.

    What the model's log policy drops or hashes is not kept, and long texts are cut as in the log.

    Parameters
    ----------
    source
        Which table it is.
    rows
        Inputs, outputs, and maybe `LABEL`.
    policy
        The model's.
    most
        How many rows are kept; 0: none.
    """
    hidden = {*policy.drop, *policy.hash}
    shown = rows.select(name for name in rows.columns if name not in hidden)
    room = min(most, _CELLS // max(shown.width, 1))
    if not room or not shown.height or not shown.width:
        return None
    if shown.height > room:
        chosen = np.random.default_rng(_SEED).choice(shown.height, room, replace=False)
        shown = shown[np.sort(chosen)]
    kept = shown.with_columns(pl.col(pl.String).str.slice(0, policy.max_text_characters))
    stream = io.BytesIO()
    kept.write_parquet(stream, compression="zstd")
    return VersionSample(
        source=source.value, total=rows.height, rows=kept.height, payload=stream.getvalue()
    )


def rows_of(sample: VersionSample) -> pl.DataFrame:
    """Return the rows that are kept.

    Raises
    ------
    Corrupt
        When they cannot be read.
    """
    try:
        return pl.read_parquet(io.BytesIO(sample.payload))
    except (pl.exceptions.PolarsError, OSError) as error:
        message = f"The kept rows of the {sample.source} cannot be read: {error}."
        raise Corrupt(message, hint="Restore a backup, or publish the version again.") from error
