"""Hours of traffic in minutes: whether a server's memory, handles or threads grow under load.

One server with its default settings, background jobs and log on SQLite, serves the Iris
classifier. wrk finds out what it can do over 32 connections; then requests of one row come at
half that rate, whatever is answered, with 1,000 different rows over and over. `/metrics` is asked
with every sample, as Prometheus does. What the server has in use is read from `/proc`.

Growth is the median of the slopes between all pairs of samples (Theil-Sen) in the second half:
what starts, loads and fills up does so before. In the last line it is that of an hour; *failed*
is every request that was not answered with 200, the 99th percentile is that of the whole run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import signal
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.measuring import report
from benchmarks.serving.contestants import modeldesk_homes, ours
from benchmarks.serving.load import load, need_wrk
from benchmarks.serving.rounds import MANY
from benchmarks.serving.servers import Running, running
from benchmarks.serving.steady import Tally, offer, request
from benchmarks.serving.tasks import Task, rows, write_bodies, write_data
from benchmarks.serving.vitals import Growth, Vitals, growth, vitals

SECONDS = 600
SHARE = 0.5
"""Of what the server can do."""

_CAPACITY_SECONDS = 10.0
_SAMPLE_SECONDS = 5.0
_FEWEST = 10
"""Samples that are taken at least, however short the run is."""
_SHOWN = 10
_WAITING = re.compile(rb"^modeldesk_unprofiled_rows(?:\{[^}]*\})? (\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What the server had in use at one moment."""

    at_s: float
    vitals: Vitals
    answered: int
    unprofiled: float
    """Rows that the background jobs have yet to profile."""
    log_mb: float
    """Files of the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Soak:
    """What happened."""

    capacity_s: float
    """Requests a second."""
    samples: list[Sample]
    tally: Tally

    @property
    def failed(self) -> int:
        """Requests that were not answered with 200."""
        return self.tally.refused + self.tally.failed + self.tally.not_sent

    @property
    def requests(self) -> int:
        """All requests."""
        return len(self.tally.accepted_ms) + self.failed

    def growth(self, figure: str) -> Growth:
        """Return how one of the vitals grows in the second half."""
        second = [each for each in self.samples if each.at_s >= self.samples[-1].at_s / 2]
        values = [float(getattr(each.vitals, figure)) for each in second]
        return growth([each.at_s for each in second], values)

    def percentile_ms(self, share: float) -> float:
        """Return a percentile of the time that answers took."""
        return float(np.percentile(self.tally.accepted_ms, share))


def main() -> None:
    """Load a server, print what it had in use, and the result."""
    seconds = _arguments().seconds
    need_wrk()
    # Whoever ends this ends the server with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    report.heading("A server under lasting load", "modeldesk", "scikit-learn", "uvicorn")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_data(folder)
        modeldesk_homes(folder)
        found = soak(folder, Task.IRIS, seconds=seconds)
    _print_samples(found)
    _print_growth(found, seconds)
    report.result(
        memory_growth_mb_per_h=found.growth("memory_mb").per_h,
        handles_growth=found.growth("handles").per_h,
        threads_growth=found.growth("threads").per_h,
        requests=found.requests,
        failed=found.failed,
        p99_ms=found.percentile_ms(99),
    )


def soak(folder: Path, task: Task, *, seconds: float) -> Soak:
    """Find out what a server can do, and ask half of that of it.

    Raises
    ------
    SystemExit
        When it does not start, or ends under load.
    """
    own = ours(folder, task)[0]
    asked, bodies = rows(folder, task), folder / "bodies.txt"
    write_bodies(bodies, asked, own.form)
    messages = [request(own.path, json.dumps(own.form(row)).encode()) for row in asked]
    with running(own.program, folder) as server:
        most = load(
            server.url(own.path),
            bodies,
            connections=MANY,
            seconds=max(1.0, min(_CAPACITY_SECONDS, seconds / 10)),
        )
        tally = Tally()
        offering = offer(
            server.port,
            messages,
            rate=SHARE * most.requests_s,
            seconds=seconds,
            tally=tally,
        )
        client = threading.Thread(target=asyncio.run, args=(offering,), daemon=True)
        client.start()
        samples = _sampled(server, tally, client, min(_SAMPLE_SECONDS, seconds / _FEWEST))
    return Soak(capacity_s=most.requests_s, samples=samples, tally=tally)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-soak", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, help=f"how long the load lasts ({SECONDS})"
    )
    return parser.parse_args()


def _sampled(
    server: Running, tally: Tally, client: threading.Thread, every_s: float
) -> list[Sample]:
    """Take samples for as long as the client sends."""
    samples: list[Sample] = []
    began = time.perf_counter()
    while client.is_alive():
        if server.process.poll() is not None:
            sys.exit(f"The server ended under load, with status {server.process.returncode}.")
        samples.append(
            Sample(
                at_s=time.perf_counter() - began,
                vitals=vitals(server.process.pid),
                answered=len(tally.accepted_ms),
                unprofiled=sum(map(float, _WAITING.findall(server.ask("/metrics").body))),
                log_mb=_log_mb(server),
            )
        )
        client.join(max(0.0, len(samples) * every_s - (time.perf_counter() - began)))
    return samples


def _log_mb(server: Running) -> float:
    home = Path(server.program.command[server.program.command.index("--home") + 1])
    return sum(path.stat().st_size for path in home.glob("modeldesk.db*")) / 1e6


def _print_samples(found: Soak) -> None:
    step = max(1, len(found.samples) // _SHOWN)
    report.table(
        f"In use at {SHARE * found.capacity_s:,.0f} requests/s, "
        f"half of the {found.capacity_s:,.0f} that it can do",
        (
            *("minute", "memory MB", "of which own data MB", "handles", "threads"),
            *("answered", "rows not yet profiled", "database MB"),
        ),
        [
            (
                f"{each.at_s / 60:.1f}",
                f"{each.vitals.memory_mb:.1f}",
                f"{each.vitals.own_mb:.1f}",
                each.vitals.handles,
                each.vitals.threads,
                f"{each.answered:,}",
                f"{each.unprofiled:,.0f}",
                f"{each.log_mb:.1f}",
            )
            for each in found.samples[::step]
        ],
    )


def _print_growth(found: Soak, seconds: float) -> None:
    named = {"memory, MB": "memory_mb", "handles": "handles", "threads": "threads"}
    told = {name: found.growth(figure) for name, figure in named.items()}
    report.table(
        f"Growth an hour, from the second half of {seconds:,.0f} s",
        ("what", "growth", "95 % interval"),
        [
            (name, f"{each.per_h:.2f}", f"{each.low_per_h:.2f} to {each.high_per_h:.2f}")
            for name, each in told.items()
        ],
    )
    report.table(
        "Requests",
        ("what", "figure"),
        [
            ("sent, or due", f"{found.requests:,}"),
            ("refused with 503 and Retry-After", f"{found.tally.refused:,}"),
            ("failed in another way", f"{found.tally.failed:,}"),
            ("not sent, the client had no connection left", f"{found.tally.not_sent:,}"),
            ("p50 ms", f"{found.percentile_ms(50):.2f}"),
            ("p99 ms", f"{found.percentile_ms(99):.2f}"),
        ],
    )


if __name__ == "__main__":
    main()
