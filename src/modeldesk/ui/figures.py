"""The rows of figures on top of the pages."""

from __future__ import annotations

from datetime import datetime

from nicegui import ui

from modeldesk.drift import Status
from modeldesk.services.views import ModelOverview
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.verdict_chip import verdict_chip
from modeldesk.ui.wording import ago, count, share, utc


def model_figures(overview: ModelOverview, now: datetime) -> None:
    """Add predictions, profiled, refused, last prediction, open alerts and the verdict."""
    with block("md-figures"):
        figure("Predictions", count(overview.predictions), "logged, of all versions")
        figure("Profiled", count(overview.profiled), _profiled_note(overview))
        figure("Refused", count(overview.refused), "rows that did not fit")
        last = figure(
            "Last prediction", ago(overview.last_prediction_at, now), "latest timestamp", words=True
        )
        last.props["title"] = utc(overview.last_prediction_at)
        still_open = overview.open_alerts
        figure("Open alerts", count(still_open), "of all versions", warn=still_open > 0)
        with block("md-figure") as verdict:
            text("div", "Latest day", "md-figure-name")
            verdict_chip(overview.status)
            text("div", overview.sentence, "md-sentence").props["title"] = overview.sentence
        testable(verdict, "figure-verdict")


def desk_figures(models: tuple[ModelOverview, ...], now: datetime) -> None:
    """Add what holds for all models together."""
    changed = sum(model.status is Status.CHANGED for model in models)
    still_open = sum(model.open_alerts for model in models)
    times = [m.last_prediction_at for m in models if m.last_prediction_at is not None]
    last = max(times, default=None)
    with block("md-figures md-figures--desk"):
        figure("Models", count(len(models)), "published on this desk")
        figure("Predictions", count(sum(m.predictions for m in models)), "logged, of all models")
        latest = figure("Last prediction", ago(last, now), "latest timestamp", words=True)
        latest.props["title"] = utc(last)
        figure("Changed", count(changed), "on their latest day", warn=changed > 0)
        figure("Open alerts", count(still_open), "of all models", warn=still_open > 0)


def _profiled_note(overview: ModelOverview) -> str:
    if not overview.predictions:
        return "nothing to profile yet"
    return f"{share(overview.profiled / overview.predictions)} of predictions"


def figure(
    name: str, value: str, note: str, *, words: bool = False, warn: bool = False
) -> ui.element:
    """Add one figure: its name, its value, and what it is of."""
    box = block("md-figure")
    testable(box, "figure-" + name.lower().replace(" ", "-"))
    with box:
        text("div", name, "md-figure-name")
        extra = " md-figure-words" * words + " md-figure-warn" * warn
        text("div", value, "md-figure-value" + extra)
        text("div", note, "md-figure-note")
    return box
