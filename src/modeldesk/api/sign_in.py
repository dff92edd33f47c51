"""Signing in and out in a browser: plain forms, so that nothing else is open to strangers."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from secrets import compare_digest
from typing import Self, TypeAlias
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from modeldesk.api.access import check_origin
from modeldesk.api.bodies import read_bytes
from modeldesk.api.cookies import Cookies, browser_token, session_token
from modeldesk.api.errors import status_of
from modeldesk.desk import Desk
from modeldesk.errors import Forbidden, ModeldeskError, TooManyAttempts, Unauthenticated
from modeldesk.services.acting import CallerKind, caller
from modeldesk.services.oidc import OpenIdLogin
from modeldesk.services.signing_in import Identity, LoginForm, SignedIn
from modeldesk.settings import Settings

_MOST_BYTES = 20_000
_CARRIED = "modeldesk_oidc"
_AWAY_SECONDS = 600
_LONGEST_WANTED = 1_500
_NOT_WORKED = "Signing in at the other service did not work."
_COMPARING = 2
"""Passwords that are compared at a time: each takes 19 MiB and a core."""

_OF_ADDRESSES = "/?&=%#:+,;@!$'()*~.-_"

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
"""Of the login page: no scripts, no frames, nothing from elsewhere."""


LoginPage: TypeAlias = Callable[[LoginForm], str]
"""Draws the page on which one signs in, as HTML."""


def serve_sign_in(app: FastAPI, desk: Desk, settings: Settings, *, page: LoginPage) -> None:
    """Add the routes of signing in and out to an application.

    Parameters
    ----------
    app
        Already has its other routes, but not the pages, which take every path.
    desk
        Knows the users.
    settings
        Whether there is another service to sign in at.
    page
        Draws the login page.
    """
    elsewhere = None if settings.oidc_issuer is None else OpenIdLogin(settings)
    signing = _Signing(desk, page, elsewhere, CapacityLimiter(_COMPARING))
    routes: tuple[tuple[str, str, Callable[..., object]], ...] = (
        ("/login", "GET", signing.show),
        ("/login", "POST", signing.enter),
        ("/login/oidc", "GET", signing.depart),
        ("/login/oidc/callback", "GET", signing.arrive),
        ("/logout", "POST", signing.leave),
        ("/logout/everywhere", "POST", signing.leave_everywhere),
    )
    for path, method, answer in routes:
        app.add_api_route(
            path, answer, methods=[method], include_in_schema=False, response_model=None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What a browser keeps while it is at the other service, in a cookie of its own."""

    state: str
    nonce: str
    verifier: str
    wanted: str

    def written(self) -> str:
        """Return it as a cookie's value."""
        words = urlencode(
            {
                "state": self.state,
                "nonce": self.nonce,
                "verifier": self.verifier,
                "wanted": self.wanted[:_LONGEST_WANTED],
            }
        )
        return urlsafe_b64encode(words.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read a cookie's value; ``None`` where it is none of ours."""
        try:
            words = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
            found = {name: values[0] for name, values in parse_qs(words, max_num_fields=10).items()}
            return cls(
                state=found["state"],
                nonce=found["nonce"],
                verifier=found["verifier"],
                wanted=same_site(found["wanted"]),
            )
        except (KeyError, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class _Signing:
    desk: Desk
    page: LoginPage
    elsewhere: OpenIdLogin | None
    comparing: CapacityLimiter

    async def show(self, request: Request) -> Response:
        """Show the form; who has signed in already is sent on."""
        wanted = same_site(request.query_params.get("next", ""))
        if caller().kind is CallerKind.USER:
            return _sent_to(wanted)
        return self._form(request, wanted=wanted)

    async def enter(self, request: Request) -> Response:
        """Compare name and password, and begin a session."""
        form = await _form_of(request)
        wanted, name = same_site(form.get("next", "")), form.get("name", "").strip()
        cookies = Cookies(secure(request))
        try:
            check_origin(request.scope)
            signed_in = await to_thread.run_sync(
                lambda: self.desk.signing_in.by_password(
                    name,
                    form.get("password", ""),
                    address=_address(request),
                    browser=browser_token(_cookie(request), secure=cookies.secure),
                ),
                limiter=self.comparing,
            )
        except (Unauthenticated, TooManyAttempts, Forbidden) as error:
            return self._form(request, wanted=wanted, name=name, error=error)
        return self.let_in(request, signed_in, wanted)

    async def depart(self, request: Request) -> Response:
        """Send the browser to the other service, with what it has to bring back."""
        wanted = same_site(request.query_params.get("next", ""))
        if self.elsewhere is None:
            return _sent_to("/login", depth=1)
        try:
            going = await to_thread.run_sync(self.elsewhere.depart, _callback(request))
        except Unauthenticated as error:
            return self._form(request, wanted=wanted, error=error)
        carried = Carried(
            state=going.state, nonce=going.nonce, verifier=going.verifier, wanted=wanted
        )
        answer = RedirectResponse(going.url, HTTPStatus.SEE_OTHER)
        Cookies(secure(request)).set(answer, _CARRIED, carried.written(), seconds=_AWAY_SECONDS)
        return answer

    async def arrive(self, request: Request) -> Response:
        """Begin a session for whom the other service sends back."""
        cookies = Cookies(secure(request))
        carried = Carried.read(cookies.get(_cookie(request), _CARRIED))
        if self.elsewhere is None or carried is None:
            return _sent_to("/login", depth=2)
        try:
            code = _brought(request, carried)
            identity = await to_thread.run_sync(lambda: self._identified(request, code, carried))
            signed_in = await to_thread.run_sync(self.desk.signing_in.by_identity, identity)
        except (Unauthenticated, Forbidden) as error:
            answer = self._form(request, wanted=carried.wanted, error=error)
        else:
            answer = self.let_in(request, signed_in, carried.wanted)
        cookies.set(answer, _CARRIED, "", seconds=0)
        return answer

    def _identified(self, request: Request, code: str, carried: Carried) -> Identity:
        assert self.elsewhere is not None  # noqa: S101 - asked before
        return self.elsewhere.arrive(
            code=code,
            nonce=carried.nonce,
            verifier=carried.verifier,
            redirect_uri=_callback(request),
        )

    def let_in(self, request: Request, signed_in: SignedIn, wanted: str) -> Response:
        """Give the browser its session and send it where it wanted to go."""
        answer = _sent_to(wanted, depth=_depth(request))
        Cookies(secure(request)).keep(answer, signed_in, self.desk.clock.now())
        return answer

    async def leave(self, request: Request) -> Response:
        """End this session."""
        token = session_token(_cookie(request), secure=secure(request))
        who = caller()
        if token is not None and who.kind is CallerKind.USER:
            await to_thread.run_sync(self.desk.signing_in.out, token.decode("latin-1"), who)
        return self._left(request, "login")

    async def leave_everywhere(self, request: Request) -> Response:
        """End all sessions of the user."""
        who = caller()
        if who.kind is CallerKind.USER:
            await to_thread.run_sync(self.desk.signing_in.out_everywhere, who)
        return self._left(request, "../login")

    def _left(self, request: Request, place: str) -> Response:
        answer = RedirectResponse(place, HTTPStatus.SEE_OTHER)
        Cookies(secure(request)).drop(answer)
        return answer

    def _form(
        self, request: Request, *, wanted: str, name: str = "", error: ModeldeskError | None = None
    ) -> Response:
        form = LoginForm(
            name=name,
            wanted=wanted,
            problem="" if error is None else error.message,
            hint="" if error is None else error.hint,
            elsewhere=self.elsewhere is not None,
            mode=request.cookies.get("modeldesk_appearance", "auto"),
            above="../" * _depth(request),
        )
        status = HTTPStatus.OK if error is None else status_of(error)
        waits = error.seconds if isinstance(error, TooManyAttempts) else None
        retry = {} if waits is None else {"Retry-After": str(waits)}
        return HTMLResponse(self.page(form), status, headers=_HEADERS | retry)


def same_site(path: str) -> str:
    """Return a path of this server's pages; any other address becomes the first page.

    >>> same_site("/models/iris?day=2026-01-01"), same_site("//evil.example"), same_site("x:y")
    ('/models/iris?day=2026-01-01', '/', '/')
    """
    if not path.startswith("/") or "\\" in path or not path.isprintable():
        return "/"
    try:
        parts = urlsplit(path)
    except ValueError:
        return "/"
    return "/" if parts.scheme or parts.netloc or path.startswith("//") else path


def secure(request: Request) -> bool:
    """Whether the browser's connection is encrypted, as far as can be known."""
    return request.url.scheme == "https"


def _sent_to(path: str, *, depth: int = 0) -> Response:
    """Send a browser on, relative to where it is, so that it holds behind any proxy.

    What begins with a dot can name neither another host nor another scheme.
    """
    place = ("../" * depth or "./") + path[1:]
    return RedirectResponse(quote(place, safe=_OF_ADDRESSES), HTTPStatus.SEE_OTHER)


def _brought(request: Request, carried: Carried) -> str:
    """Return the code that a browser brings, if it is the one that was sent."""
    query = request.query_params
    if not compare_digest(query.get("state", "").encode(), carried.state.encode()):
        raise Unauthenticated(_NOT_WORKED, hint="It took too long, or began elsewhere.")
    if "code" not in query:
        raise Unauthenticated(_NOT_WORKED, hint="The other service refused.")
    return query["code"]


def _depth(request: Request) -> int:
    """Return how far below the server's first page a request is."""
    path, root = request.url.path, request.scope.get("root_path", "")
    return path.removeprefix(root).count("/") - 1


def _callback(request: Request) -> str:
    """Return the address to which the other service sends a browser back."""
    return f"{str(request.base_url).rstrip('/')}/login/oidc/callback"


def _address(request: Request) -> str:
    return "unknown" if request.client is None else request.client.host


def _cookie(request: Request) -> bytes:
    return request.headers.get("cookie", "").encode("latin-1")


async def _form_of(request: Request) -> dict[str, str]:
    body = await read_bytes(request, most=_MOST_BYTES)
    found = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=10)
    return {name: values[0] for name, values in found.items()}
