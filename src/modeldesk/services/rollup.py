"""Roll-up: chunks of the log become profiles of hours and days, each row counted once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import polars as pl

from modeldesk.services.condensing import Condenser
from modeldesk.services.keeping import thinned
from modeldesk.services.registry import Registry
from modeldesk.store import WaitingChunk, WindowKey, WindowPart, WindowRecords

_CHUNKS = 500
_ROWS = 200_000


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
        self._condenser = Condenser(registry)

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
            parts |= self._condenser.parts(version_id, frames)
        return parts

    def _thinned(self, waiting: Sequence[WaitingChunk]) -> dict[int, pl.DataFrame]:
        found: dict[int, pl.DataFrame] = {}
        for chunk in waiting:
            policy = self._registry.record_of(chunk.version_id).policy
            kept = thinned(chunk.frame, policy, chunk.key)
            if kept is not None:
                found[chunk.chunk_id] = kept
        return found
