"""What the command line says about a file to predict."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOptions:
    """Which version predicts it, and which of its columns are times and keys."""

    version: int | None
    alias: str | None
    time: str | None
    row_id: str | None
