"""Artefacts: one folder per version, written once, verified by hash when loaded."""

from __future__ import annotations

import hashlib
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import fsspec

from modeldesk.errors import Corrupt, StoreUnavailable
from modeldesk.models.adapters import adapter_for, adapter_named
from modeldesk.models.port import Frames, Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """Where a version's files lie and what their hash is."""

    place: str
    """Folder below the artefact store's root."""
    sha256: str
    """Hash over all names and contents, in order of name."""


class ArtefactStore:
    """Keeps artefacts below one root on any file system that fsspec knows.

    Parameters
    ----------
    url
        Root, such as ``/var/lib/modeldesk`` or ``s3://bucket/modeldesk``.
    """

    def __init__(self, url: str) -> None:
        self._files, self._root = fsspec.core.url_to_fs(url)

    def save(
        self,
        thing: object,
        *,
        model: str,
        number: int,
        frames: Frames | None = None,
        trust_pickle: bool = False,
    ) -> Artefact:
        """Write a trained object into a new folder.

        Raises
        ------
        UnsupportedModel, UnsafeArtefact
            When the object cannot be kept.
        StoreUnavailable
            When the folder cannot be written.
        """
        place = f"{model}/{number}-{secrets.token_hex(4)}"
        with tempfile.TemporaryDirectory(prefix="modeldesk-") as name:
            folder = Path(name)
            adapter_for(thing).save(thing, folder, frames=frames, trust_pickle=trust_pickle)
            sha256 = _hash(folder)
            try:
                self._put(folder, place)
            except BaseException:
                self._discard(place)
                raise
        return Artefact(place=place, sha256=sha256)

    def put(self, artefact: Artefact, folder: Path) -> bool:
        """Write a version's files as `fetch` gave them; false where they are there already.

        Raises
        ------
        Corrupt
            When the files are not those that were published.
        StoreUnavailable
            When they cannot be written.
        """
        _check(folder, artefact.sha256, where=artefact.place)
        try:
            self.verify(artefact)
        except (Corrupt, StoreUnavailable):
            self._put(folder, artefact.place)
            return True
        return False

    def remove(self, place: str) -> None:
        """Delete a version's files, if there are any."""
        target = f"{self._root}/{place}"
        try:
            if self._files.exists(target):
                self._files.rm(target, recursive=True)
        except OSError as error:
            message = f"The artefact {target} cannot be deleted: {error}."
            raise StoreUnavailable(message, hint="Check the folder and its rights.") from error

    def file(self, artefact: Artefact, name: str) -> bytes | None:
        """Return one of a version's files; ``None`` where it has none of that name.

        Raises
        ------
        Corrupt, StoreUnavailable
            As `fetch` does.
        """
        with tempfile.TemporaryDirectory(prefix="modeldesk-") as folder:
            self.fetch(artefact, Path(folder))
            file = Path(folder) / name
            return file.read_bytes() if file.is_file() else None

    def has(self, artefact: Artefact, name: str) -> bool:
        """Whether a version has a file of that name; its content is not read.

        Raises
        ------
        StoreUnavailable
            When the folder cannot be reached.
        """
        place = f"{self._root}/{artefact.place}/{name}"
        try:
            return bool(self._files.isfile(place))
        except OSError as error:
            message = f"The artefact {place} cannot be looked for: {error}."
            raise StoreUnavailable(message, hint="Check the folder and its rights.") from error

    def load(self, artefact: Artefact, *, flavor: str) -> Model:
        """Fetch a version's files, check their hash and load the model.

        Raises
        ------
        Corrupt
            When the files are not those that were published.
        StoreUnavailable
            When they cannot be read.
        """
        with tempfile.TemporaryDirectory(prefix="modeldesk-") as name:
            self.fetch(artefact, Path(name))
            return adapter_named(flavor).load(Path(name))

    def size(self, artefact: Artefact) -> int:
        """Return how many bytes a version's files have together.

        Raises
        ------
        StoreUnavailable
            When they cannot be listed.
        """
        source = f"{self._root}/{artefact.place}"
        try:
            return sum(int(file["size"] or 0) for file in self._files.ls(source, detail=True))
        except OSError as error:
            message = f"The artefact {source} cannot be read: {error}."
            raise StoreUnavailable(message, hint="Check the folder and its rights.") from error

    def fetch(self, artefact: Artefact, folder: Path) -> None:
        """Copy a version's files into an empty folder and check their hash.

        Raises
        ------
        Corrupt
            When the files are not those that were published.
        StoreUnavailable
            When they cannot be read.
        """
        source = f"{self._root}/{artefact.place}"
        try:
            for file in self._files.ls(source, detail=False):
                self._files.get_file(file, str(folder / Path(file).name))
        except OSError as error:
            message = f"The artefact {source} cannot be read: {error}."
            raise StoreUnavailable(message, hint="Check the folder and its rights.") from error
        _check(folder, artefact.sha256, where=source)

    def verify(self, artefact: Artefact) -> None:
        """Raise what `fetch` would, and leave nothing behind."""
        with tempfile.TemporaryDirectory(prefix="modeldesk-") as name:
            self.fetch(artefact, Path(name))

    def _discard(self, place: str) -> None:
        """Delete what was half written; that it could not be written is the error to tell."""
        with suppress(StoreUnavailable):
            self.remove(place)

    def _put(self, folder: Path, place: str) -> None:
        target = f"{self._root}/{place}"
        try:
            self._files.makedirs(target, exist_ok=True)
            for file in sorted(folder.iterdir()):
                self._files.put_file(str(file), f"{target}/{file.name}")
        except OSError as error:
            message = f"The artefact cannot be written to {target}: {error}."
            raise StoreUnavailable(message, hint="Check the folder and its rights.") from error


def _check(folder: Path, sha256: str, *, where: str) -> None:
    if _hash(folder) != sha256:
        message = f"The files of {where} are not those that were published."
        raise Corrupt(message, hint="Restore them from a backup, or publish again.")


def _hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        content = file.read_bytes()
        digest.update(f"{file.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
