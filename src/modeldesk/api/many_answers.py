"""The JSON of many predictions, written by Polars: byte for byte what `Answers` would say.

Of 10,000 rows with two probabilities each, making Python's values and writing them takes 11 ms,
with every other thread of the process waiting; this takes 5 ms, and lets them work.
"""

from __future__ import annotations

import io

import orjson
import polars as pl

from modeldesk.services.batch import PredictionBatch
from modeldesk.store import ROW_ID, TIME

_FEWEST = 256
"""Fewer rows are told as quickly by Python."""

_SAME = (pl.Boolean, pl.Int64, pl.Float64, pl.String)
"""Types of which Polars writes the same JSON as we do."""


def many_answered(batch: PredictionBatch) -> bytes | None:
    """Return the whole answer; ``None`` where it has to be made of Python's values.

    Parameters
    ----------
    batch
        The rows of one request.
    """
    scores = batch.signature.scores
    labels = [score.label or score.name for score in scores]
    prediction = batch.signature.prediction.name
    frame = batch.frame
    told = [frame.schema[name] for name in (prediction, *(score.name for score in scores))]
    if batch.rows < _FEWEST or len(set(labels)) < len(labels):
        return None
    if not all(dtype in _SAME for dtype in told):
        return None
    key = pl.col(ROW_ID) if ROW_ID in frame.columns else _NOTHING
    likely = [pl.col(score.name).alias(label) for score, label in zip(scores, labels, strict=True)]
    rows = frame.select(
        pl.format(
            "{}-{}", pl.lit(batch.chunk), pl.int_range(batch.start, batch.start + batch.rows)
        ).alias("prediction_id"),
        key.alias("row_id"),
        _times(frame[TIME]).alias("time"),
        pl.col(prediction).alias("prediction"),
        (pl.struct(likely) if likely else _NOTHING).alias("probabilities"),
    )
    stream = io.BytesIO()
    rows.write_json(stream)
    return _ANSWER % (orjson.dumps(batch.model), batch.version, stream.getbuffer())


def _times(times: pl.Series) -> pl.Expr:
    """Return times as JSON says them; all alike, as most are, as one."""
    first = times[0]
    if times.min() == times.max():
        return pl.lit(orjson.dumps(first, option=orjson.OPT_UTC_Z).decode().strip('"'))
    whole = pl.col(TIME).dt.microsecond() == 0
    return (
        pl.when(whole)
        .then(pl.col(TIME).dt.to_string("%Y-%m-%dT%H:%M:%SZ"))
        .otherwise(pl.col(TIME).dt.to_string("%Y-%m-%dT%H:%M:%S%.6fZ"))
    )


_NOTHING = pl.lit(None, dtype=pl.String)
_ANSWER = b'{"model":%b,"version":%d,"predictions":%b}'
