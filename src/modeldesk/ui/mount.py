"""Registering the pages on the server's application."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from starlette.middleware.gzip import GZipMiddleware

from modeldesk.ui.stand_in import standing_in

# The library of the pages' socket brings its clients, and with them two more HTTP clients: 12 MB
# that a server never uses.
with standing_in("aiohttp"), standing_in("requests"):
    from nicegui import ui

from modeldesk.charts.palette import DARK, LIGHT
from modeldesk.ui.answer_headers import set_headers_at_once
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.frame import frame
from modeldesk.ui.logo import LOGO
from modeldesk.ui.moments import script
from modeldesk.ui.own import Own, read_files
from modeldesk.ui.own_page import OwnPage
from modeldesk.ui.parting import build
from modeldesk.ui.places import own_path
from modeldesk.ui.quick_elements import quicken
from modeldesk.ui.site import Site
from modeldesk.ui.states import lost
from modeldesk.ui.stylesheet import stylesheet
from modeldesk.ui.views import VIEWS, View, Visit

_PATIENCE_SECONDS = 30.0
"""How long a page may take until its first answer; it shows a skeleton long before."""

_LEVEL = 4
"""Of gzip: a quarter of the highest one's time, 4 to 13 ms less a page, for a tenth more bytes."""

if TYPE_CHECKING:
    from fastapi import FastAPI

    from modeldesk.desk import Desk
    from modeldesk.settings import Settings


def mount(app: FastAPI, desk: Desk, settings: Settings, *, secured: bool) -> None:
    """Add the pages to an application.

    Everything that the application does not answer itself goes to the pages: ``/``, the views
    of each model below ``/models/{name}``, and a friendly 404. NiceGUI keeps its pages once per
    process, so one process shows one desk: the last one mounted.

    Parameters
    ----------
    app
        The application; its own routes keep precedence.
    desk
        The services. They must stay open as long as the application runs.
    settings
        Which pages of one's own there are.
    secured
        Whether one has to sign in.

    Raises
    ------
    InvalidArgument
        When a file with pages of one's own cannot be read.
    """
    quicken()
    site = Site(
        desk=desk,
        clock=desk.clock,
        style=stylesheet(),
        script=script(),
        secured=secured,
        own=read_files(settings.pages),
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
        gzip_middleware_factory=partial(GZipMiddleware, minimum_size=500, compresslevel=_LEVEL),
    )
    set_headers_at_once()


def _register(site: Site) -> None:
    for view in VIEWS:
        _register_view(site, view)
    for own in site.own.of_desk:
        _register_own(site, own)
    for own in site.own.of_model:
        _register_own_of_model(site, own)


def _register_own(site: Site, own: Own) -> None:
    @ui.page(own_path(own.place), title=f"{own.title} - modeldesk")
    async def show() -> None:
        appearance = _begin(site)
        query = dict(ui.context.client.request.query_params)
        await build(OwnPage(site, appearance, own, model=None, query=query))


def _register_own_of_model(site: Site, own: Own) -> None:
    @ui.page(f"/models/{{name}}/pages/{own.place}")
    async def show(name: str) -> None:
        appearance = _begin(site)
        ui.page_title(f"{name} {own.title} - modeldesk")
        query = dict(ui.context.client.request.query_params)
        await build(OwnPage(site, appearance, own, model=name, query=query))


def _register_view(site: Site, view: View) -> None:
    @ui.page(view.route, response_timeout=_PATIENCE_SECONDS)
    async def show() -> None:
        request = ui.context.client.request
        visit = Visit(
            site=site,
            appearance=_begin(site),
            model=request.path_params.get("name", ""),
            column=request.path_params.get("column", ""),
            query=dict(request.query_params),
        )
        ui.page_title(view.title_of(visit))
        await build(await view.opened(visit))


def _begin(site: Site) -> Appearance:
    """Give the page its style and its colours; nothing is drawn yet."""
    appearance = Appearance(ui.context.client.request.cookies)
    ui.add_head_html(f"<style>{site.style}</style>")
    ui.add_head_html(f"<style>{_first_colour(appearance)}</style>")
    ui.add_head_html(f"<script>{site.script}</script>")
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
    with frame(site, appearance, here="Nowhere"):
        words = "The address may be mistyped, or what it showed is gone."
        lost("There is no such page", words)
