"""What a model's log keeps: all rows or fewer, which columns, which times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import msgspec

from modeldesk.errors import Corrupt, InvalidArgument

_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_DAYS = 36_500
"""A range of times reaches no further back or ahead: a century."""

CALENDAR_START = datetime(1000, 1, 1, tzinfo=UTC)
CALENDAR_END = datetime(9000, 1, 1, tzinfo=UTC)
"""No policy accepts times outside: those around them could not be told from them any more."""


class KeepRows(StrEnum):
    """Which rows stay in the log after they were profiled."""

    ALL = "all"
    SAMPLE = "sample"
    NONE = "none"


class OddTimes(StrEnum):
    """What happens to a row whose time is out of range."""

    ACCEPT = "accept"
    CLAMP = "clamp"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPolicy:
    """How the predictions of one model are logged.

    Profiles count every row, whatever is kept. Columns that are dropped or hashed are in no
    profile.

    Raises
    ------
    InvalidArgument
        When a number is out of range, or a column is both dropped and hashed.
    """

    rows: KeepRows = KeepRows.ALL
    sample: float = 0.1
    """Share of rows kept with ``rows="sample"``, chosen by the prediction's id."""
    drop: tuple[str, ...] = ()
    """Columns that are never written."""
    hash: tuple[str, ...] = ()
    """Columns of which only a hash is written, so that equal values can be told to be equal."""
    salt: str = ""
    """Goes into each hash; drawn at random when the policy is set."""
    max_text_characters: int = 10_000
    """Longer strings are cut before they are written."""
    segment_by: tuple[str, ...] = ()
    """Columns whose values split the profiles into segments, besides the overall ones."""
    times: OddTimes = OddTimes.REFUSE
    """What happens to rows before 1970, older than ``oldest_days``, or from the future.

    Times before the year 1000 or after the year 8999 are never accepted, only clamped.
    """
    oldest_days: int | None = None
    """Rows older than this are odd; ``None``: only those before 1970. At most 36,500."""
    future_minutes: int = 24 * 60
    """Rows from further in the future than this are odd. At most a century."""

    def __post_init__(self) -> None:
        if not 0 < self.sample <= 1:
            message = f"The share of rows to keep is {self.sample}, not above 0 and up to 1."
            raise InvalidArgument(message, hint="Write 0.1 for every tenth row.")
        if self.max_text_characters < 1 or self.future_minutes < 0:
            message = "max_text_characters is at least 1, future_minutes at least 0."
            raise InvalidArgument(message)
        if not 0 <= (self.oldest_days or 0) <= _MOST_DAYS or (
            self.future_minutes > _MOST_DAYS * 24 * 60
        ):
            message = f"oldest_days and future_minutes span at most {_MOST_DAYS} days."
            raise InvalidArgument(message, hint='To take rows of any time, set times="accept".')
        both = sorted(set(self.drop) & set(self.hash))
        if both:
            message = f"{', '.join(both)}: a column is dropped or hashed, not both."
            raise InvalidArgument(message)

    def time(self, given: datetime, now: datetime) -> datetime | None:
        """Return the time under which a row is logged, or ``None`` to refuse it.

        >>> now = datetime(2026, 3, 1, tzinfo=UTC)
        >>> LogPolicy().time(datetime(2030, 1, 1, tzinfo=UTC), now) is None
        True
        >>> LogPolicy(times=OddTimes.CLAMP).time(datetime(2030, 1, 1, tzinfo=UTC), now).year
        2026
        """
        earliest, latest = self.earliest(now), self.latest(now)
        if self.times is OddTimes.ACCEPT:
            return given if CALENDAR_START <= given < CALENDAR_END else None
        if earliest <= given <= latest:
            return given
        if self.times is OddTimes.REFUSE:
            return None
        return earliest if given < earliest else now

    def earliest(self, now: datetime) -> datetime:
        """Return the earliest time that is not odd."""
        if self.oldest_days is None:
            return _FIRST
        return max(_FIRST, now - timedelta(days=self.oldest_days))

    def latest(self, now: datetime) -> datetime:
        """Return the latest time that is not odd."""
        return now + timedelta(minutes=self.future_minutes)

    def encode(self) -> str:
        """Return the policy as JSON."""
        return msgspec.json.encode(self).decode()

    @staticmethod
    def decode(text: str) -> LogPolicy:
        """Read a policy from its JSON; `Corrupt` when the text is something else."""
        try:
            return msgspec.json.decode(text, type=LogPolicy)
        except msgspec.MsgspecError as error:
            message = f"The stored log policy cannot be read: {error}."
            raise Corrupt(message) from error
