"""What crosses the layer: an estimate with its interval, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Measure(StrEnum):
    """What is estimated."""

    ACCURACY = "accuracy"
    PRECISION = "precision"
    RECALL = "recall"
    F1 = "f1"
    ROC_AUC = "roc_auc"
    LOG_LOSS = "log_loss"
    BRIER = "brier"
    MAE = "mae"
    MSE = "mse"
    RMSE = "rmse"


CLASSIFYING = (
    Measure.ACCURACY,
    Measure.PRECISION,
    Measure.RECALL,
    Measure.F1,
    Measure.ROC_AUC,
    Measure.LOG_LOSS,
    Measure.BRIER,
)
REGRESSING = (Measure.MAE, Measure.MSE, Measure.RMSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a measure probably is, while labels are not here yet."""

    measure: Measure
    value: float
    lower: float
    """Where the realised measure will probably not be below."""
    upper: float
    """Where the realised measure will probably not be above."""
    deviation: float
    """Standard deviation of the realised measure round the estimate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undefined:
    """Why there is no estimate of a measure."""

    measure: Measure
    reason: str
    """A sentence: ``Not defined, because ...``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caveat:
    """Why an estimate should not be relied on."""

    kind: CaveatKind
    sentence: str


class CaveatKind(StrEnum):
    """What makes an estimate doubtful."""

    CONCEPT_DRIFT = "concept drift"
    POOR_CALIBRATION = "poor calibration"
    UNSTABLE_REFERENCE = "unstable reference"
    UNFAMILIAR_SCORES = "unfamiliar scores"
    UNFAMILIAR_INPUTS = "unfamiliar inputs"
    SMALL_REFERENCE = "small reference"
    FEW_ROWS = "few rows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """All estimates of one window."""

    rows: int
    """Rows that the estimates rest on."""
    missing: int
    """Rows that were left out, as a score or a prediction was missing."""
    found: tuple[Estimate | Undefined, ...]
    confusion: tuple[tuple[float, ...], ...] | None
    """Expected rows by true class (outer) and predicted class; ``None`` for regression."""
    warnings: tuple[Caveat, ...]

    def __getitem__(self, measure: Measure | str) -> Estimate | Undefined:
        """Return the estimate of one measure; `KeyError` when it is of another task."""
        for each in self.found:
            if each.measure == measure:
                return each
        raise KeyError(measure)
