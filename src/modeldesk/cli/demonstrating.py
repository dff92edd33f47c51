"""Playing the demo."""

import signal
import socket
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modeldesk.cli.exits import ExitCode
from modeldesk.cli.screen import answers, talk, write_json

if TYPE_CHECKING:
    from rich.console import Console

    from modeldesk.demo import Outcome

_PORT = 8080


def demo(
    *,
    leave: Annotated[
        bool,
        typer.Option(
            "--exit",
            help="Check what came out, print it as one JSON object on the last line, and leave; "
            "status 0 only if everything came out as it should.",
        ),
    ] = False,
    home: Annotated[
        Path | None,
        typer.Option(
            help="Folder to play in; an earlier demo's is made anew. Default: ./modeldesk-demo.",
            show_default=False,
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help=f"Port of the server. Default: {_PORT}, or a free one when that is taken.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Decides everything random.")] = 7,
) -> None:
    """Publish a real model, send it three days of traffic, and watch the bad day get noticed.

    Trains a classifier on the iris data, serves it, sends 450 requests over HTTP of which 30
    on the second day carry outliers, and shows the alert. Keeps serving until Ctrl-C.

    Example: `modeldesk demo --port 9000`
    """
    from modeldesk.cli.logs import log_to_stderr
    from modeldesk.cli.progress import RichProgress

    log_to_stderr()
    console = talk() if leave else answers()
    progress = RichProgress(console)
    with progress.step("Loading"):
        from modeldesk.demo import HOME, demo_home, running_demo

    chosen = _choose_port(console) if port is None else port
    with (
        demo_home(home or HOME) as folder,
        running_demo(folder, progress, port=chosen, seed=seed) as outcome,
    ):
        status = conclude(console, outcome)
        if not leave:
            _show_addresses(console, outcome.url)
            _wait_for_the_end()
    if leave:
        write_json(_document(outcome))
    raise typer.Exit(status)


def conclude(console: "Console", outcome: "Outcome") -> ExitCode:
    """Show what came out, and tell every unmet expectation on standard error."""
    _show(console, outcome)
    for sentence in outcome.unmet:
        typer.echo(f"Not as expected: {sentence}", err=True)
    return ExitCode.FAILED if outcome.unmet else ExitCode.OK


def _choose_port(console: "Console") -> int:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", _PORT))
        except OSError:
            console.print(f"Port {_PORT} is taken; taking a free one.", highlight=False)
            return 0
    return _PORT


def _show(console: "Console", outcome: "Outcome") -> None:
    from modeldesk.demo.scenario import TARGET
    from modeldesk.drift import Status

    sent = f"{outcome.predictions} predictions over HTTP, {outcome.profiled} of them profiled"
    lines = [
        f"{sent}, in {outcome.seconds:g} seconds.",
        *(
            [f"Performance: {outcome.accuracy:.1%} of {outcome.labelled} with a label are right."]
            if outcome.accuracy is not None
            else []
        ),
        *(f"Alert: {f.column} on {f.day}{_distance(f.distance)}." for f in outcome.alerts),
        *(
            f"Answers: {found.column} on {found.day} {found.status}{_distance(found.distance)}."
            for found in outcome.outputs
            if found.column == TARGET or found.status is Status.CHANGED
        ),
    ]
    console.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)


def _show_addresses(console: "Console", url: str) -> None:
    from modeldesk.demo.scenario import MODEL

    lines = [
        "",
        f"Models      {url}/",
        f"Overview    {url}/models/{MODEL}",
        f"Monitor     {url}/models/{MODEL}/monitor",
        f"Performance {url}/models/{MODEL}/performance",
        f"Playground  {url}/models/{MODEL}/playground",
        f"API         {url}/docs",
    ]
    console.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)


def _distance(distance: float | None) -> str:
    return "" if distance is None else f", distance {distance:.2f}"


def _document(outcome: "Outcome") -> bytes:
    import msgspec

    return msgspec.json.encode(outcome)


def _wait_for_the_end() -> None:
    """Return on Ctrl-C or SIGTERM: stopping is how a demo that serves ends well."""
    end = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, lambda *_: end.set())
    try:
        typer.echo("\nServing until you press Ctrl-C.")
        end.wait()
        typer.echo("Stopping.")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
