"""What waits: rows for a model, and logged rows for the roll-up."""

from __future__ import annotations

from collections.abc import Iterable

from modeldesk.services.measures import Waiting
from modeldesk.services.predictor import Predictor
from modeldesk.services.registry import Registry
from modeldesk.store import ChunkLog


class Backlog:
    """Asks the predictor and the log what waits.

    Parameters
    ----------
    registry
        Versions of the models.
    predictor
        Knows the queues.
    log
        Knows what is not profiled yet.
    """

    def __init__(self, registry: Registry, predictor: Predictor, log: ChunkLog) -> None:
        self._registry = registry
        self._predictor = predictor
        self._log = log

    def queued(self) -> Iterable[Waiting]:
        """Return the rows that wait to be predicted, of each version that was asked so far."""
        return self._predictor.queued()

    def unprofiled(self) -> Iterable[Waiting]:
        """Return the rows that are logged and in no profile yet, of every version."""
        for name in self._registry.names():
            for view in self._registry.versions(name):
                record = self._registry.record(name, view.number)
                rows = self._log.waiting([record.version_id]).rows
                yield Waiting(model=name, version=str(view.number), rows=rows)
