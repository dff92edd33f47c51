"""Rows of the log become parts of window profiles: per hour and day, per segment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import polars as pl

from modeldesk.profiles import profile
from modeldesk.schema import (
    POLARS_TYPES,
    FewColumns,
    Granularity,
    LogPolicy,
    PackedRows,
    Signature,
    Window,
    packed_table,
)
from modeldesk.services.registry import Registry
from modeldesk.services.segments import segmented
from modeldesk.store import ROW, ROW_ID, SHADOW_OF, TIME, WindowKey, WindowPart

_HOUR = "modeldesk:hour"


class Condenser:
    """Sums rows up under the signature and the log policy of their version.

    Parameters
    ----------
    registry
        Tells signatures and policies.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._signatures: dict[int, Signature] = {}

    def parts(
        self,
        version_id: int,
        frames: Sequence[pl.DataFrame | PackedRows],
        known: Collection[str],
    ) -> dict[WindowKey, WindowPart]:
        """Return what the rows of one version's chunks add to which window.

        Parameters
        ----------
        version_id
            The version.
        frames
            The rows of its chunks.
        known
            Names of the segments that it has already: their number is bounded.
        """
        policy = self._registry.record_of(version_id).policy
        signature = self._signature(version_id)
        # A column that a chunk does not have is not there, not missing in each of its rows.
        alike: dict[frozenset[str], list[pl.DataFrame]] = defaultdict(list)
        for frame in _joined(frames):
            told = _alike(frame, signature, policy)
            alike[frozenset(told.columns) - {ROW_ID, ROW}].append(told)
        parts: dict[WindowKey, WindowPart] = {}
        for some in alike.values():
            rows_of = pl.concat(some, how="diagonal_relaxed")
            names = {*known, *(key.segment for key in parts)}
            for segment, rows in segmented(rows_of, policy, names):
                self._add(parts, version_id, segment, rows, policy)
        return parts

    def _add(
        self,
        parts: dict[WindowKey, WindowPart],
        version_id: int,
        segment: str,
        frame: pl.DataFrame,
        policy: LogPolicy,
    ) -> None:
        kinds = self._signature(version_id).kinds
        hours = frame.with_columns(pl.col(TIME).dt.truncate("1h").alias(_HOUR))
        for (hour,), rows in hours.partition_by(_HOUR, as_dict=True).items():
            ours = (TIME, _HOUR, ROW_ID, ROW, SHADOW_OF)
            columns = rows.drop(*ours, *policy.drop, *policy.hash, strict=False)
            part = WindowPart(
                profile=profile(columns, kinds=kinds),
                last_time=_moment(rows[TIME].max()),
                shadow=rows.height if SHADOW_OF in rows.columns else 0,
            )
            for granularity in Granularity:
                key = WindowKey(
                    version_id=version_id,
                    segment=segment,
                    granularity=granularity,
                    start=Window.containing(_moment(hour), granularity).start,
                )
                parts[key] = _merged(parts.get(key), part)

    def _signature(self, version_id: int) -> Signature:
        if version_id not in self._signatures:
            self._signatures[version_id] = self._registry.record_of(version_id).signature
        return self._signatures[version_id]


def put_together(
    known: dict[WindowKey, WindowPart], more: Mapping[WindowKey, WindowPart]
) -> dict[WindowKey, WindowPart]:
    """Return both sets of parts, merged where they are of the same window."""
    return known | {key: _merged(known.get(key), part) for key, part in more.items()}


def _joined(chunks: Iterable[pl.DataFrame | PackedRows]) -> list[pl.DataFrame]:
    """Put chunks with the same columns and types together: there may be thousands of one row."""
    few: dict[FewColumns, list[PackedRows]] = defaultdict(list)
    same: dict[tuple[object, ...], list[pl.DataFrame]] = defaultdict(list)
    for chunk in chunks:
        if isinstance(chunk, PackedRows):
            few[chunk.columns].append(chunk)
        else:
            same[(*chunk.columns, *chunk.dtypes)].append(chunk)
    for some in few.values():
        table = packed_table(some)
        same[(*table.columns, *table.dtypes)].append(table)
    return [pl.concat(some) for some in same.values()]


def _alike(frame: pl.DataFrame, signature: Signature, policy: LogPolicy) -> pl.DataFrame:
    """Give a chunk's columns the types that they have under the present policy.

    The policy may have changed since the chunk was written: what it hashes now may be there
    as it was, and what it hashed then cannot be told from its hash any more.
    """
    wanted = {column.name: POLARS_TYPES[column.kind] for column in signature.columns}
    hashed = [name for name in policy.hash if name in frame.columns]
    lost = [
        name
        for name, dtype in frame.schema.items()
        if dtype == pl.String and wanted.get(name, pl.String) != pl.String and name not in hashed
    ]
    return frame.drop(lost).with_columns(pl.col(name).cast(pl.String) for name in hashed)


def _merged(known: WindowPart | None, part: WindowPart) -> WindowPart:
    if known is None:
        return part
    return WindowPart(
        profile=known.profile.merge(part.profile),
        last_time=max(known.last_time, part.last_time),
        shadow=known.shadow + part.shadow,
    )


def _moment(value: object) -> datetime:
    if not isinstance(value, datetime):
        message = f"{value!r} is not a time"
        raise TypeError(message)
    return value
