"""Registering the pages on the server's application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nicegui import ui

from modeldesk.charts import DARK, LIGHT
from modeldesk.drift import Thresholds
from modeldesk.ui.api_page import ApiPage
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.batch_page import BatchPage
from modeldesk.ui.frame import LOGO, frame
from modeldesk.ui.models_page import models_page
from modeldesk.ui.monitor_page import MonitorPage
from modeldesk.ui.monitor_state import MonitorState
from modeldesk.ui.performance_page import PerformancePage
from modeldesk.ui.performance_state import PerformanceState
from modeldesk.ui.playground_page import PlaygroundPage
from modeldesk.ui.site import Site
from modeldesk.ui.states import lost
from modeldesk.ui.stylesheet import stylesheet

if TYPE_CHECKING:
    from fastapi import FastAPI

    from modeldesk.desk import Desk
    from modeldesk.settings import Settings


def mount(app: FastAPI, desk: Desk, settings: Settings) -> None:
    """Add the pages to an application that serves the API already.

    Everything that the application does not answer itself goes to the pages: ``/``,
    ``/models/{name}`` with ``/performance``, ``/playground``, ``/batch`` and ``/api``, and a
    friendly 404. NiceGUI keeps its pages once per process, so one process shows one desk: the
    last one mounted.

    Parameters
    ----------
    app
        The application; its own routes keep precedence.
    desk
        The services. They must stay open as long as the application runs.
    settings
        The program's settings; without ``ui`` nothing is added.
    """
    if not settings.ui:
        return
    site = Site(
        desk=desk,
        clock=desk.clock,
        style=stylesheet(),
        thresholds=Thresholds(),
        secured=bool(app.state.sign_in_required),
    )
    _register(site)
    ui.run_with(
        app,
        root=lambda: _nowhere(site),
        title="modeldesk",
        favicon=LOGO,
        dark=None,
        language="en-US",
        tailwind=False,
        show_welcome_message=False,
    )


def _register(site: Site) -> None:
    @ui.page("/", title="Models - modeldesk")
    async def models() -> None:
        appearance = _begin(site)
        await models_page(site, appearance)
        await appearance.learn()

    @ui.page("/models/{name}")
    async def monitor(
        name: str, version: str = "", column: str | None = None, day: str | None = None
    ) -> None:
        appearance = _begin(site)
        ui.page_title(f"{name} - modeldesk")
        number = int(version) if version.isascii() and version.isdigit() else None
        state = MonitorState(version=number, column=column or None, day=day)
        await MonitorPage(site, appearance, model=name, state=state).build()
        await appearance.learn()

    @ui.page("/models/{name}/performance")
    async def performance(name: str) -> None:
        appearance = _begin(site)
        ui.page_title(f"{name} performance - modeldesk")
        state = PerformanceState.read(dict(ui.context.client.request.query_params))
        await PerformancePage(site, appearance, model=name, state=state).build()
        await appearance.learn()

    @ui.page("/models/{name}/playground")
    async def playground(name: str) -> None:
        appearance = _begin(site)
        ui.page_title(f"{name} playground - modeldesk")
        query = dict(ui.context.client.request.query_params)
        await PlaygroundPage(site, appearance, model=name, query=query).build()
        await appearance.learn()

    @ui.page("/models/{name}/batch")
    async def batch(name: str) -> None:
        appearance = _begin(site)
        ui.page_title(f"{name} batch - modeldesk")
        await BatchPage(site, appearance, model=name).build()
        await appearance.learn()

    @ui.page("/models/{name}/api")
    async def api(name: str, dialect: str = "") -> None:
        appearance = _begin(site)
        ui.page_title(f"{name} API - modeldesk")
        await ApiPage(site, appearance, model=name, dialect=dialect).build()
        await appearance.learn()


def _begin(site: Site) -> Appearance:
    """Give the page its style and its colours; nothing is drawn yet."""
    appearance = Appearance(ui.context.client.request.cookies)
    ui.add_head_html(f"<style>{site.style}</style>")
    ui.add_head_html(f"<style>{_first_colour(appearance)}</style>")
    return appearance


def _first_colour(appearance: Appearance) -> str:
    """Return the ground's colour for the moment before the page's scripts have run."""
    if appearance.mode != "auto":
        return f"html {{ background: {appearance.palette.ground} }}"
    return (
        f"html {{ background: {LIGHT.ground} }} @media (prefers-color-scheme: dark) "
        f"{{ html {{ background: {DARK.ground} }} }}"
    )


def _nowhere(site: Site) -> None:
    appearance = _begin(site)
    with frame(appearance, here="Nowhere"):
        words = "The address may be mistyped, or what it showed is gone."
        lost("There is no such page", words)
