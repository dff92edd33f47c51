"""Labels from afar: sent to a running server, and read back."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from modeldesk.client.records import Scalar
from modeldesk.client.transport import Transport, at, span
from modeldesk.schema import Frame, Granularity
from modeldesk.services.label_reading import LabelColumns, table_of
from modeldesk.services.labelling import LabelChoices, Labelled
from modeldesk.services.maturity import LabelDelay, MaturityReport
from modeldesk.services.views import LabelView

_PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenLabel:
    """`LabelView` as JSON can say it."""

    prediction_id: str
    version: int
    predicted_at: datetime
    value: Scalar | tuple[float, ...]
    time: datetime
    arrived_at: datetime
    source: str

    @property
    def view(self) -> LabelView:
        """The label as everywhere else."""
        return LabelView(
            prediction_id=self.prediction_id,
            version=self.version,
            predicted_at=self.predicted_at,
            value=self.value,
            time=self.time,
            arrived_at=self.arrived_at,
            source=self.source,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    labels: tuple[GivenLabel, ...]
    cursor: str | None


class ClientLabels:
    """Sends and reads the labels of a server's models.

    Parameters
    ----------
    transport
        The connections to the server.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def send(
        self,
        name: str,
        data: Frame,
        columns: LabelColumns | None = None,
        choices: LabelChoices | None = None,
    ) -> Labelled:
        """Send a table of labels: see `Client.label`."""
        columns, choices = columns or LabelColumns(), choices or LabelChoices()
        stream = io.BytesIO()
        table_of(data).write_ipc_stream(stream)
        return self._transport.post(
            at("models", name, "labels"),
            Labelled,
            body=stream.getvalue(),
            query={
                "key": columns.key,
                "key_column": columns.key_column,
                "label": columns.label,
                "time": columns.time,
                "source": columns.source or None,
                "conflicts": choices.conflicts.value,
                "invalid": "skip" if choices.skip_invalid else "refuse",
                "dry_run": "true" if choices.dry_run else "false",
            },
            content_type="application/vnd.apache.arrow.stream",
        )

    def of(self, name: str) -> Iterator[LabelView]:
        """Yield every label of a model's predictions, those that arrived last first."""
        cursor: str | None = None
        while True:
            query: dict[str, str | int | None] = {"cursor": cursor, "limit": _PAGE}
            page = self._transport.get(at("models", name, "labels"), _Page, query=query)
            yield from (given.view for given in page.labels)
            cursor = page.cursor
            if cursor is None:
                return

    def delay(self, name: str) -> LabelDelay:
        """Return how late labels of a model are."""
        return self._transport.get(at("models", name, "labels", "delay"), LabelDelay)

    def maturity(
        self,
        name: str,
        *,
        version: int | None = None,
        granularity: Granularity = Granularity.DAY,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> MaturityReport:
        """Return how much of each window is labelled, oldest first.

        Parameters
        ----------
        name
            Name of the model.
        version
            Which version's predictions; ``None``: the champion's.
        granularity
            Length of a window.
        start, end
            Windows that start at or after ``start`` and before ``end``; ``None``: no bound.
        """
        query: dict[str, str | int | None] = {
            "version": version,
            "granularity": granularity.value,
            **span(start, end),
        }
        return self._transport.get(at("models", name, "maturity"), MaturityReport, query=query)
