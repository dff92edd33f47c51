"""Pages in real Chromium on a large store, with Evidently's UI on 100 reports beside it.

The store holds 3 models of 30 columns, 1,000 days, 10 segments and 1,000,000 predictions, the
last 100 days of them labelled. The server has its default settings. *First page* is the time from
the start of the program until the list of models is answered. A page is *cold* in a browser that
has never been there, *warm* later (the median of five); what counts is the time until its main
picture is drawn, of the slowest page. *Drill-down* is from a click on a cell of the heat map until
the column's picture is drawn. While pages are loaded over and over, single rows are predicted at a
steady rate by another process: the ratio is the 99th percentile of their answers then over that of
a quiet server just before, the median of five rounds.
The browser has what processor time the server, and whoever predicts, leave: a reader's is on
another machine.

Evidently's workspace holds 100 reports of data drift of 30 columns and 1,000 rows.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import numpy as np
from playwright.sync_api import Browser

from benchmarks.measuring import report
from benchmarks.measuring.runs import ROOT
from benchmarks.paging.large_store import FULL, OUTCOME, QUICK, Size, make_store
from benchmarks.paging.visits import Sight, Visit, chromium, chromium_path, drawn, fresh, visit
from benchmarks.peers.environments import Peer, own_python, python_of, variables
from benchmarks.serving.servers import HOST, Program, Running, running
from benchmarks.serving.steady import Tally, offer, request

SESSIONS = 20
REPORTS = 100
_RATE = 50.0
"""Requests a second beside the pages."""
_CONNECTIONS = 64
"""Each is used every 1.3 seconds; the server closes those that rest for five."""
_SECONDS = 15.0
_ROUNDS = 5
"""Of predictions beside pages: a single one says 1.6 or 2.2 of the same server."""
_DRILLS = 5

# In the middle of the top row: of many columns the lower ones are scrolled to.
_CLICK = """() => {
  const place = document.querySelector('[data-testid="heatmap"]');
  const chart = getElement(place.id.slice(1)).chart;
  const box = place.getBoundingClientRect();
  const cells = chart.getOption().series[0].data.map((cell) => cell.value);
  const spots = cells.map((cell) => chart.convertToPixel({seriesIndex: 0}, [cell[0], cell[1]]));
  const top = Math.min(...spots.map((spot) => spot[1]));
  const row = spots.filter((spot) => spot[1] < top + 1);
  const spot = row[Math.floor(row.length / 2)];
  return [box.x + spot[0], box.y + spot[1]];
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The 99th percentile of predictions, in milliseconds, just before pages load and meanwhile."""

    quiet_ms: float
    loaded_ms: float

    @property
    def ratio(self) -> float:
        """How many times as long they take meanwhile."""
        return self.loaded_ms / self.quiet_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was measured of modeldesk."""

    first_page_s: float
    server_mb: float
    visits: list[Visit]
    drill_ms: float
    sessions_mb: float
    beside: list[Beside]


def main() -> None:
    """Measure, print the tables and the result."""
    arguments = _arguments()
    size = QUICK if arguments.quick else FULL
    chromium_path()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    report.heading("Pages", "modeldesk", "nicegui", "playwright")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = arguments.store or folder / "home"
        if not home.exists():
            began = time.perf_counter()
            make_store(home, size)
            print(f"The store was made in {time.perf_counter() - began:.0f} s.\n", flush=True)
        found = _measured(folder, home, size)
        _print(found)
        peer_s, peer_mb = _evidently(folder, REPORTS if size is FULL else REPORTS // 10)
    report.table(
        f"Evidently's UI on {REPORTS} reports",
        ("what", "modeldesk", "Evidently"),
        [
            ("start to first page, s", f"{found.first_page_s:.1f}", f"{peer_s:.1f}"),
            ("memory, MB", f"{found.server_mb:.0f}", f"{peer_mb:.0f}"),
        ],
    )
    report.result(
        first_page_s=found.first_page_s,
        server_mb=found.server_mb,
        cold_ms=max(each.cold_ms for each in found.visits),
        warm_ms=max(each.warm_ms for each in found.visits),
        drill_ms=found.drill_ms,
        sessions20_mb=found.sessions_mb,
        api_p99_ratio=median(each.ratio for each in found.beside),
        evidently_start_s=peer_s,
        evidently_mb=peer_mb,
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-pages", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a small store, as a check")
    parser.add_argument(
        "--store", type=Path, help="home with the store of an earlier run, or where to make one"
    )
    return parser.parse_args()


def _sights(size: Size) -> list[Sight]:
    model = f"/models/{size.names[0]}"
    return [
        Sight(name="Models", path="/", main="models"),
        Sight(name="Overview", path=model, main="timeline"),
        Sight(name="Monitor", path=f"{model}/monitor", main="heatmap"),
        Sight(name="Column", path=f"{model}/columns/n1", main="distribution"),
        Sight(name="Performance", path=f"{model}/performance", main="history"),
        Sight(name="Predictions", path=f"{model}/predictions", main="log"),
        Sight(name="Versions", path=f"{model}/versions", main="versions"),
    ]


def _measured(folder: Path, home: Path, size: Size) -> Found:
    command = [str(own_python()), "-m", "modeldesk", "serve", "--home", str(home.resolve())]
    program = Program(
        name="modeldesk",
        command=[*command, "--port", "{port}"],
        variables=variables() | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        ready="/",
    )
    with running(program, folder) as server, chromium() as browser:
        server_mb = server.memory_mb
        visits = [visit(browser, server.url(""), sight) for sight in _sights(size)]
        drill = _drill_ms(browser, server, size)
        # In a process of its own: this one's lock is also wanted by what drives the browser.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as asking:
            beside = [_beside(browser, server, size, asking) for _ in range(_ROUNDS)]
        sessions = _sessions_mb(browser, server, size)
    return Found(
        first_page_s=server.start_s,
        server_mb=server_mb,
        visits=visits,
        drill_ms=drill,
        sessions_mb=sessions,
        beside=beside,
    )


def _drill_ms(browser: Browser, server: Running, size: Size) -> float:
    """Click cells of the heat map; how long until the column's picture is drawn."""
    context = fresh(browser)
    page = context.new_page()
    sight = next(each for each in _sights(size) if each.main == "heatmap")
    taken = []
    for _ in range(_DRILLS):
        page.goto(server.url(sight.path))
        drawn(page, "heatmap")
        page.wait_for_timeout(600)  # pictures glide into their place
        x, y = page.evaluate(_CLICK)
        began = time.perf_counter()
        page.mouse.click(x, y)
        drawn(page, "panel-distribution")
        taken.append((time.perf_counter() - began) * 1e3)
    context.close()
    return median(taken)


def _sessions_mb(browser: Browser, server: Running, size: Size) -> float:
    """Open pages and leave them open; how much the server has in use then."""
    sights = _sights(size)
    with ExitStack() as stack:
        context = fresh(browser)
        stack.callback(context.close)
        for number in range(SESSIONS):
            sight = sights[number % len(sights)]
            page = context.new_page()
            page.goto(server.url(sight.path))
            drawn(page, sight.main)
        return server.memory_mb


def _beside(browser: Browser, server: Running, size: Size, asking: Executor) -> Beside:
    """Predict rows on a quiet server, and while pages are loaded."""
    message = _message(size)
    quiet = asking.submit(_p99_ms, server.port, message).result()
    loaded = asking.submit(_p99_ms, server.port, message)
    context = fresh(browser)
    page = context.new_page()
    while not loaded.done():
        for sight in _sights(size):
            page.goto(server.url(sight.path))
            drawn(page, sight.main)
    context.close()
    return Beside(quiet_ms=quiet, loaded_ms=loaded.result())


def _p99_ms(port: int, message: bytes) -> float:
    tally = Tally()
    offered = offer(
        port,
        [message],
        rate=_RATE,
        seconds=_SECONDS,
        tally=tally,
        connections=_CONNECTIONS,
    )
    asyncio.run(offered)
    if tally.failed or tally.refused or tally.not_sent:
        sys.exit(f"{tally.failed + tally.refused + tally.not_sent} predictions were not answered.")
    return float(np.percentile(tally.accepted_ms, 99))


def _message(size: Size) -> bytes:
    numbers = {f"n{place}": 0.1 * place for place in range(20)}
    words = {f"w{place}": "kind 0" for place in range(9)}
    row = {**numbers, **words, "region": "region 3"}
    row.pop(OUTCOME, None)
    path = f"/api/v1/models/{size.names[-1]}/predict"
    return request(path, json.dumps({"row": row}).encode())


def _evidently(folder: Path, reports: int) -> tuple[float, float]:
    """Start Evidently's UI on a workspace; seconds to its first page, and its memory."""
    python, place = python_of(Peer.EVIDENTLY), folder / "workspace"
    environment = variables() | {"PYTHONPATH": str(ROOT)}
    made = subprocess.run(
        [str(python), "-m", "benchmarks.peers.evidently.make_workspace", str(place), str(reports)],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        sys.exit(f"Evidently's workspace was not made:\n{made.stderr[-2000:]}")
    project = made.stdout.split()[-1]
    command = [str(python.parent / "evidently"), "ui", "--workspace", str(place), "--host", HOST]
    program = Program(
        name="Evidently",
        command=[*command, "--port", "{port}"],
        variables=environment | {"PATH": f"{python.parent}:{os.environ['PATH']}"},
        ready=f"/api/projects/{project}/info",
    )
    with running(program, folder) as server:
        return server.start_s, server.memory_mb


def _spread(figures: list[float]) -> str:
    return f"{median(figures):.1f} ({min(figures):.1f} to {max(figures):.1f})"


def _print(found: Found) -> None:
    beside = found.beside
    report.table(
        "Until the main picture is drawn",
        ("page", "cold ms", "warm ms"),
        [(each.sight.name, f"{each.cold_ms:.0f}", f"{each.warm_ms:.0f}") for each in found.visits],
    )
    report.table(
        "The server",
        ("what", "figure"),
        [
            ("start to first page, s", f"{found.first_page_s:.2f}"),
            ("memory then, MB", f"{found.server_mb:.0f}"),
            (f"memory with {SESSIONS} open pages, MB", f"{found.sessions_mb:.0f}"),
            ("click to a column's picture, ms", f"{found.drill_ms:.0f}"),
            ("predictions while nobody looks, p99 ms", _spread([each.quiet_ms for each in beside])),
            ("predictions while pages load, p99 ms", _spread([each.loaded_ms for each in beside])),
            ("so many times as long", _spread([each.ratio for each in beside])),
        ],
    )


if __name__ == "__main__":
    main()
