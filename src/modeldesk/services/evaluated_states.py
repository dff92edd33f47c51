"""The states that were kept of versions' days, put together for a part and a range."""

from __future__ import annotations

from datetime import datetime

from modeldesk.errors import InvalidArgument, NotFound
from modeldesk.performance import State, Task, decode, task_of
from modeldesk.services.merged_days import alike, together
from modeldesk.services.slice_parts import slice_of, slice_part
from modeldesk.store import EvaluationRecords, SliceRecords, VersionRecord


class EvaluatedStates:
    """Reads what was kept of versions' days, by segment and slice.

    Parameters
    ----------
    records
        What was kept.
    slices
        Which slices models have.
    """

    def __init__(self, records: EvaluationRecords, slices: SliceRecords) -> None:
        self._records = records
        self._slices = slices

    def segments(self, record: VersionRecord) -> tuple[str, ...]:
        """Return the names of the segments that a version was ever evaluated in."""
        parts = self._records.parts(record.version_id)
        return tuple(part for part in parts if part and slice_of(part) is None)

    def expressions(self, record: VersionRecord) -> dict[str, str]:
        """Return the conditions of the slices of a version's model, by the names of their parts."""
        return {slice_part(each.name): each.expression for each in self._slices.of(record.model_id)}

    def parts(
        self, record: VersionRecord, start: datetime | None, end: datetime | None
    ) -> tuple[str, ...]:
        """Return the names of the parts that a version's days in a range were evaluated in."""
        return self._records.parts(record.version_id, start=start, end=end)

    def days(
        self, record: VersionRecord, part: str, start: datetime | None, end: datetime | None
    ) -> list[tuple[datetime, State]]:
        """Return the states of a part's days in a range that can be merged, oldest first.

        Raises
        ------
        NotFound
            When there never was such a part; a known one may have no rows.
        """
        days = self._records.days(record.version_id, part=part, start=start, end=end)
        if part and not days:
            self._check_part(record, part)
        return alike([(found.day, decode(found.state)) for found in days])

    def of(
        self,
        record: VersionRecord,
        part: str,
        start: datetime | None,
        end: datetime | None,
        *,
        task: Task | None = None,
    ) -> State | None:
        """Return the state of a part over a range; ``None`` where nothing is evaluated.

        Parameters
        ----------
        record, part
            The version, and the part of its rows; an empty name is that of all rows.
        start, end
            Days that begin at or after ``start`` and before ``end``.
        task
            Only days of this task; that of the latest day unless told.

        Raises
        ------
        NotFound
            When there never was such a part.
        """
        days = [state for _, state in self.days(record, part, start, end)]
        return together([state for state in days if task in {None, task_of(state)}])

    def _check_part(self, record: VersionRecord, part: str) -> None:
        name = slice_of(part)
        if name is None:
            known = self.segments(record)
            message = f"No labelled row of {record.model!r} is in a segment {part!r}."
            kind = "segments"
        else:
            known = tuple(self.expressions(record))
            message = f"The model {record.model!r} has no slice {name!r}."
            kind = "slices"
        if part not in known:
            names = ", ".join(slice_of(each) or each for each in known[:10])
            hint = f"Known {kind}: {names}." if names else "There is none yet."
            raise NotFound(message, hint=hint)


def part_of(segment: str, slice_name: str) -> str:
    """Return the name of the part that a segment or a slice is evaluated as.

    >>> part_of("country=DE", ""), part_of("", "old"), part_of("", "")
    ('country=DE', 'slice:old', '')

    Raises
    ------
    InvalidArgument
        When both are named.
    """
    if segment and slice_name:
        message = f"Both a segment, {segment!r}, and a slice, {slice_name!r}, are named."
        raise InvalidArgument(message, hint="Name one of them.")
    return slice_part(slice_name) if slice_name else segment
