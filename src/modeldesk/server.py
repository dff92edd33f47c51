"""Running the server: one port for the API and the pages, and a clean stop.

The HTTP server runs in a daemon thread, so that a request which never ends cannot keep the
process from ending: its worker threads are daemons too.
"""

from __future__ import annotations

import ctypes
import errno
import gc
import ipaddress
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial
from types import FrameType

import structlog
import uvicorn
from fastapi import FastAPI

from modeldesk.api import (
    Guard,
    RequestIdentity,
    create_api,
    hot_protocol,
    mount_late,
    serve_sign_in,
)
from modeldesk.desk import Desk
from modeldesk.errors import InvalidArgument, ModeldeskError
from modeldesk.services.admission import address_to_bind, check_admission
from modeldesk.settings import Settings

DRAIN_SECONDS = 2
"""How long requests may take to end once the server stops."""

END_SECONDS = 0.5
"""How long the HTTP server may take to end after that."""

CLOSE_SECONDS = 0.5
"""How long the desk may take to commit what it has accepted."""

SETTLE_SECONDS = 10
"""After how long the server takes it that the models which it loads first are loaded."""

_BACKLOG = 2048
_ARENA_MAX, _HEAPS = -8, 2
_GARBAGE = (2_000, 10, 60)
"""How many new objects, and collections, it takes until the garbage collector looks."""
_TURN_SECONDS = 0.0002
"""How long one thread goes on in Python while others wait; by default it is 25 times that."""
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)

_log = structlog.get_logger(__name__)


def create_app(desk: Desk, settings: Settings) -> FastAPI:
    """Return the whole application of a desk: the API, the pages, the guard round both.

    Parameters
    ----------
    desk
        Stays the caller's to close.
    settings
        ``ui`` decides about the pages, ``allowed_hosts`` is what the guard lets pass.
    """
    app = create_api(desk, settings)
    if settings.ui:
        secured = app.state.sign_in_required
        if secured:
            from modeldesk.ui.login_page import login_page  # noqa: PLC0415 - only where needed

            serve_sign_in(app, desk, settings, page=login_page)
        make = cache(partial(_pages, desk, settings, secured=secured))
        if settings.pages:
            make()  # tells at once where one of them cannot be read
        mount_late(app, make, name="modeldesk-pages")
    app.add_middleware(Guard, allowed_hosts=settings.allowed_hosts)
    app.add_middleware(RequestIdentity)
    return app


def _pages(desk: Desk, settings: Settings, *, secured: bool) -> FastAPI:
    """Return the pages: half a second and 9 MB that the API's callers need not wait for."""
    from modeldesk.ui.mount import mount  # noqa: PLC0415 - as said above

    pages = FastAPI(openapi_url=None)
    mount(pages, desk, settings, secured=secured)
    if gc.get_freeze_count():
        _settle_memory()
    return pages


def serve(settings: Settings, *, on_ready: Callable[[str], None] | None = None) -> None:
    """Open the desk and serve it until SIGTERM or Ctrl-C.

    On either, no more connections are accepted, requests under way are answered, what was
    accepted is committed, and the function returns; all in less than 5 seconds. A request that
    takes longer is given up. A second Ctrl-C ends the wait.

    Parameters
    ----------
    settings
        Where the desk is, and what to bind.
    on_ready
        Called with the server's address once it answers.

    Raises
    ------
    InvalidArgument
        When others may reach the server and nobody could sign in, or the port cannot be had.
    ModeldeskError
        When the desk cannot be opened or the server does not start.
    """
    # Read when the first library with OpenMP is loaded. Its threads would else keep the cores
    # busy while they wait for work, and with them everything that is not the model.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    _share_heaps()
    with _listening(settings) as listener, _stop_signals() as stop:
        desk = Desk.open(settings)
        try:
            _check_admission(desk, settings)
            if settings.jobs:
                desk.start_jobs()
            desk.predictor.warm()
            with (
                _collecting_seldom(),
                _taking_turns(),
                _in_thread(create_app(desk, settings), settings, listener, stop) as url,
            ):
                gc.freeze()  # unseen: libraries leave next to no garbage, and looking takes 0.2 s
                if on_ready is not None:
                    on_ready(url)
                if not stop.wait(SETTLE_SECONDS):
                    _settle_memory()  # models are loaded by now
                stop.wait()
        finally:
            _close(desk)


@contextmanager
def running_server(desk: Desk, settings: Settings) -> Iterator[str]:
    """Serve a desk in a thread of its own until the block ends.

    Parameters
    ----------
    desk
        Stays the caller's to close.
    settings
        What to bind; the port 0 takes a free one.

    Yields
    ------
    str
        The server's address, without a slash at the end.

    Raises
    ------
    InvalidArgument
        When others may reach the server and nobody could sign in, or the port cannot be had.

    Examples
    --------
    >>> import tempfile, httpx
    >>> settings = Settings.load(home=tempfile.mkdtemp(), port=0, ui=False)
    >>> with Desk.open(settings) as desk, running_server(desk, settings) as url:
    ...     httpx.get(f"{url}/api/v1/health", trust_env=False).json()["status"]
    'ok'
    """
    _check_admission(desk, settings)
    with (
        _listening(settings) as listener,
        _in_thread(create_app(desk, settings), settings, listener, threading.Event()) as url,
    ):
        yield url


class _Server(uvicorn.Server):
    """An HTTP server that tells when it answers, and whether it has ended."""

    def __init__(self, config: uvicorn.Config, ended: threading.Event) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self.failure: BaseException | None = None
        self._ended = ended

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.ready.set()

    def run_until_stopped(self, listener: socket.socket) -> None:
        try:
            self.run(sockets=[listener])
        except BaseException as error:  # noqa: BLE001 - a thread's boundary; told to its starter
            # uvicorn leaves by SystemExit when the application does not start.
            self.failure = error
        finally:
            self.ready.set()
            self._ended.set()


@contextmanager
def _in_thread(
    app: FastAPI, settings: Settings, listener: socket.socket, ended: threading.Event
) -> Iterator[str]:
    config = uvicorn.Config(
        app,
        http=hot_protocol(app.state.hot_path),
        log_config=None,
        access_log=False,
        server_header=False,
        # Otherwise whoever connects could say that it comes from elsewhere.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    server = _Server(config, ended)
    thread = threading.Thread(
        target=server.run_until_stopped, args=(listener,), name="modeldesk-http", daemon=True
    )
    thread.start()
    try:
        server.ready.wait()
        _check(server)
        yield _url(listener)
        _check(server)
    finally:
        server.should_exit = True
        thread.join(DRAIN_SECONDS + END_SECONDS)
        if thread.is_alive():
            _log.warning("the HTTP server did not end in time", seconds=DRAIN_SECONDS + END_SECONDS)


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    """Let the garbage collector look seldom while the block runs, and at everything after it."""
    before = gc.get_threshold()
    gc.set_threshold(*_GARBAGE)
    gc.enable()  # the command loads libraries without
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)


@contextmanager
def _taking_turns() -> Iterator[None]:
    """Let threads wait less for each other while the block runs.

    Each time that the event loop has read, written or committed something, it waits for whoever
    computes in Python meanwhile, such as the roll-up.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(_TURN_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _share_heaps() -> None:
    """Have threads share two heaps; glibc gives up to eight for each core, which takes 2 MB more.

    Source: mallopt(3), ``M_ARENA_MAX``. Other C libraries have no such thing.
    """
    if "MALLOC_ARENA_MAX" in os.environ:
        return
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, _HEAPS)


def _settle_memory() -> None:
    """Take what is there, and will stay, out of what the garbage collector looks through.

    That is a million objects of libraries. Looking through them stops every thread for 0.2 s,
    once a second under load.
    """
    gc.collect()
    gc.freeze()


def _check(server: _Server) -> None:
    if server.failure is not None or not server.started:
        message = "The HTTP server ended by itself."
        raise ModeldeskError(message, hint="The log says why.") from server.failure


@contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    """Take the port before anything else is opened; connections wait until the server runs."""
    address = address_to_bind(settings)
    try:
        listener = _bound(address, settings.port)
    except OSError as error:
        raise _no_port(settings, error) from error
    with listener:
        yield listener


def _bound(address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int) -> socket.socket:
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET  # noqa: PLR2004
    listener = socket.socket(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((str(address), port))
        # From here on the port is taken: binding alone would leave it to others.
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _check_admission(desk: Desk, settings: Settings) -> None:
    check_admission(
        settings,
        users=desk.accounts.list(),
        keys=desk.keys.list(),
        required=desk.sign_in_required,
        now=desk.clock.now(),
    )


def _no_port(settings: Settings, error: OSError) -> InvalidArgument:
    place = f"Port {settings.port} on {settings.host}"
    if error.errno == errno.EADDRINUSE:
        message = f"{place} is in use by another program."
        return InvalidArgument(message, hint="Choose another with --port, or stop it.")
    message = f"{place} cannot be opened: {error.strerror}."
    return InvalidArgument(message, hint="Choose a port above 1023 with --port, or 127.0.0.1.")


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def _stop_signals() -> Iterator[threading.Event]:
    """Yield an event that SIGTERM or Ctrl-C sets; a second one acts as if this were not there."""
    stop = threading.Event()
    before = {number: signal.getsignal(number) for number in _STOP_SIGNALS}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)

    def on_signal(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()
        restore()

    for number in _STOP_SIGNALS:
        signal.signal(number, on_signal)
    try:
        yield stop
    finally:
        restore()


def _close(desk: Desk) -> None:
    """Close the desk, but do not wait for a model that never answers.

    Nothing that was answered is lost: answers are given after the commit.
    """

    def close() -> None:
        try:
            desk.close()
        except Exception:  # noqa: BLE001 - the last thing before the end; nobody is left to tell
            _log.exception("the desk did not close cleanly")

    closing = threading.Thread(target=close, name="modeldesk-close", daemon=True)
    closing.start()
    closing.join(CLOSE_SECONDS)
    if closing.is_alive():
        _log.warning("the desk did not close in time", seconds=CLOSE_SECONDS)
