"""The card with the distribution of the errors of a regression."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from modeldesk.charts import error_distribution
from modeldesk.services.performance_views import ErrorsView
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.wording import plural

_PIXELS = 300


def errors_card(
    appearance: Appearance,
    view: ErrorsView,
    show: Callable[[float | None, float | None], Awaitable[None]] | None,
) -> None:
    """Add the card.

    Parameters
    ----------
    appearance
        The page's colours.
    view
        The distribution.
    show
        Called with both ends of the errors whose rows a person wants to see; ``None`` where they
        cannot be told.
    """
    card = block("md-card")
    testable(card, "errors")
    with card:
        with block("md-card-head"):
            text("h2", "Errors")
            more = "; click for the rows" if show is not None else ""
            text("span", f"of {plural(view.labelled, 'labelled row')}{more}", "md-card-note")
        with block("md-performance-chart md-performance-chart--last"):
            picture = appearance.picture(
                lambda colours: error_distribution(view.bins, colours, labelled=view.labelled),
                height=_PIXELS,
            )
            testable(picture.chart, "error-distribution")
    if show is None:
        return
    opened = show

    async def clicked(bar: dict[str, object]) -> None:
        await opened(_end(bar.get("low")), _end(bar.get("high")))

    picture.on_click(clicked)


def _end(given: object) -> float | None:
    return float(given) if isinstance(given, int | float) else None
