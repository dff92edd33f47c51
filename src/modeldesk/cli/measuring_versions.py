"""Telling how good versions are on their test sets, and one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeAlias, TypeVar

import msgspec

from modeldesk.cli.options import open_existing
from modeldesk.cli.screen import answers, write_json
from modeldesk.cli.version_view import line_view, test_view
from modeldesk.client import Client
from modeldesk.client.version_figures import ClientVersionFigures
from modeldesk.errors import InvalidArgument
from modeldesk.services.version_figures import VersionFigures

_Source: TypeAlias = VersionFigures | ClientVersionFigures
_Told = TypeVar("_Told")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Who is asked: a server, or the desk in a home folder or a database."""

    url: str | None
    home: Path | None
    database_url: str | None

    def ask(self, question: Callable[[_Source], _Told]) -> _Told:
        """Return the answer."""
        if self.url is not None:
            with Client(self.url) as client:
                return question(client.version_figures)
        with open_existing(home=self.home, database_url=self.database_url) as desk:
            return question(desk.version_figures)


def refuse_beside(option: str, others: dict[str, bool]) -> None:
    """Refuse options that say nothing beside another one.

    Parameters
    ----------
    option
        The one that decides.
    others
        Whether each of those that do not go with it was given.
    """
    given = [name for name, there in others.items() if there]
    if given:
        message = f"{option} does not go together with {', '.join(given)}."
        raise InvalidArgument(message, hint="Ask for one of them at a time.")


def tell_test(
    place: Place,
    model: str,
    *,
    version: int | None,
    measures: Sequence[str] | None,
    as_json: bool,
) -> None:
    """Show a version on the test set that it was published with."""
    found = place.ask(lambda source: source.test(model, version=version, measures=measures))
    if as_json:
        write_json(msgspec.json.encode(found))
    else:
        console = answers()
        console.print(test_view(found, console=console))


def tell_line(
    place: Place,
    model: str,
    *,
    slice_name: str,
    start: datetime | None,
    end: datetime | None,
    measures: Sequence[str] | None,
    as_json: bool,
) -> None:
    """Show each version of a model on its test set and on live labels."""
    found = place.ask(
        lambda source: source.line(model, slice=slice_name, start=start, end=end, measures=measures)
    )
    if as_json:
        write_json(msgspec.json.encode(found))
    else:
        console = answers()
        console.print(line_view(found, console=console))
