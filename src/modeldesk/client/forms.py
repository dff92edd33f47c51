"""What a version is published with, as fields of a form."""

from __future__ import annotations

from pathlib import Path

import msgspec

from modeldesk.errors import InvalidArgument
from modeldesk.services.about import About


def file_of(path: Path) -> tuple[str, bytes]:
    """Return a file's name and content, or raise `InvalidArgument`."""
    try:
        return path.name, path.read_bytes()
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise InvalidArgument(message, hint="Name a file that is there.") from error


def fields_of(
    about: About, *, target: str | None, frames: str | None, test_label: str | None = None
) -> dict[str, str]:
    """Return what is told about a version besides its files, as fields of a form."""
    plain = {
        "description": about.description or None,
        "target": target,
        "test_label": test_label,
        "frames": frames,
    }
    notes = {
        "tags": about.tags or None,
        "metrics": about.metrics or None,
        "parameters": about.parameters,
        "example": about.example,
    }
    found = {name: text for name, text in plain.items() if text is not None}
    told = {name: value for name, value in notes.items() if value is not None}
    return found | {name: msgspec.json.encode(value).decode() for name, value in told.items()}
