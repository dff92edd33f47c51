"""A server whose store is slow or fails on some models, run as a program of its own.

It is wired like the real one; only the services that the pages read from are wrapped.
"""

from __future__ import annotations

import argparse
import signal
import time
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from modeldesk.desk import Desk
from modeldesk.errors import StoreUnavailable
from modeldesk.server import running_server
from modeldesk.settings import Settings

if TYPE_CHECKING:
    from types import FrameType

SLOW_SECONDS = 1.5


class Hindered:
    """Passes every call on to a service, after a while, or fails."""

    def __init__(self, service: object, broken: Path) -> None:
        self._service = service
        self._broken = broken

    def __getattr__(self, name: str) -> object:
        """Return the service's method, hindered."""
        method = getattr(self._service, name)

        def hindered(*args: object, **kwargs: object) -> object:
            time.sleep(SLOW_SECONDS)
            if self._broken.exists():
                message = "The database cannot be reached."
                raise StoreUnavailable(message, hint="Is the disk full?")
            return method(*args, **kwargs)

        return hindered


def main() -> None:
    """Serve a home until SIGTERM; the store fails while a file `broken` lies in it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    settings = Settings.load(home=options.home, port=options.port)
    stop = Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    broken = options.home / "broken"
    with Desk.open(settings) as desk:
        hindered = replace(
            desk,
            overview=Hindered(desk.overview, broken),  # type: ignore[arg-type]  # quacks alike
            health=Hindered(desk.health, broken),  # type: ignore[arg-type]
            monitoring=Hindered(desk.monitoring, broken),  # type: ignore[arg-type]
            feedback=Hindered(desk.feedback, broken),  # type: ignore[arg-type]
            reader=Hindered(desk.reader, broken),  # type: ignore[arg-type]
        )
        with running_server(hindered, settings):
            stop.wait()


if __name__ == "__main__":
    main()
