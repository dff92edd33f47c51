"""Roll-up: chunks of the log become profiles of hours and days, each row counted once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import polars as pl
import structlog

from modeldesk.errors import StoreUnavailable
from modeldesk.schema import KeepRows, PackedRows, table_of
from modeldesk.services.condensing import Condenser
from modeldesk.services.keeping import thinned
from modeldesk.services.registry import Registry
from modeldesk.store import WaitingChunk, WindowKey, WindowPart, WindowRecords

_log = structlog.get_logger("modeldesk.rollup")

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

        Rows that arrive meanwhile may be left to the next run. A version whose rows cannot be
        profiled is logged, and left to the next run as well; the others go on.

        Parameters
        ----------
        stop
            Asked between groups of chunks; when it says so, the rest is left to the next run.
        """
        rows = 0
        full = True
        failed: set[int] = set()
        while full and not stop():
            waiting = self._windows.waiting(_CHUNKS, most_rows=_ROWS, without=failed)
            full = len(waiting) == _CHUNKS or sum(c.rows.height for c in waiting) > _ROWS // 2
            if waiting:
                rows += self._profiled(waiting, failed)
        return rows

    def _profiled(self, waiting: Sequence[WaitingChunk], failed: set[int]) -> int:
        """Profile chunks together or, where that fails, those of each version by themselves."""
        try:
            return self._merged(waiting)
        except StoreUnavailable:
            raise
        except Exception:  # noqa: BLE001  # one version must not stop the others
            of_version: dict[int, list[WaitingChunk]] = defaultdict(list)
            for chunk in waiting:
                of_version[chunk.version_id].append(chunk)
            if len(of_version) > 1:
                return sum(self._profiled(chunks, failed) for chunks in of_version.values())
            failed.update(of_version)
            _log.exception("version not profiled", version_id=waiting[0].version_id)
            return 0

    def _merged(self, waiting: Sequence[WaitingChunk]) -> int:
        ids = [chunk.chunk_id for chunk in waiting]
        parts, kept = self._parts(waiting), self._thinned(waiting)
        if not self._windows.merge(ids, parts, thinned=kept, arrived=waiting):
            return 0
        return sum(chunk.rows.height for chunk in waiting)

    def _parts(self, waiting: Sequence[WaitingChunk]) -> dict[WindowKey, WindowPart]:
        grouped: dict[int, list[pl.DataFrame | PackedRows]] = defaultdict(list)
        for chunk in waiting:
            grouped[chunk.version_id].append(chunk.rows)
        parts: dict[WindowKey, WindowPart] = {}
        for version_id, frames in grouped.items():
            known = self._windows.segments(version_id)
            parts |= self._condenser.parts(version_id, frames, known)
        return parts

    def _thinned(self, waiting: Sequence[WaitingChunk]) -> dict[int, pl.DataFrame]:
        found: dict[int, pl.DataFrame] = {}
        versions = {chunk.version_id for chunk in waiting}
        policies = {key: self._registry.record_of(key).policy for key in versions}
        for chunk in waiting:
            if chunk.together or policies[chunk.version_id].rows is KeepRows.ALL:
                continue
            kept = thinned(table_of(chunk.rows), policies[chunk.version_id], chunk.key)
            if kept is not None:
                found[chunk.chunk_id] = kept
        return found
