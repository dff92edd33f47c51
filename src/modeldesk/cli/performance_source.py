"""Who is asked how good a version is: a server, or the desk in a home folder or a database."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from modeldesk.cli.options import open_existing

if TYPE_CHECKING:
    from modeldesk.client.performance import ClientPerformance
    from modeldesk.services.performance_report import Performance

    Source: TypeAlias = Performance | ClientPerformance

_SECONDS = 120.0
"""For an answer: what a change comes from is told by reading rows."""

Told = TypeVar("Told")


def ask(
    question: "Callable[[Source], Told]",
    *,
    url: str | None,
    home: Path | None,
    database_url: str | None,
) -> Told:
    """Return what a server answers, or the desk in a home folder or a database."""
    if url is not None:
        from modeldesk.client import Client

        with Client(url, timeout=_SECONDS) as client:
            return question(client.performance)
    with open_existing(home=home, database_url=database_url) as desk:
        return question(desk.performance)
