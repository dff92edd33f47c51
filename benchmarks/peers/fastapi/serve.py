"""FastAPI with uvicorn as one writes it by hand; nothing is logged.

A model as quick as these is called where the request is read; ``SERVED_IN_THREAD`` has it called
in a thread of the pool, as a slow one should be.
"""

from __future__ import annotations

import os
from pathlib import Path

import joblib
from fastapi import FastAPI
from pydantic import BaseModel, create_model

_NAMES = os.environ["SERVED_NAMES"].split(",")
_model = joblib.load(Path(os.environ["SERVED_FOLDER"]) / f"{os.environ['SERVED_TASK']}.joblib")

Row = create_model("Row", **dict.fromkeys(_NAMES, (float, ...)))  # type: ignore[call-overload]


class Answer(BaseModel):
    """The predicted class."""

    prediction: int


app = FastAPI()


def _predicted(row: BaseModel) -> Answer:
    return Answer(prediction=int(_model.predict([[getattr(row, name) for name in _NAMES]])[0]))


if os.environ.get("SERVED_IN_THREAD"):

    @app.post("/predict")
    def predict(row: Row) -> Answer:  # type: ignore[valid-type]
        """Predict one row."""
        return _predicted(row)

else:

    @app.post("/predict")
    async def predict_here(row: Row) -> Answer:  # type: ignore[valid-type]
        """Predict one row."""
        return _predicted(row)
