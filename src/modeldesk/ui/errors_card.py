"""The card with the distribution of the errors of a regression."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from modeldesk.charts.error_distribution import error_distribution
from modeldesk.charts.options import Options
from modeldesk.charts.palette import Palette
from modeldesk.services.performance_views import ErrorsView
from modeldesk.ui.appearance import Appearance, Picture
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.wording import plural

_PIXELS = 300


class ErrorsCard:
    """Shows how errors are distributed.

    Parameters
    ----------
    appearance
        The page's colours.
    rows
        Called with both ends of the errors whose rows a person wants to see; ``None`` where they
        cannot be told.
    """

    def __init__(
        self,
        appearance: Appearance,
        rows: Callable[[float | None, float | None], Awaitable[None]] | None,
    ) -> None:
        self._appearance = appearance
        self._rows = rows

    def build(self, view: ErrorsView) -> None:
        """Add the card."""
        self._view = view
        card = block("md-card")
        testable(card, "errors")
        with card:
            with block("md-card-head"):
                text("h2", "Errors")
                self._note = text("span", self._words(), "md-card-note")
            with block("md-performance-chart md-performance-chart--last"):
                self._picture: Picture = self._appearance.picture(self._draw, height=_PIXELS)
                testable(self._picture.chart, "error-distribution")
        if self._rows is not None:
            self._picture.on_click(partial(_clicked, self._rows))

    def show(self, view: ErrorsView) -> None:
        """Show another distribution; the same one moves nothing."""
        if view == self._view:
            return
        self._view = view
        self._note.set_text(self._words())
        self._picture.redraw(self._appearance.palette)

    def _words(self) -> str:
        more = "; click for the rows" if self._rows is not None else ""
        return f"of {plural(self._view.labelled, 'labelled row')}{more}"

    def _draw(self, colours: Palette) -> Options:
        return error_distribution(self._view.bins, colours, labelled=self._view.labelled)


async def _clicked(
    show: Callable[[float | None, float | None], Awaitable[None]], bar: dict[str, object]
) -> None:
    await show(_end(bar.get("low")), _end(bar.get("high")))


def _end(given: object) -> float | None:
    return float(given) if isinstance(given, int | float) else None
