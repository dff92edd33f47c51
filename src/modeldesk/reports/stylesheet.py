"""The style of reports: the palette as variables, light or dark as the reader's screen is."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from modeldesk.charts.palette import DARK, LIGHT, Palette
from modeldesk.reports.markup import Html, element

_COLOURS = (
    "ground",
    "surface",
    "raised",
    "line",
    "line_strong",
    "ink",
    "ink_soft",
    "ink_faint",
    "brand",
    "stable",
    "stable_soft",
    "changed",
    "changed_soft",
    "unsure",
    "unsure_soft",
    "reference",
)
_LIGHT_NOTEBOOKS = ("[data-jp-theme-light=true]", ".vscode-light")
_DARK_NOTEBOOKS = ("[data-jp-theme-light=false]", ".vscode-dark", "html[theme=dark]")
"""How notebooks say which theme they wear, whatever the system prefers."""


@cache
def stylesheet() -> Html:
    """Return the ``<style>`` element of a report."""
    rules = files("modeldesk.reports").joinpath("report.css").read_text(encoding="utf-8")
    light, dark = _variables(LIGHT), _variables(DARK)
    colours = (
        f".mdr{{color-scheme:light;{light}}}"
        f"@media screen and (prefers-color-scheme:dark){{.mdr{{color-scheme:dark;{dark}}}}}"
        f"{_under(_LIGHT_NOTEBOOKS)}{{color-scheme:light;{light}}}"
        f"{_under(_DARK_NOTEBOOKS)}{{color-scheme:dark;{dark}}}"
    )
    return element("style", Html(colours + _compact(rules)))


def _variables(colours: Palette) -> str:
    return "".join(f"--mdr-{name.replace('_', '-')}:{getattr(colours, name)};" for name in _COLOURS)


def _under(themes: tuple[str, ...]) -> str:
    return ",".join(f"{theme} .mdr" for theme in themes)


def _compact(rules: str) -> str:
    """Leave out comments and line ends: a notebook keeps one copy per output."""
    kept = [part.partition("*/")[2] for part in f"*/{rules}".split("/*")]
    return "".join(line.strip() for line in "".join(kept).splitlines())
