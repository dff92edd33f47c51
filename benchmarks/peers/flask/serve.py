"""Flask with gunicorn, every row logged with whylogs' rolling logger: the stack to replace."""

from __future__ import annotations

import os
from pathlib import Path

import joblib
import whylogs
from flask import Flask, jsonify, request

_FOLDER = Path(os.environ["SERVED_FOLDER"])
_LABELS = os.environ["SERVED_NAMES"].split(",")

_model = joblib.load(_FOLDER / f"{os.environ['SERVED_TASK']}.joblib")
_logger = whylogs.logger(mode="rolling", interval=5, when="M", base_name="model")
_logger.append_writer("local", base_dir=str(_FOLDER))

app = Flask(__name__)


@app.get("/ready")  # type: ignore[untyped-decorator]  # Flask is elsewhere
def ready() -> str:
    """Say that the model is loaded."""
    return "ready"


@app.post("/predict")  # type: ignore[untyped-decorator]
def predict() -> object:
    """Predict one row and log it."""
    row = request.get_json()
    prediction = int(_model.predict([[row[name] for name in _LABELS]])[0])
    _logger.log({**row, "prediction": prediction})
    return jsonify(prediction=prediction)
