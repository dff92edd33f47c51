"""The pages' style: the palette's colours as variables, and the files in `styles/`."""

from __future__ import annotations

from dataclasses import fields
from importlib.resources import files

from modeldesk.charts.palette import DARK, LIGHT, Palette


def stylesheet() -> str:
    """Return the whole style sheet as text.

    >>> "--md-brand: #1f5fbf" in stylesheet()
    True
    """
    folder = files("modeldesk.ui") / "styles"
    # What all pages share comes first, so that a page's own file can differ from it.
    names = sorted((file.name for file in folder.iterdir()), key=lambda n: (n != "desk.css", n))
    written = "\n".join((folder / name).read_text(encoding="utf-8") for name in names)
    return f":root {{{_variables(LIGHT)}}}\nbody.body--dark {{{_variables(DARK)}}}\n{written}"


def login_stylesheet() -> str:
    """Return the style of the login page, which follows the system without a script.

    >>> "prefers-color-scheme" in login_stylesheet()
    True
    """
    dark = f"body.body--auto {{{_variables(DARK)}; color-scheme: dark}}"
    return f"{stylesheet()}\n@media (prefers-color-scheme: dark) {{ {dark} }}"


def _variables(colours: Palette) -> str:
    parts = []
    for field in fields(colours):
        value = getattr(colours, field.name)
        name = field.name.replace("_", "-")
        if isinstance(value, str):
            parts.append(f"--md-{name}: {value}")
        elif isinstance(value, tuple):
            parts += [f"--md-{name}-{step}: {colour}" for step, colour in enumerate(value)]
    return "; ".join(parts)
