"""The figures on top of a model's overview."""

from __future__ import annotations

import math
from datetime import datetime

from nicegui import ui

from modeldesk.services.measures import ModelTime
from modeldesk.services.model_events import MOST_EVENTS, EventKind
from modeldesk.services.performance_views import DifferenceView
from modeldesk.ui.change_mark import change_mark
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.measured import decimals, interval_words, value_words, written
from modeldesk.ui.moments import since, tell_since
from modeldesk.ui.overview_data import OverviewData
from modeldesk.ui.wording import NOTHING, count, plural, share

_MILLISECONDS = 1_000


class OverviewFigures:
    """A card with a few figures, each with what it means."""

    def build(self, data: OverviewData, now: datetime) -> None:
        """Add the card."""
        card = block("md-card")
        testable(card, "overview-figures")
        with card:
            self._box = block("md-figures md-figures--performance md-figures--overview")
        self.show(data, now)

    def show(self, data: OverviewData, now: datetime) -> None:
        """Show other figures."""
        self._box.clear()
        with self._box:
            _predictions(data)
            self._last(data, now)
            still_open = data.summary.open_alerts
            _figure("open-alerts", "Open alerts", count(still_open), "of all versions",
                    warn=still_open > 0)  # fmt: skip
            _headline(data)
            _estimate(data)
            _labelled(data)
            _flags(data)
            _time(data.time)

    def tick(self, data: OverviewData, now: datetime) -> None:
        """Let what is said relative to now go on."""
        tell_since(self._ago, data.summary.last_prediction_at, now)

    def _last(self, data: OverviewData, now: datetime) -> None:
        last = data.summary.last_prediction_at
        figure = _figure("last-prediction", "Last prediction", "", "", words=True)
        with figure:
            with block("md-figure-value md-figure-words"):
                self._ago = since(last, now)
            text("div", "latest timestamp", "md-figure-note")


def _predictions(data: OverviewData) -> None:
    versions = len(data.versions)
    note = "in this range" if versions == 1 else f"in this range, of {versions} versions"
    if data.summary.signs.waiting:
        note = f"{note}; {count(data.summary.signs.waiting)} to be profiled"
    _figure("predictions", "Predictions", count(data.summary.predictions), note)


def _headline(data: OverviewData) -> None:
    figure = data.headline
    if figure is None:
        return
    note = interval_words(figure) or (f"because {figure.because}" if figure.because else "")
    plain = figure.value is None
    box = _figure(
        figure.measure,
        figure.title,
        value_words(figure),
        note or "too few rows for an interval",
        words=plain,
    )
    change = None if data.summary.performance is None else data.summary.performance.main
    if change is not None and change.measure == figure.measure:
        with box:
            _change(change)


def _change(change: DifferenceView) -> None:
    with block("md-figure-change"):
        change_mark(change)


def _estimate(data: OverviewData) -> None:
    found = data.summary.estimate
    if found is None:
        return
    places = decimals(found.low, found.high)
    ends = f"{written(found.low, places)} to {written(found.high, places)}"
    box = _figure(
        "estimate", f"Estimated {found.title.lower()}", written(found.value, places),
        f"{ends}, on {found.day}", warn=found.fell,
    )  # fmt: skip
    box.props["title"] = f"Without labels, from {plural(found.rows, 'prediction')}"


def _labelled(data: OverviewData) -> None:
    if not data.predictions:
        _figure("labelled", "Labelled", NOTHING, "no predictions in this range")
        return
    words = f"{count(data.labelled)} of {plural(data.predictions, 'prediction')}"
    _figure("labelled", "Labelled", share(data.labelled / data.predictions), words)


def _flags(data: OverviewData) -> None:
    many = sum(event.kind is EventKind.FLAG for event in data.events)
    words = f"{count(many)}+" if many >= MOST_EVENTS else count(many)
    _figure("flags", "Flags", words, "set by people in this range")


def _time(time: ModelTime | None) -> None:
    if time is None:
        return
    box = _figure(
        "model-time", "Model time", f"within {_milliseconds(time.half)}",
        f"half of {plural(time.batches, 'batch', 'batches')}; 95 % {_within(time.most)}",
        words=True,
    )  # fmt: skip
    box.props["title"] = "What this server's process measured since it started"


def _within(seconds: float) -> str:
    return "longer" if math.isinf(seconds) else f"within {_milliseconds(seconds)}"


def _milliseconds(seconds: float) -> str:
    """Write a time of the model.

    >>> _milliseconds(0.0025), _milliseconds(2.5), _milliseconds(float("inf"))
    ('2.5 ms', '2.5 s', 'more than 10 s')
    """
    if math.isinf(seconds):
        return "more than 10 s"
    return f"{seconds:g} s" if seconds >= 1 else f"{seconds * _MILLISECONDS:g} ms"


def _figure(
    name: str, title: str, value: str, note: str, *, words: bool = False, warn: bool = False
) -> ui.element:
    figure = block("md-figure")
    testable(figure, f"figure-{name}")
    with figure:
        text("div", title, "md-figure-name")
        if value:
            extra = " md-figure-words" * words + " md-figure-warn" * warn
            text("div", value, "md-figure-value" + extra)
        if note:
            text("div", note, "md-figure-note")
    return figure
