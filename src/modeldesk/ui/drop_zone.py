"""A place where a file is dropped or chosen; the browser sends it to the API by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from urllib.parse import quote

from nicegui import ui

from modeldesk.ui.markup import block, testable, text


@dataclass(frozen=True, slots=True, kw_only=True)
class DropZone:
    """What is taken, and where it goes.

    The file does not go through the page's socket, nor through a form: it is the body of a
    request to the API, with the same limits as any program's.
    """

    taker: str
    """Who takes the file: a name in ``mdDrop.takers`` of the page's scripts."""
    script: str
    """The file in which it is."""
    route: str
    """The last part of the route below the model's."""
    title: str
    note: str
    endings: Sequence[str]
    """Of names of files that are taken, such as ``.csv``."""
    label: str
    """What a screen reader calls the field."""
    name: str
    """By which tests find the zone; the field's has ``-file`` behind it."""

    def prepare(self) -> None:
        """Give the page its scripts, before anything is waited for: a late one does not run."""
        for script in ("drop_zone.js", self.script):
            written = (files("modeldesk.ui") / script).read_text(encoding="utf-8")
            ui.add_body_html(f"<script>{written}</script>")

    def build(self, model: str) -> None:
        """Add the zone; the page is prepared for it."""
        zone = block("md-drop", tag="label")
        zone.props["data-taker"] = self.taker
        # Relative, so that it holds below any path at which a proxy serves the pages.
        zone.props["data-url"] = f"../../api/v1/models/{quote(model, safe='')}/{self.route}"
        testable(zone, self.name)
        with zone:
            ui.icon("upload_file")
            with block("md-drop-words"):
                testable(text("span", self.title, "md-drop-title"), f"{self.name}-title")
                testable(text("span", self.note, "md-drop-note"), f"{self.name}-note")
            button = text("span", "Choose a file", "md-drop-button")
            button.props["aria-hidden"] = "true"
            field = ui.element("input").classes("md-drop-input")
            field.props["type"] = "file"
            field.props["accept"] = ",".join(self.endings)
            field.props["aria-label"] = self.label
            testable(field, f"{self.name}-file")
            with block("md-drop-track"):
                block("md-drop-bar")
