"""What every page has: the top bar, the way back, and room for its own part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from nicegui import ui

from modeldesk.services.acting import CHANGES, caller
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.logo import LOGO
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.open_alerts import OpenAlerts
from modeldesk.ui.places import ADMIN_PATH, TABS, Tab, model_path, own_path
from modeldesk.ui.search_dialog import SearchDialog, Shortcut
from modeldesk.ui.site import Site
from modeldesk.ui.user_menu import user_menu


@contextmanager
def frame(
    site: Site,
    appearance: Appearance,
    *,
    model: str | None = None,
    here: str = "",
    keys: Sequence[Shortcut] = (),
) -> Iterator[None]:
    """Build the page round its own part, which is what the ``with`` block adds.

    Parameters
    ----------
    site
        The services.
    appearance
        The page's colours.
    model
        Whose page it is; ``None`` for pages about all models.
    here
        Name of the open tab.
    keys
        What can be pressed on this page, besides the keys of every page.
    """
    appearance.watch()
    alerts = OpenAlerts(site)
    with block("md-page"):
        with block("md-topbar", tag="header"):
            with ui.link(target="/").classes("md-brand"):
                ui.html(LOGO, sanitize=False, tag="span")
                text("span", "modeldesk")
            _crumbs(model, here)
            with block("md-topbar-end"):
                SearchDialog(site, keys).build()
                for own in site.own.of_desk:
                    link = ui.link(own.title, own_path(own.place)).classes("md-toplink")
                    testable(link, f"own-{own.place}")
                alerts.build()
                if caller().may(CHANGES):
                    admin = ui.link("Admin", ADMIN_PATH).classes("md-toplink")
                    testable(admin, "admin-link")
                ui.link("API", "/docs").classes("md-toplink").props["title"] = "API reference"
                appearance.control()
                user_menu()
        with block("md-main"):
            yield
            _zones()
        alerts.watch()


def _zones() -> None:
    """Say at the foot of the page which zone its times are in; the browser fills in its own."""
    with block("md-zones", tag="footer"):
        text("span", "Times are in ")
        text("span", "UTC").props["data-md-zone"] = "name"
        text("span", ", days begin at midnight UTC.")


def _crumbs(model: str | None, here: str) -> None:
    crumbs = block("md-crumbs", tag="nav")
    crumbs.props["aria-label"] = "Where you are"
    with crumbs:
        if model is None:
            text("span", here, "md-crumb-here")
            return
        ui.link("Models", "/")
        text("span", "/", "md-crumb-sep")
        ui.link(model, model_path(model)).classes("md-crumb-here")


def head(title: str, words: str = "", *, tag: str = "") -> ui.element:
    """Add the page's title with a tag beside it; returns the room at its right end."""
    with block("md-head"):
        with block("md-head-words"):
            with block("md-head-title"):
                testable(text("h1", title), "title")
                if tag:
                    text("span", tag, "md-tag")
            if words:
                text("p", words)
        return block("md-head-end")


def tabs(site: Site, model: str, here: Tab | str) -> None:
    """Add the links between a model's views, in groups of what they are for.

    Parameters
    ----------
    site
        Knows the pages of one's own, which come last.
    model
        Whose views these are.
    here
        The one that is open; of a page of one's own its title.
    """
    with block("md-tabs", tag="nav") as strip:
        strip.props["aria-label"] = "Views of the model"
        for group in TABS:
            with block("md-tabs-group"):
                for tab in group:
                    strip_link(
                        tab.name, tab.path(model), f"tab-{tab.name.lower()}", here=tab is here
                    )
        if site.own.of_model:
            with block("md-tabs-group"):
                for own in site.own.of_model:
                    path = own_path(own.place, model)
                    strip_link(own.title, path, f"tab-own-{own.place}", here=own.title == here)


def strip_link(name: str, target: str, test: str, *, here: bool) -> None:
    """Add a link to a strip of tabs; the one of the open page comes into view on a phone."""
    with ui.link(target=target) as link:
        text("span", name)
    testable(link, test)
    if here:
        link.props["aria-current"] = "page"
        ui.run_javascript(
            f"const link = getHtmlElement({link.id}), strip = link?.closest('.md-tabs');"
            "if (strip && strip.scrollWidth > strip.clientWidth)"
            " strip.scrollLeft = link.offsetLeft - (strip.clientWidth - link.offsetWidth) / 2;"
        )
