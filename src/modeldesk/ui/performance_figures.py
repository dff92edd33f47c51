"""The card on top of the performance page: headline figures, and how far labels are."""

from __future__ import annotations

from modeldesk.services.maturity import LabelDelay
from modeldesk.services.performance_views import FigureView
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.measured import interval_words, lasting, value_words
from modeldesk.ui.performance_data import PerformanceData, headlines
from modeldesk.ui.wording import NOTHING, count, plural, share


def performance_figures(data: PerformanceData) -> None:
    """Add the card."""
    card = block("md-card")
    testable(card, "performance-figures")
    with card, block("md-figures md-figures--performance"):
        for figure in headlines(data.report):
            _headline(figure)
        _words("labelled", "Labelled", *_labelled(data))
        _words("delay", "Labels arrive", *delay_words(data.delay))


def _headline(figure: FigureView) -> None:
    box = block("md-figure")
    testable(box, f"figure-{figure.measure}")
    with box:
        text("div", figure.title if figure.of is None else f"{figure.title} of {figure.of}",
             "md-figure-name")  # fmt: skip
        if figure.because is not None:
            text("div", value_words(figure), "md-figure-value md-figure-words")
            note = f"because {figure.because}"
        else:
            text("div", value_words(figure), "md-figure-value")
            note = interval_words(figure) or "too few rows for an interval"
        text("div", note, "md-figure-note").props["title"] = figure.note or note


def _words(name: str, title: str, value: str, note: str) -> None:
    box = block("md-figure")
    testable(box, f"figure-{name}")
    with box:
        text("div", title, "md-figure-name")
        text("div", value, "md-figure-value" + " md-figure-words" * (not value[:1].isdigit()))
        text("div", note, "md-figure-note")


def _labelled(data: PerformanceData) -> tuple[str, str]:
    if data.rows.segment:
        return count(data.report.labelled), "labelled rows of the segment"
    if not data.predictions:
        return NOTHING, "no predictions in this range"
    words = f"{count(data.labelled)} of {plural(data.predictions, 'prediction')}"
    return share(data.labelled / data.predictions), words


def delay_words(delay: LabelDelay) -> tuple[str, str]:
    """Say how late the labels of a model are: half of them, and nine in ten."""
    by = {found.share: found.seconds for found in delay.quantiles}
    if not by:
        return NOTHING, "no label yet"
    note = f"half of them; 9 in 10 within {lasting(by[0.9])}"
    if delay.waiting:
        note += f"; {count(delay.waiting)} wait for predictions"
    return f"within {lasting(by[0.5])}", note
