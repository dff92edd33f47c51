"""Serving one row a request over HTTP, against Flask, FastAPI, MLflow, BentoML and LitServe.

Two models: a support vector classifier of the Iris data, and gradient boosted trees of 30
columns. Every server has one worker process and an environment of its own, trains its model there
from the same data, and must answer the same classes. Only modeldesk and Flask (with whylogs) log;
modeldesk commits every row before it answers. All servers of a model run at once and are loaded
in turn by wrk, round by round, over 32 connections and over one, with varying rows; medians of
the rounds count. Of a peer that can be set in several ways the better one counts. modeldesk
profiles what it has logged before the next server is loaded.

*Log off* is the same server with a log that forgets what it is told; *async* answers before the
commit. In the last line, ratios are the worse of both models: throughput over the peer's, the
99th percentile over that of the best peer, the median over FastAPI's at one connection.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import report
from benchmarks.serving.contestants import (
    ASYNC,
    OURS,
    UNLOGGED,
    modeldesk_homes,
    ours,
    peers,
    train,
)
from benchmarks.serving.costing import Cost, cost
from benchmarks.serving.load import need_wrk
from benchmarks.serving.many_rows import ROWS, Bulk, bulks
from benchmarks.serving.overload import TIMES, Overloaded, overload
from benchmarks.serving.rounds import MANY, Length, Score, scores
from benchmarks.serving.starting import Start, starts
from benchmarks.serving.tasks import Task, write_data

_TITLES = {Task.IRIS: "Iris, support vectors", Task.WIDE: "30 columns, boosted trees"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured."""

    length: Length
    costing: Length
    repeats: int
    overload_s: float


FULL = Size(
    length=Length(rounds=6, seconds=4),
    costing=Length(rounds=16, seconds=4),
    repeats=5,
    overload_s=60,
)
QUICK = Size(
    length=Length(rounds=2, seconds=2),
    costing=Length(rounds=2, seconds=2),
    repeats=2,
    overload_s=8,
)


def main() -> None:
    """Measure everything, print the tables and the result."""
    size = QUICK if _arguments().quick else FULL
    need_wrk()
    # Whoever ends this ends the servers with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    report.heading("Serving one row a request", "modeldesk", "scikit-learn", "uvicorn")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_data(folder)
        modeldesk_homes(folder)
        train(folder)
        found: dict[Task, list[Score]] = {}
        for task in Task:
            contestants = (*ours(folder, task), *peers(folder, task))
            found[task] = scores(contestants, folder, task, size.length)
            _print_scores(_TITLES[task], found[task])
        costs = [_cost(folder, task, size.costing) for task in Task]
        _print_costs(costs)
        _print_bulks([b for task in Task for b in bulks(folder, task, repeats=3 * size.repeats)])
        _print_overload(overload(folder, Task.IRIS, seconds=size.overload_s), size.overload_s)
        start = starts(folder, repeats=size.repeats)
        _print_start(start)
    _result(found, costs, start)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-serve", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few and short rounds, as a check")
    return parser.parse_args()


def _print_scores(title: str, found: list[Score]) -> None:
    own = found[0]
    report.table(
        title,
        (
            "server",
            f"requests/s, {MANY} connections",
            *("p50 ms", "p99 ms", "modeldesk does"),
            *("1 connection: p50 ms", "p99 ms"),
        ),
        [
            (
                each.name + _refusals(each),
                f"{each.many.requests_s:,.0f}",
                f"{each.many.p50_ms:.2f}",
                f"{each.many.p99_ms:.2f}",
                f"{own.many.requests_s / each.many.requests_s:.2f} x",
                f"{each.single.p50_ms:.2f}",
                f"{each.single.p99_ms:.2f}",
            )
            for each in found
        ],
    )


def _refusals(score: Score) -> str:
    """Say how many requests a peer refused, which its figures leave out."""
    refused = score.many.refused + score.single.refused
    return f" ({refused:,} refused)" if refused else ""


def _cost(folder: Path, task: Task, length: Length) -> Cost:
    own = {each.family: each for each in ours(folder, task)}
    return cost(own[OURS], own[UNLOGGED], folder, task, length)


def _print_costs(found: list[Cost]) -> None:
    report.table(
        "What logging costs",
        ("model", "requests/s", "requests/s, log off", "cost"),
        [
            (
                _TITLES[each.task],
                f"{each.logged:,.0f}",
                f"{each.unlogged:,.0f}",
                f"{each.share:.1%}",
            )
            for each in found
        ],
    )


def _print_bulks(found: list[Bulk]) -> None:
    report.table(
        f"{ROWS:,} rows in one request",
        ("model", "form", "answered ms", "parsing and model alone ms", "ratio"),
        [
            (
                _TITLES[each.task],
                each.kind,
                f"{each.served_s * 1e3:.0f}",
                f"{each.bare_s * 1e3:.0f}",
                f"{each.served_s / each.bare_s:.2f}",
            )
            for each in found
        ],
    )


def _print_overload(found: Overloaded, seconds: float) -> None:
    report.table(
        f"{TIMES} times as many rows as it can, for {seconds:.0f} s",
        ("what", "figure"),
        [
            ("capacity, rows/s", f"{found.capacity_rows_s:,.0f}"),
            ("offered, rows/s", f"{found.offered_rows_s:,.0f}"),
            ("accepted requests", f"{found.accepted:,}"),
            ("refused with 503 and Retry-After", f"{found.refused:,}"),
            ("anything else", f"{found.failed:,}"),
            ("not sent, the client had no connection left", f"{found.not_sent:,}"),
            ("p99 of the accepted, ms", f"{found.p99_ms:.0f}"),
            ("memory before, in the middle, after, MB", _memory(found)),
            ("until it answers as before, s", f"{found.recovery_s:.2f}"),
        ],
    )


def _memory(found: Overloaded) -> str:
    return f"{found.start_mb:.0f}, {found.half_mb:.0f}, {found.end_mb:.0f}"


def _print_start(found: Start) -> None:
    report.table(
        "Start and idle memory",
        ("what", "figure"),
        [
            ("start to ready, s", f"{found.ready_s:.2f}"),
            ("start to the first prediction, s", f"{found.predicted_s:.2f}"),
            ("idle memory with a scikit-learn model, MB", f"{found.loaded_mb:.0f}"),
            ("idle memory without models, MB", f"{found.empty_mb:.0f}"),
        ],
    )


def _result(found: dict[Task, list[Score]], costs: list[Cost], start: Start) -> None:
    def throughput(family: str) -> float:
        """Return how much more modeldesk does than the best of a family, for the worse task."""
        return min(
            _own(each).many.requests_s / max(s.many.requests_s for s in _of(each, family))
            for each in found.values()
        )

    report.result(
        rps_vs_flask_whylogs=throughput("Flask"),
        rps_vs_fastapi=throughput("FastAPI"),
        rps_vs_mlflow=throughput("MLflow"),
        rps_vs_bentoml=throughput("BentoML"),
        rps_vs_litserve=throughput("LitServe"),
        p99_best_peer_ratio=max(
            _own(each).many.p99_ms / min(s.many.p99_ms for s in each if not _is_ours(s))
            for each in found.values()
        ),
        p50_vs_fastapi=max(
            _own(each).single.p50_ms / min(s.single.p50_ms for s in _of(each, "FastAPI"))
            for each in found.values()
        ),
        logging_cost=max(each.share for each in costs),
        start_s=start.ready_s,
        idle_mb=start.loaded_mb,
    )


def _own(found: list[Score]) -> Score:
    (own,) = (score for score in found if score.family == OURS)
    return own


def _is_ours(score: Score) -> bool:
    return score.family in {OURS, UNLOGGED, ASYNC}


def _of(found: list[Score], family: str) -> list[Score]:
    return [score for score in found if score.family.startswith(family)]


if __name__ == "__main__":
    main()
