"""What is in the log and in the profiles, counted in every way that there is."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from modeldesk.services.reading import MOST_ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modeldesk.desk import Desk

_CHUNK_ROWS = "select coalesce(sum(rows), 0) from chunks"
_PROFILED_ROWS = (
    "select coalesce(sum(rows), 0) from profiles where granularity = '{}' and segment = ''"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Rows, counted in every place where they are counted."""

    read: int
    """Rows read back page by page."""
    chunks: int
    days: int
    hours: int
    said: int
    """What the model's overview says."""
    keys: Mapping[str, int]
    """How often each caller's key is in the log."""
    ids: frozenset[str]
    problems: tuple[str, ...]
    """What verifying the whole store found."""

    @staticmethod
    def of(desk: Desk, model: str = "iris") -> Ledger:
        """Roll up what waits, and count."""
        desk.jobs.run()
        keys: Counter[str] = Counter()
        ids: list[str] = []
        cursor = None
        while True:
            page = desk.reader.page(model, cursor=cursor, limit=MOST_ROWS)
            ids += page.frame["prediction_id"].to_list()
            keys.update(page.frame["row_id"].drop_nulls().to_list())
            cursor = page.cursor
            if cursor is None:
                break
        with desk.store.reading() as connection:
            chunks, days, hours = (
                int(connection.execute(sa.text(query)).scalar_one())
                for query in (
                    _CHUNK_ROWS,
                    _PROFILED_ROWS.format("day"),
                    _PROFILED_ROWS.format("hour"),
                )
            )
        overview = desk.overview.model(model)
        assert overview.predictions == overview.profiled
        assert len(set(ids)) == len(ids)
        return Ledger(
            read=len(ids),
            chunks=chunks,
            days=days,
            hours=hours,
            said=overview.predictions,
            keys=keys,
            ids=frozenset(ids),
            problems=tuple(f"{f.where}: {f.problem}" for f in desk.check.run().findings),
        )

    def check(self, answered: Mapping[str, str]) -> None:
        """Fail unless every count is the same, every answer is kept, and nothing is twice."""
        counts = {self.read, self.chunks, self.days, self.hours, self.said}
        assert len(counts) == 1, f"the counts differ: {self}"
        lost = [key for key, found in answered.items() if found not in self.ids]
        assert not lost, f"{len(lost)} answered rows are not in the log: {lost[:5]}"
        twice = [key for key, times in self.keys.items() if times != 1]
        assert not self.problems, f"the check is not clean: {self.problems[:5]}"
        assert not twice, f"{len(twice)} rows are in the log more than once: {twice[:5]}"

    def __str__(self) -> str:
        return (
            f"rows read {self.read}, in chunks {self.chunks}, in days {self.days}, "
            f"in hours {self.hours}, in the overview {self.said}, "
            f"the check found {len(self.problems) or 'nothing'}"
        )


def tell(what: str) -> None:
    """Print a figure where `pytest -s` or a failure shows it."""
    sys.stdout.write(f"\n{what}\n")
