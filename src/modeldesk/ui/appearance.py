"""Light or dark, as this browser wants it, and the charts that follow."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import TypeAlias

from nicegui import events, ui

from modeldesk.charts.options import Options
from modeldesk.charts.palette import Palette, palette
from modeldesk.ui.drawn_chart import DrawnChart
from modeldesk.ui.markup import block, testable

Draw: TypeAlias = Callable[[Palette], Options]

_CHOICE = "modeldesk_appearance"
_SYSTEM = "modeldesk_system"
_COOKIE = "path=/; max-age=31536000; samesite=lax"
_ASKED = "system_colours"
_TELL = "modeldeskTellColours"

# In a block of its own: scripts of the pages that others write have names, too.
_SCRIPT = f"""<script>
{{
  const preference = matchMedia("(prefers-color-scheme: dark)");
  window.{_TELL} = () => {{
    const system = preference.matches ? "dark" : "light";
    document.cookie = "{_SYSTEM}=" + system + "; {_COOKIE}";
    emitEvent("{_ASKED}", system);
  }};
  preference.addEventListener("change", window.{_TELL});
}}
</script>"""


class Mode(StrEnum):
    """What a person chose."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


_ICONS = {Mode.AUTO: "contrast", Mode.LIGHT: "light_mode", Mode.DARK: "dark_mode"}
_TITLES = {
    Mode.AUTO: "Colours as the system has them",
    Mode.LIGHT: "Light colours",
    Mode.DARK: "Dark colours",
}


class Picture:
    """A chart that is drawn anew when the page turns light or dark."""

    def __init__(self, chart: DrawnChart, draw: Draw) -> None:
        self.chart = chart
        self._draw = draw

    def on_click(self, handler: Callable[[dict[str, object]], Awaitable[None]]) -> None:
        """Call the handler with the data of a point, cell or bar that a person clicked."""

        async def clicked(event: events.GenericEventArguments) -> None:
            data = event.args.get("data")
            if isinstance(data, dict):
                await handler(data)

        self.chart.on("componentClick", clicked, ["data"])

    def redraw(self, colours: Palette) -> None:
        """Draw the same with other colours."""
        self.chart.options.clear()
        self.chart.options.update(_unwatched(self._draw(colours)))
        self.chart.update()


class Appearance:
    """One page's colours.

    The choice and what the system prefers stand in two cookies of the browser, so the server
    keeps nothing about anybody and the first answer already has the right colours.

    Parameters
    ----------
    cookies
        What the browser sent with the page's request.
    """

    def __init__(self, cookies: dict[str, str]) -> None:
        chosen = cookies.get(_CHOICE, Mode.AUTO)
        self.mode = Mode(chosen) if chosen in set(Mode) else Mode.AUTO
        self._system_known = _SYSTEM in cookies
        self._system_dark = cookies.get(_SYSTEM) == Mode.DARK
        self._pictures: list[Picture] = []
        self._buttons: dict[Mode, ui.element] = {}
        self._switch = ui.dark_mode(self._value)

    @property
    def palette(self) -> Palette:
        """The colours in force."""
        dark = self._system_dark if self.mode is Mode.AUTO else self.mode is Mode.DARK
        return palette(dark=dark)

    @property
    def _value(self) -> bool | None:
        return None if self.mode is Mode.AUTO else self.mode is Mode.DARK

    def picture(self, draw: Draw, *, height: int) -> Picture:
        """Add a chart to the page."""
        chart = DrawnChart(_unwatched(draw(self.palette))).classes("md-chart")
        chart.style(f"height: {height}px")
        picture = Picture(chart, draw)
        self._pictures = [p for p in self._pictures if not p.chart.is_deleted] + [picture]
        return picture

    def control(self) -> None:
        """Add the three buttons that choose the mode."""
        group = block("md-segments")
        group.props["role"] = "group"
        group.props["aria-label"] = "Colours"
        with group:
            for mode in Mode:
                button = ui.element("button")
                with button:
                    ui.icon(_ICONS[mode])
                button.props["title"] = button.props["aria-label"] = _TITLES[mode]
                button.on("click", lambda _, mode=mode: self._choose(mode))
                testable(button, f"appearance-{mode}")
                self._buttons[mode] = button
        self._press()

    def watch(self) -> None:
        """Follow what the system prefers, and ask a browser that comes for the first time."""
        ui.on(_ASKED, lambda event: self._follow(str(event.args)))
        ui.context.client.on_delete(self._forget)
        ui.add_body_html(_SCRIPT)
        if not self._system_known:
            ui.run_javascript(f"{_TELL}()")

    def _forget(self) -> None:
        """Let go of the charts of a page that has gone: what draws them may keep the page."""
        self._pictures = []

    def _follow(self, system: str) -> None:
        was = self.palette
        self._system_known = True
        self._system_dark = system == Mode.DARK
        if self.palette != was:
            self._redraw()

    def _choose(self, mode: Mode) -> None:
        self.mode = mode
        self._switch.value = self._value
        ui.run_javascript(f"document.cookie = '{_CHOICE}={mode}; {_COOKIE}'")
        self._press()
        self._redraw()

    def _press(self) -> None:
        for mode, button in self._buttons.items():
            button.props["aria-pressed"] = "true" if mode is self.mode else "false"
            button.update()

    def _redraw(self) -> None:
        for picture in self._pictures:
            if not picture.chart.is_deleted:
                picture.redraw(self.palette)


def _unwatched(options: Options) -> Options:
    """Return a chart in which the page framework watches no list for changes, nor what is in it.

    Of thousands of points, watching takes longer than all the rest of a page. A chart is only
    ever drawn anew as a whole.
    """
    return {key: _fixed(part) for key, part in options.items()}


def _fixed(part: object) -> object:
    if isinstance(part, list):
        return tuple(part)
    return _unwatched(part) if isinstance(part, dict) else part
