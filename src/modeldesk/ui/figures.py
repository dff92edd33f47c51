"""The rows of figures on top of the pages."""

from __future__ import annotations

from datetime import datetime

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from modeldesk.services.health import Grade
from modeldesk.services.model_health import ModelSummary
from modeldesk.services.views import ModelOverview
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.moments import since, tell_since
from modeldesk.ui.verdict_chip import verdict_chip
from modeldesk.ui.wording import count, share


def model_figures(overview: ModelOverview, now: datetime) -> None:
    """Add predictions, profiled, refused, last prediction, open alerts and the verdict."""
    with block("md-figures"):
        figure("Predictions", count(overview.predictions), "logged, of all versions")
        figure("Profiled", count(overview.profiled), _profiled_note(overview))
        figure("Refused", count(overview.refused), "rows that did not fit")
        _last(overview.last_prediction_at, now)
        still_open = overview.open_alerts
        figure("Open alerts", count(still_open), "of all versions", warn=still_open > 0)
        with block("md-figure") as verdict:
            text("div", "Latest day", "md-figure-name")
            verdict_chip(overview.status)
            text("div", overview.sentence, "md-sentence").props["title"] = overview.sentence
        testable(verdict, "figure-verdict")


class DeskFigures:
    """A card with what holds for all models together."""

    def build(self, models: tuple[ModelSummary, ...], now: datetime) -> None:
        """Add the card."""
        with block("md-card"):
            self._box = block("md-figures md-figures--desk md-figures--six")
        self._shown: tuple[ModelSummary, ...] | None = None
        self.show(models, now)

    def show(self, models: tuple[ModelSummary, ...], now: datetime) -> None:
        """Show other models; of the same ones only the time since the last prediction goes on."""
        times = [m.last_prediction_at for m in models if m.last_prediction_at is not None]
        last = max(times, default=None)
        if models == self._shown:
            tell_since(self._seen, last, now)
            return
        self._shown = models
        self._box.clear()
        grades = [model.health.grade for model in models]
        acute, watched = grades.count(Grade.ATTENTION), grades.count(Grade.WATCH)
        still_open = sum(model.open_alerts for model in models)
        with self._box:
            figure("Models", count(len(models)), "published on this desk")
            figure("Need attention", count(acute), "somebody has to act", warn=acute > 0)
            figure("Worth a look", count(watched), "nothing urgent")
            figure("Open alerts", count(still_open), "of all models", warn=still_open > 0)
            predictions = sum(model.predictions for model in models)
            figure("Predictions", count(predictions), "in this range, of all models")
            self._seen: TextElement = _last(last, now)


def _last(when: datetime | None, now: datetime) -> TextElement:
    """Add when the last prediction was; returns what tells it."""
    with block("md-figure") as box:
        text("div", "Last prediction", "md-figure-name")
        with block("md-figure-value md-figure-words"):
            told = since(when, now)
        text("div", "latest timestamp", "md-figure-note")
    testable(box, "figure-last-prediction")
    return told


def _profiled_note(overview: ModelOverview) -> str:
    if not overview.predictions:
        return "nothing to profile yet"
    return f"{share(overview.profiled / overview.predictions)} of predictions"


def figure(name: str, value: str, note: str, *, warn: bool = False) -> ui.element:
    """Add one figure: its name, its value, and what it is of."""
    box = block("md-figure")
    testable(box, "figure-" + name.lower().replace(" ", "-"))
    with box:
        text("div", name, "md-figure-name")
        text("div", value, "md-figure-value" + " md-figure-warn" * warn)
        text("div", note, "md-figure-note")
    return box
