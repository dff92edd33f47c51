"""The card on top of the performance page: headline figures, and how far labels are."""

from __future__ import annotations

from dataclasses import dataclass

from modeldesk.services.maturity import LabelDelay
from modeldesk.services.performance_views import FigureView
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.measured import interval_words, lasting, value_words
from modeldesk.ui.performance_data import PerformanceData, headlines
from modeldesk.ui.wording import NOTHING, count, plural, share


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What one figure says."""

    name: str
    title: str
    value: str
    note: str
    hover: str
    words: bool
    """Whether the value is no number."""


class PerformanceFigures:
    """Shows the figures; those that stay the same are left as they are."""

    def build(self, data: PerformanceData) -> None:
        """Add the card."""
        card = block("md-card")
        testable(card, "performance-figures")
        with card:
            self._row = block("md-figures md-figures--performance")
        self._boxes: list[_Box] = []
        self.show(data)

    def show(self, data: PerformanceData) -> None:
        """Show other figures."""
        told = _told(data)
        if [each.name for each in told] != [box.name for box in self._boxes]:
            self._row.clear()
            with self._row:
                self._boxes = [_Box(each.name) for each in told]
        for box, each in zip(self._boxes, told, strict=True):
            box.show(each)


class _Box:
    """One figure."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._told: _Told | None = None
        box = block("md-figure")
        testable(box, f"figure-{name}")
        with box:
            self._title = text("div", "", "md-figure-name")
            self._value = text("div", "", "md-figure-value")
            self._note = text("div", "", "md-figure-note")

    def show(self, told: _Told) -> None:
        """Show what it says now."""
        if told == self._told:
            return
        self._told = told
        self._title.set_text(told.title)
        self._value.set_text(told.value)
        self._value.classes(replace="md-figure-value" + " md-figure-words" * told.words)
        self._note.set_text(told.note)
        self._note.props["title"] = told.hover


def _told(data: PerformanceData) -> list[_Told]:
    found = [_headline(figure) for figure in headlines(data.report)]
    found.append(_words("labelled", "Labelled", *_labelled(data)))
    found.append(_words("delay", "Labels arrive", *delay_words(data.delay)))
    return found


def _headline(figure: FigureView) -> _Told:
    note = interval_words(figure) or "too few rows for an interval"
    if figure.because is not None:
        note = f"because {figure.because}"
    return _Told(
        name=figure.measure,
        title=figure.title if figure.of is None else f"{figure.title} of {figure.of}",
        value=value_words(figure),
        note=note,
        hover=figure.note or note,
        words=figure.because is not None,
    )


def _words(name: str, title: str, value: str, note: str) -> _Told:
    words = not value[:1].isdigit()
    return _Told(name=name, title=title, value=value, note=note, hover=note, words=words)


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
