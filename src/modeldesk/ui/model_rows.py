"""A model as a row of the table of all models, everything as text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from modeldesk.charts.sparkline import volume_sparkline
from modeldesk.services.model_health import ModelSummary
from modeldesk.ui.change_mark import change_words
from modeldesk.ui.health_words import grade_fields
from modeldesk.ui.measured import decimals, interval_words, value_words, written
from modeldesk.ui.moments import since_fields
from modeldesk.ui.places import OVERVIEW
from modeldesk.ui.wording import count, plural, utc

MOST_TAGS = 4
_OWNER = "owner"
"""The tag that says who looks after a model."""
_LONGEST_TAG = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """The figure that tells most about a model, and how it changes."""

    name: str
    value: str
    note: str
    """What it means, on hover."""
    guessed: bool = False
    """Whether it is estimated, for want of labels."""
    word: str = ""
    """How it changed; empty where that is not known."""
    icon: str = ""
    tone: str = ""
    sentence: str = ""


def model_row(model: ModelSummary, now: datetime, days: int) -> dict[str, object]:
    """Return a row of the table.

    Parameters
    ----------
    model
        What is known of it.
    now
        The present moment.
    days
        How many days of volume are drawn.
    """
    last = model.last_prediction_at
    seen = since_fields(last, now)
    metric = metric_of(model)
    return {
        "name": model.name,
        # Relative, so that it holds behind a proxy that serves the pages below a path.
        "href": OVERVIEW.path(model.name).removeprefix("/"),
        "owner": owner_of(model),
        "tags": tags_of(model),
        "sentence": model.health.sentence,
        "alerts": model.open_alerts,
        "last": seen["when"],
        "last_iso": seen["iso"],
        "last_utc": seen["utc"],
        "predictions": count(model.predictions),
        "svg": volume_sparkline(model.volume, today=now.date(), days=days),
        "metric": None if metric is None else _metric_fields(metric),
        "version": model.version,
        "versions": f"of {model.versions}",
        "published": utc(model.published_at),
        **grade_fields(model.health.grade),
    }


def metric_of(model: ModelSummary) -> Metric | None:
    """Return the figure that tells most; ``None`` where nothing is labelled or estimated."""
    change = model.performance
    if change is not None:
        return _realised(model)
    guess = model.estimate
    if guess is None:
        return None
    places = decimals(guess.low, guess.high)
    ends = f"{written(guess.low, places)} to {written(guess.high, places)}"
    return Metric(
        name=f"{guess.title}, estimated",
        value=written(guess.value, places),
        note=f"{ends}, of {guess.day}, without labels",
        guessed=True,
        word="lower than usual" if guess.fell else "",
        icon="arrow_downward" if guess.fell else "",
        tone="worse" if guess.fell else "",
    )


def owner_of(model: ModelSummary) -> str:
    """Return who looks after the model, as the version's tag says; empty where it says nothing."""
    return _cut(model.tags.get(_OWNER, ""))


def tags_of(model: ModelSummary) -> list[str]:
    """Return a few of the version's other tags, each cut to what can be shown."""
    tags = {name: value for name, value in model.tags.items() if name != _OWNER}
    words = [f"{name}: {value}" if value else name for name, value in tags.items()]
    shown = [_cut(word) for word in words[:MOST_TAGS]]
    return shown + ([f"+{len(words) - MOST_TAGS}"] if len(words) > MOST_TAGS else [])


def _realised(model: ModelSummary) -> Metric:
    change = model.performance
    assert change is not None  # noqa: S101 - or it would not be asked for
    figure, main = change.figure, change.main
    rows = plural(change.labelled, "labelled row")
    ends = interval_words(figure)
    note = ", ".join(part for part in (ends, rows, f"days {change.words}") if part)
    if main is None:
        return Metric(name=figure.title, value=value_words(figure), note=note)
    words = change_words(main)
    return Metric(
        name=figure.title,
        value=value_words(figure),
        note=note,
        word=words.word,
        icon=words.icon,
        tone=words.tone,
        sentence=main.sentence,
    )


def _metric_fields(metric: Metric) -> dict[str, object]:
    return {
        "name": metric.name,
        "value": metric.value,
        "note": metric.note,
        "guess": metric.guessed,
        "word": metric.word,
        "icon": metric.icon,
        "mark": f"md-mark md-mark--{metric.tone}" if metric.tone else "md-mark",
        "sentence": metric.sentence,
    }


def _cut(word: str) -> str:
    return word if len(word) <= _LONGEST_TAG else f"{word[:_LONGEST_TAG]}..."
