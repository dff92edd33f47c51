"""What a page shows instead of data: nothing yet, trouble, or a wait."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import ui

from modeldesk.errors import ModeldeskError
from modeldesk.ui.markup import block, testable, text

PUBLISH = """import modeldesk

modeldesk.publish(
    model,                 # a fitted scikit-learn model or any function of a table
    name="iris",
    reference=training,    # a table with the features and the target
    target="class",
)"""
"""The lines that bring a first model onto the page."""


def bones() -> ui.element:
    """Add a skeleton of grey boxes; the caller deletes it when the data is there."""
    skeleton = block("md-bones")
    skeleton.props["aria-busy"] = "true"
    testable(skeleton, "waiting")
    with skeleton:
        for height in (84, 320, 240):
            bone(height=height)
    return skeleton


def bone(classes: str = "", *, height: int | None = None) -> ui.element:
    """Add one grey box in the place of what comes a moment later; the caller takes it away."""
    box = block(f"md-bone {classes}")
    box.props["aria-busy"] = "true"
    if height is not None:
        box.style(f"height: {height}px")
    return box


def empty(icon: str, title: str, words: str, *, code: str = "", small: bool = False) -> ui.element:
    """Add what is shown where there is no data yet, with the way to some."""
    box = block("md-empty md-empty--small" if small else "md-empty")
    with box:
        ui.icon(icon)
        text("h3", title)
        text("p", words)
        if code:
            text("pre", code, "md-code")
    return box


def trouble(error: ModeldeskError, *, retry: Callable[[], object] | None = None) -> ui.element:
    """Add an error in the place where the data would be, with the way out."""
    box = block("md-trouble")
    box.props["role"] = "alert"
    testable(box, "trouble")
    with box:
        ui.icon("error_outline")
        with block(""):
            text("p", error.message)
            if error.hint:
                text("p", error.hint, "md-soft")
        if retry is not None:
            ui.button("Try again", on_click=retry, color=None).props("flat no-caps").classes(
                "md-btn md-btn--quiet"
            )
    return box


def say(words: str, *, icon: str) -> None:
    """Tell in passing, at the foot of the page, what came of a click."""
    ui.notify(words, icon=icon, classes="md-said", position="bottom")


def lost(title: str, words: str) -> None:
    """Make the page the friendly answer to an address that leads nowhere."""
    ui.context.client.status_code = 404
    with block("md-lost"):
        text("div", "404", "md-lost-code")
        testable(text("h1", title), "lost")
        text("p", words, "md-soft")
        ui.link("See all models", "/")
