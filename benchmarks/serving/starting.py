"""From its start to a server's first answers, and the memory that it takes when idle."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.serving.contestants import modeldesk_program
from benchmarks.serving.servers import running
from benchmarks.serving.tasks import Task, rows

_IDLE_SECONDS = 12.0
"""Until a server has done what it does after its start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """How a server starts; medians."""

    ready_s: float
    """To the first answer of the health check."""
    predicted_s: float
    """To the first prediction, asked for as soon as it is ready."""
    loaded_mb: float
    empty_mb: float
    """Without a model."""


def starts(folder: Path, *, repeats: int) -> Start:
    """Start servers with the first task's model, and one without a model."""
    body = json.dumps({"row": rows(folder, Task.IRIS)[0]}).encode()
    ready, predicted, loaded = [], [], []
    for number in range(repeats):
        with running(modeldesk_program("modeldesk", folder, Task.IRIS), folder) as server:
            began = time.perf_counter()
            answer = server.ask(f"/api/v1/models/{Task.IRIS}/predict", body)
            assert answer.status == 200, answer.body[:500]
            ready.append(server.start_s)
            predicted.append(server.start_s + time.perf_counter() - began)
            if not number:
                time.sleep(_IDLE_SECONDS)
                loaded.append(server.memory_mb)
    with running(modeldesk_program("modeldesk", folder, None), folder) as server:
        time.sleep(_IDLE_SECONDS)
        empty = server.memory_mb
    return Start(
        ready_s=median(ready),
        predicted_s=median(predicted),
        loaded_mb=median(loaded),
        empty_mb=empty,
    )
