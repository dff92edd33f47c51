"""A publication: what the command line says of a model, kept here or sent to a server."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modeldesk.cli.files import read_table
from modeldesk.client import Client
from modeldesk.desk import Desk
from modeldesk.errors import InvalidArgument
from modeldesk.models import frames_named, read_model
from modeldesk.services.about import About
from modeldesk.services.publishing import FileRows
from modeldesk.services.views import VersionView
from modeldesk.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A model, where it is, and what is told about it."""

    name: str
    model: str
    reference: Path | None
    target: str | None
    test: Path | None
    test_label: str | None
    about: About
    frames: str | None
    trust_pickle: bool

    def keep(self, settings: Settings) -> VersionView:
        """Publish the model to the store that the settings name."""
        frame = None if self.reference is None else read_table(self.reference)
        test = None if self.test is None else read_table(self.test)
        thing = read_model(self.model, trust_pickle=self.trust_pickle)
        with Desk.open(settings) as desk:
            return desk.registry.publish(
                thing,
                name=self.name,
                reference=None if frame is None else FileRows(frame=frame),
                target=self.target,
                about=self.about,
                frames=None if self.frames is None else frames_named(self.frames),
                trust_pickle=self.trust_pickle,
                test=test,
                test_label=self.test_label,
            )

    def send(self, url: str) -> VersionView:
        """Publish the model to a running server.

        Raises
        ------
        InvalidArgument
            When it is no file of a safe format with a reference.
        """
        path = Path(self.model)
        if self.trust_pickle or not path.is_file() or self.reference is None:
            message = "A server takes the file of a model in a safe format, and a reference file."
            hint = "Publish pickles, functions and MLflow's models on the server's own machine."
            raise InvalidArgument(message, hint=hint)
        with Client(url) as client:
            return client.publish(
                path,
                name=self.name,
                reference=self.reference,
                target=self.target,
                about=self.about,
                frames=self.frames,
                test=self.test,
                test_label=self.test_label,
            )


def noted(
    description: str,
    *,
    tags: Sequence[str] | None,
    metrics: Sequence[str] | None,
    parameters: Sequence[str] | None,
    example: str | None,
) -> About:
    """Return what options such as ``--tag stage=trial`` tell about a version.

    Raises
    ------
    InvalidArgument
        When one of them cannot be read; names the option.
    """
    figures = {name: _number(name, text) for name, text in _pairs("--metric", metrics)}
    values = {name: _value(text) for name, text in _pairs("--parameter", parameters)}
    return About(
        description=description,
        tags=dict(_pairs("--tag", tags)),
        metrics=figures,
        parameters=None if parameters is None else values,
        example=None if example is None else _row(example),
    )


def _pairs(option: str, given: Sequence[str] | None) -> list[tuple[str, str]]:
    found = []
    for text in given or ():
        name, equals, value = text.partition("=")
        if not name or not equals:
            message = f"{option} {text!r} is not NAME=VALUE."
            raise InvalidArgument(message, hint=f"Write {option} NAME=VALUE.")
        found.append((name, value))
    return found


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        message = f"The metric {name!r} is {text!r}, not a number."
        raise InvalidArgument(message, hint=f"Write --metric {name}=0.97.") from error


def _value(text: str) -> Any:  # noqa: ANN401  # checked with the others
    """Return a value of JSON, or text as it stands."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return tuple(found) if isinstance(found, list) else found


def _row(text: str) -> dict[str, object]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        message = "--example is no JSON object."
        raise InvalidArgument(message, hint="Write --example '{\"age\": 31}'.")
    return found
