"""Headers of the pages' answers are those that NiceGUI's own middlewares set."""

from __future__ import annotations

import httpx
import pytest
from nicegui import __version__, core
from nicegui.middlewares import RedirectWithPrefixMiddleware, SetCacheControlMiddleware
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from modeldesk.ui.answer_headers import AnswerHeaders, set_headers_at_once


async def answer(request: object) -> Response:
    """Answer with words."""
    del request
    return PlainTextResponse("words", headers={"Cache-Control": "no-store"})


async def elsewhere(request: object) -> Response:
    """Send on within the application."""
    del request
    return RedirectResponse("/login")


async def far(request: object) -> Response:
    """Send on to somewhere else."""
    del request
    return RedirectResponse("https://example.org/login")


STATIC = f"/_nicegui/{__version__}"
PLACES = [f"{STATIC}/a.js", f"{STATIC}/dynamic_resources/a.js", "/models", "/elsewhere", "/far"]


def app(*middleware: Middleware) -> Starlette:
    """Make an application with these."""
    return Starlette(
        routes=[Route("/elsewhere", elsewhere), Route("/far", far), Route("/{path:path}", answer)],
        middleware=middleware,
    )


@pytest.mark.parametrize("prefix", [None, "", "/desk"])
@pytest.mark.parametrize("place", PLACES)
def test_headers_are_as_before(
    place: str, prefix: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what never changes, of what does, and of redirects, below a path and not."""
    wanted = "public, max-age=31536000, immutable, stale-while-revalidate=31536000"
    monkeypatch.setattr(core.app.config, "cache_control_directives", wanted, raising=False)
    headers = {} if prefix is None else {"X-Forwarded-Prefix": prefix}

    def asked(application: Starlette) -> httpx.Response:
        with TestClient(application, follow_redirects=False) as client:
            answered: httpx.Response = client.get(place, headers=headers)
        return answered

    slow = Middleware(SetCacheControlMiddleware), Middleware(RedirectWithPrefixMiddleware)
    before, now = asked(app(*slow)), asked(app(Middleware(AnswerHeaders)))
    assert now.status_code == before.status_code
    assert dict(now.headers) == dict(before.headers)
    assert now.content == before.content
    assert (now.headers.get("Cache-Control") == wanted) == place.endswith(f"{__version__}/a.js")


def test_they_stand_in_the_place_of_the_slow_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, however often pages are set; what else there is stays."""
    slow = [Middleware(RedirectWithPrefixMiddleware), Middleware(SetCacheControlMiddleware)]
    other = Middleware(GZipMiddleware)
    monkeypatch.setattr(core.app, "user_middleware", [slow[1], slow[0], other])
    for _ in range(2):
        set_headers_at_once()
        ours, *others = core.app.user_middleware
        assert vars(ours)["cls"] is AnswerHeaders
        assert others == [other]
