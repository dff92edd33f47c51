"""How much room models take: their logs, their profiles, their files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from modeldesk.errors import ModeldeskError
from modeldesk.services.acting import caller
from modeldesk.services.registry import Registry
from modeldesk.store import Held, SpaceRecords, VersionRecord

_NOTHING = Held(many=0, rows=0, bytes=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpace:
    """What one model takes."""

    model: str
    versions: int
    rows: int
    """Rows in the log."""
    log_bytes: int
    profiles: int
    """Of hours and days, of all segments."""
    profile_bytes: int
    sample_bytes: int
    """Rows that are kept of references and test sets."""
    artefact_bytes: int | None
    """Files of all versions; ``None`` where they cannot be listed."""

    @property
    def bytes(self) -> int:
        """All of it together."""
        rows = self.log_bytes + self.sample_bytes
        return rows + self.profile_bytes + (self.artefact_bytes or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceReport:
    """What the desk takes."""

    database_bytes: int
    """With indexes, and with room that was freed and is not given back."""
    models: tuple[ModelSpace, ...]
    """The largest first."""


class Space:
    """Measures the room that models take.

    Parameters
    ----------
    records
        Sizes in the database.
    registry
        The versions and their files.
    """

    def __init__(self, records: SpaceRecords, registry: Registry) -> None:
        self._records = records
        self._registry = registry

    def report(self) -> SpaceReport:
        """Measure everything; takes as long as listing all chunks and profiles does."""
        log, profiles = self._records.log(), self._records.profiles()
        samples = self._records.samples()
        models = []
        for name in caller().visible(self._registry.names()):
            versions = self._registry.records(name)
            logged = [log.get(version.version_id, _NOTHING) for version in versions]
            condensed = [profiles.get(version.version_id, _NOTHING) for version in versions]
            models.append(
                ModelSpace(
                    model=name,
                    versions=len(versions),
                    rows=sum(held.rows for held in logged),
                    log_bytes=sum(held.bytes for held in logged),
                    profiles=sum(held.many for held in condensed),
                    profile_bytes=sum(held.bytes for held in condensed),
                    sample_bytes=sum(
                        samples.get(version.version_id, _NOTHING).bytes for version in versions
                    ),
                    artefact_bytes=self._files(versions),
                )
            )
        models.sort(key=lambda model: (-model.bytes, model.model))
        return SpaceReport(database_bytes=self._records.whole(), models=tuple(models))

    def _files(self, versions: Sequence[VersionRecord]) -> int | None:
        try:
            return sum(self._registry.size(version) for version in versions)
        except ModeldeskError:
            return None
