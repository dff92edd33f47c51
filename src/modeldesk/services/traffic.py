"""Where a request goes: to a version by number, by alias, to the champion or its canary."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

import polars as pl
import structlog

from modeldesk.errors import NotFound
from modeldesk.schema import Canary, RowDecoder
from modeldesk.services.lanes import Lanes
from modeldesk.services.loading import EXTERNAL
from modeldesk.services.registry import Registry, no_alias
from modeldesk.store import CHAMPION, VersionRecord

_REFRESH_SECONDS = 1.0
_AHEAD_SECONDS = 0.5
"""From this age on what is known is read again beside the requests, so that none waits for it."""

_log = structlog.get_logger("modeldesk.traffic")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The version that answers a request."""

    record: VersionRecord
    decoder: RowDecoder
    shadow: VersionRecord | None = None
    """Who gets the same rows beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An alias that moved, and whose requests go to the old version until the new one is ready."""

    alias: str
    version: int
    """Number of the version that answers for now."""
    wanted: int
    """Number of the version that the alias points at."""
    reason: str
    """Why it is not ready, where loading it failed; else empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A model's versions and where its traffic goes, as they were read last."""

    targets: Mapping[int, Target]
    named: Mapping[str, int]
    """Which version answers for an alias in this process."""
    held: tuple[Held, ...]
    champion: Target | None
    """With its shadow."""
    canary: Canary | None
    at: float
    revision: int


class Traffic:
    """Tells which version answers.

    What this process changes is seen at once, what another changes within a second. A version
    that an alias moved to is loaded before it gets any request, as long as another answers.

    Parameters
    ----------
    registry
        Knows versions, aliases and routing.
    lanes
        Load versions.
    chance
        Decides about requests without a key.
    """

    def __init__(self, registry: Registry, lanes: Lanes, chance: random.Random) -> None:
        self._registry = registry
        self._lanes = lanes
        self._chance = chance
        self._known: dict[str, Known] = {}
        self._refreshing: dict[str, threading.Lock] = {}
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="modeldesk-traffic")
        self._read_ahead: set[str] = set()

    def known(self, name: str) -> Known:
        """Return what is known of a model; at most a second old.

        Raises
        ------
        NotFound
            When there is no such model.
        """
        fresh = self.fresh(name)
        if fresh is not None:
            return fresh
        known = self._known.get(name)
        current = known is not None and known.revision == self._registry.revision
        lock = self._refreshing.setdefault(name, threading.Lock())
        if not lock.acquire(blocking=not current):
            assert known is not None  # noqa: S101 - or it would not be current
            return known  # somebody else reads it at this moment
        try:
            return self._refreshed(name)
        finally:
            lock.release()

    def fresh(self, name: str) -> Known | None:
        """Return what is known of a model, where that need not be read again."""
        known = self._known.get(name)
        if known is None or known.revision != self._registry.revision:
            return None
        age = time.monotonic() - known.at
        if age >= _REFRESH_SECONDS:
            return None
        if age >= _AHEAD_SECONDS and name not in self._read_ahead:
            self._read_ahead.add(name)
            with suppress(RuntimeError):  # it is closed
                self._reader.submit(self._ahead, name)
        return known

    def target(
        self,
        name: str,
        *,
        version: int | None = None,
        alias: str | None = None,
    ) -> Target | None:
        """Return the version with a number or an alias; ``None`` where the champion is asked.

        Raises
        ------
        NotFound
            When there is no such model, version or alias.
        """
        if version is None and alias in (None, CHAMPION):
            return None
        known = self.known(name)
        number = version if version is not None else known.named.get(alias or "")
        if number is None or number not in known.targets:
            known = self._refreshed(name)
            number = version if version is not None else known.named.get(alias or "")
        if number is None:
            raise no_alias(name, alias or "", known.named)
        if number not in known.targets:
            self._registry.record(name, number)  # says what there is
        return known.targets[number]

    def champion(self, name: str) -> Target:
        """Return the champion, whoever else shares its traffic.

        Raises
        ------
        NotFound
            When there is no such model, or it has no champion.
        """
        found = self.known(name).champion
        if found is not None:
            return found
        self._registry.record(name)  # says what there is
        message = f"The model {name!r} has no champion."
        raise NotFound(message, hint="Repair the store: modeldesk check --repair.")

    def canary(self, name: str) -> Canary | None:
        """Return the model's canary, if it has one and that is not the champion."""
        return self.known(name).canary

    def shared(self, name: str, canary: Canary, key: str | None) -> Target:
        """Return the champion or the canary, as the key, or else chance, decides."""
        if key is None:
            taken = self._chance.random() * 100 < canary.percent
        else:
            taken = canary.takes(name, key)
        if not taken:
            return self.champion(name)
        target = self.known(name).targets[canary.version]
        if self._lanes.ready(target.record):
            return target
        self._lanes.warm_meanwhile(target.record)
        return self.champion(name)

    def close(self) -> None:
        """Read nothing ahead any more."""
        self._reader.shutdown(cancel_futures=True)

    def _ahead(self, name: str) -> None:
        """Read a model before what is known of it is old; of a failure the next request is told."""
        lock = self._refreshing.setdefault(name, threading.Lock())
        try:
            if lock.acquire(blocking=False):
                try:
                    self._refreshed(name)
                finally:
                    lock.release()
        finally:
            self._read_ahead.discard(name)

    def _refreshed(self, name: str) -> Known:
        before = self._known.get(name)
        revision = self._registry.revision
        records = self._registry.records(name)
        targets = {record.number: _target(record, before) for record in records}
        wanted = {alias: record.number for record in records for alias in record.aliases}
        held = tuple(
            found
            for alias, number in wanted.items()
            if (found := self._held(alias, number, targets, before)) is not None
        )
        named = wanted | {entry.alias: entry.version for entry in held}
        champion = targets.get(named.get(CHAMPION, 0))
        routing = records[0].routing
        shadow = targets.get(routing.shadow.version) if routing.shadow else None
        if champion and shadow and shadow.record.version_id != champion.record.version_id:
            champion = Target(
                record=champion.record, decoder=champion.decoder, shadow=shadow.record
            )
        canary = routing.canary
        if canary and (canary.version not in targets or canary.version == named.get(CHAMPION)):
            canary = None
        known = Known(
            targets=targets,
            named=named,
            held=held,
            champion=champion,
            canary=canary,
            at=time.monotonic(),
            revision=revision,
        )
        self._known[name] = known
        needed = {*named.values(), *wanted.values(), *routing.versions}
        ids = {targets[number].record.version_id for number in needed if number in targets}
        self._lanes.pin(records[0].model_id, ids)
        return known

    def _held(
        self, alias: str, number: int, targets: Mapping[int, Target], before: Known | None
    ) -> Held | None:
        """Keep an alias where it was while the version that it moved to is not ready."""
        old = before.named.get(alias) if before else None
        if old is None or old == number or old not in targets:
            return None
        answering, coming = targets[old].record, targets[number].record
        if coming.flavor == EXTERNAL or not self._lanes.ready(answering):
            return None
        if self._lanes.ready(coming):
            _log.info("alias moved", model=coming.model, alias=alias, version=number)
            return None
        failure = self._lanes.warm_meanwhile(coming)
        reason = "" if failure is None else str(failure)
        return Held(alias=alias, version=old, wanted=number, reason=reason)


def first_key(canary: Canary, rows: Sequence[object], row_ids: Sequence[str | None]) -> str | None:
    """Return the key of a request: its first row's, as the canary says which.

    A number is the same key however it is written, so that 7, 7.0 and "7" are one customer.
    """
    if canary.key is None:
        return row_ids[0] if row_ids else None
    row = rows[0] if rows else None
    if not isinstance(row, Mapping):
        return None
    return as_key(row.get(canary.key))


def first_key_of(canary: Canary, frame: pl.DataFrame, row_id: str | None) -> str | None:
    """Return the key of a table: its first row's, as `first_key` does."""
    column = canary.key if canary.key is not None else row_id or "row_id"
    if column not in frame.columns or not frame.height:
        return None
    return as_key(frame[column][0])


def as_key(value: object) -> str | None:
    """Return a value as a key; ``None`` where there is none.

    >>> as_key(7.0), as_key("7"), as_key(None)
    ('7', '7', None)
    """
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _target(record: VersionRecord, before: Known | None) -> Target:
    known = before.targets.get(record.number) if before else None
    same = known is not None and known.record.version_id == record.version_id
    decoder = known.decoder if known and same else RowDecoder(record.signature)
    return Target(record=record, decoder=decoder)
