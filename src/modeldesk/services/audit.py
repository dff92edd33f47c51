"""The audit trail: who changed what, page by page."""

from __future__ import annotations

from dataclasses import dataclass

from modeldesk.clock import Clock
from modeldesk.errors import InvalidArgument
from modeldesk.services.acting import change
from modeldesk.store import AuditEntry, AuditRecords, Detail

MOST_ENTRIES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """Entries of the trail, the latest first."""

    entries: tuple[AuditEntry, ...]
    cursor: int | None
    """Where the next page starts; ``None`` when there is none."""


class Audit:
    """Reads the trail. What changes something writes to it: see `modeldesk.services.acting`.

    Parameters
    ----------
    records
        The trail in the database.
    clock
        Tells when something was changed.
    """

    def __init__(self, records: AuditRecords, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    def record(self, action: str, what: str, **details: Detail) -> None:
        """Note what the caller has changed outside a single transaction, such as a deletion."""
        self._records.add(change(self._clock.now(), action, what, **details))

    def page(
        self,
        *,
        cursor: int | None = None,
        actor: str | None = None,
        action: str | None = None,
        limit: int = 100,
    ) -> AuditPage:
        """Return a page of the trail.

        Parameters
        ----------
        cursor
            From the page before.
        actor
            Only what this one did, such as ``user anna``.
        action
            Only this action, such as ``key.revoked``, or all of a kind, such as ``key``.
        limit
            Entries of a page.

        Raises
        ------
        InvalidArgument
            When a page cannot have so many entries.
        """
        if not 0 < limit <= MOST_ENTRIES:
            message = f"A page cannot have {limit} entries."
            raise InvalidArgument(message, hint=f"Ask for 1 to {MOST_ENTRIES}.")
        found = self._records.list(before=cursor, actor=actor, action=action, limit=limit + 1)
        more = len(found) > limit
        return AuditPage(entries=found[:limit], cursor=found[limit - 1].entry_id if more else None)
