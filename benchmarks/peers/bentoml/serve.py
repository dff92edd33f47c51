"""A BentoML service of one model; ``SERVED_BATCHED`` turns its adaptive batching on."""

from __future__ import annotations

import os
from pathlib import Path

import bentoml
import joblib
import numpy as np

_BATCHED = bool(os.environ.get("SERVED_BATCHED"))


@bentoml.service(workers=1, traffic={"timeout": 60})
class Served:
    """Predicts rows of numbers."""

    def __init__(self) -> None:
        folder = Path(os.environ["SERVED_FOLDER"])
        self._model = joblib.load(folder / f"{os.environ['SERVED_TASK']}.joblib")

    @bentoml.api(  # type: ignore[untyped-decorator]  # BentoML is elsewhere
        batchable=_BATCHED, max_batch_size=64, max_latency_ms=1000
    )
    def predict(self, rows: np.ndarray) -> np.ndarray:
        """Predict the class of each row."""
        return self._model.predict(rows)  # type: ignore[no-any-return]
