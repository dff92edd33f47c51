"""Load from wrk: how many requests a second, and how long they take."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_SCRIPT = Path(__file__).with_name("post.lua")
_MARK = "FIGURES "


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a server did under load."""

    requests_s: float
    p50_ms: float
    p99_ms: float
    refused: int
    """Answers that are not of the 200s or 300s."""


def need_wrk() -> None:
    """End the program where wrk is missing."""
    if shutil.which("wrk") is None:
        sys.exit("The load comes from wrk, which is not installed: apt-get install wrk.")


def load(url: str, bodies: Path, *, connections: int, seconds: float) -> Load:
    """Send rows over so many connections, each waiting for its answer before the next.

    Raises
    ------
    SystemExit
        When wrk fails or connections break.
    """
    command = ["wrk", "--threads", "1", "--connections", str(connections)]
    command += ["--duration", f"{seconds:.0f}s", "--timeout", "20s", "--latency"]
    command += ["--script", str(_SCRIPT), url, "--", str(bodies)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=seconds + 60
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith(_MARK)]
    if done.returncode or not lines:
        sys.exit(f"wrk failed at {url}:\n{done.stdout[-500:]}\n{done.stderr[-500:]}")
    found = json.loads(lines[-1].removeprefix(_MARK))
    if found["broken"]:
        sys.exit(f"{found['broken']} connections to {url} broke.")
    return Load(
        requests_s=(found["requests"] - found["refused"]) / found["seconds"],
        p50_ms=found["p50_ms"],
        p99_ms=found["p99_ms"],
        refused=found["refused"],
    )
