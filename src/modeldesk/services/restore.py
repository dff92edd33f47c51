"""Bringing back everything from a backup: all of it, or nothing."""

from __future__ import annotations

import io
import re
import tempfile
from pathlib import Path

import polars as pl

from modeldesk.errors import Corrupt
from modeldesk.models import Artefact, ArtefactStore
from modeldesk.services.archive import ArchiveReader, ArtefactEntry, Manifest
from modeldesk.services.progress import UNSEEN, Progress
from modeldesk.store import Load, Store, loading

_PLACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*/[0-9]+-[0-9a-f]+")


class Restore:
    """Fills a database and an artefact folder from a backup.

    Parameters
    ----------
    store
        The database; SQLite or PostgreSQL, whatever the backup was made of.
    artefacts
        Where the trained models go.
    """

    def __init__(self, store: Store, artefacts: ArtefactStore) -> None:
        self._store = store
        self._artefacts = artefacts

    def run(self, path: Path, *, force: bool = False, progress: Progress = UNSEEN) -> Manifest:
        """Verify a backup, then bring it back in one transaction.

        Whoever uses the database meanwhile sees what was there before, then what was restored.
        A backup of an older schema is migrated.

        Parameters
        ----------
        path
            The file.
        force
            Whether to replace what is in the database.
        progress
            Told of the files that are verified, and then of the rows that are written.

        Raises
        ------
        InvalidArgument, Corrupt
            When the file is no backup, or it is damaged.
        Conflict
            When there are models in the database already.
        SchemaMismatch
            When the backup was made by a newer program.
        StoreUnavailable
            When something cannot be written.
        """
        with ArchiveReader(path) as archive:
            archive.verify(progress)
            written: list[str] = []
            try:
                with loading(self._store, archive.manifest.schema, replace=force) as load:
                    written.extend(
                        entry.place
                        for entry in archive.manifest.artefacts
                        if self._artefact(archive, entry)
                    )
                    _fill(archive, load, progress)
            except BaseException:
                for place in written:
                    self._artefacts.remove(place)
                raise
            return archive.manifest

    def _artefact(self, archive: ArchiveReader, entry: ArtefactEntry) -> bool:
        if not _PLACE.fullmatch(entry.place):
            message = f"The backup names {entry.place!r} as the place of a model."
            raise Corrupt(message, hint="Nothing was changed. Use another backup.")
        artefact = Artefact(place=entry.place, sha256=entry.sha256)
        with tempfile.TemporaryDirectory(prefix="modeldesk-") as folder:
            for name in entry.files:
                archive.copy(name, Path(folder) / Path(name).name)
            return self._artefacts.put(artefact, Path(folder))


def _fill(archive: ArchiveReader, load: Load, progress: Progress) -> None:
    tables = archive.manifest.tables
    with progress.step("Restoring", sum(entry.rows for entry in tables)) as step:
        for entry in tables:
            for part in entry.parts:
                frame = pl.read_parquet(io.BytesIO(archive.read(part)))
                load.add(entry.name, frame)
                step.advance(frame.height)
    for entry in tables:
        found = load.count(entry.name)
        if found != entry.rows:
            message = f"The table {entry.name!r} has {found} rows, not {entry.rows}."
            raise Corrupt(message, hint="Nothing was changed. Use another backup.")
