"""Labels read back: of one prediction, page by page, how late they are, and how many are here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from modeldesk.errors import InvalidArgument
from modeldesk.schema import Column, Granularity, Window, prediction_id
from modeldesk.services.label_values import value_of
from modeldesk.services.registry import Registry
from modeldesk.services.views import LabelView
from modeldesk.store import LabelRecord, LabelRecords, WindowRecords, identified

MOST_LABELS = 10_000
"""Labels of one page at most."""

DELAY_SHARES = (0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
"""Shares of the labels for which it is told how late they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelPage:
    """Some labels of a model, those that arrived last first."""

    labels: tuple[LabelView, ...]
    cursor: str | None
    """Where the next page starts; ``None`` when there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DelayQuantile:
    """How late the labels are that come within a share of all."""

    share: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelDelay:
    """How long after its prediction a first label's outcome was known."""

    model: str
    labels: int
    """First labels that this was learned from."""
    quantiles: tuple[DelayQuantile, ...]
    """Empty while there is no label."""
    longest: float | None
    """Seconds; ``None`` while there is no label."""
    waiting: int
    """Labels of the model that wait for their predictions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowMaturity:
    """How much of a window is labelled."""

    window: Window
    predictions: int
    """Answered predictions of the window, as far as they are profiled; shadows count nowhere."""
    labelled: int
    """Those of them that have a label."""
    share: float | None
    """``labelled`` of ``predictions``; ``None`` where there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaturityReport:
    """How much of each window of a version is labelled, oldest first."""

    model: str
    version: int
    granularity: Granularity
    windows: tuple[WindowMaturity, ...]


class LabelBook:
    """Reads labels.

    Parameters
    ----------
    registry
        Tells how labels of a model are read.
    records
        Where labels are kept.
    windows
        How many predictions there are.
    """

    def __init__(self, registry: Registry, records: LabelRecords, windows: WindowRecords) -> None:
        self._registry = registry
        self._records = records
        self._windows = windows

    def history(self, chunk_key: str, row: int, column: Column) -> tuple[LabelView, ...]:
        """Return all labels of a prediction, the newest first.

        Parameters
        ----------
        chunk_key, row
            The prediction.
        column
            What its version predicts.
        """
        return tuple(_view(found, column) for found in self._records.history(chunk_key, row))

    def page(self, name: str, *, cursor: str | None = None, limit: int = 100) -> LabelPage:
        """Return labels of a model, those that arrived last first.

        Raises
        ------
        NotFound
            When there is no such model.
        InvalidArgument
            When the limit or the cursor is none.
        """
        record = self._registry.record(name)
        if not 1 <= limit <= MOST_LABELS:
            message = f"A page has 1 to {MOST_LABELS} labels, not {limit}."
            raise InvalidArgument(message)
        before = None if cursor is None else _position(cursor)
        found = self._records.list(record.model_id, before=before, limit=limit + 1)
        columns = self._columns(name)
        shown = found[:limit]
        last = shown[-1] if len(found) > limit else None
        return LabelPage(
            labels=tuple(_view(label, columns[label.version]) for label in shown),
            cursor=None if last is None else f"{last.batch_id}-{last.label_id}",
        )

    def beside(self, rows: pl.DataFrame) -> pl.Series:
        """Return the present label of each row of a page of the log, as text; null without one.

        A row that was made beside an answered one has the label of that.

        Parameters
        ----------
        rows
            With ``prediction_id`` and ``shadow_of``, as `Reader.page` returns them.
        """
        names = rows.select(pl.coalesce("shadow_of", "prediction_id").alias("name"))["name"]
        places = pl.DataFrame(list(identified(names)))
        present = self._records.present(places.unique())
        found = places.join(present, on=places.columns, how="left", maintain_order="left")
        return found["label"]

    def delay(self, name: str) -> LabelDelay:
        """Return how late labels of a model are; `NotFound` when there is no such model."""
        model_id = self._registry.record(name).model_id
        delay = self._records.delay(model_id)
        seconds = delay.quantiles(DELAY_SHARES) if delay.count else []
        return LabelDelay(
            model=name,
            labels=delay.count,
            quantiles=tuple(
                DelayQuantile(share=share, seconds=found)
                for share, found in zip(DELAY_SHARES, seconds, strict=False)
            ),
            longest=delay.maximum,
            waiting=self._records.waiting(model_id),
        )

    def maturity(
        self,
        name: str,
        *,
        version: int | None = None,
        granularity: Granularity = Granularity.DAY,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> MaturityReport:
        """Return how much of each window is labelled, from counts alone.

        Parameters
        ----------
        name
            The model.
        version
            The version; ``None``: the champion.
        granularity
            Length of a window.
        start, end
            Windows that start at or after ``start`` and before ``end``.

        Raises
        ------
        NotFound
            When there is no such model or version.
        """
        record = self._registry.record(name, version)
        volumes = self._windows.volumes(record.version_id, granularity, start=start)
        answered = {found.window.start: found.rows - found.shadow for found in volumes}
        labelled: Counter[datetime] = Counter()
        first = None if start is None else Window.containing(start, Granularity.DAY).start
        for hour in self._records.hours(record.version_id, start=first):
            labelled[Window.containing(hour.start, granularity).start] += hour.labelled
        starts = sorted({*answered, *labelled})
        return MaturityReport(
            model=record.model,
            version=record.number,
            granularity=granularity,
            windows=tuple(
                _maturity(moment, granularity, answered, labelled)
                for moment in starts
                if (start is None or moment >= start) and (end is None or moment < end)
            ),
        )

    def _columns(self, name: str) -> Mapping[int, Column]:
        return {
            record.number: record.signature.prediction for record in self._registry.records(name)
        }


def _maturity(
    start: datetime,
    granularity: Granularity,
    answered: Mapping[datetime, int],
    labelled: Mapping[datetime, int],
) -> WindowMaturity:
    known = labelled.get(start, 0)
    # A labelled prediction may be in no profile yet.
    rows = max(answered.get(start, 0), known)
    return WindowMaturity(
        window=Window(start=start, end=start + granularity.duration),
        predictions=rows,
        labelled=known,
        share=known / rows if rows else None,
    )


def _view(record: LabelRecord, column: Column) -> LabelView:
    return LabelView(
        prediction_id=prediction_id(record.chunk_key, record.row),
        version=record.version,
        predicted_at=record.predicted_at,
        value=value_of(record.value, column),
        time=record.time,
        arrived_at=record.arrived_at,
        source=record.source,
    )


def _position(cursor: str) -> tuple[int, int]:
    parts: Sequence[str] = cursor.split("-")
    try:
        batch, label = (int(part) for part in parts)
    except ValueError as error:
        message = f"{cursor[:60]!r} is no cursor."
        raise InvalidArgument(message, hint="Use the cursor of the page before.") from error
    if not (0 <= batch < 2**63 and 0 <= label < 2**63):
        message = f"{cursor[:60]!r} is no cursor."
        raise InvalidArgument(message, hint="Use the cursor of the page before.")
    return batch, label
