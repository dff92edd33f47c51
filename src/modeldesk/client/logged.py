"""A logged prediction as a server tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from modeldesk.client.labels import GivenLabel
from modeldesk.client.records import Scalar
from modeldesk.services.views import PredictionView


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedPrediction:
    """`PredictionView` as JSON can say it: a date among the values is a string."""

    prediction_id: str
    model: str
    version: int
    time: datetime
    row_id: str | None
    inputs: dict[str, Scalar]
    outputs: dict[str, Scalar]
    shadow_of: str | None = None
    labels: tuple[GivenLabel, ...] = ()

    @property
    def view(self) -> PredictionView:
        """The same as the desk gives it."""
        return PredictionView(
            prediction_id=self.prediction_id,
            model=self.model,
            version=self.version,
            time=self.time,
            row_id=self.row_id,
            inputs=self.inputs,
            outputs=self.outputs,
            shadow_of=self.shadow_of,
            labels=tuple(given.view for given in self.labels),
        )
