"""10,000 rows in one request, against parsing them and the model's own time."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl

from benchmarks.serving.contestants import modeldesk_program
from benchmarks.serving.servers import running
from benchmarks.serving.tasks import Task, data, fitted, names

ROWS = 10_000

_ARROW = "application/vnd.apache.arrow.stream"
_PARQUET = "application/vnd.apache.parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """Seconds for all rows; the shortest of several times."""

    task: Task
    kind: str
    served_s: float
    bare_s: float
    """Parsing and the model alone, in this process."""


def bulks(folder: Path, task: Task, *, repeats: int) -> list[Bulk]:
    """Send the rows in each form."""
    asked = data(folder, task, "asked")
    values = np.tile(asked, (ROWS // len(asked), 1))
    frame = pl.DataFrame(values, schema=names(values.shape[1]))
    model = fitted(folder, task)
    stream, file = io.BytesIO(), io.BytesIO()
    frame.write_ipc_stream(stream)
    frame.write_parquet(file)
    listed = orjson.dumps({"rows": frame.to_dicts()})
    forms: dict[str, tuple[bytes, str, Callable[[bytes], pl.DataFrame]]] = {
        "JSON": (listed, "application/json", _of_json),
        "Parquet": (file.getvalue(), _PARQUET, lambda body: pl.read_parquet(io.BytesIO(body))),
        "Arrow": (stream.getvalue(), _ARROW, lambda body: pl.read_ipc_stream(io.BytesIO(body))),
    }
    found = []
    with running(modeldesk_program("modeldesk", folder, task), folder) as server:
        path = f"/api/v1/models/{task}/predict"
        for kind, (body, content_type, parse) in forms.items():
            served = bare = float("inf")
            for _ in range(repeats):
                began = time.perf_counter()
                answer = server.ask(path, body, content_type)
                served = min(served, time.perf_counter() - began)
                assert answer.status == 200, answer.body[:500]
                began = time.perf_counter()
                _predict(model, parse(body).to_numpy())
                bare = min(bare, time.perf_counter() - began)
            found.append(Bulk(task=task, kind=kind, served_s=served, bare_s=bare))
    return found


def _of_json(body: bytes) -> pl.DataFrame:
    return pl.DataFrame(orjson.loads(body)["rows"])


def _predict(model: Any, values: Any) -> None:  # noqa: ANN401 - scikit-learn has no types
    """Do what the answer says: the classes and, where there are any, the probabilities."""
    model.predict(values)
    if hasattr(model, "predict_proba"):
        model.predict_proba(values)
