"""Models and predictions as Rich tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from modeldesk.cli.letters import shown
from modeldesk.client import Predictions
from modeldesk.drift import Status
from modeldesk.services.views import ModelOverview
from modeldesk.store import Alias, AliasMove

_COLOURS = {Status.STABLE: "green", Status.CHANGED: "red", Status.NOT_ENOUGH_DATA: "yellow"}
_VALUES_SHOWN = 3
_NUMBERS = {"open alerts", "predictions", "row"}


def models_table(overviews: Sequence[ModelOverview]) -> Table:
    """Return one row per model."""
    table = _table("Models", "model", "version", "predictions", "last prediction", "open alerts")
    table.add_column("verdict")
    table.add_column("why", overflow="fold")
    for model in overviews:
        table.add_row(
            shown(model.name),
            f"{model.champion} of {model.versions}",
            f"{model.predictions}",
            _moment(model.last_prediction_at),
            f"{model.open_alerts}",
            _status(model.status),
            shown(model.sentence),
        )
    return table


def aliases_table(aliases: Sequence[Alias]) -> Table:
    """Return one row per alias."""
    table = _table("Aliases", "alias", "version", "since")
    for found in aliases:
        table.add_row(shown(found.alias), f"{found.version}", _moment(found.moved_at))
    return table


def moves_table(moves: Sequence[AliasMove]) -> Table:
    """Return one row per move, the latest first."""
    table = _table("History", "when", "from", "to")
    table.add_column("by", overflow="fold")
    table.add_column("why", overflow="fold")
    for move in moves:
        why = f"takes back move {move.undoes}" if move.undoes else ""
        table.add_row(
            _moment(move.at),
            "-" if move.from_version is None else f"{move.from_version}",
            "-" if move.to_version is None else f"{move.to_version}",
            shown(move.by),
            shown("; ".join(part for part in (move.reason, why) if part)),
        )
    return table


def predictions_table(answer: Predictions, *, most: int) -> Table:
    """Return one row per prediction, at most so many."""
    table = _table(f"{answer.model} version {answer.version}", "row", "prediction", "prediction id")
    table.add_column("probabilities", overflow="fold")
    for position, prediction in enumerate(islice(answer, most)):
        table.add_row(
            f"{position}",
            shown(str(prediction.prediction)),
            prediction.prediction_id,
            shown(_probabilities(prediction.probabilities)),
        )
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=Text(title), title_justify="left", header_style="bold", box=SIMPLE_HEAD)
    for name in columns:
        table.add_column(name, justify="right" if name in _NUMBERS else "left")
    return table


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
