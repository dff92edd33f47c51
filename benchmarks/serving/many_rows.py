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
_CSV = "text/csv"
_JSON = "application/json"
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
    columns = orjson.dumps({"columns": frame.to_dict(as_series=False)})
    text = frame.write_csv().encode()
    forms: dict[str, tuple[bytes, str, Callable[[bytes], pl.DataFrame]]] = {
        "JSON, rows": (listed, _JSON, lambda body: pl.DataFrame(orjson.loads(body)["rows"])),
        "JSON, columns": (columns, _JSON, lambda body: pl.DataFrame(orjson.loads(body)["columns"])),
        "CSV": (text, _CSV, lambda body: pl.read_csv(io.BytesIO(body))),
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


def _predict(model: Any, values: Any) -> None:  # noqa: ANN401 - scikit-learn has no types
    """Work out what the answer says, with as little as does: the trees are asked once.

    The class that boosted trees predict is the likeliest.
    """
    if hasattr(model, "predict_proba"):
        model.classes_[np.argmax(model.predict_proba(values), axis=1)]
    else:
        model.predict(values)
