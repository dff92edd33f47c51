"""What of a model this process serves: which version answers, what is loaded, what fails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from modeldesk.schema import Routing
from modeldesk.services.lane import Lane
from modeldesk.services.lanes import Lanes
from modeldesk.services.registry import Registry
from modeldesk.services.runner import ModelState
from modeldesk.services.traffic import Held, Traffic
from modeldesk.store import CHAMPION, Failures, ModelRecords, VersionRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedVersion:
    """One version as it is served."""

    version: int
    aliases: tuple[str, ...]
    state: str
    """``not loaded``, ``loading``, ``loaded`` or ``failed``, in this process."""
    bytes: int
    """Size of the model's files while it is loaded in this process, as a shadow, too."""
    waiting: int
    """Rows that wait for it in this process."""
    hanging: int
    """Threads of this process that were given up while the model worked and still hang."""
    problem: str
    """Why loading it failed in this process; empty where it did not."""
    failed: int
    """Rows for which it failed since it was published, in all processes."""
    last_failure: str
    """How it failed last; empty when it never did."""
    last_failed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedModel:
    """A model as it is served."""

    model: str
    champion: int
    """Number of the version that answers in this process who asks for the champion."""
    routing: Routing
    held: tuple[Held, ...]
    """Aliases that moved to versions that are not ready in this process."""
    versions: tuple[ServedVersion, ...]


class Serving:
    """Tells how a model is served.

    Parameters
    ----------
    registry
        Knows versions.
    records
        Knows failures.
    lanes, traffic
        What is loaded, and who answers.
    """

    def __init__(
        self, registry: Registry, records: ModelRecords, lanes: Lanes, traffic: Traffic
    ) -> None:
        self._registry = registry
        self._records = records
        self._lanes = lanes
        self._traffic = traffic

    def of(self, name: str) -> ServedModel:
        """Return how a model is served; `NotFound` when there is none of that name."""
        champion = self._traffic.champion(name)
        known = self._traffic.known(name)
        failures = {found.version_id: found for found in self._records.failures(name)}
        lanes = [lane for lane in self._lanes.all() if lane.record.model == name]
        return ServedModel(
            model=name,
            champion=known.named.get(CHAMPION, champion.record.number),
            routing=champion.record.routing,
            held=known.held,
            versions=tuple(
                self._version(record, lanes, failures.get(record.version_id))
                for record in self._registry.records(name)
            ),
        )

    def _version(
        self, record: VersionRecord, lanes: list[Lane], failures: Failures | None
    ) -> ServedVersion:
        mine = [lane for lane in lanes if lane.record.version_id == record.version_id]
        answering = next((lane for lane in mine if not lane.shadow), None)
        states = [lane.runner.state for lane in (answering, *mine) if lane is not None]
        problem = next((lane.runner.failure for lane in mine if lane.runner.failure), None)
        return ServedVersion(
            version=record.number,
            aliases=record.aliases,
            state=(states[0] if states else ModelState.NEW).value,
            bytes=sum(lane.size for lane in mine),
            waiting=sum(lane.waiting for lane in mine),
            hanging=self._lanes.hanging(record.version_id),
            problem="" if problem is None else problem.message,
            failed=0 if failures is None else failures.rows,
            last_failure="" if failures is None else failures.sentence,
            last_failed_at=None if failures is None else failures.at,
        )
