"""The buttons that bring the filtered rows of the log as a file."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import orjson
import polars as pl
from nicegui import ui

from modeldesk.desk import Desk
from modeldesk.errors import InvalidArgument, ModeldeskError
from modeldesk.services.acting import SHOWS, caller
from modeldesk.services.log_choice import LogChoice
from modeldesk.services.reading import MOST_ROWS
from modeldesk.ui.background import aside
from modeldesk.ui.markup import testable
from modeldesk.ui.site import Site
from modeldesk.ui.states import say
from modeldesk.ui.wording import count, plural

MOST_BYTES = 20_000_000
"""A file of more would be long in the socket that the page needs for everything else."""

_TYPES = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}


def log_file(frame: pl.DataFrame, kind: str) -> bytes:
    """Return a table as a file; in CSV lists are written as JSON.

    Parameters
    ----------
    frame
        The rows.
    kind
        ``csv`` or ``parquet``.
    """
    stream = io.BytesIO()
    if kind == "parquet":
        frame.write_parquet(stream)
        return stream.getvalue()
    lists = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.List | pl.Array)]
    told = frame.with_columns(
        pl.Series(name, [None if v is None else _json(v) for v in frame[name]], dtype=pl.String)
        for name in lists
    )
    told.write_csv(stream)
    return stream.getvalue()


def _json(values: pl.Series) -> str:
    return orjson.dumps(values.to_list()).decode()


class LogDownload:
    """Two buttons.

    Parameters
    ----------
    site
        The services.
    model
        Whose rows they are.
    choice
        Tells which rows are wanted.
    """

    def __init__(self, site: Site, *, model: str, choice: Callable[[], LogChoice]) -> None:
        self._site = site
        self._model = model
        self._choice = choice
        self._buttons: list[ui.button] = []

    def build(self) -> None:
        """Add the buttons."""
        for kind, words in (("csv", "CSV"), ("parquet", "Parquet")):
            button = ui.button(words, icon="download", color=None)
            button.on_click(lambda _, kind=kind: self._send(kind))
            button.props("flat no-caps").classes("md-btn md-btn--quiet md-btn--small")
            title = f"Download up to {count(MOST_ROWS)} of these rows as {words}"
            button.props["title"] = button.props["aria-label"] = title
            testable(button, f"download-{kind}")
            self._buttons.append(button)

    def offer(self, *, shown: bool) -> None:
        """Say whether there is anything to bring."""
        for button in self._buttons:
            button.set_enabled(shown)

    async def _send(self, kind: str) -> None:
        try:
            caller().check(SHOWS)
            made = await aside(_made, self._site.desk, self._model, self._choice(), kind)
        except ModeldeskError as error:
            say(str(error), icon="error_outline")
            return
        ui.download.content(made.data, f"{self._model}-predictions.{kind}", _TYPES[kind])
        say(f"{plural(made.rows, 'row')}, the newest first.", icon="download")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A file with some rows."""

    rows: int
    data: bytes


def _made(desk: Desk, model: str, choice: LogChoice, kind: str) -> _Made:
    frame = desk.prediction_log.table(model, choice)
    made = log_file(frame, kind)
    if len(made) > MOST_BYTES:
        message = f"The file would have {len(made) // 1_000_000} MB, too much for a page."
        raise InvalidArgument(message, hint="Choose fewer rows, or use modeldesk export.")
    return _Made(rows=frame.height, data=made)
