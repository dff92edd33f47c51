"""Playing the scenario against a real server: publish, serve, send, wait, judge, flag."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import polars as pl

from modeldesk.client import Client
from modeldesk.clock import Clock, SystemClock
from modeldesk.demo import loans, scenario
from modeldesk.demo.expectations import Observed, Outcome, alerted, changed, output_verdicts, unmet
from modeldesk.demo.lending import lend, publish_loans
from modeldesk.demo.scenario import MODEL, TARGET, Traffic
from modeldesk.desk import Desk
from modeldesk.schema import Role
from modeldesk.server import running_server
from modeldesk.services.label_reading import LabelColumns
from modeldesk.services.progress import Progress
from modeldesk.services.views import AlertStatus, AlertView
from modeldesk.settings import Settings

PATIENCE = 60.0
"""Seconds that profiling and judging may take before the demo says that they failed."""


@contextmanager
def running_demo(
    home: Path,
    progress: Progress,
    *,
    port: int = 8080,
    seed: int = 7,
    clock: Clock | None = None,
) -> Iterator[Outcome]:
    """Play the scenario and keep its server running until the block ends.

    Parameters
    ----------
    home
        A folder for the demo alone, as `demo_home` makes it.
    progress
        Is told about every step.
    port
        Port of the server on 127.0.0.1; 0 takes a free one.
    seed
        Decides everything random.
    clock
        Tells what day today is; ``None``: the machine's.

    Yields
    ------
    Outcome
        What was found, with every expectation that did not come true.

    Raises
    ------
    InvalidArgument
        When the port is taken.
    """
    started = time.monotonic()
    clock = clock or SystemClock()
    settings = demo_settings(home, port=port)
    flowers = scenario.iris()
    traffic = scenario.traffic(flowers, now=clock.now(), seed=seed)
    with ExitStack() as stack:
        with progress.step("Training and publishing the models"):
            desk = stack.enter_context(Desk.open(settings, clock=clock))
            _publish(desk, flowers, seed)
            publish_loans(desk, seed)
        with progress.step("Starting the server"):
            desk.start_jobs()
            url = stack.enter_context(running_server(desk, settings))
        client = stack.enter_context(Client(url))
        ids = _send(client, traffic, progress)
        _label(client, traffic, ids)
        with progress.step("Sending two weeks of loans"):
            known = lend(desk, client, loans.days(now=clock.now(), seed=seed))
        observed = _observe(client, traffic, progress, loans_known=known)
        flag_id = _play_and_flag(client)
        yield Outcome(
            url=url,
            predictions=observed.predictions,
            profiled=observed.profiled,
            labelled=observed.labelled,
            accuracy=observed.accuracy,
            alerts=alerted(observed.alerts),
            outputs=output_verdicts(observed.report),
            flag_id=flag_id,
            seconds=round(time.monotonic() - started, 1),
            unmet=unmet(traffic, observed) + _lost_flag(client, flag_id),
        )


def demo_settings(home: Path, *, port: int) -> Settings:
    """Return settings under which nothing outside the demo's folder is touched.

    Whatever the environment or ``modeldesk.toml`` say about a database, an address or jobs
    is about somebody's real desk, so all of it is overridden.
    """
    return Settings.load(
        home=home,
        database_url=f"sqlite:///{home / 'modeldesk.db'}",
        artefacts_url=str(home / "artefacts"),
        host="127.0.0.1",
        port=port,
        ui=True,
        jobs=True,
        job_seconds=0.25,
    )


def _publish(desk: Desk, flowers: pl.DataFrame, seed: int) -> None:
    desk.registry.publish(
        scenario.train(flowers, seed=seed),
        name=MODEL,
        reference=flowers,
        target=TARGET,
        description="Tells three species of iris apart by their sepals and petals.",
    )


def _send(client: Client, traffic: Traffic, progress: Progress) -> list[str]:
    """Ask for one row per request, as a live system would; return the identifiers."""
    ids = list[str]()
    with progress.step("Sending three days of traffic", len(traffic.requests)) as step:
        for request in traffic.requests:
            answer = client.predict(MODEL, request.row, timestamps=[request.time])
            ids.append(answer[0].prediction_id)
            step.advance()
    return ids


def _label(client: Client, traffic: Traffic, ids: Sequence[str]) -> None:
    """Say which species the flowers were, as far as that is known by now."""
    known = [
        (prediction_id, request.truth, request.known)
        for prediction_id, request in zip(ids, traffic.requests, strict=True)
        if request.known is not None
    ]
    if known:
        table = pl.DataFrame(known, schema=["prediction_id", "label", "label_time"], orient="row")
        client.label(MODEL, table, columns=LabelColumns(source="herbarium"))


def _observe(client: Client, traffic: Traffic, progress: Progress, *, loans_known: int) -> Observed:
    """Wait until every row is profiled and evaluated and every change has its alert; then look."""
    sent = len(traffic.requests)
    with progress.step("Waiting for the profiles and the monitor"):
        _wait_until(lambda: client.model(MODEL).profiled >= sent)
        report = client.drift(MODEL)
        watched = set(changed(report, Role.FEATURE, Role.PREDICTION))
        # A day that was judged while it filled up may have alerts that do not last.
        _wait_until(lambda: watched == set(alerted(_open_alerts(client))))
        _wait_until(lambda: client.performance.report(MODEL).labelled >= traffic.labelled)
        _wait_until(lambda: client.performance.report(loans.MODEL).labelled >= loans_known)
    overview, performance = client.model(MODEL), client.performance.report(MODEL)
    accuracy = [each.value for each in performance.figures if each.measure == "accuracy"]
    return Observed(
        predictions=overview.predictions,
        profiled=overview.profiled,
        labelled=performance.labelled,
        accuracy=accuracy[0] if accuracy else None,
        report=report,
        alerts=_open_alerts(client),
    )


def _open_alerts(client: Client) -> tuple[AlertView, ...]:
    return client.alerts(MODEL, status=AlertStatus.OPEN)


def _wait_until(come: Callable[[], bool]) -> None:
    """Return when something has come true, or when patience is over: the look tells."""
    deadline = time.monotonic() + PATIENCE
    while not come() and time.monotonic() < deadline:
        time.sleep(0.1)


def _play_and_flag(client: Client) -> int:
    """Do what a person does in the playground: try a flower, doubt the answer."""
    flower = client.example(MODEL)
    answer = client.predict(MODEL, flower)[0]
    flag = client.flag(
        answer.prediction_id,
        reason="unsure",
        comment="The demo flagged this one; look for it in the playground.",
    )
    return flag.flag_id


def _lost_flag(client: Client, flag_id: int) -> tuple[str, ...]:
    if any(flag.flag_id == flag_id for flag in client.flags(MODEL)):
        return ()
    return (f"Flag {flag_id} was stored, but is not among the flags of {MODEL}.",)
