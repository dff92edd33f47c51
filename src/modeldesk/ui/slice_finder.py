"""Looking for the slices in which a version is worst, while the page stays usable."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from modeldesk.errors import ModeldeskError
from modeldesk.services.progress import Stopped
from modeldesk.services.slice_views import WorstSlice, WorstSlices
from modeldesk.services.worst_slices import MOST_ROWS
from modeldesk.ui.long_work import LongWork
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.performance_data import Rows
from modeldesk.ui.site import Site
from modeldesk.ui.states import trouble
from modeldesk.ui.wording import count, plural, share


class SliceFinder:
    """Shows what the search found, and how long it has been looking.

    Parameters
    ----------
    site
        The services.
    show_rows
        Called with no slice and the condition whose rows a person wants to see.
    keep
        Called with a condition that a person wants to keep as a slice; ``None``: none may be kept.
    told
        Called with whether the search is open.
    """

    def __init__(
        self,
        site: Site,
        *,
        show_rows: Callable[[str, str], Awaitable[None]],
        keep: Callable[[str], Awaitable[None]] | None,
        told: Callable[[bool], None],
    ) -> None:
        self._site = site
        self._show_rows = show_rows
        self._keep = keep
        self._told = told
        self._work: LongWork | None = None

    def build(self, rows: Rows) -> None:
        """Add the place of what is found, closed."""
        self._rows = rows
        self._box = block("md-finder")
        self._box.set_visibility(False)
        testable(self._box, "finder")

    async def toggle(self) -> None:
        """Look for slices, or put away what was found."""
        if self._box.visible:
            await self._close()
        else:
            self._told(True)  # noqa: FBT003
            await self.open()

    async def open(self) -> None:
        """Look for slices."""
        self._end()
        words = f"Looking through up to {count(MOST_ROWS)} of the newest labelled rows"
        work = self._work = LongWork(words, stopped=self._close)
        self._box.set_visibility(True)
        self._box.clear()
        with self._box:
            work.build()
        rows = self._rows
        try:
            found = await work.run(
                self._site.desk.slices.find,
                rows.model,
                version=rows.version,
                start=rows.start,
                progress=work.progress,
            )
        except Stopped:
            return
        except ModeldeskError as error:
            if work is self._work:
                self._box.clear()
                with self._box:
                    trouble(error)
            return
        if work is self._work:
            self._fill(found)

    async def _close(self) -> None:
        """Put away what was found, or is being looked for."""
        self._end()
        self._box.set_visibility(False)
        self._told(False)  # noqa: FBT003 - what the caller keeps in the address

    def _end(self) -> None:
        if self._work is not None:
            self._work.stop()
        self._work = None

    def _fill(self, found: WorstSlices) -> None:
        self._box.clear()
        with self._box:
            if not found.slices:
                testable(text("p", found.sentence, "md-soft"), "finder-nothing")
                return
            looked = (
                f"Where the {found.loss} is higher than elsewhere, beyond chance: of "
                f"{plural(found.rows, 'labelled row')} and {count(found.conditions)} conditions."
            )
            text("p", looked, "md-soft")
            with block("md-stats md-found", tag="table") as table:
                testable(table, "found-slices")
                _found_head(found.loss)
                with ui.element("tbody"):
                    for each in found.slices:
                        self._one(each)

    def _one(self, each: WorstSlice) -> None:
        with ui.element("tr"):
            with ui.element("td"):
                text("code", each.expression, "md-condition")
            text("td", f"{count(each.rows)} ({share(each.share)})")
            text("td", f"{each.mean_loss:.3g}")
            text("td", f"{each.rest_mean_loss:.3g}")
            limits = (
                "" if each.low is None or each.high is None
                else f" ({each.low:.2g} to {each.high:.2g})"
            )  # fmt: skip
            text("td", f"+{each.difference:.3g}{limits}")
            text("td", "< 0.001" if each.p_value < 0.001 else f"{each.p_value:.3f}")  # noqa: PLR2004
            with ui.element("td").classes("md-found-acts"):
                self._act("Rows", lambda: self._show_rows("", each.expression), "found-rows")
                if self._keep is not None:
                    keep = self._keep
                    self._act("Keep", lambda: keep(each.expression), "found-keep")

    def _act(self, words: str, act: Callable[[], Awaitable[None]], name: str) -> None:
        button = ui.button(words, on_click=act, color=None)
        button.props("flat no-caps").classes("md-btn md-btn--quiet md-btn--small")
        testable(button, name)


def _found_head(loss: str) -> None:
    with ui.element("thead"), ui.element("tr"):
        names = ("Where", "Rows", f"Mean {loss}", "Elsewhere", "Difference", "p", "")
        for name in names:
            text("th", name)
