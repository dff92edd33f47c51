"""Windows compared with their reference: each comparison is made once and kept.

A window's comparison changes only when the window does, so it is kept under the window's
revision: in memory, and for the windows that monitors judge also in the database, where a
program that has just started finds it. Making one takes about 10 milliseconds for 30 columns,
reading one back 0.1.
"""

from __future__ import annotations

import hashlib
import threading
from datetime import datetime

import msgspec

from modeldesk import __version__
from modeldesk.drift import Comparison, Thresholds, compare
from modeldesk.profiles import Profile
from modeldesk.schema import Granularity
from modeldesk.services.registry import Registry
from modeldesk.services.views import WindowComparison
from modeldesk.store import ComparableWindow, ComparisonRecords, WindowProfile, WindowRecords

MOST_COLUMNS = 100_000
"""Column comparisons kept in memory, about 1 KB each."""

_Key = tuple[ComparableWindow, str]


class Comparisons:
    """Compares windows with the reference of their version.

    Parameters
    ----------
    registry
        References of the versions; a version's reference never changes.
    windows
        Stored window profiles.
    records
        Comparisons made before.
    most_columns
        How many column comparisons are kept in memory.
    """

    def __init__(
        self,
        registry: Registry,
        windows: WindowRecords,
        records: ComparisonRecords,
        *,
        most_columns: int = MOST_COLUMNS,
    ) -> None:
        self._registry = registry
        self._windows = windows
        self._records = records
        self._most = most_columns
        self._columns = 0
        self._lock = threading.Lock()
        self._known: dict[_Key, Comparison] = {}
        self._last_reference: tuple[int, Profile | None] = (0, None)

    def between(
        self,
        version_id: int,
        granularity: Granularity,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        thresholds: Thresholds | None = None,
    ) -> tuple[WindowComparison, ...]:
        """Compare every window of a version that begins in a range, oldest first."""
        limits = thresholds or Thresholds()
        method = _method(limits)
        wanted = self._records.windows(version_id, granularity, start=start, end=end)
        found = self._remembered(wanted, method)
        missing = [window for window in wanted if window.profile_id not in found]
        kept = self._records.kept(missing, method)
        for window in missing:
            if window.profile_id in kept:
                self._remember((window, method), kept[window.profile_id])
        found |= kept
        found |= self._made([w for w in missing if w.profile_id not in kept], version_id, limits)
        return tuple(
            WindowComparison(window=entry.window, comparison=found[entry.profile_id])
            for entry in wanted
            if entry.profile_id in found
        )

    def judged(self, entry: WindowProfile, thresholds: Thresholds) -> Comparison:
        """Compare one window and keep the result in the database."""
        comparison = self._make(entry, self._reference(entry.version_id), thresholds)
        self._records.keep(entry.profile_id, entry.revision, _method(thresholds), comparison)
        return comparison

    def _remembered(
        self, wanted: tuple[ComparableWindow, ...], method: str
    ) -> dict[int, Comparison]:
        with self._lock:
            found = [(window, self._known.get((window, method))) for window in wanted]
        return {
            window.profile_id: comparison for window, comparison in found if comparison is not None
        }

    def _made(
        self, missing: list[ComparableWindow], version_id: int, thresholds: Thresholds
    ) -> dict[int, Comparison]:
        """Compare windows one by one; those that are gone meanwhile are left out."""
        if not missing:
            return {}
        reference = self._reference(version_id)
        entries = (self._windows.profile(window.profile_id) for window in missing)
        return {
            entry.profile_id: self._make(entry, reference, thresholds)
            for entry in entries
            if entry is not None
        }

    def _make(self, entry: WindowProfile, reference: Profile, thresholds: Thresholds) -> Comparison:
        comparison = compare(entry.profile, reference, thresholds=thresholds)
        window = ComparableWindow(
            profile_id=entry.profile_id,
            version_id=entry.version_id,
            rows=entry.profile.rows,
            window=entry.window,
            revision=entry.revision,
        )
        self._remember((window, _method(thresholds)), comparison)
        return comparison

    def _reference(self, version_id: int) -> Profile:
        """Return a version's reference; the last one is at hand."""
        known, reference = self._last_reference
        if known != version_id or reference is None:
            reference = self._registry.reference_of(version_id)
            self._last_reference = version_id, reference
        return reference

    def _remember(self, key: _Key, comparison: Comparison) -> None:
        """Keep a comparison in memory, and forget the oldest where there are too many."""
        with self._lock:
            if key in self._known:
                return
            self._known[key] = comparison
            self._columns += len(comparison.columns)
            while self._columns > self._most and len(self._known) > 1:
                oldest = next(iter(self._known))
                self._columns -= len(self._known.pop(oldest).columns)


def _method(thresholds: Thresholds) -> str:
    """Name how windows are compared: another program or other thresholds may say otherwise."""
    told = __version__.encode() + msgspec.msgpack.encode(thresholds)
    return hashlib.blake2b(told, digest_size=16).hexdigest()
