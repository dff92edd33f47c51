"""Which predictions labels are about: by identifiers of predictions, and by the callers' own keys.

A prediction that a challenger made beside the champion has the outcome of the one that was
answered: a label for the former is taken for the latter, and own keys lead to the latter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
import sqlalchemy as sa

from modeldesk.errors import Corrupt
from modeldesk.store.given import given
from modeldesk.store.own_keys import hash_of
from modeldesk.store.payload import ROW, ROW_ID, SHADOW_OF, TIME, decode_rows
from modeldesk.store.tables import chunks, moved_chunks, row_keys, versions

_KEY = "chunk_key"

ASKED: dict[str, pl.DataType] = {
    "position": pl.Int64(),
    "own": pl.Boolean(),
    "name": pl.String(),
    "hash": pl.Int64(),
    "chunk_key": pl.String(),
    "row": pl.Int64(),
}
"""What is asked for: its position among all, whether ``name`` is an own key, the hash of that or
of the chunk's key, and of an identifier both its parts."""

MATCHED: dict[str, pl.DataType] = {
    "position": pl.Int64(),
    "version_id": pl.Int64(),
    "chunk_key": pl.String(),
    "row": pl.Int64(),
    "predicted_at": pl.Int64(),
}
"""Which prediction it is; its time in microseconds since 1970."""

_INDEX: dict[str, pl.DataType] = {
    "version_id": pl.Int64(),
    "chunk_key": pl.String(),
    "row": pl.Int64(),
    "predicted_at": pl.Int64(),
    "row_id": pl.String(),
    "shadow_of": pl.String(),
}
_PLACES: dict[str, pl.DataType] = {
    "id": pl.Int64(),
    "version_id": pl.Int64(),
    "chunk_key": pl.String(),
    "start": pl.Int64(),
    "rows": pl.Int64(),
}

IDENTIFIER = r"^([0-9a-hjkmnp-tv-z]{26})-(0|[1-9][0-9]{0,9})$"
"""How a prediction's identifier is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """The predictions that were found, and where others were looked for."""

    frame: pl.DataFrame
    """As `MATCHED`; several rows where an own key names several predictions."""
    looked_into: pl.DataFrame
    """Position and ``chunk_key`` of every part of the log that was looked into."""

    @property
    def found(self) -> pl.Series:
        """Positions of those that were found."""
        return self.frame["position"].unique()


def match(connection: sa.Connection, model_id: int, asked: pl.DataFrame) -> Matches:
    """Find the predictions of a model that are asked for.

    Each part of the log is read once, however many of its rows are asked for.

    Parameters
    ----------
    connection
        In whose transaction to look: a snapshot, so that no part moves meanwhile.
    model_id
        Whose predictions.
    asked
        As `ASKED`.
    """
    parts = parts_of(connection, model_id, asked)
    index = _index(connection, model_id, parts[_KEY].unique())
    named = asked.filter(~pl.col("own")).select("position", "chunk_key", "row")
    direct = named.join(index, on=[_KEY, "row"], how="inner")
    answered = direct.filter(pl.col("shadow_of").is_null())
    beside = _beside(connection, model_id, direct.filter(pl.col("shadow_of").is_not_null()))
    own = (
        asked.filter(pl.col("own"))
        .select("position", pl.col("name").alias("row_id"))
        .join(index.filter(pl.col("shadow_of").is_null()), on="row_id", how="inner")
    )
    frames = [found.select(*MATCHED) for found in (answered, beside, own)]
    return Matches(frame=pl.concat(frames), looked_into=parts)


def parts_of(connection: sa.Connection, model_id: int, asked: pl.DataFrame) -> pl.DataFrame:
    """Return position and ``chunk_key`` of the parts of the log that may hold what is asked for."""
    own = asked.filter(pl.col("own"))
    pairs: list[tuple[int, str]] = []
    for some in given(connection, own.select("hash").unique()):
        query = (
            sa.select(row_keys.c.hash, row_keys.c.chunk_key)
            .select_from(some.join(row_keys, hash=row_keys.c.hash))
            .where(row_keys.c.model_id == model_id)
        )
        pairs += [(row[0], row[1]) for row in connection.execute(query)]
    keyed = pl.DataFrame(pairs, schema={"hash": pl.Int64, _KEY: pl.String}, orient="row")
    led = own.select("position", "hash").join(keyed, on="hash", how="inner")
    return pl.concat(
        [led.select("position", _KEY), asked.filter(~pl.col("own")).select("position", _KEY)]
    )


def there(connection: sa.Connection, model_id: int, keys: pl.Series) -> pl.DataFrame:
    """Return where some parts of the log are: chunk, version, key, first row, number of rows."""
    frames = [pl.DataFrame(schema=_PLACES)]
    for some in given(connection, keys.alias("key").to_frame()):
        whole = sa.select(
            chunks.c.id,
            chunks.c.version_id,
            chunks.c.key,
            sa.literal(0).label("start"),
            chunks.c.rows,
        ).select_from(some.join(chunks, key=chunks.c.key))
        moved = sa.select(
            chunks.c.id,
            chunks.c.version_id,
            moved_chunks.c.key,
            moved_chunks.c.start,
            moved_chunks.c.rows,
        ).select_from(some.join(moved_chunks, key=moved_chunks.c.key).join(chunks))
        for query in (moved, whole):
            rows = [tuple(row) for row in connection.execute(query)]
            frames.append(pl.DataFrame(rows, schema=_PLACES, orient="row"))
    mine = list(connection.scalars(sa.select(versions.c.id).where(versions.c.model_id == model_id)))
    found = pl.concat(frames).filter(pl.col("version_id").is_in(mine))
    # The key of a chunk that was trimmed may be that of one of its parts: the part counts.
    return found.unique(_KEY, keep="first", maintain_order=True)


def _index(connection: sa.Connection, model_id: int, keys: pl.Series) -> pl.DataFrame:
    """Return what is known of every row of some parts of the log."""
    places = there(connection, model_id, keys)
    frames = [pl.DataFrame(schema=_INDEX)]
    for (chunk_id,), some in places.partition_by("id", as_dict=True).items():
        query = sa.select(chunks.c.payload).where(chunks.c.id == chunk_id)
        payload = connection.scalar(query)
        try:
            frames += [] if payload is None else [_rows(decode_rows(payload), some)]
        except Corrupt:
            continue  # whoever reads the log sets it aside; its rows are not known
    return pl.concat(frames)


def _rows(frame: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of a chunk that are in some of its parts."""
    starts, lengths = places["start"].to_numpy(), places["rows"].to_numpy()
    within = np.concatenate([np.arange(length) for length in lengths])
    at = np.repeat(starts, lengths) + within
    rows = frame.select(name for name in (TIME, ROW, ROW_ID, SHADOW_OF) if name in frame.columns)
    chosen = rows if _is_all(at, frame.height) else rows[at]
    return pl.DataFrame(
        {
            "version_id": pl.repeat(places["version_id"][0], len(at), dtype=pl.Int64, eager=True),
            "chunk_key": places[_KEY].gather(np.repeat(np.arange(len(lengths)), lengths)),
            "row": chosen[ROW] if ROW in chosen.columns else pl.Series(within),
            "predicted_at": chosen[TIME].dt.epoch("us"),
            "row_id": _texts(chosen, ROW_ID),
            "shadow_of": _texts(chosen, SHADOW_OF),
        },
        schema_overrides=_INDEX,
    )


def _is_all(at: np.ndarray[tuple[int], np.dtype[np.int64]], height: int) -> bool:
    return len(at) == height and bool((at == np.arange(height)).all())


def _texts(rows: pl.DataFrame, name: str) -> pl.Series:
    if name in rows.columns:
        return rows[name]
    return pl.repeat(None, rows.height, dtype=pl.String, eager=True)


def _beside(connection: sa.Connection, model_id: int, shadows: pl.DataFrame) -> pl.DataFrame:
    """Return the predictions that were answered, for those that were made beside them."""
    if not shadows.height:
        return pl.DataFrame(schema=MATCHED)
    wanted = shadows.select("position", *identified(shadows["shadow_of"]))
    index = _index(connection, model_id, wanted[_KEY].drop_nulls().unique())
    return wanted.join(index, on=[_KEY, "row"], how="inner")


def identified(names: pl.Series) -> Iterator[pl.Series]:
    """Yield both parts of predictions' identifiers, ``chunk_key`` and ``row``, or nulls.

    >>> [part.to_list() for part in identified(pl.Series(["01k9z7c3f2w8e5t6r4q1m0n2bd-7", "a"]))]
    [['01k9z7c3f2w8e5t6r4q1m0n2bd', None], [7, None]]
    """
    yield names.str.extract(IDENTIFIER, 1).alias(_KEY)
    yield names.str.extract(IDENTIFIER, 2).cast(pl.Int64).alias("row")


def label_hash(asked: pl.DataFrame) -> pl.Series:
    """Return the hash under which each label is found: of its own key, or of its chunk's key."""
    texts = asked["name"].zip_with(asked["own"], asked["chunk_key"]).alias("text").to_frame()
    each = texts["text"].unique()
    hashes = pl.Series("hash", [hash_of(text) for text in each], dtype=pl.Int64)
    told = pl.DataFrame([each, hashes])
    return texts.join(told, on="text", how="left", maintain_order="left")["hash"]
