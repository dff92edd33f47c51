"""Logged rows with their labels: what is evaluated, and exported."""

from __future__ import annotations

import polars as pl

from modeldesk.services.label_columns import LABEL, LABEL_TIME
from modeldesk.services.reading import IDENTIFIER
from modeldesk.store import SHADOW_OF, LabelRecords, identified

__all__ = ["LABEL", "LABEL_TIME", "labelled"]

_NAME = "prediction_id"
_PLACE = ("chunk_key", "row")


def labelled(rows: pl.DataFrame, records: LabelRecords) -> pl.DataFrame:
    """Return rows with their labels; a row made beside an answered one has the label of that.

    Parameters
    ----------
    rows
        As `reading.numbered` returns them.
    records
        The labels.

    Returns
    -------
    polars.DataFrame
        The same rows in the same order, with `LABEL` and `LABEL_TIME`.
    """
    if SHADOW_OF in rows.columns:
        names = rows.select(pl.coalesce(pl.col(SHADOW_OF), IDENTIFIER).alias(_NAME))[_NAME]
    else:
        names = rows.select(IDENTIFIER)[_NAME]
    places = pl.DataFrame(list(identified(names)))
    present = records.present(places.unique())
    found = places.join(present, on=_PLACE, how="left", maintain_order="left")
    return rows.with_columns(
        found["label"].alias(LABEL),
        found["label_time"].cast(pl.Datetime("us", "UTC")).alias(LABEL_TIME),
    )
