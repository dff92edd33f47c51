"""Who serves: how each program is started, asked and understood."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from benchmarks.measuring.runs import ROOT
from benchmarks.peers.environments import Peer, own_python, python_of, variables
from benchmarks.serving.servers import HOST, Program
from benchmarks.serving.tasks import Task, data, fitted, names
from modeldesk.desk import Desk
from modeldesk.settings import Settings

OURS = "modeldesk"
UNLOGGED = "modeldesk, log off"
ASYNC = "modeldesk, async"

Row = dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """A server, in one of the settings that it is measured in."""

    family: str
    """What it is compared as: of a family's settings the best counts."""
    program: Program
    path: str
    form: Callable[[Row], object]
    """From a row to a request's body."""
    read: Callable[[object], int]
    """From an answer to the predicted class."""
    profiles: bool = False
    """Whether it goes on working on what it has logged."""
    alike: float = 1.0
    """Share of the rows that it must answer as the others do."""


def modeldesk_homes(folder: Path) -> None:
    """Publish the models of all tasks, each in a home of its own."""
    for task in Task:
        with Desk.open(Settings.load(home=folder / "homes" / task)) as desk:
            features = data(folder, task, "features")
            reference = pl.DataFrame(features, schema=names(features.shape[1]))
            desk.registry.publish(fitted(folder, task), name=str(task), reference=reference)


def modeldesk_program(
    name: str, folder: Path, task: Task | None, *, module: str = "modeldesk", **settings: str
) -> Program:
    """Return how ``modeldesk serve`` is started on a fresh copy of a task's home, or an empty one.

    Parameters
    ----------
    name
        What it is called in the tables.
    folder
        Where the homes are.
    task
        Whose model it serves; ``None``: no model.
    module
        What is run.
    settings
        Variables, without their prefix.
    """
    home = folder / f"home-{len(list(folder.glob('home-*')))}"
    if task is not None:
        shutil.copytree(folder / "homes" / task, home)
    prefixed = {f"MODELDESK_{key.upper()}": value for key, value in settings.items()}
    return Program(
        name=name,
        command=[str(own_python()), "-m", module, "serve", "--home", str(home), "--port", "{port}"],
        variables=variables() | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"} | prefixed,
        ready="/api/v1/health",
    )


def ours(folder: Path, task: Task) -> tuple[Contestant, ...]:
    """Return modeldesk with its log, with a log that forgets, and answering before the commit."""

    def contestant(name: str, module: str = "modeldesk", **settings: str) -> Contestant:
        return Contestant(
            family=name,
            program=modeldesk_program(name, folder, task, module=module, **settings),
            path=f"/api/v1/models/{task}/predict",
            form=lambda row: {"row": row},
            read=lambda answer: _at(answer, "predictions", 0, "prediction"),
            profiles=True,
        )

    return (
        contestant(OURS),
        contestant(UNLOGGED, "benchmarks.serving.unlogged"),
        contestant(ASYNC, durability="async"),
    )


def peers(folder: Path, task: Task) -> tuple[Contestant, ...]:
    """Return the peers, each in the settings that may be its best."""
    found = [
        _of_rows(Peer.FLASK, "Flask + gunicorn + whylogs", "gunicorn, 4 threads", folder, task)
    ]
    for tag, in_thread in (("async def", ""), ("def", "1")):
        found.append(
            _of_rows(
                Peer.FASTAPI, "FastAPI + uvicorn", tag, folder, task, SERVED_IN_THREAD=in_thread
            )
        )
    found.append(_mlflow(folder, task))
    for tag, batched in (("one by one", ""), ("batched", "1")):
        found.append(_bentoml(tag, folder, task, batched))
        found.append(_of_rows(Peer.LITSERVE, "LitServe", tag, folder, task, SERVED_BATCHED=batched))
    return tuple(found)


def train(folder: Path) -> None:
    """Let every peer train its models in its own environment."""
    for peer in (Peer.FLASK, Peer.FASTAPI, Peer.MLFLOW, Peer.BENTOML, Peer.LITSERVE):
        target = folder / peer
        target.mkdir()
        trainer = "mlflow.train" if peer is Peer.MLFLOW else "train"
        command = [str(python_of(peer)), "-m", f"benchmarks.peers.{trainer}"]
        subprocess.run(
            [*command, str(folder), str(target)],
            env=variables() | {"PYTHONPATH": str(ROOT)},
            cwd=folder,
            check=True,
        )


_COMMANDS: dict[Peer, tuple[str, ...]] = {
    Peer.FLASK: (
        *("gunicorn", "--workers", "1", "--threads", "4", "--bind", f"{HOST}:{{port}}"),
        "benchmarks.peers.flask.serve:app",
    ),
    Peer.FASTAPI: (
        *("uvicorn", "benchmarks.peers.fastapi.serve:app", "--host", HOST, "--port", "{port}"),
        *("--no-access-log", "--log-level", "warning"),
    ),
    Peer.LITSERVE: ("benchmarks.peers.litserve.serve", "{port}"),
    Peer.BENTOML: (
        *("bentoml", "serve", "benchmarks.peers.bentoml.serve:Served", "--host", HOST),
        *("--port", "{port}", "--api-workers", "1", "--quiet"),
    ),
    Peer.MLFLOW: (
        *("mlflow", "models", "serve", "--env-manager", "local", "--workers", "1"),
        *("--host", HOST, "--port", "{port}", "--model-uri", "{model}"),
    ),
}
_READY = {
    Peer.FLASK: "/ready",
    Peer.FASTAPI: "/docs",
    Peer.LITSERVE: "/health",
    Peer.BENTOML: "/readyz",
    Peer.MLFLOW: "/ping",
}


def _program(peer: Peer, tag: str, folder: Path, task: Task, extra: Mapping[str, str]) -> Program:
    python = python_of(peer)
    width = data(folder, task, "asked").shape[1]
    own = {
        "PATH": f"{python.parent}:{variables()['PATH']}",
        "PYTHONPATH": str(ROOT),
        "SERVED_FOLDER": str(folder / peer),
        "SERVED_NAMES": ",".join(names(width)),
        "SERVED_TASK": str(task),
    }
    model = str(folder / peer / task)
    command = [part.replace("{model}", model) for part in _COMMANDS[peer]]
    return Program(
        name=f"{peer.value}, {tag}",
        command=[str(python), "-m", *command],
        variables=variables() | own | dict(extra),
        ready=_READY[peer],
    )


def _of_rows(
    peer: Peer, family: str, tag: str, folder: Path, task: Task, **extra: str
) -> Contestant:
    return Contestant(
        family=f"{family} {peer.version}" if peer is Peer.LITSERVE else family,
        program=_program(peer, tag, folder, task, extra),
        path="/predict",
        form=lambda row: row,
        read=lambda answer: _at(answer, "prediction"),
        # whylogs needs an older scikit-learn, whose boosted trees answer a few rows differently.
        alike=0.9 if (peer, task) == (Peer.FLASK, Task.WIDE) else 1.0,
    )


def _mlflow(folder: Path, task: Task) -> Contestant:
    return Contestant(
        family=f"MLflow {Peer.MLFLOW.version}",
        program=_program(Peer.MLFLOW, "models serve", folder, task, {}),
        path="/invocations",
        form=lambda row: {"inputs": [list(row.values())]},
        read=lambda answer: _at(answer, "predictions", 0),
    )


def _bentoml(tag: str, folder: Path, task: Task, batched: str) -> Contestant:
    return Contestant(
        family=f"BentoML {Peer.BENTOML.version}",
        program=_program(Peer.BENTOML, tag, folder, task, {"SERVED_BATCHED": batched}),
        path="/predict",
        form=lambda row: {"rows": [list(row.values())]},
        read=lambda answer: _at(answer, 0),
    )


def _at(answer: object, *way: str | int) -> int:
    """Return the number at a place in an answer."""
    for step in way:
        answer = answer[step]  # type: ignore[index]
    assert isinstance(answer, int | float), f"no class in {answer!r}"
    return int(answer)
