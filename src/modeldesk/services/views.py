"""Answers of the services: frozen records that pages, routes and commands show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from modeldesk.drift import ColumnComparison, Comparison, Status
from modeldesk.schema import Example, Granularity, Signature, Value, Window
from modeldesk.store import Parameter, VersionTestNote


class AlertStatus(StrEnum):
    """Where an alert stands in its life."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    FALSE_ALARM = "false_alarm"
    """Looked at, and nothing was wrong."""

    @property
    def over(self) -> bool:
        """Whether nobody needs to look at it any more."""
        return self in {AlertStatus.RESOLVED, AlertStatus.FALSE_ALARM}


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingAlerts:
    """Alerts of a model that somebody has to look at."""

    first: tuple[AlertView, ...]
    """The first of them: open ones, then those of newer windows."""
    open: int
    """How many are open, all together."""
    acknowledged: int
    """How many somebody has seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """One immutable published version of a model."""

    model: str
    number: int
    created_at: datetime
    flavor: str
    """Which adapter serves it: ``sklearn``, ``onnx``, ``function`` ..."""
    aliases: tuple[str, ...]
    description: str
    reference_rows: int
    signature: Signature
    example: Mapping[str, Example | None]
    """A row of typical values, or the publisher's own."""
    tags: Mapping[str, str]
    metrics: Mapping[str, float]
    parameters: Mapping[str, Parameter]
    """What the model was configured with."""
    libraries: Mapping[str, str]
    """Version of each library that the model needs, as it was when it was published."""
    sha256: str
    """Hash of the artefact's files; empty for a model that is served elsewhere."""
    test: VersionTestNote | None = None
    """What came of the test set that it was published with; ``None`` where it had none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowVolume:
    """How many predictions fall into a window."""

    window: Window
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOverview:
    """What a row of the models page says."""

    name: str
    versions: int
    champion: int
    """Number of the version that the alias ``champion`` points at."""
    predictions: int
    profiled: int
    refused: int
    """Rows that did not fit the signature; they are counted, not logged."""
    last_prediction_at: datetime | None
    """Largest timestamp among the logged predictions."""
    volume: tuple[WindowVolume, ...]
    """The last 30 days that have predictions, oldest first."""
    open_alerts: int
    status: Status | None
    """Verdict over the features of the latest day; ``None`` before there is traffic."""
    sentence: str
    """The reason for the status in one sentence."""
    damaged: int = 0
    """Rows that were logged and cannot be read; see `modeldesk check`."""
    shadow: int = 0
    """Rows that a challenger predicted beside the champion; not among ``predictions``."""
    failed: int = 0
    """Rows for which the model failed, all versions together."""
    last_failure: str = ""
    """How it failed last; empty when it never did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowComparison:
    """One window of traffic against the reference."""

    window: Window
    comparison: Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReport:
    """Every window of a range against the version's reference, oldest first."""

    model: str
    version: int
    granularity: Granularity
    segment: str
    """The segment looked at; empty for all rows."""
    signature: Signature
    windows: tuple[WindowComparison, ...]

    def history(self, column: str) -> tuple[tuple[Window, ColumnComparison], ...]:
        """Return one column's comparison per window, oldest first."""
        return tuple((entry.window, entry.comparison.column(column)) for entry in self.windows)

    def most_changed(self) -> tuple[str, ...]:
        """Return the columns' names: those first that changed in most windows, and farthest."""
        changes: dict[str, tuple[int, float]] = {}
        for entry in self.windows:
            for each in entry.comparison.columns:
                times, size = changes.get(each.name, (0, 0.0))
                if each.verdict.status is Status.CHANGED:
                    changes[each.name] = times + 1, max(size, each.size)
        names = [column.name for column in self.signature.columns]
        never = (0, 0.0)
        return tuple(
            sorted(names, key=lambda name: tuple(-each for each in changes.get(name, never)))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertView:
    """An alert as people see it."""

    alert_id: int
    model: str
    version: int
    monitor: str
    column: str
    window: Window
    distance: float | None
    sentence: str
    status: AlertStatus
    opened_at: datetime
    changed_at: datetime
    """When the status changed last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelView:
    """A label that was given to a prediction: what its true outcome is."""

    prediction_id: str
    version: int
    """Number of the version that predicted."""
    predicted_at: datetime
    value: Value
    time: datetime
    """When the outcome became known."""
    arrived_at: datetime
    source: str
    """Where the label comes from, as its sender says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionView:
    """One logged prediction, read back."""

    prediction_id: str
    model: str
    version: int
    time: datetime
    row_id: str | None
    """The caller's own key, where one was given."""
    inputs: Mapping[str, Value]
    outputs: Mapping[str, Value]
    shadow_of: str | None = None
    """Identifier of the prediction that was answered, where this one was made beside it."""
    labels: tuple[LabelView, ...] = ()
    """Every label that was given to it, the newest first: that one counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagView:
    """A person's mark on one prediction."""

    flag_id: int
    prediction_id: str
    model: str
    version: int
    reason: str
    comment: str
    proposed_label: str | None
    created_at: datetime
