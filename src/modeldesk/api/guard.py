"""Keeps web pages of other sites away, whether or not the server has a login.

A page that a person of this machine opens can send requests to 127.0.0.1, and, by having its own
name resolve to 127.0.0.1 (DNS rebinding), read the answers. Two headers that scripts cannot forge
tell such requests apart: ``Host`` names the address that the browser believes it talks to, and
``Origin`` the page that the request comes from.
"""

from __future__ import annotations

from collections.abc import Collection
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from modeldesk.api.errors import failure

_POLICY_VIOLATION = 1008
_MOST_SEEN = 64
"""Spellings of allowed hosts, with their ports, that are remembered."""
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Hosts:
    """The hosts that requests may ask for, and the spellings of them that were seen.

    Parameters
    ----------
    allowed
        Their names, without the port; IPv6 addresses in brackets.
    """

    def __init__(self, allowed: Collection[str]) -> None:
        self._allowed = frozenset(host.lower() for host in allowed)
        self._seen: set[bytes] = set()

    def allows(self, name: str) -> bool:
        """Say whether a host may be asked for, by its name without the port."""
        return name in self._allowed or bool(name and "*" in self._allowed)

    def passes(self, scope: Scope) -> bool:
        """Say at a glance that a request may pass: it comes from no page, for a host seen before.

        Of others it must be found out.
        """
        host = None
        for name, value in scope["headers"]:
            if name == b"origin":
                return False
            if name == b"host" and host is None:
                host = value
        return host is not None and self.seen(host)

    def seen(self, host: bytes) -> bool:
        """Say whether a host may pass that was asked for before, as it is written in a header."""
        if host in self._seen:
            return True
        if len(self._seen) < _MOST_SEEN and self.allows(_split(host.decode("latin-1"))[0]):
            self._seen.add(host)
        return False


class Guard:
    """Lets pass what asks for an allowed host and comes from no other site's page.

    Plain ASGI, so that it covers WebSockets as well as requests. The origin is compared on
    every request that names one, reading ones included: the pages' Socket.IO connection can
    also be had by plain GET requests, and answers any origin.

    Parameters
    ----------
    app
        What is guarded.
    allowed_hosts
        Host names that requests may ask for, without the port; IPv6 addresses in brackets.
        ``*`` allows all, for servers whose callers must be known.
    """

    def __init__(self, app: ASGIApp, allowed_hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = Hosts(allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        if self._hosts.passes(scope):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(Headers(scope=scope))
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await refusal(scope, receive, send)
        else:
            await refuse_socket(refusal, scope, receive, send)

    def _refusal(self, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        name, _ = _split(host)
        if not self._hosts.allows(name):
            return failure(
                HTTPStatus.FORBIDDEN,
                code="forbidden_host",
                message=f"This server does not answer for the host {host!r}.",
                hint="Use the address that the server printed, or add the host to allowed_hosts.",
            )
        origin = headers.get("origin")
        if origin is not None and not _same_site(origin, host):
            return failure(
                HTTPStatus.FORBIDDEN,
                code="forbidden_origin",
                message=f"Pages from {origin!r} may not use this server.",
                hint="Open the server's own pages, or call it from a program.",
            )
        return None


async def refuse_socket(refusal: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a socket's handshake with a refusal: with a body where the server can, or without."""
    if "websocket.http.response" in scope.get("extensions", {}):
        # Starlette prefixes the messages' types for a socket's scope by itself.
        await refusal(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": "forbidden"})


def _split(host: str) -> tuple[str, int | None]:
    """Return a ``Host`` header's name and port; an empty name where it cannot be one."""
    try:
        parts = urlsplit(f"//{host}")
        port = parts.port
    except ValueError:
        return "", None
    name = parts.hostname or ""
    if parts.username is not None or parts.path or parts.query or parts.fragment:
        return "", None
    return (f"[{name}]" if ":" in name else name), port


def _same_site(origin: str, host: str) -> bool:
    """Whether a page of that origin was served from that host and port."""
    scheme, _, place = origin.partition("://")
    default = _DEFAULT_PORTS.get(scheme)
    if default is None or not place:
        return False
    of_page, page_port = _split(place)
    of_server, server_port = _split(host)
    return bool(of_page) and (of_page, page_port or default) == (of_server, server_port or default)
