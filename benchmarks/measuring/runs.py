"""Running a measured program in a process of its own, on one core, and reading its figures."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from benchmarks.measuring.stages import MARK

ROOT = Path(__file__).parents[2]

_THREADS = (
    "ARROW_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_MAX_THREADS",
    "NUMEXPR_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "POLARS_MAX_THREADS",
)
"""Each library has a variable of its own for how many threads it may start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One measured step of a program; of a repeated one, the fastest time."""

    wall_s: float
    cpu_s: float
    before_mb: float
    """Memory in use when the step began."""
    peak_mb: float
    """The most memory that was in use during the step."""
    extra_mb: float
    """`peak_mb` less `before_mb`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a measured program needed, from its start to its end, and per step."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    """The most memory that was in use at any time, the program itself included."""
    steps: Mapping[str, Step]
    facts: Mapping[str, object]
    """What the program found out."""

    def number(self, fact: str) -> float:
        """Return a fact that is a number."""
        value = self.facts[fact]
        if not isinstance(value, int | float):
            message = f"The fact {fact} is {value!r}, not a number."
            raise TypeError(message)
        return float(value)


def run(
    module: str,
    *arguments: object,
    python: Path = Path(sys.executable),
    variables: Mapping[str, str] | None = None,
    single: bool = True,
) -> Run:
    """Run a measured program and return its figures.

    Parameters
    ----------
    module
        Its module, such as ``benchmarks.tasks.profile_table``.
    arguments
        Its arguments.
    python
        The interpreter of the environment that it belongs to.
    variables
        Its environment variables; this process's own by default.
    single
        Whether it gets one thread on one core.

    Raises
    ------
    SystemExit
        When the program fails or says nothing; its last words are in the message.
    """
    command = [str(python), "-m", module, *map(str, arguments)]
    settings = dict(os.environ if variables is None else variables)
    settings["PYTHONPATH"] = os.pathsep.join((str(ROOT / "src"), str(ROOT)))
    if single:
        settings |= single_threaded()
        command = _pinned(command)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=out, stderr=err)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        said, complained = (_text(stream) for stream in (out, err))
    lines = [line for line in said.splitlines() if line.startswith(MARK)]
    if process.returncode or not lines:
        sys.exit(f"{module} failed ({process.returncode}):\n{said[-1000:]}\n{complained[-3000:]}")
    answer = json.loads(lines[-1].removeprefix(MARK))
    steps = {name: Step(**figures) for name, figures in answer["stages"].items()}
    # The system's own peak is only that since the last step began: steps let it begin anew.
    last_mb = used.ru_maxrss * 1024 / 1e6
    return Run(
        wall_s=wall,
        cpu_s=used.ru_utime + used.ru_stime,
        peak_mb=max(last_mb, *(step.peak_mb for step in steps.values())) if steps else last_mb,
        steps=steps,
        facts=answer["facts"],
    )


def single_threaded() -> dict[str, str]:
    """Return the environment variables that keep libraries from starting threads."""
    return dict.fromkeys(_THREADS, "1")


def _pinned(command: list[str]) -> list[str]:
    """Let a command run on the last of the cores that are free to us."""
    taskset = shutil.which("taskset")
    if taskset is None:
        return command
    return [taskset, "--cpu-list", str(max(os.sched_getaffinity(0))), *command]


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode(errors="replace")
