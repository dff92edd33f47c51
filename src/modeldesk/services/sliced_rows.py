"""The parts of a version's rows that its model's slices name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl
import structlog

from modeldesk.errors import InvalidData
from modeldesk.services.slice_parts import slice_part
from modeldesk.services.slice_rows import fitting, masks_one_by_one
from modeldesk.store import SliceRecord, VersionRecord

_log = structlog.get_logger("modeldesk.evaluation")


class SlicedRows:
    """Tells the slices of a version's rows; one that fails does not stop the others.

    Parameters
    ----------
    record
        The version; slices whose conditions do not fit it are left out.
    slices
        Those of its model.
    """

    def __init__(self, record: VersionRecord, slices: Sequence[SliceRecord]) -> None:
        self._record = record
        kept = {slice_part(each.name): each.expression for each in slices}
        self._conditions = fitting(kept, record)
        self.failed: set[str] = set()
        """Names of the parts whose conditions failed on some rows."""

    @property
    def any(self) -> bool:
        """Whether there is any slice to tell."""
        return bool(self._conditions)

    def parts(self, rows: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
        """Yield the rows of each slice that has any, by the name of the part."""
        for part, mask in masks_one_by_one(self._conditions, rows, self._record).items():
            if isinstance(mask, InvalidData):
                self.failed.add(part)
                _log.warning("slice not evaluated", part=part, error=str(mask))
            elif mask.any():
                yield part, rows.filter(mask)
