"""The field that chooses among a model's versions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nicegui import ui

from modeldesk.services.views import VersionView
from modeldesk.ui.markup import testable


def version_choice(
    versions: Sequence[VersionView], shown: VersionView, choose: Callable[[int], None]
) -> None:
    """Add the field; nothing where there is one version.

    Parameters
    ----------
    versions
        All of the model.
    shown
        The one that the page shows.
    choose
        Called with the number of the version that a person wants.
    """
    if len(versions) == 1:
        return
    select = ui.select(
        {version.number: _name(version) for version in versions},
        value=shown.number,
        on_change=lambda event: choose(event.value),
    )
    select.props("outlined dense options-dense").classes("md-field")
    select.props["aria-label"] = "Version"
    testable(select, "version")


def _name(version: VersionView) -> str:
    return f"v{version.number}" + "".join(f" ({alias})" for alias in version.aliases)
