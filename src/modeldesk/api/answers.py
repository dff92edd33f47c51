"""Bodies of the answers that are not a service's record as it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from typing_extensions import TypedDict  # pydantic takes no other before Python 3.12

from modeldesk.schema import Value
from modeldesk.services.job_view import JobView
from modeldesk.services.snippets import Snippet
from modeldesk.services.views import (
    AlertView,
    FlagView,
    ModelOverview,
    PredictionView,
    VersionView,
)
from modeldesk.store import Alias, AliasMove, QuarantinedRow


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthAnswer:
    """The server answers; with its version and the names of the published models."""

    status: str
    version: str
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BareAnswer:
    """The prediction for one bare row; the key in ``data`` is the predicted column's name."""

    data: Mapping[str, Value]
    message: str
    prediction_id: str


class PredictionAnswer(TypedDict):
    """The prediction for one row; ``probabilities`` are those of each class, if there are any.

    No dataclass: an answer may have many, and making them would take as long as predicting.
    """

    prediction_id: str
    row_id: str | None
    time: datetime
    prediction: Value
    probabilities: Mapping[str, Value] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchAnswer:
    """The predictions for all rows, in the order in which they were sent."""

    model: str
    version: int
    predictions: Sequence[PredictionAnswer]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsAnswer:
    """Every published model."""

    models: tuple[ModelOverview, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionsAnswer:
    """Every version of a model."""

    versions: tuple[VersionView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SnippetsAnswer:
    """Code that asks a model, in every dialect and language."""

    snippets: tuple[Snippet, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasesAnswer:
    """A model's aliases, in alphabetical order."""

    aliases: tuple[Alias, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasHistoryAnswer:
    """Where an alias pointed, the latest move first."""

    moves: tuple[AliasMove, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsAnswer:
    """Alerts, newest first."""

    alerts: tuple[AlertView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagsAnswer:
    """Flags, newest first."""

    flags: tuple[FlagView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsAnswer:
    """Rows of the log; each with its identifier, version, time, own key, inputs and outputs."""

    rows: tuple[Mapping[str, Value], ...]
    cursor: str | None
    """Where the next page starts; ``null`` when there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnKeyAnswer:
    """Predictions with the same own key, oldest first."""

    predictions: tuple[PredictionView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineAnswer:
    """Rows that did not fit; how many there are, and the latest of them."""

    count: int
    rows: tuple[QuarantinedRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsAnswer:
    """Files that are or were predicted, the latest first."""

    jobs: tuple[JobView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentsAnswer:
    """Names of segments, such as ``country=DE``."""

    segments: tuple[str, ...]
