"""Where a file to predict is dropped; the page shows how much of it has arrived."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from nicegui import ui

from modeldesk.ui.drop_zone import DropZone
from modeldesk.ui.markup import block, text

ROWS = DropZone(
    taker="rows",
    script="file_drop.js",
    route="jobs",
    title="Drop a file here, or choose one",
    note="CSV, Parquet, Arrow or NDJSON.",
    endings=(".csv", ".parquet", ".arrow", ".arrows", ".feather", ".jsonl", ".ndjson"),
    label="File to predict",
    name="batch-drop",
)

_NAMED = 6


class FileDrop:
    """A card that takes a file; the page is prepared for `ROWS`.

    Parameters
    ----------
    model
        Who is to predict it.
    columns
        Names of the model's features.
    sent
        Called when a file has arrived.
    """

    def __init__(
        self,
        model: str,
        columns: Sequence[str],
        *,
        sent: Callable[[], Awaitable[None]],
    ) -> None:
        self._model = model
        self._columns = columns
        self._sent = sent

    def build(self) -> None:
        """Add the card."""
        ui.on("md_file_sent", self._sent)
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "Predict a file")
                text("span", "every row is logged like any other prediction", "md-card-note")
            with block("md-card-body"):
                replace(ROWS, note=self._words()).build(self._model)

    def _words(self) -> str:
        named = ", ".join(self._columns[:_NAMED])
        rest = len(self._columns) - _NAMED
        more = f" and {rest} more" if rest > 0 else ""
        return (
            f"CSV, Parquet, Arrow or NDJSON with the columns {named}{more}; "
            "also timestamp and row_id."
        )
