"""Aliases: moved only onto versions that load and predict, with history, and back."""

from __future__ import annotations

import re

from modeldesk.clock import Clock
from modeldesk.errors import Conflict, InvalidArgument, NotFound
from modeldesk.services.acting import caller, change
from modeldesk.services.lanes import Lanes
from modeldesk.services.loading import EXTERNAL, not_here
from modeldesk.services.registry import Registry, no_alias
from modeldesk.store import CHAMPION, Alias, AliasMove, AliasRecords, NewMove, VersionRecord

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,99}")
_LONGEST = 1000


class Aliases:
    """Moves the names that point at versions.

    A move loads the new version first and lets it predict its signature's example; when that
    fails, the alias stays where it is. Requests go to the old version until then, so that none
    waits or fails for a move.

    Parameters
    ----------
    records
        The aliases in the database.
    registry
        Knows models and versions.
    lanes
        Load versions.
    clock
        Tells when an alias was moved.
    """

    def __init__(
        self, records: AliasRecords, registry: Registry, lanes: Lanes, clock: Clock
    ) -> None:
        self._records = records
        self._registry = registry
        self._lanes = lanes
        self._clock = clock

    def of(self, name: str) -> tuple[Alias, ...]:
        """Return a model's aliases in alphabetical order; `NotFound` without such a model."""
        return self._records.of(self._model_id(name))

    def history(self, name: str, alias: str, *, limit: int = 100) -> tuple[AliasMove, ...]:
        """Return where an alias pointed, the latest move first.

        Raises
        ------
        NotFound
            When there is no such model, or it never had such an alias.
        """
        found = self._records.history(self._model_id(name), alias, limit=limit)
        if not found:
            raise self._unknown(name, alias)
        return found

    def moves(self, name: str, *, limit: int = 100) -> tuple[AliasMove, ...]:
        """Return where all aliases of a model pointed, those that are gone as well; latest first.

        Raises
        ------
        NotFound
            When there is no such model.
        """
        return self._records.moves(self._model_id(name), limit=limit)

    def next_back(self, name: str, alias: str = CHAMPION) -> AliasMove | None:
        """Return the move that `rollback` would take back; ``None`` where there is none.

        Raises
        ------
        NotFound
            When there is no such model.
        """
        last = self._records.last_standing(self._model_id(name), alias)
        return None if last is None or last.from_version is None else last

    def move(
        self,
        name: str,
        alias: str,
        version: int,
        *,
        expected: int | None = None,
        reason: str = "",
    ) -> AliasMove:
        """Let an alias point at a version, from the next request on.

        Where it points there already, nothing changes, and the latest move is returned.

        Parameters
        ----------
        name
            The model.
        alias
            ``champion``, ``challenger``, or a name of your own; a new one is made.
        version
            Number of the version.
        expected
            Number of the version that it must still point at, 0 where there must be no such
            alias; ``None``: wherever it points.
        reason
            Why, for the history.

        Raises
        ------
        NotFound
            When there is no such model or version.
        InvalidArgument
            When the alias is no name, or a text is too long.
        Conflict
            When it does not point at what was expected, or was moved by somebody else while the
            version was loaded.
        Incompatible
            When it points at a version that answers here, and the new one is served elsewhere.
        ModelFailed, Corrupt, StoreUnavailable
            When the version cannot be loaded or does not predict; nothing has changed then.
        """
        self._check(alias, reason)
        record = self._registry.record(name, version)
        before = self._now(name, alias)
        _check_expected(alias, before, expected)
        if before == version:
            return self.history(name, alias, limit=1)[0]
        return self._moved(name, alias, before, record, reason=reason)

    def remove(
        self, name: str, alias: str, *, expected: int | None = None, reason: str = ""
    ) -> AliasMove:
        """Remove an alias; its history stays, and `rollback` brings it back.

        Parameters
        ----------
        name, alias, expected, reason
            As for `move`.

        Raises
        ------
        NotFound
            When there is no such model or alias.
        Conflict
            When it is the champion, as a model always has one, or it does not point at what was
            expected.
        """
        self._check(alias, reason)
        if alias == CHAMPION:
            message = f"The model {name!r} needs a champion."
            raise Conflict(message, hint="Move it to another version instead.")
        before = self._now(name, alias)
        if before is None:
            raise self._unknown(name, alias)
        _check_expected(alias, before, expected)
        return self._moved(name, alias, before, None, reason=reason)

    def rollback(
        self, name: str, alias: str = CHAMPION, *, expected: int | None = None, reason: str = ""
    ) -> AliasMove:
        """Take the latest move of an alias back, or, once more, the one before it.

        What was taken back is not taken back again: after moves from 1 to 2 and to 3, two
        rollbacks end at 1. A move after a rollback counts as the latest.

        Parameters
        ----------
        name, alias, reason
            As for `move`.
        expected
            Identifier of the move that must be the one that is taken back, as `next_back` told
            it; ``None``: whichever it is.

        Raises
        ------
        NotFound
            When there is no such model or alias.
        Conflict
            When there is nothing before, another move than expected would be taken back, or
            somebody else moved the alias meanwhile.
        ModelFailed, Corrupt, StoreUnavailable
            When the version before cannot be loaded; nothing has changed then.
        """
        self._check(alias, reason)
        last = self._records.last_standing(self._model_id(name), alias)
        if last is None:
            raise self._unknown(name, alias)
        if last.from_version is None:
            message = f"The alias {alias!r} of {name!r} points at its first version."
            raise Conflict(message, hint="There is nothing to go back to.")
        if expected is not None and last.move_id != expected:
            message = f"The alias {alias!r} was moved by somebody else meanwhile."
            raise Conflict(message, hint="Look at its history, then decide again.")
        record = self._registry.record(name, last.from_version)
        return self._moved(name, alias, last.to_version, record, reason=reason, undoes=last.move_id)

    def _moved(
        self,
        name: str,
        alias: str,
        before: int | None,
        record: VersionRecord | None,
        *,
        reason: str,
        undoes: int | None = None,
    ) -> AliasMove:
        if record is not None:
            self._prepare(name, before, record)
        new = NewMove(
            model_id=self._model_id(name),
            alias=alias,
            from_version=before,
            to_version=None if record is None else record.number,
            at=self._clock.now(),
            reason=reason,
            by=str(caller()),
            undoes=undoes,
        )
        told = change(
            new.at,
            "alias.moved",
            f"model {name} alias {alias}",
            before=new.from_version,
            after=new.to_version,
            reason=reason,
        )
        move_id = self._records.move(new, told)
        self._registry.revision += 1
        return AliasMove(
            move_id=move_id,
            alias=alias,
            at=new.at,
            from_version=new.from_version,
            to_version=new.to_version,
            reason=reason,
            by=new.by,
            undoes=undoes,
        )

    def _prepare(self, name: str, before: int | None, record: VersionRecord) -> None:
        """Load a version before anybody is sent to it."""
        if record.flavor != EXTERNAL:
            self._lanes.warm(record).result()
        elif before is not None and self._registry.record(name, before).flavor != EXTERNAL:
            hint = "The alias is asked here: let it point at a version that can answer."
            raise not_here(record, hint=hint)

    def _now(self, name: str, alias: str) -> int | None:
        return next((found.version for found in self.of(name) if found.alias == alias), None)

    def _model_id(self, name: str) -> int:
        return self._registry.records(name)[0].model_id

    def _unknown(self, name: str, alias: str) -> NotFound:
        return no_alias(name, alias, [found.alias for found in self.of(name)])

    @staticmethod
    def _check(alias: str, reason: str) -> None:
        if not _NAME.fullmatch(alias):
            message = f"{alias!r} is no name for an alias."
            hint = "Begin with a letter; use up to 100 letters, digits, dots, hyphens, underscores."
            raise InvalidArgument(message, hint=hint)
        if "\0" in reason:
            message = "A reason is text without NUL characters."
            raise InvalidArgument(message)
        if len(reason) > _LONGEST:
            message = f"A reason has up to {_LONGEST} characters."
            raise InvalidArgument(message)


def _check_expected(alias: str, before: int | None, expected: int | None) -> None:
    if expected is not None and (before or 0) != expected:
        message = f"The alias {alias!r} points at {_told(before)}, not at {_told(expected)}."
        raise Conflict(message, hint="Look at its history, then decide again.")


def _told(version: int | None) -> str:
    return f"version {version}" if version else "no version"
