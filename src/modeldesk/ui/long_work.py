"""Work that a page waits for: how far it is, since when, and the way to stop it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from nicegui import ui

from modeldesk.services.progress import Watched
from modeldesk.ui.background import aside
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.wording import count, plural

P = ParamSpec("P")
R = TypeVar("R")

_LOOK_SECONDS = 0.5


class LongWork:
    """One piece of long work, whose call takes its `progress`.

    Parameters
    ----------
    words
        What is under way.
    stopped
        Called after a person stopped it.
    """

    def __init__(self, words: str, *, stopped: Callable[[], Awaitable[None]]) -> None:
        self._words = words
        self._stopped = stopped
        self._waited = 0.0

    def build(self) -> None:
        """Show how far it is; `run` does it.

        Work that is not shown any more, or whose page is closed, ends.
        """
        box = block("md-work")
        self._box = box
        self.progress = Watched(gone=lambda: box.is_deleted)
        testable(box, "work")
        with box:
            with block("md-work-top"):
                with block("md-work-words"):
                    text("span", self._words)
                    self._told = text("span", "", "md-soft md-small md-num")
                    testable(self._told, "work-told")
                cancel = ui.button("Cancel", on_click=self._cancel, color=None)
                cancel.props("flat no-caps").classes("md-btn md-btn--quiet md-btn--small")
                testable(cancel, "work-cancel")
            self._track = block("md-job-track md-work-track")
            self._track.props["role"] = "progressbar"
            self._track.props["aria-label"] = self._words
            self._track.props["aria-valuemin"], self._track.props["aria-valuemax"] = "0", "100"
            with self._track:
                self._bar = block("md-job-bar")
            self._look()
            self._timer = ui.timer(_LOOK_SECONDS, self._tick, immediate=False)

    async def run(self, call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a call in a thread, and return its answer.

        Raises
        ------
        Stopped
            When somebody stopped it, or left the page.
        """
        try:
            return await aside(call, *args, **kwargs)
        finally:
            self._timer.cancel()

    def stop(self) -> None:
        """Let the work end, as nobody waits for it any more."""
        self.progress.stop()

    def _tick(self) -> None:
        self._waited += _LOOK_SECONDS
        self._look()

    def _look(self) -> None:
        """Show how far it is by now."""
        told, done, total = self.progress.title, self.progress.done, self.progress.total
        parts = [told or "Starting"]
        if total is not None:
            parts.append(f"{count(min(done, total))} of {plural(total, 'row')}")
        if self._waited >= 1:
            parts.append(plural(int(self._waited), "second"))
        self._told.set_text(", ".join(parts))
        if total:
            share = 100 * min(done / total, 1.0)
            self._track.classes(remove="md-work-track--unknown")
            self._bar.style(f"width: {share:.1f}%")
            self._track.props["aria-valuenow"] = f"{share:.0f}"
        else:
            self._track.classes(add="md-work-track--unknown")
            self._track.props.pop("aria-valuenow", None)

    async def _cancel(self) -> None:
        self.stop()
        await self._stopped()
