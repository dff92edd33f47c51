"""Writing everything into one file, while others go on working."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from modeldesk import __version__
from modeldesk.clock import Clock
from modeldesk.errors import Conflict
from modeldesk.models import Artefact, ArtefactStore
from modeldesk.services.archive import (
    FORMAT,
    ArchiveReader,
    ArchiveWriter,
    ArtefactEntry,
    Manifest,
    TableEntry,
    new_archive,
)
from modeldesk.services.progress import UNSEEN, Progress, Step
from modeldesk.store import Dump, Store, dumping


class Backup:
    """Copies the database, as it is at one moment, and the artefacts into one file.

    The format is the same whatever the database is: see `modeldesk.services.archive`.

    Parameters
    ----------
    store
        The database; others may go on writing to it.
    artefacts
        The trained models.
    clock
        Stamps the backup.
    """

    def __init__(self, store: Store, artefacts: ArtefactStore, clock: Clock) -> None:
        self._store = store
        self._artefacts = artefacts
        self._clock = clock

    def write(self, path: Path, *, force: bool = False, progress: Progress = UNSEEN) -> Manifest:
        """Write a backup and read it once to verify it.

        The file appears under its name when it is whole; before that it ends in ``.partial``.

        Parameters
        ----------
        path
            The file.
        force
            Whether to replace a file that is there.
        progress
            Told of the rows that are written, and then of the files that are verified.

        Raises
        ------
        Conflict
            When there is such a file already.
        Corrupt
            When there is nothing to back up, or an artefact is not what was published.
        StoreUnavailable
            When something cannot be read or written.
        """
        if path.exists() and not force:
            message = f"There is a file {path} already."
            raise Conflict(message, hint="Choose another name, or replace it with --force.")
        with new_archive(path) as archive, dumping(self._store) as dump:
            with progress.step("Copying", sum(map(dump.count, dump.names))) as step:
                tables = tuple(_table(archive, dump, name, step) for name in dump.names)
            artefacts = tuple(self._artefact(archive, found) for found in _published(dump))
            archive.describe(
                Manifest(
                    format=FORMAT,
                    program=__version__,
                    schema=dump.revision,
                    created_at=self._clock.now(),
                    tables=tables,
                    artefacts=artefacts,
                    members=tuple(archive.members),
                )
            )
        with ArchiveReader(path) as written:
            written.verify(progress)
            return written.manifest

    def _artefact(self, archive: ArchiveWriter, artefact: Artefact) -> ArtefactEntry:
        names = []
        with tempfile.TemporaryDirectory(prefix="modeldesk-") as folder:
            self._artefacts.fetch(artefact, Path(folder))
            for file in sorted(Path(folder).iterdir()):
                names.append(f"artefacts/{artefact.place}/{file.name}")
                archive.add_file(names[-1], file)
        return ArtefactEntry(place=artefact.place, sha256=artefact.sha256, files=tuple(names))


def _table(archive: ArchiveWriter, dump: Dump, name: str, step: Step) -> TableEntry:
    parts: list[str] = []
    rows = 0
    for frame in dump.frames(name):
        data = io.BytesIO()
        frame.write_parquet(data, compression="zstd")
        parts.append(f"tables/{name}/{len(parts):05}.parquet")
        archive.add(parts[-1], data.getvalue())
        rows += frame.height
        step.advance(frame.height)
    return TableEntry(name=name, rows=rows, parts=tuple(parts))


def _published(dump: Dump) -> list[Artefact]:
    """Return the artefacts of all versions that are served here."""
    return [
        Artefact(place=place, sha256=sha256)
        for frame in dump.frames("versions")
        for place, sha256 in frame.select("artefact", "artefact_sha256").iter_rows()
        if place
    ]
