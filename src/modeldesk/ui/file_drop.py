"""Where a file is dropped: the browser sends it to the API itself, and shows how far that is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from importlib.resources import files
from urllib.parse import quote

from nicegui import ui

from modeldesk.ui.markup import block, testable, text

_NAMED = 6


class FileDrop:
    """A card that takes a file.

    The file does not go through the page's socket, nor through a form: it is the body of a
    request to the API, with the same limits, and is written to the disk while it arrives.

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

    @staticmethod
    def prepare() -> None:
        """Give the page its script, before anything is waited for: a late one does not run."""
        script = (files("modeldesk.ui") / "file_drop.js").read_text(encoding="utf-8")
        ui.add_body_html(f"<script>{script}</script>")

    def build(self) -> None:
        """Add the card; the page is prepared for it."""
        ui.on("md_file_sent", self._sent)
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "Predict a file")
                text("span", "every row is logged like any other prediction", "md-card-note")
            with block("md-card-body"):
                self._zone()

    def _zone(self) -> None:
        zone = block("md-drop", tag="label")
        # Relative, so that it holds below any path at which a proxy serves the pages.
        zone.props["data-url"] = f"../../api/v1/models/{quote(self._model, safe='')}/jobs"
        testable(zone, "drop")
        with zone:
            ui.icon("upload_file")
            with block("md-drop-words"):
                title = text("span", "Drop a file here, or choose one", "md-drop-title")
                testable(title, "drop-title")
                note = text("span", self._words(), "md-drop-note")
                testable(note, "drop-note")
            button = text("span", "Choose a file", "md-drop-button")
            button.props["aria-hidden"] = "true"
            field = ui.element("input").classes("md-drop-input")
            field.props["type"] = "file"
            field.props["accept"] = ".csv,.parquet,.arrow,.arrows,.feather,.jsonl,.ndjson"
            field.props["aria-label"] = "File to predict"
            testable(field, "file")
            with block("md-drop-track"):
                block("md-drop-bar")

    def _words(self) -> str:
        named = ", ".join(self._columns[:_NAMED])
        rest = len(self._columns) - _NAMED
        more = f" and {rest} more" if rest > 0 else ""
        return (
            f"CSV, Parquet, Arrow or NDJSON with the columns {named}{more}; "
            "also timestamp and row_id."
        )
