"""The versions of a model one page at a time, with what each has answered and how large it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from modeldesk.errors import InvalidArgument, StoreUnavailable
from modeldesk.services.registry import Registry
from modeldesk.services.remembering import Remembered
from modeldesk.services.views import VersionView
from modeldesk.store import ChunkLog, VersionRecord, WindowRecords

MOST_LISTED = 200
"""Versions of one page at most."""

_REMEMBERED = 10_000
"""Versions whose size is kept in memory: it never changes, and may lie far away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedVersion:
    """A version, and what it has answered so far."""

    version: VersionView
    predictions: int
    """Answered ones."""
    shadowed: int
    """Those that it made beside another version's answers."""
    last_prediction_at: datetime | None
    """Largest timestamp among all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionPage:
    """Some of a model's versions."""

    listed: tuple[ListedVersion, ...]
    """The newest first."""
    champion: VersionView
    numbers: tuple[int, ...]
    """Numbers of all versions, oldest first."""

    @property
    def older(self) -> bool:
        """Whether there are versions older than these."""
        return bool(self.listed) and self.listed[-1].version.number != self.numbers[0]

    @property
    def newer(self) -> bool:
        """Whether there are versions newer than these."""
        return bool(self.listed) and self.listed[0].version.number != self.numbers[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFiles:
    """What is kept of a version's model."""

    size: int | None
    """Bytes of its files; ``None`` where they cannot be reached, 0 where there are none."""
    downloadable: bool
    """Whether it can be had as one file."""


class VersionList:
    """Lists versions, whatever they answer and however many there are.

    Parameters
    ----------
    registry
        Models and versions.
    windows, log
        Know how many rows there are of each.
    """

    def __init__(self, registry: Registry, windows: WindowRecords, log: ChunkLog) -> None:
        self._registry = registry
        self._windows = windows
        self._log = log
        self._sizes = Remembered[int, int](_REMEMBERED)

    def page(self, name: str, *, below: int | None = None, limit: int = 25) -> VersionPage:
        """Return the newest versions, or those that are older than one.

        Parameters
        ----------
        name
            The model.
        below
            Only versions with a smaller number; ``None``: from the newest on.
        limit
            How many, up to `MOST_LISTED`.

        Raises
        ------
        NotFound
            When there is no such model.
        InvalidArgument
            When the limit is not acceptable.
        """
        if not 1 <= limit <= MOST_LISTED:
            message = f"From 1 to {MOST_LISTED} versions are listed at once, not {limit}."
            raise InvalidArgument(message)
        every = self._registry.versions(name)
        views = [view for view in every if below is None or view.number < below][-limit:]
        return VersionPage(
            listed=self._listed(name, views[::-1]),
            champion=self._registry.version(name),
            numbers=tuple(view.number for view in every),
        )

    def of(self, name: str, numbers: Sequence[int]) -> tuple[ListedVersion, ...]:
        """Return some versions with what they have answered; `NotFound` without such a model."""
        views = [view for view in self._registry.versions(name) if view.number in numbers]
        return self._listed(name, views)

    def files(self, name: str, number: int) -> VersionFiles:
        """Say what is kept of one version's model; `NotFound` where there is none such."""
        record = self._registry.record(name, number)
        try:
            downloadable = self._registry.downloadable(record)
        except StoreUnavailable:
            downloadable = False
        return VersionFiles(size=self._size(record), downloadable=downloadable)

    def sizes(self, name: str, numbers: Sequence[int]) -> dict[int, int | None]:
        """Return how many bytes the files of versions have; ``None`` where none can be reached."""
        records = {record.number: record for record in self._registry.records(name)}
        return {number: self._size(records[number]) for number in numbers if number in records}

    def _size(self, record: VersionRecord) -> int | None:
        known = self._sizes.get(record.version_id)
        if known is not None:
            return known
        try:
            found = self._registry.size(record)
        except StoreUnavailable:
            return None
        self._sizes.put(record.version_id, found, weight=1)
        return found

    def _listed(self, name: str, views: Sequence[VersionView]) -> tuple[ListedVersion, ...]:
        keys = {record.number: record.version_id for record in self._registry.records(name)}
        wanted = [keys[view.number] for view in views if view.number in keys]
        profiled = self._windows.totals(wanted)
        waiting = self._log.waiting_by_version(wanted)
        listed = []
        for view in views:
            key = keys.get(view.number, 0)
            found = [each for each in (profiled.get(key), waiting.get(key)) if each is not None]
            shadowed = sum(each.shadow for each in found)
            times = [each.last_time for each in found if each.last_time is not None]
            listed.append(
                ListedVersion(
                    version=view,
                    predictions=sum(each.rows for each in found) - shadowed,
                    shadowed=shadowed,
                    last_prediction_at=max(times, default=None),
                )
            )
        return tuple(listed)
