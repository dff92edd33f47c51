"""The settings in force: what each is, where it comes from, and no secret among them."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from enum import Enum

from pydantic import SecretStr

from modeldesk import __version__
from modeldesk.settings import Settings

HIDDEN = "••••••"
"""Shown instead of a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingView:
    """One setting."""

    name: str
    value: str
    default: bool
    """Whether no source has given it."""
    origin: str
    """``default``, ``flag``, the name of a variable, or of the file."""
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramReport:
    """Which program this is, and how it is set."""

    version: str
    python: str
    system: str
    database: str
    """Kind and place, without the password."""
    artefacts: str
    settings: tuple[SettingView, ...]
    """Those that some source has given first, each group in alphabetical order."""


def program_report(settings: Settings) -> ProgramReport:
    """Return which program runs with which settings.

    >>> program_report(Settings.load(port=9000)).settings[0].name
    'port'
    """
    views = [
        SettingView(
            name=name,
            value=_written(getattr(settings, name)),
            default=settings.origin(name) == "default",
            origin=settings.origin(name),
            description=field.description or "",
        )
        for name, field in type(settings).model_fields.items()
    ]
    views.sort(key=lambda view: (view.default, view.name))
    return ProgramReport(
        version=__version__,
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        database=without_password(settings.database),
        artefacts=without_password(settings.artefacts),
        settings=tuple(views),
    )


def without_password(url: str) -> str:
    """Return a URL with its password and its query hidden; what is no URL stays as it is.

    >>> without_password("postgresql://anna:secret@db.example/desk?sslpassword=x")
    'postgresql://anna:••••••@db.example/desk?••••••'
    >>> without_password("/srv/models")
    '/srv/models'
    """
    scheme, found, rest = url.partition("://")
    if not found:
        return url
    place, asks, _ = rest.partition("?")
    who, at, where = place.rpartition("@")  # the last one: a password may hold others
    name, colon, _ = who.partition(":")
    hidden = f"{name}{colon}{HIDDEN if colon else ''}{at}{where}"
    return f"{scheme}://{hidden}{asks}{HIDDEN if asks else ''}"


def _written(value: object) -> str:
    """Write a setting's value as people read it."""
    match value:
        case SecretStr():
            found = HIDDEN
        case None:
            found = "not set"
        case bool():
            found = "on" if value else "off"
        case Enum():
            found = str(value.value)
        case tuple():
            found = ", ".join(map(str, value)) or "none"
        case dict():
            found = (
                ", ".join(f"{name}: {_written(given)}" for name, given in value.items()) or "none"
            )
        case int() if abs(value) >= 10_000:  # noqa: PLR2004 - thousands set apart
            found = f"{value:,}"
        case _:
            found = without_password(str(value))
    return found
