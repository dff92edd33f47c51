"""The file of a backup: a zip of Parquet files and artefacts, described by a manifest.

Layout, format version 1::

    manifest.json               what is in it: counts, sizes, SHA-256 of every file
    tables/chunks/00000.parquet some rows of a table, as plain values
    artefacts/iris/1-ab12/...   the files of a model version

Every value is portable: times are microseconds since 1970 in UTC, payloads are bytes.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from modeldesk.errors import Corrupt, InvalidArgument, StoreUnavailable
from modeldesk.services.progress import UNSEEN, Progress

FORMAT = 1
_MANIFEST = "manifest.json"
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file in a backup."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableEntry:
    """A table in a backup."""

    name: str
    rows: int
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtefactEntry:
    """A version's files in a backup."""

    place: str
    sha256: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What is in a backup."""

    format: int
    program: str
    """Version of modeldesk that wrote it."""
    schema: str
    """Revision of the database."""
    created_at: datetime
    tables: tuple[TableEntry, ...]
    artefacts: tuple[ArtefactEntry, ...]
    members: tuple[Member, ...]

    def rows(self, table: str) -> int:
        """Return how many rows of a table there are."""
        return sum(entry.rows for entry in self.tables if entry.name == table)


class ArchiveWriter:
    """Writes files into a backup and remembers their hashes."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.members: list[Member] = []

    def add(self, name: str, data: bytes) -> None:
        """Write bytes under a name."""
        self._archive.writestr(name, data)
        self._remember(name, len(data), hashlib.sha256(data).hexdigest())

    def add_file(self, name: str, path: Path) -> None:
        """Write a file's bytes under a name."""
        digest = hashlib.sha256()
        with path.open("rb") as source, self._archive.open(name, "w", force_zip64=True) as target:
            while block := source.read(_BLOCK):
                digest.update(block)
                target.write(block)
        self._remember(name, path.stat().st_size, digest.hexdigest())

    def describe(self, manifest: Manifest) -> None:
        """Write the manifest, as the last file."""
        self._archive.writestr(_MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))

    def _remember(self, name: str, size: int, sha256: str) -> None:
        self.members.append(Member(name=name, bytes=size, sha256=sha256))


@contextmanager
def new_archive(path: Path) -> Iterator[ArchiveWriter]:
    """Yield the writer of a backup that appears under its name when it is whole.

    Raises
    ------
    StoreUnavailable
        When the file cannot be written.
    """
    partial = path.with_name(f"{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
            yield ArchiveWriter(archive)
        with partial.open("rb+") as written:
            os.fsync(written.fileno())
        partial.replace(path)
    except OSError as error:
        message = f"The backup {path} cannot be written: {error.strerror or error}."
        raise StoreUnavailable(message, hint="Choose another place, or make room.") from error
    finally:
        partial.unlink(missing_ok=True)


class ArchiveReader:
    """Reads a backup.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    InvalidArgument
        When there is no such file.
    Corrupt
        When it is no backup, or of a format that this program does not know.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            message = f"There is no file {path}."
            raise InvalidArgument(message, hint="Name a file that modeldesk backup wrote.")
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as error:
            message = f"{path} is no backup, or it is cut short: {error}."
            raise Corrupt(message) from error
        self._path = path
        try:
            self.manifest = self._manifest()
        except BaseException:
            self._archive.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._archive.close()

    def verify(self, progress: Progress = UNSEEN) -> None:
        """Read every file and compare it with its hash.

        Parameters
        ----------
        progress
            Told of each file that is sound.

        Raises
        ------
        Corrupt
            At the first file that is not as it was written.
        """
        with progress.step("Verifying", len(self.manifest.members)) as step:
            for member in self.manifest.members:
                digest = hashlib.sha256()
                for block in self._blocks(member.name):
                    digest.update(block)
                if digest.hexdigest() != member.sha256:
                    raise self._damaged(member.name)
                step.advance()

    def read(self, name: str) -> bytes:
        """Return a file's bytes."""
        return b"".join(self._blocks(name))

    def copy(self, name: str, target: Path) -> None:
        """Write a file's bytes to a place on disk."""
        with target.open("wb") as file:
            for block in self._blocks(name):
                file.write(block)

    def _blocks(self, name: str) -> Iterator[bytes]:
        try:
            with self._archive.open(name) as source:
                while block := source.read(_BLOCK):
                    yield block
        except (KeyError, zipfile.BadZipFile, OSError, EOFError, NotImplementedError) as error:
            raise self._damaged(name) from error

    def _manifest(self) -> Manifest:
        document = self.read(_MANIFEST)
        try:
            found = msgspec.json.decode(document, type=_Head)
            if found.format != FORMAT:
                message = f"{self._path} has format {found.format}; this program reads {FORMAT}."
                raise Corrupt(message, hint="Upgrade modeldesk.")
            return msgspec.json.decode(document, type=Manifest)
        except msgspec.MsgspecError as error:
            message = f"The manifest of {self._path} cannot be read: {error}."
            raise Corrupt(message) from error

    def _damaged(self, name: str) -> Corrupt:
        message = f"{self._path} is damaged or no backup: {name} is not as it was written."
        return Corrupt(message, hint="Nothing was changed. Use another backup.")


class _Head(msgspec.Struct):
    format: int
