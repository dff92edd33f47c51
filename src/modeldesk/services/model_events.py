"""What happened to a model: versions, aliases, alerts, flags and changes, in the order of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from modeldesk.services.acting import CHANGES, caller
from modeldesk.services.registry import Registry
from modeldesk.store import (
    CHAMPION,
    AlertRecord,
    AlertRecords,
    AliasMove,
    AliasRecords,
    AuditEntry,
    AuditRecords,
    FlagRecord,
    FlagRecords,
)

MOST_EVENTS = 200
"""Events of each kind that are looked up, the latest ones."""

_LONGEST = 300
_TOLD_ELSEWHERE = frozenset({"version.published", "alias.moved", "alert.status"})
_IN_WORDS = {
    "policy.set": "The log policy was changed",
    "routing.set": "The routing of traffic was changed",
    "slice.defined": "A slice was defined",
    "slice.deleted": "A slice was deleted",
    "job.cancelled": "A file's job was cancelled",
    "job.removed": "A file's job was removed",
}


class EventKind(StrEnum):
    """What sort of thing happened."""

    ALERT = "alert"
    """An alert was opened, acknowledged or resolved."""
    VERSION = "version"
    """A version was published, or an alias moved."""
    FLAG = "flag"
    """A person flagged a prediction."""
    CHANGE = "change"
    """Something else was changed, as the audit trail tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEvent:
    """Something that happened to a model."""

    kind: EventKind
    time: datetime
    day: date
    """The day that it is about: of an alert that opened, the day of the rows that it found."""
    sentence: str
    actor: str = ""
    """Who did it; empty where nobody is named."""
    column: str = ""
    """The column of an alert."""
    prediction_id: str = ""
    """The prediction that was flagged."""


class ModelEvents:
    """Gathers what happened.

    Parameters
    ----------
    registry
        Versions of the models.
    aliases
        Where aliases pointed.
    alerts
        What monitors found.
    flags
        What people marked.
    audit
        What else was changed; only shown to who may see the trail.
    """

    def __init__(
        self,
        registry: Registry,
        aliases: AliasRecords,
        alerts: AlertRecords,
        flags: FlagRecords,
        audit: AuditRecords,
    ) -> None:
        self._registry = registry
        self._aliases = aliases
        self._alerts = alerts
        self._flags = flags
        self._audit = audit

    def of(self, name: str, *, start: datetime | None = None) -> tuple[ModelEvent, ...]:
        """Return what happened to a model, the latest first; up to `MOST_EVENTS` of each kind.

        Parameters
        ----------
        name
            The model.
        start
            Only what happened then or later, or is about days from then on.

        Raises
        ------
        NotFound
            When there is no such model.
        """
        changes = self._changes(name) if caller().may(CHANGES) else ()
        # At one and the same moment, what is published comes before what happens to it.
        found = [
            *changes,
            *self._flagged(name),
            *self._found(name, start),
            *self._versions(name),
        ]
        first = None if start is None else start.date()
        kept = [event for event in found if first is None or event.day >= first]
        return tuple(sorted(kept, key=lambda event: event.time, reverse=True))

    def _versions(self, name: str) -> Iterator[ModelEvent]:
        records = self._registry.records(name)
        for record in records[-MOST_EVENTS:]:
            yield _event(
                EventKind.VERSION, record.created_at, f"Version {record.number} was published."
            )
        for move in self._aliases.moves(records[0].model_id, limit=MOST_EVENTS):
            if move.alias != CHAMPION or move.from_version is not None:
                yield _event(EventKind.VERSION, move.at, _moved(move), actor=move.by)

    def _found(self, name: str, start: datetime | None) -> Iterator[ModelEvent]:
        for alert in self._alerts.since(name, start, limit=MOST_EVENTS):
            yield ModelEvent(
                kind=EventKind.ALERT,
                time=alert.opened_at,
                day=alert.window.start.date(),
                sentence=_short(f"Alert on {alert.column}: {alert.sentence}"),
                actor=alert.monitor,
                column=alert.column,
            )
            if alert.changed_at != alert.opened_at:
                yield _settled(alert)

    def _flagged(self, name: str) -> Iterator[ModelEvent]:
        for flag in self._flags.list(model=name, limit=MOST_EVENTS):
            yield _event(
                EventKind.FLAG, flag.created_at, _told(flag), prediction_id=flag.prediction_id
            )

    def _changes(self, name: str) -> Iterator[ModelEvent]:
        for entry in self._audit.about(f"model {name}", limit=MOST_EVENTS):
            if entry.action not in _TOLD_ELSEWHERE:
                yield _event(EventKind.CHANGE, entry.time, _changed(entry), actor=entry.actor)


def _event(
    kind: EventKind, time: datetime, sentence: str, *, actor: str = "", prediction_id: str = ""
) -> ModelEvent:
    return ModelEvent(
        kind=kind,
        time=time,
        day=time.date(),
        sentence=_short(sentence),
        actor=actor,
        prediction_id=prediction_id,
    )


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= _LONGEST else f"{sentence[:_LONGEST]}..."


def _moved(move: AliasMove) -> str:
    if move.to_version is None:
        words = f"Alias {move.alias} was removed."
    elif move.from_version is None:
        words = f"Alias {move.alias} was given to version {move.to_version}."
    else:
        verb = "moved back" if move.undoes is not None else "moved"
        words = f"Alias {move.alias} {verb} from version {move.from_version} to {move.to_version}."
    return f"{words} {move.reason}".rstrip()


def _settled(alert: AlertRecord) -> ModelEvent:
    verb = "reopened" if alert.status == "open" else alert.status
    return ModelEvent(
        kind=EventKind.ALERT,
        time=alert.changed_at,
        day=alert.changed_at.date(),
        sentence=_short(f"Alert on {alert.column} of {alert.window.start:%Y-%m-%d} was {verb}."),
        column=alert.column,
    )


def _told(flag: FlagRecord) -> str:
    label = f", should have been {flag.proposed_label}" if flag.proposed_label else ""
    comment = f": {flag.comment}" if flag.comment else ""
    return f"A prediction was flagged as {flag.reason}{label}{comment}"


def _changed(entry: AuditEntry) -> str:
    words = _IN_WORDS.get(entry.action, entry.action)
    parts = entry.object.split(" ", 3)
    about = f": {parts[3]}" if len(parts) > 3 else ""  # noqa: PLR2004 - model iris slice long
    return f"{words}{about}."
