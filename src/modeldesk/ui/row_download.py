"""The buttons that bring the rows that are shown as a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl
from nicegui import ui

from modeldesk.errors import InvalidArgument, ModeldeskError
from modeldesk.services.acting import SHOWS, caller
from modeldesk.services.table_files import FileKind, table_file
from modeldesk.ui.background import aside
from modeldesk.ui.markup import testable
from modeldesk.ui.states import say
from modeldesk.ui.wording import plural

MOST_BYTES = 20_000_000
"""A file of more would be long in the socket that the page needs for everything else."""

_TYPES = {FileKind.CSV: "text/csv", FileKind.PARQUET: "application/vnd.apache.parquet"}
_WORDS = {FileKind.CSV: "CSV", FileKind.PARQUET: "Parquet"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRows:
    """Which rows a file is to hold."""

    name: str
    """Of the file, without its ending."""
    read: Callable[[], pl.DataFrame]
    """Fetches them, beside the page."""


class RowDownload:
    """Two buttons.

    Parameters
    ----------
    title
        Which rows they bring, such as "these rows".
    wanted
        Tells which rows are shown.
    """

    def __init__(self, title: str, wanted: Callable[[], WantedRows]) -> None:
        self._title = title
        self._wanted = wanted
        self._buttons: list[ui.button] = []

    def build(self) -> None:
        """Add the buttons."""
        for kind, words in _WORDS.items():
            button = ui.button(words, icon="download", color=None)
            button.on_click(lambda _, kind=kind: self._send(kind))
            button.props("flat no-caps").classes("md-btn md-btn--quiet md-btn--small")
            title = f"Download {self._title} as {words}"
            button.props["title"] = button.props["aria-label"] = title
            testable(button, f"download-{kind.value}")
            self._buttons.append(button)

    def offer(self, *, shown: bool) -> None:
        """Say whether there is anything to bring."""
        for button in self._buttons:
            button.set_enabled(shown)

    async def _send(self, kind: FileKind) -> None:
        wanted = self._wanted()
        try:
            caller().check(SHOWS)
            made = await aside(_made, wanted, kind)
        except ModeldeskError as error:
            say(str(error), icon="error_outline")
            return
        ui.download.content(made.data, f"{wanted.name}.{kind.value}", _TYPES[kind])
        say(f"{plural(made.rows, 'row')} as {_WORDS[kind]}.", icon="download")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A file with some rows."""

    rows: int
    data: bytes


def _made(wanted: WantedRows, kind: FileKind) -> _Made:
    rows = wanted.read()
    made = table_file(rows, kind)
    if len(made) > MOST_BYTES:
        message = f"The file would have {len(made) // 1_000_000} MB, too much for a page."
        hint = "Choose fewer rows, take Parquet, or use modeldesk export."
        raise InvalidArgument(message, hint=hint)
    return _Made(rows=rows.height, data=made)
