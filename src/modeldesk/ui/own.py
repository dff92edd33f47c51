"""Pages and panels of one's own: marked functions in a Python file that the server is told of.

The file is named by the setting ``pages``; what it marks becomes a page with a place of its own,
or a card on every model's overview:

    from nicegui import ui
    from modeldesk.ui.own import Look, page

    @page("Margins")
    async def margins(look: Look) -> None:
        models = await look.ask(look.desk.registry.names)
        ui.label(f"{len(models)} models")
"""

from __future__ import annotations

import importlib.util
import inspect
import re
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import ParamSpec, TypeAlias, TypeVar

import structlog

from modeldesk.charts.options import Options
from modeldesk.charts.palette import Palette
from modeldesk.desk import Desk
from modeldesk.errors import InvalidArgument, ModeldeskError
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.background import aside
from modeldesk.ui.states import trouble

P = ParamSpec("P")
R = TypeVar("R")

_MARK = "__modeldesk_own__"
_PLACE = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")

_log = structlog.get_logger("modeldesk.pages")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a page or panel of one's own is given for each browser that comes."""

    desk: Desk
    """The services, as in Python."""
    model: str
    """The model that it is about; empty of a page about all models."""
    query: Mapping[str, str]
    """What stands behind the question mark of the address."""
    appearance: Appearance

    async def ask(self, call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call a service in a thread, and return its answer.

        Whatever waits for a database or computes for long belongs in here: what runs in the
        page's own function holds up all other pages.
        """
        return await aside(call, *args, **kwargs)

    def chart(self, draw: Callable[[Palette], Options], *, height: int = 300) -> None:
        """Add a chart that follows the page when it turns light or dark.

        Parameters
        ----------
        draw
            From the page's colours to the options of an ECharts chart.
        height
            In pixels.
        """
        self.appearance.picture(draw, height=height)


Build: TypeAlias = Callable[[Look], Awaitable[None] | None]
"""Adds elements; what waits for something is ``async``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """A page or a panel that somebody wrote."""

    title: str
    place: str
    """Ends its address; empty of a panel."""
    model: bool
    """Whether it is about one model."""
    build: Build

    async def show(self, look: Look) -> None:
        """Build it; where that fails, say so in its place: the rest of the page stays."""
        try:
            done = self.build(look)
            if inspect.isawaitable(done):
                await done
        except ModeldeskError as error:
            trouble(error)
        except Exception as error:  # noqa: BLE001 - the boundary to code of the user's
            _log.exception("a page of one's own failed", title=self.title)
            message = f"{self.title!r} failed: {type(error).__name__}: {error}"[:500]
            trouble(InvalidArgument(message, hint="The server's log has the whole story."))


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPages:
    """All that the files have."""

    pages: tuple[Own, ...] = ()
    panels: tuple[Own, ...] = ()

    @property
    def of_desk(self) -> tuple[Own, ...]:
        """Pages about all models."""
        return tuple(each for each in self.pages if not each.model)

    @property
    def of_model(self) -> tuple[Own, ...]:
        """Pages that every model has."""
        return tuple(each for each in self.pages if each.model)


def page(title: str, *, place: str | None = None, model: bool = False) -> Callable[[Build], Build]:
    """Mark a function as a page.

    Parameters
    ----------
    title
        What it is called in the bar or in the model's tabs.
    place
        Ends its address, ``/pages/PLACE`` or ``/models/NAME/pages/PLACE``; made of the title
        unless told.
    model
        Whether every model has it.

    Raises
    ------
    InvalidArgument
        When the place has other signs than small letters, digits and hyphens.
    """
    found = place if place is not None else re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    if not _PLACE.fullmatch(found):
        message = f"{found!r} is no place for the page {title!r}."
        raise InvalidArgument(message, hint="Use small letters, digits and hyphens: place=...")

    def mark(build: Build) -> Build:
        setattr(build, _MARK, Own(title=title, place=found, model=model, build=build))
        return build

    return mark


def panel(title: str) -> Callable[[Build], Build]:
    """Mark a function as a card on the overview of every model."""

    def mark(build: Build) -> Build:
        setattr(build, _MARK, Own(title=title, place="", model=True, build=build))
        return build

    return mark


def read_files(files: Sequence[Path]) -> OwnPages:
    """Return what files have, in the order in which they have it.

    Raises
    ------
    InvalidArgument
        When a file is missing or fails, marks nothing, or two pages want the same place.
    """
    found: list[Own] = []
    for file in files:
        module = _module(file)
        marked = [getattr(each, _MARK) for each in vars(module).values() if hasattr(each, _MARK)]
        if not marked:
            message = f"{file} marks no function as a page or panel."
            raise InvalidArgument(message, hint='Write @page("Title") above one.')
        found += [replace(each) for each in marked]
    pages = [each for each in found if each.place]
    for number, each in enumerate(pages):
        if any((each.place, each.model) == (other.place, other.model) for other in pages[:number]):
            message = f"Two pages want the place {each.place!r}."
            raise InvalidArgument(message, hint="Give one of them another: place=...")
    return OwnPages(pages=tuple(pages), panels=tuple(each for each in found if not each.place))


def _module(file: Path) -> ModuleType:
    """Run a file as a module of its own."""
    name = f"modeldesk_own_{re.sub(r'[^a-zA-Z0-9]', '_', file.stem)}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None or not file.is_file():
        message = f"There is no Python file {file}."
        raise InvalidArgument(message, hint="The setting pages names files that end in .py.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except ModeldeskError:
        raise
    except Exception as error:
        message = f"The pages in {file} cannot be read: {type(error).__name__}: {error}."
        raise InvalidArgument(message, hint="Run the file by itself to see where.") from error
    return module
