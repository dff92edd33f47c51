"""Models as cards, for who has few, or a large screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from nicegui import ui

from modeldesk.charts.sparkline import volume_sparkline
from modeldesk.services.health import Grade
from modeldesk.services.model_health import ModelSummary
from modeldesk.ui.health_words import grade_words
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.model_rows import Metric, metric_of, owner_of, tags_of
from modeldesk.ui.moments import since
from modeldesk.ui.places import OVERVIEW
from modeldesk.ui.wording import count, plural


class ModelCards:
    """Shows some models, a card each."""

    def build(self, models: Sequence[ModelSummary], now: datetime, days: int) -> None:
        """Add the cards."""
        self._box = block("md-model-cards")
        testable(self._box, "model-cards")
        self._shown: list[ModelSummary] | None = None
        self.show(models, now, days)

    def show(self, models: Sequence[ModelSummary], now: datetime, days: int) -> None:
        """Show other models; the same ones move nothing."""
        if list(models) == self._shown:
            return
        self._shown = list(models)
        self._box.clear()
        with self._box:
            for model in models:
                _card(model, now, days)


def _card(model: ModelSummary, now: datetime, days: int) -> None:
    card = block("md-card md-model-card", tag="article")
    testable(card, f"card-{model.name}")
    with card:
        with block("md-model-card-top"):
            ui.link(model.name, OVERVIEW.path(model.name)).classes("md-name")
            _chip(model.health.grade)
        text("p", model.health.sentence, "md-sentence").props["title"] = model.health.sentence
        with block("md-model-card-mid"):
            _metric(metric_of(model))
            drawn = volume_sparkline(model.volume, today=now.date(), days=days)
            # The sparkline holds numbers only.
            ui.html(drawn, sanitize=False, tag="span")
        with block("md-model-card-foot"):
            text("span", f"{plural(model.predictions, 'prediction')}", "md-num")
            since(model.last_prediction_at, now)
            if model.open_alerts:
                text("span", f"{count(model.open_alerts)} open", "md-count-warn")
            text("span", f"v{model.version} of {model.versions}")
            if owner := owner_of(model):
                with block("md-owner", tag="span") as box:
                    box.props["title"] = "Owner"
                    ui.icon("person")
                    text("span", owner)
            for tag in tags_of(model):
                text("span", tag, "md-tag")


def _chip(grade: Grade) -> None:
    words = grade_words(grade)
    with block(f"md-chip md-chip--{words.tone}", tag="span"):
        ui.icon(words.icon)
        text("span", words.word)


def _metric(metric: Metric | None) -> None:
    with block("md-metric") as box:
        if metric is None:
            text("span", "no labels yet", "md-metric-name")
            return
        box.props["title"] = metric.note
        text("span", metric.name, "md-metric-name")
        text("span", metric.value, "md-metric-guess" if metric.guessed else "md-metric-value")
        if metric.word:
            classes = f"md-mark md-mark--{metric.tone}" if metric.tone else "md-mark"
            with block(classes, tag="span") as mark:
                mark.props["title"] = metric.sentence
                ui.icon(metric.icon)
                text("span", metric.word)
