"""Routes that are prepared when they are needed, and not before."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest
from fastapi import FastAPI, routing
from fastapi.testclient import TestClient

from modeldesk.api.late import mount_late
from modeldesk.api.router import Router


def declared() -> Router:
    """Return a router with a route."""
    router = Router(prefix="/things", tags=["Things"])

    @router.get("/{number}", summary="One thing")
    async def thing(number: int, more: int = 0) -> dict[str, int]:
        """Tell of a thing."""
        return {"number": number + more}

    return router


def prepared(router: Router) -> bool:
    """Whether FastAPI has read the route's parameters."""
    return any("dependant" in vars(route) for route in router.routes)


def application() -> tuple[FastAPI, Router]:
    """Return an application with such a route, and with pages."""
    app, router = FastAPI(), declared()
    app.include_router(router, prefix="/api", responses={404: {"description": "None"}})
    pages = FastAPI()

    @pages.get("/page")
    async def page() -> str:
        return "a page"

    mount_late(app, lambda: pages, name="pages")
    return app, router


def test_a_route_answers_as_if_it_were_fastapis_own() -> None:
    """Its parameters are checked, its answer is documented with what the application adds."""
    app, router = application()
    with TestClient(app) as client:
        assert client.get("/api/things/3?more=1").json() == {"number": 4}
        assert client.get("/api/things/x").status_code == 422
        told: dict[str, Any] = client.get("/openapi.json").json()["paths"]["/api/things/{number}"]
    assert told["get"]["summary"] == "One thing"
    assert told["get"]["description"] == "Tell of a thing."
    assert told["get"]["tags"] == ["Things"]
    assert {"200", "404", "422"} <= set(told["get"]["responses"])
    assert not prepared(router)


def test_what_was_not_declared_is_prepared_when_it_is_asked_for() -> None:
    """The whole route is there for whoever wants it."""
    router = declared()
    (route,) = router.routes
    assert not prepared(router)
    assert route.dependant.path_params[0].name == "number"  # type: ignore[attr-defined]
    assert route.matches({"type": "http", "method": "GET", "path": "/things/3"})[1]
    with pytest.raises(AttributeError):
        _ = route.nothing_of_the_kind  # type: ignore[attr-defined]


def test_a_page_does_not_wait_for_routes_that_it_cannot_mean(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """FastAPI prepares what it includes when a request is compared with it."""
    prepare = Mock(wraps=routing._populate_api_route_state)  # noqa: SLF001 - what takes the time
    app, _ = application()
    monkeypatch.setattr(routing, "_populate_api_route_state", prepare)
    with TestClient(app) as client:
        assert client.get("/page").json() == "a page"
        prepare.assert_not_called()
        assert client.get("/api/things/3").status_code == 200
        assert [call.args[1] for call in prepare.call_args_list] == ["/api/things/{number}"]
