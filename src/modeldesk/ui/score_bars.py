"""The scores of one row as bars, the largest marked."""

from __future__ import annotations

from collections.abc import Mapping

from modeldesk.schema import Signature, Value
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.wording import brief, number, share

_MOST = 12


def scores_of(signature: Signature, outputs: Mapping[str, Value]) -> list[tuple[str, float]]:
    """Return each class with its score; of very many the largest.

    Parameters
    ----------
    signature
        Names the scores.
    outputs
        The row's.
    """
    found = [
        (column.label or column.name, float(value))
        for column in signature.scores
        if isinstance(value := outputs.get(column.name), int | float)
    ]
    if len(found) > _MOST:
        found.sort(key=lambda pair: -pair[1])
    return found[:_MOST]


def score_bars(signature: Signature, outputs: Mapping[str, Value]) -> None:
    """Add a bar for each class; nothing where there are no scores."""
    scores = scores_of(signature, outputs)
    if not scores:
        return
    top = max(value for _, value in scores)
    shares = all(0 <= value <= 1 for _, value in scores)
    with block("md-scores") as box:
        testable(box, "scores")
        for label, value in scores:
            with block("md-prob" + " md-prob--top" * (value == top)):
                text("div", brief(label), "md-prob-name").props["title"] = brief(label)
                text("div", share(value) if shares else number(value), "md-prob-share")
                with block("md-prob-track"):
                    wide = 100 * max(0.0, min(1.0, value if shares else value / (top or 1)))
                    block("md-prob-bar").style(f"width: {wide:.2f}%")
