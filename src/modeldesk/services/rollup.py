"""Roll-up: chunks of the log become profiles of hours and days, each row counted once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

import polars as pl

from modeldesk.profiles import profile
from modeldesk.schema import Granularity, Kind, LogPolicy, Window
from modeldesk.services.keeping import thinned
from modeldesk.services.registry import Registry
from modeldesk.services.segments import segmented
from modeldesk.store import ROW_ID, TIME, WaitingChunk, WindowKey, WindowPart, WindowRecords

_CHUNKS = 500
_ROWS = 200_000
_HOUR = "modeldesk:hour"


class RollUp:
    """Condenses what waits in the log.

    Parameters
    ----------
    windows
        The log's waiting chunks and the stored profiles.
    registry
        Tells each version's signature.
    """

    def __init__(self, windows: WindowRecords, registry: Registry) -> None:
        self._windows = windows
        self._registry = registry
        self._kinds: dict[int, dict[str, Kind]] = {}

    def run(self, *, stop: Callable[[], bool] = lambda: False) -> int:
        """Profile what waits in the log; return the number of rows profiled.

        Rows that arrive meanwhile may be left to the next run.

        Parameters
        ----------
        stop
            Asked between groups of chunks; when it says so, the rest is left to the next run.
        """
        rows = 0
        full = True
        while full and not stop():
            waiting = self._windows.waiting(_CHUNKS, most_rows=_ROWS)
            full = len(waiting) == _CHUNKS or sum(c.frame.height for c in waiting) > _ROWS // 2
            if waiting and self._windows.merge(
                [chunk.chunk_id for chunk in waiting],
                self._parts(waiting),
                thinned=self._thinned(waiting),
            ):
                rows += sum(chunk.frame.height for chunk in waiting)
        return rows

    def _parts(self, waiting: Sequence[WaitingChunk]) -> dict[WindowKey, WindowPart]:
        grouped: dict[int, list[pl.DataFrame]] = defaultdict(list)
        for chunk in waiting:
            grouped[chunk.version_id].append(chunk.frame)
        parts: dict[WindowKey, WindowPart] = {}
        for version_id, frames in grouped.items():
            frame = pl.concat(frames, how="diagonal")
            policy = self._registry.record_of(version_id).policy
            for segment, rows in segmented(frame, policy):
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
        hours = frame.with_columns(pl.col(TIME).dt.truncate("1h").alias(_HOUR))
        for (hour,), rows in hours.partition_by(_HOUR, as_dict=True).items():
            columns = rows.drop(TIME, _HOUR, ROW_ID, *policy.drop, *policy.hash, strict=False)
            part = WindowPart(
                profile=profile(columns, kinds=self._kinds_of(version_id)),
                last_time=_moment(rows[TIME].max()),
            )
            for granularity in Granularity:
                key = WindowKey(
                    version_id=version_id,
                    segment=segment,
                    granularity=granularity,
                    start=Window.containing(_moment(hour), granularity).start,
                )
                parts[key] = _merged(parts.get(key), part)

    def _thinned(self, waiting: Sequence[WaitingChunk]) -> dict[int, pl.DataFrame]:
        found: dict[int, pl.DataFrame] = {}
        for chunk in waiting:
            policy = self._registry.record_of(chunk.version_id).policy
            kept = thinned(chunk.frame, policy, chunk.key)
            if kept is not None:
                found[chunk.chunk_id] = kept
        return found

    def _kinds_of(self, version_id: int) -> dict[str, Kind]:
        if version_id not in self._kinds:
            self._kinds[version_id] = self._registry.record_of(version_id).signature.kinds
        return self._kinds[version_id]


def _merged(known: WindowPart | None, part: WindowPart) -> WindowPart:
    if known is None:
        return part
    return WindowPart(
        profile=known.profile.merge(part.profile), last_time=max(known.last_time, part.last_time)
    )


def _moment(value: object) -> datetime:
    if not isinstance(value, datetime):
        message = f"{value!r} is not a time"
        raise TypeError(message)
    return value
