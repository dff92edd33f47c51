"""Who may ask what: before any route, page or socket is reached.

Plain ASGI, so that it covers everything that the application serves, also what FastAPI does not
know of. A key comes as ``Authorization: Bearer mdk_...`` or ``X-API-Key``, a session as a cookie.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote

from anyio import CapacityLimiter, to_thread
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modeldesk.api.cookies import session_token
from modeldesk.api.errors import failure_of
from modeldesk.api.guard import refuse_socket
from modeldesk.api.needs import Asked, asked, is_api
from modeldesk.errors import Forbidden, StoreUnavailable, Unauthenticated
from modeldesk.services.access import Access
from modeldesk.services.acting import (
    ANYONE,
    NOBODY,
    PAGES,
    PREDICTS,
    Caller,
    CallerKind,
    Need,
    act_as,
)

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_POLICY_VIOLATION = 1008
_READERS = 2


class Door:
    """Finds out who asks, and lets in who may.

    Parameters
    ----------
    app
        What is guarded.
    access
        Knows keys and sessions.
    required
        Whether callers must be known; if not, everybody may do everything.
    routes
        What else the application answers at, and what is needed there: Vertex AI's routes.
    pages
        Whether there is a page to sign in at.
    """

    def __init__(
        self,
        app: ASGIApp,
        access: Access,
        *,
        required: bool,
        routes: Mapping[str, Asked],
        pages: bool,
    ) -> None:
        self._app = app
        self._access = access
        self._required = required
        self._routes = routes
        self._pages = pages
        self._reading = CapacityLimiter(_READERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request or socket in, or refuse it."""
        kind = scope["type"]
        if not self._required or kind == "lifespan":
            # What runs beside requests acts in nobody's name: with no rights, where they count.
            act_as(NOBODY if self._required else ANYONE)
            await self._app(scope, receive, send)
        elif kind == "http":
            refusal = await self._http(scope)
            if refusal is None:
                await self._app(scope, receive, send)
            else:
                await refusal(scope, receive, send)
        else:
            await self._socket(scope, receive, send)

    async def _http(self, scope: Scope) -> Response | None:
        """Find out who asks; return the refusal, if it is one."""
        path = _path(scope)
        about = self._routes.get(path) or asked(scope["method"], path)
        try:
            caller = await self._caller(scope, needed=about.need is not None)
            act_as(caller)
            if caller.kind is CallerKind.USER and scope["method"] not in _SAFE:
                check_origin(scope)
            if about.need is not None:
                _check(caller, about.need, about)
        except Unauthenticated as error:
            if self._pages and _wants_page(scope, path):
                return RedirectResponse(_login(path, scope), HTTPStatus.SEE_OTHER)
            return failure_of(error, path=path)
        except (Forbidden, StoreUnavailable) as error:
            return failure_of(error, path=path)
        return None

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a page's socket for as long as its session holds and its user stays the same."""
        try:
            caller = await self._caller(scope, needed=True)
            caller.check(PAGES)
        except (Unauthenticated, Forbidden, StoreUnavailable) as error:
            await refuse_socket(failure_of(error), scope, receive, send)
            return
        act_as(caller)
        await self._app(*_Watched(self, caller, scope, receive, send).ends)

    async def still(self, caller: Caller, scope: Scope) -> bool:
        """Whether a socket's caller is still the one that it was opened by."""
        try:
            return await self._caller(scope, needed=True) == caller
        except (Unauthenticated, StoreUnavailable):
            return False

    async def _caller(self, scope: Scope, *, needed: bool) -> Caller:
        """Return who asks; raises `Unauthenticated` where that is needed and not known."""
        access = self._access
        if access.stale:
            await to_thread.run_sync(access.refresh, limiter=self._reading)
        key, token = _credentials(scope)
        found: Caller | None = None
        if key is not None:
            found = access.of_key(key)
        elif token is not None:
            found = access.of_session(token)
        if found is not None:
            return found
        if not needed:
            return NOBODY
        if key is not None:
            message = "The API key is not known, or is revoked or expired."
            raise Unauthenticated(message, hint="Make another: see modeldesk keys create --help.")
        if token is not None:
            message = "The session has ended."
            raise Unauthenticated(message, hint="Sign in again.")
        message = "This needs an API key or a session."
        hint = "Send 'Authorization: Bearer mdk_...' or 'X-API-Key: mdk_...', or sign in."
        raise Unauthenticated(message, hint=hint)


def admitted_at_once(access: Access, scope: Scope, model: str) -> Caller | None:
    """Return who asks for predictions of a model, where a key that is at hand says so.

    ``None`` refuses nobody: `Door` finds out, and tells what is wrong.
    """
    if access.stale:
        return None
    key, _ = _credentials(scope)
    found = None if key is None else access.of_key(key)
    good = found is not None and found.may(PREDICTS) and found.sees(model)
    return found if good else None


class _Watched:
    """A socket that is closed as soon as its caller is no more who opened it."""

    def __init__(
        self, door: Door, caller: Caller, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._door = door
        self._caller = caller
        self._scope = scope
        self._given = receive, send
        self._closed = False

    @property
    def ends(self) -> tuple[Scope, Receive, Send]:
        """What the application is given instead of the socket's own."""
        return self._scope, self._receive, self._send

    async def _receive(self) -> Message:
        receive, _ = self._given
        message = await receive()
        if message["type"] == "websocket.receive" and not await self._holds():
            return {"type": "websocket.disconnect", "code": _POLICY_VIOLATION}
        return message

    async def _send(self, message: Message) -> None:
        _, send = self._given
        says = message["type"] == "websocket.send"
        if not self._closed and (not says or await self._holds()):
            await send(message)

    async def _holds(self) -> bool:
        if self._closed:
            return False
        if await self._door.still(self._caller, self._scope):
            return True
        self._closed = True
        _, send = self._given
        ended = {"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": "session ended"}
        await send(ended)
        return False


def _check(caller: Caller, need: Need, about: Asked) -> None:
    caller.check(need)
    if about.model is not None:
        caller.check_model(about.model)
    elif not about.sorts:
        caller.check_all_models()


def check_origin(scope: Scope) -> None:
    """Raise `Forbidden` where a browser does not say that the server's own page asks.

    That a page which is named is the server's own, the guard has checked already.
    """
    for name, value in scope["headers"]:
        if name == b"origin" or (name == b"sec-fetch-site" and value == b"same-origin"):
            return
    message = "A change by a session must name the page that it comes from."
    raise Forbidden(message, hint="Programs send an API key instead of a session's cookie.")


def _credentials(scope: Scope) -> tuple[bytes | None, bytes | None]:
    """Return the key and the session's token that a request carries."""
    key = token = None
    for name, value in scope["headers"]:
        if name == b"authorization":
            if value[:7].lower() == b"bearer ":
                key = value[7:].strip()
        elif name == b"x-api-key":
            key = key or value.strip()
        elif name == b"cookie":
            token = token or session_token(value, secure=scope["scheme"] in {"https", "wss"})
    return key, token


def _path(scope: Scope) -> str:
    """Return the path below the one that a proxy serves the application at."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "").rstrip("/")
    inside = root and path.startswith(f"{root}/")
    return path[len(root) :] if inside else path


def _wants_page(scope: Scope, path: str) -> bool:
    if scope["method"] != "GET" or is_api(path):
        return False
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


def _login(path: str, scope: Scope) -> str:
    """Return the address of the login page, relative, so that it holds behind any proxy."""
    query = scope["query_string"].decode("latin-1")
    place = quote(path, safe="/:@!$&'()*+,;=~-._")
    wanted = quote(f"{place}?{query}" if query else place, safe="")
    return f"{'../' * (path.count('/') - 1)}login?next={wanted}"
