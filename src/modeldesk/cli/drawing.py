"""Results as Rich tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from modeldesk.cli.summaries import as_value
from modeldesk.client import Predictions
from modeldesk.drift import ColumnComparison, Comparison, Status
from modeldesk.profiles import ColumnProfile, Profile
from modeldesk.schema import Kind
from modeldesk.services.views import ModelOverview

_COLOURS = {Status.STABLE: "green", Status.CHANGED: "red", Status.NOT_ENOUGH_DATA: "yellow"}
_VALUES_SHOWN = 3
_NUMBERS = {"distance", "distinct", "missing", "open alerts", "predictions", "row"}


def models_table(overviews: Sequence[ModelOverview]) -> Table:
    """Return one row per model."""
    table = _table("Models", "model", "version", "predictions", "last prediction", "open alerts")
    table.add_column("verdict")
    table.add_column("why", overflow="fold")
    for model in overviews:
        table.add_row(
            Text(model.name),
            f"{model.champion} of {model.versions}",
            f"{model.predictions}",
            _moment(model.last_prediction_at),
            f"{model.open_alerts}",
            _status(model.status),
            Text(model.sentence),
        )
    return table


def predictions_table(answer: Predictions, *, most: int) -> Table:
    """Return one row per prediction, at most so many."""
    table = _table(f"{answer.model} version {answer.version}", "row", "prediction", "prediction id")
    table.add_column("probabilities", overflow="fold")
    for position, prediction in enumerate(islice(answer, most)):
        table.add_row(
            f"{position}",
            Text(str(prediction.prediction)),
            prediction.prediction_id,
            Text(_probabilities(prediction.probabilities)),
        )
    return table


def profile_table(profile: Profile, *, title: str) -> Table:
    """Return one row per column."""
    table = _table(f"{title}: {profile.rows} rows", "column", "kind", "missing", "distinct")
    table.add_column("values", overflow="fold")
    for column in profile.columns:
        table.add_row(
            Text(column.name),
            column.kind.value,
            f"{column.missing_share:.1%}",
            f"{column.distinct:.0f}",
            Text(_values(column)),
        )
    return table


def comparison_table(comparison: Comparison, *, title: str) -> Table:
    """Return one row per column: what changed first, by distance."""
    rows = f"{comparison.rows} rows against {comparison.reference_rows}"
    table = _table(f"{title}: {rows}", "column", "distance", "missing")
    table.add_column("verdict")
    table.add_column("why", overflow="fold")
    others = [column for column in comparison.columns if column not in comparison.changed]
    for column in (*comparison.changed, *others):
        table.add_row(
            Text(column.name),
            "-" if column.distance is None else f"{column.distance:.3f}",
            _missing(column),
            _status(column.verdict.status),
            Text(column.verdict.sentence),
        )
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=Text(title), title_justify="left", header_style="bold", box=SIMPLE_HEAD)
    for name in columns:
        table.add_column(name, justify="right" if name in _NUMBERS else "left")
    return table


def _missing(column: ColumnComparison) -> str:
    now, before = f"{column.missing_share:.1%}", f"{column.reference_missing_share:.1%}"
    return now if now == before else f"{now}, was {before}"


def _status(status: Status | None) -> Text:
    if status is None:
        return Text("no traffic", style="dim")
    return Text(status.value, style=_COLOURS[status])


def _moment(moment: datetime | None) -> str:
    return "never" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"


def _probabilities(probabilities: Mapping[str, float | None] | None) -> str:
    if probabilities is None:
        return ""
    known = [(label, share) for label, share in probabilities.items() if share is not None]
    likely = sorted(known, key=lambda item: -item[1])
    return ", ".join(f"{label} {share:.1%}" for label, share in likely[:_VALUES_SHOWN])


def _values(column: ColumnProfile) -> str:
    """Sum up what a column holds: the range of numbers, else the most frequent values."""
    if column.kind is not Kind.TEXT and column.moments is not None and column.quantiles is not None:
        (median,) = column.quantiles.quantiles([0.5])
        moments = column.moments
        numbers = (moments.minimum, moments.maximum, median, moments.mean)
        low, high, middle, mean = (as_value(number, column.kind) for number in numbers)
        return f"{low} to {high}, median {middle}, mean {mean}"
    if column.frequent is not None:
        items = column.frequent.items()[:_VALUES_SHOWN]
        return ", ".join(f"{item.value} ({item.count})" for item in items)
    return ""
