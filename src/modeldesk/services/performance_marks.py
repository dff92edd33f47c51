"""What tells quickly whether anything about a version's performance has changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from modeldesk.services.registry import Registry
from modeldesk.store import FleetRecords

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceMark:
    """Sums over the days of a range: as long as they are the same, so is what is said of it."""

    predictions: int
    """Rows that are profiled."""
    evaluated: int
    """Days whose labels were evaluated."""
    evaluations: int
    """Grows whenever one of them is evaluated anew."""
    labelled: int
    """Labelled rows of them."""
    estimated: int
    """Days that are estimated."""
    estimations: int
    """Grows whenever one of them is estimated anew."""
    learned_at: datetime | None
    """When the estimates were learned; ``None`` where nothing is estimated."""


class PerformanceMarks:
    """Tells whether it is worth reading a version's performance again.

    Parameters
    ----------
    registry
        Models and versions.
    fleet
        The days of versions, without what they say.
    """

    def __init__(self, registry: Registry, fleet: FleetRecords) -> None:
        self._registry = registry
        self._fleet = fleet

    def of(
        self, name: str, *, version: int | None = None, start: datetime | None = None
    ) -> PerformanceMark:
        """Return the mark of a version; no state, profile or row is read.

        Parameters
        ----------
        name, version
            The model, and the version of it; ``None``: the champion.
        start
            Days that begin at or after it; ``None``: all.

        Raises
        ------
        NotFound
            When there is no such model or version.
        """
        key = self._registry.record(name, version).version_id
        begin = _EVER if start is None else start
        days = self._fleet.volumes([key], start=begin).get(key, ())
        evaluated = self._fleet.evaluated([key], start=begin).get(key, ())
        estimated = self._fleet.condensed([key], start=begin).get(key, ())
        return PerformanceMark(
            predictions=sum(day.rows for day in days),
            evaluated=len(evaluated),
            evaluations=sum(day.revision for day in evaluated),
            labelled=sum(day.labelled for day in evaluated),
            estimated=len(estimated),
            estimations=sum(day.revision for day in estimated),
            learned_at=max((day.learned_at for day in estimated), default=None),
        )
