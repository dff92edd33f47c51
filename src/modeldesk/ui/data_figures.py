"""The facts about the table as a whole."""

from __future__ import annotations

from modeldesk.ui.data_data import DataBody
from modeldesk.ui.figures import figure
from modeldesk.ui.markup import block, testable
from modeldesk.ui.sizes import size
from modeldesk.ui.wording import count, plural, share


def data_figures(body: DataBody) -> None:
    """Add a card with the facts."""
    whole = body.overview
    card = block("md-card")
    testable(card, "facts")
    with card, block("md-figures md-figures--desk"):
        testable(figure("Rows", count(whole.rows), _of_how_many(body)), "fact-rows")
        kinds = f"{plural(body.features, 'feature')}"
        testable(figure("Columns", count(whole.columns), kinds), "fact-columns")
        missing = share(whole.missing_share) if whole.missing else "none"
        words = f"{count(whole.missing)} of {plural(whole.cells, 'cell')}"
        testable(figure("Missing", missing, words), "fact-missing")
        words = "the same in all features as a row before"
        testable(figure("Duplicates", count(whole.duplicates), words), "fact-duplicates")
        if body.labelled is None:
            testable(figure("In memory", size(whole.bytes), "of the values"), "fact-memory")
        else:
            part = share(body.labelled / whole.rows) if whole.rows else "none"
            words = f"{count(body.labelled)} of {plural(whole.rows, 'row')}"
            testable(figure("Labelled", part, words), "fact-labelled")


def _of_how_many(body: DataBody) -> str:
    """Say of how many rows these are some."""
    about = "" if body.exact else "about "
    words = ""
    if body.overview.rows < body.looked_at:
        words = f"of {plural(body.looked_at, 'row')} meet the condition"
    if body.looked_at < body.total:
        cut = f"of {about}{count(body.total)}"
        kind = "the newest " if not body.exact else "a sample "
        return f"{words}, {kind}{cut}" if words else f"{kind}{cut}"
    return words or "all there are"
