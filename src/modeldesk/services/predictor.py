"""Predicting: requests go to the lane of their version and come back committed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextvars import copy_context
from datetime import UTC, datetime

from modeldesk.clock import Clock
from modeldesk.errors import InvalidArgument, InvalidData, InvalidRows, Problem
from modeldesk.schema import Canary, ColumnRows, Frame, LogPolicy, Signature, to_frame
from modeldesk.services.batch import PredictionBatch
from modeldesk.services.express import Express, Loop
from modeldesk.services.job import Done, Job
from modeldesk.services.lanes import Lanes, Limits
from modeldesk.services.loading import EXTERNAL
from modeldesk.services.measures import Waiting
from modeldesk.services.registry import Registry
from modeldesk.services.tables import checked_table
from modeldesk.services.traffic import Target, Traffic, first_key, first_key_of

_MANY = 32
"""From this many rows on a request is a table of its own, until it is predicted with others."""


class Predictor:
    """Answers requests for any published version.

    A change of the champion or of the log policy is seen at once, one made by another process
    within a second.

    Parameters
    ----------
    registry
        Finds versions.
    lanes
        Predict and log.
    traffic
        Tells which version answers.
    clock
        Stamps rows that come without a time.
    limits
        How much is accepted.
    """

    def __init__(
        self, registry: Registry, lanes: Lanes, traffic: Traffic, clock: Clock, limits: Limits
    ) -> None:
        self._registry = registry
        self._lanes = lanes
        self._traffic = traffic
        self._clock = clock
        self._limits = limits

    def submit(
        self,
        name: str,
        rows: Sequence[object],
        *,
        version: int | None = None,
        alias: str | None = None,
        key: str | None = None,
        timestamps: Sequence[datetime | None] | None = None,
        row_ids: Sequence[str | None] | None = None,
    ) -> Future[PredictionBatch]:
        """Check rows and queue them; the future is done after they are committed.

        Parameters
        ----------
        name
            Name of the model.
        rows
            One mapping from feature to value per row.
        version
            Number of the version; without one, the champion or its canary.
        alias
            Name that points at the version, instead of its number.
        key
            Decides between champion and canary; without one, what the routing names.
        timestamps
            When each row happened, aware; without one, now.
        row_ids
            The caller's own key of each row.

        Raises
        ------
        NotFound
            When there is no such model, version or alias.
        InvalidRows
            When rows do not fit the signature; they are counted and nothing is logged.
        InvalidArgument
            When the lists differ in length, there are too many rows, or version and alias are
            both given.
        Overloaded
            When too many rows wait already, or the server is stopping.
        """
        target = self._target(
            name, version, alias, key, lambda canary: first_key(canary, rows, row_ids or ())
        )
        done = _accepted()
        self._submit(target, rows, timestamps, row_ids, done, self._lanes)
        return done

    def submit_here(
        self,
        name: str,
        rows: Sequence[object],
        *,
        timestamps: Sequence[datetime | None] | None,
        row_ids: Sequence[str | None] | None,
        done: Done,
        express: Express,
    ) -> bool:
        """Do what `submit` does in the thread of an event loop, where nothing must be waited for.

        Parameters
        ----------
        name, rows, timestamps, row_ids
            As for `submit`.
        done
            Who is told what becomes of the rows.
        express
            Takes them.

        Returns
        -------
        bool
            Whether that was done; if not, the database has to be asked first.
        """
        known = self._traffic.fresh(name)
        if known is None:
            return False
        target = known.champion
        if target is None or known.canary is not None:
            target = self._target(
                name, None, None, None, lambda canary: first_key(canary, rows, row_ids or ())
            )
        self._submit(target, rows, timestamps, row_ids, done, express)
        return True

    def _submit(
        self,
        target: Target,
        rows: Sequence[object],
        timestamps: Sequence[datetime | None] | None,
        row_ids: Sequence[str | None] | None,
        done: Done,
        taker: Lanes | Express,
    ) -> None:
        """Check rows and queue them."""
        self._check_lengths(rows, timestamps, row_ids)
        decoder = target.decoder
        try:
            decoded = decoder.table(rows) if len(rows) >= _MANY else decoder.decode(rows)
            if decoder.texts:
                self._check_texts(decoder.texts, rows)
            times = self._times(target.record.policy, timestamps, len(rows))
        except InvalidRows as error:
            self._lanes.refuse(target.record, error.rows)
            raise
        taker.submit(
            target.record,
            Job(
                rows=decoded,
                times=times,
                row_ids=row_ids or [None] * len(rows),
                done=done,
                context=copy_context(),
                shadow=target.shadow,
            ),
        )

    def submit_table(
        self,
        name: str,
        data: Frame,
        *,
        version: int | None = None,
        alias: str | None = None,
        key: str | None = None,
        time: str | None = None,
        row_id: str | None = None,
    ) -> Future[PredictionBatch]:
        """Check a table's rows and queue them; the future is done after they are committed.

        Parameters
        ----------
        name
            Name of the model.
        data
            A table with a column for each feature.
        version
            Number of the version; without one, the champion or its canary.
        alias
            Name that points at the version, instead of its number.
        key
            Decides between champion and canary; without one, what the routing names.
        time
            Column with the time of each row; by default ``timestamp`` or ``time`` where there
            is one that the model does not use itself, else now.
        row_id
            Column with the caller's own keys; by default ``row_id`` where there is one.

        Raises
        ------
        NotFound
            When there is no such model, version or alias.
        InvalidData
            When a column is missing or not known; all rows are counted as refused.
        InvalidRows
            When rows do not fit the signature; they are counted and nothing is logged.
        InvalidArgument
            When there are too many rows, or none.
        Overloaded
            When too many rows wait already, or the server is stopping.
        """
        frame = to_frame(data)
        target = self._target(
            name, version, alias, key, lambda canary: first_key_of(canary, frame, row_id)
        )
        record = target.record
        self._check_count(frame.height)
        try:
            checked = checked_table(
                frame,
                record.signature,
                record.policy,
                self._clock.now(),
                time=time,
                row_id=row_id,
                longest=self._limits.text_characters,
            )
        except InvalidRows as error:
            self._lanes.refuse(record, error.rows)
            raise
        except InvalidData:
            self._lanes.refuse(record, frame.height)
            raise
        done = _accepted()
        job = Job(
            rows=checked.inputs,
            times=checked.times,
            row_ids=checked.row_ids,
            done=done,
            context=copy_context(),
            shadow=target.shadow,
        )
        self._lanes.submit(record, job)
        return done

    def predict(
        self,
        name: str,
        rows: Sequence[object],
        *,
        version: int | None = None,
        alias: str | None = None,
        key: str | None = None,
        timestamps: Sequence[datetime | None] | None = None,
        row_ids: Sequence[str | None] | None = None,
    ) -> PredictionBatch:
        """Do what `submit` does and wait for the answer."""
        return self.submit(
            name,
            rows,
            version=version,
            alias=alias,
            key=key,
            timestamps=timestamps,
            row_ids=row_ids,
        ).result()

    def signature(
        self, name: str, version: int | None = None, *, alias: str | None = None
    ) -> Signature:
        """Return what a version takes, the champion by default; at most a second old.

        Unlike the registry's this rarely reads the database.

        Raises
        ------
        NotFound
            When there is no such model, version or alias.
        InvalidArgument
            When version and alias are both given.
        """
        target = self._named(name, version, alias) or self._traffic.champion(name)
        return target.record.signature

    def knows(self, name: str) -> bool:
        """Say whether `submit` can queue rows for a model without asking the database first."""
        return self._traffic.fresh(name) is not None

    def express(self, loop: Loop) -> Express:
        """Return what answers rows within a turn of an event loop; see there."""
        return Express(self._lanes, loop)

    def check_room(self, name: str) -> None:
        """Say early that a model has no room for rows, where that is known.

        Raises
        ------
        Overloaded
            When `submit` would raise it whatever the rows are.
        """
        known = self._traffic.fresh(name)
        if known is not None and known.champion is not None and known.canary is None:
            self._lanes.check_room(known.champion.record)

    def warm(self) -> None:
        """Start loading every champion, so that its first request need not wait for that."""
        for name in self._registry.names():
            record = self._registry.record(name)
            if record.flavor != EXTERNAL:
                self._lanes.warm(record)

    def queued(self) -> tuple[Waiting, ...]:
        """Return how many rows wait for each version that is open."""
        rows: Counter[tuple[str, int]] = Counter()
        for lane in self._lanes.all():
            rows[lane.record.model, lane.record.number] += lane.waiting
        return tuple(
            Waiting(model=model, version=str(number), rows=waiting)
            for (model, number), waiting in rows.items()
        )

    def close(self) -> None:
        """Refuse new rows, answer what is queued and stop."""
        self._traffic.close()
        self._lanes.close()

    def _target(
        self,
        name: str,
        version: int | None,
        alias: str | None,
        key: str | None,
        first: Callable[[Canary], str | None],
    ) -> Target:
        found = self._named(name, version, alias)
        if found is not None:
            return found
        canary = self._traffic.canary(name)
        if canary is None:
            return self._traffic.champion(name)
        return self._traffic.shared(name, canary, first(canary) if key is None else key)

    def _named(self, name: str, version: int | None, alias: str | None) -> Target | None:
        """Return the version that is asked by number or alias; ``None``: the champion."""
        if version is not None and alias is not None:
            message = f"Both version {version} and the alias {alias!r} are asked."
            raise InvalidArgument(message, hint="Give one of them, or none for the champion.")
        return self._traffic.target(name, version=version, alias=alias)

    def _times(
        self, policy: LogPolicy, given: Sequence[datetime | None] | None, rows: int
    ) -> list[datetime]:
        now = self._clock.now()
        if given is None:
            return [now] * rows
        times = [
            now if moment is None else policy.time(moment.astimezone(UTC), now) for moment in given
        ]
        problems = tuple(
            Problem(
                row=position,
                field="timestamp",
                problem=f"out of range ({given[position]})",
                expected="a time that the model's log policy accepts",
            )
            for position, time in enumerate(times)
            if time is None
        )
        if problems:
            raise InvalidRows(problems, rows=len(problems))
        return [time for time in times if time is not None]

    def _check_lengths(self, rows: Sequence[object], *others: Sequence[object] | None) -> None:
        self._check_count(len(rows))
        for other, word in zip(others, ("timestamps", "row_ids"), strict=True):
            if other is not None and len(other) != len(rows):
                message = f"There are {len(rows)} rows and {len(other)} {word}."
                raise InvalidArgument(message, hint=f"Give one of the {word} per row, or none.")

    def _check_count(self, rows: int) -> None:
        if not rows:
            message = "There are no rows."
            raise InvalidArgument(message, hint="Give at least one.")
        if rows > self._limits.rows:
            message = f"{rows} rows are more than the {self._limits.rows} of one request."
            raise InvalidArgument(message, hint="Send them in parts, or raise max_rows.")

    def _check_texts(self, texts: Sequence[str], rows: Sequence[object]) -> None:
        """Refuse rows with too long a text in one of the features that are texts."""
        limit = self._limits.text_characters
        given = (
            (position, field, value)
            for field in texts
            for position, value in enumerate(_values(rows, field))
            if isinstance(value, str)
        )
        problems = tuple(
            Problem(
                row=position,
                field=field,
                problem=f"too long, {len(value)} characters",
                expected=f"at most {limit} characters",
            )
            for position, field, value in given
            if len(value) > limit
        )
        if problems:
            raise InvalidRows(problems, rows=len({problem.row for problem in problems}))


def _values(rows: Sequence[object], field: str) -> Iterable[object]:
    """Return what each row gives for a feature."""
    if isinstance(rows, ColumnRows):
        return rows.columns.get(field, ())
    return (row.get(field) if isinstance(row, Mapping) else None for row in rows)


def _accepted() -> Future[PredictionBatch]:
    """Return a future for rows that will be predicted and logged.

    Who waits for it can stop waiting, not take the rows back.
    """
    done: Future[PredictionBatch] = Future()
    done.set_running_or_notify_cancel()
    return done
