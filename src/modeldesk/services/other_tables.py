"""Tables from elsewhere that people look at beside a model: files, addresses, databases.

Nothing of them is logged or kept: a table is held in memory as long as there is room, under a
name that only the page knows that asked for it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from modeldesk.errors import Forbidden, InvalidArgument, NotFound
from modeldesk.services.acting import EDITS, SHOWS, CallerKind, caller
from modeldesk.services.explored_rows import ExploredRows, of_table
from modeldesk.services.public_address import Resolve, resolved
from modeldesk.services.reading_apart import TableReaders
from modeldesk.services.registry import Registry
from modeldesk.services.remembering import Remembered
from modeldesk.services.table_reading import (
    ReadTable,
    TableFormat,
    TableLimits,
    format_of,
    read_table_bytes,
    read_table_file,
)
from modeldesk.services.web_files import WebLimits, fetched
from modeldesk.settings import Settings
from modeldesk.store import place_of_url, query_rows

MOST_ROWS = 200_000
MOST_CELLS = 20_000_000
MOST_BYTES = 1 << 28
SECONDS = 30.0
"""How long a database or an address may take."""

LONGEST_QUERY = 20_000

_MEMORY_BYTES = 1 << 28
_HERE = {"127.0.0.1", "localhost", "::1"}


class SourceSort(StrEnum):
    """What a source with a name is."""

    FILE = "file"
    """An address with http or https, at which a file is."""
    DATABASE = "database"
    """A database, which is asked a query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSource:
    """A source that the operator has named."""

    name: str
    sort: SourceSort
    place: str
    """Where it is, without a password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldTable:
    """A table that is held for a page."""

    token: str
    """By which it is asked for."""
    what: str
    """What it is, in words."""
    rows: int
    more: bool
    """Whether there are more rows than are held."""
    wrong: int
    """Records that could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Held:
    what: str
    model: str
    rows: ExploredRows


class OtherTables:
    """Reads tables from elsewhere, and holds them for a while.

    Parameters
    ----------
    registry
        The models that tables are looked at for.
    settings
        ``data_sources`` and the limits.
    readers
        Open files.
    resolve
        Finds the addresses of hosts.
    """

    def __init__(
        self,
        registry: Registry,
        settings: Settings,
        readers: TableReaders,
        *,
        resolve: Resolve = resolved,
    ) -> None:
        self._registry = registry
        self._readers = readers
        self._settings = settings
        self._resolve = resolve
        self._held = Remembered[str, _Held](_MEMORY_BYTES)

    @property
    def sources(self) -> tuple[NamedSource, ...]:
        """The sources that the operator has named; none for callers who may not use them."""
        if not caller().may(EDITS):
            return ()
        return tuple(_named(name, url) for name, url in sorted(self._urls.items()))

    @property
    def takes_databases(self) -> bool:
        """Whether a person may write the address of a database: on a machine of one's own."""
        alone = caller().kind in {CallerKind.ANYONE, CallerKind.COMMAND}
        # Behind a proxy with a name of its own others may come, and look as if they were here.
        names = {name.strip("[]") for name in (self._settings.host, *self._settings.allowed_hosts)}
        return alone and names <= _HERE and not self._settings.public

    @property
    def takes_addresses(self) -> bool:
        """Whether a person may write an address at all."""
        return caller().may(EDITS)

    def from_file(self, model: str, path: Path, kind: TableFormat, *, name: str = "") -> HeldTable:
        """Hold the table in a file that somebody sent.

        Raises
        ------
        NotFound
            When there is no such model.
        Forbidden
            When the caller may not look at its data.
        InvalidData
            When the file cannot be read as that.
        """
        caller().check(SHOWS)
        found = read_table_file(path, kind, self._limits, self._readers)
        return self._hold(model, found, what=name or "a file")

    def from_source(self, model: str, name: str, query: str = "") -> HeldTable:
        """Hold the table of a source that the operator has named.

        Parameters
        ----------
        model
            For which it is looked at.
        name
            The source.
        query
            What a database is asked; of a file nothing.

        Raises
        ------
        NotFound
            When there is no such model or source.
        Forbidden
            When the caller may not use sources.
        InvalidArgument, InvalidData, StoreUnavailable
            When it cannot be read.
        """
        caller().check(EDITS)
        url = self._urls.get(name)
        if url is None:
            message = f"There is no source {name[:100]!r}."
            known = ", ".join(sorted(self._urls)) or "none"
            raise NotFound(message, hint=f"Known sources: {known}.")
        return self._read(model, url, query, what=name, public=False)

    def from_address(self, model: str, url: str, query: str = "") -> HeldTable:
        """Hold the table at an address that a person wrote.

        Parameters
        ----------
        model
            For which it is looked at.
        url
            With http or https on the public internet; on a machine of one's own also that of a
            database.
        query
            What a database is asked.

        Raises
        ------
        Forbidden
            When the caller may not, or the address is not public.
        InvalidArgument, InvalidData, StoreUnavailable
            When it cannot be read.
        """
        caller().check(EDITS)
        if _sort(url) is SourceSort.DATABASE and not self.takes_databases:
            message = "Databases are read here only where the operator has named them."
            hint = "Have it named in modeldesk.toml: see the setting data_sources."
            raise Forbidden(message, hint=hint)
        return self._read(model, url, query, what=_place(url), public=True)

    def rows(self, model: str, token: str) -> ExploredRows:
        """Return a table that is held.

        Raises
        ------
        NotFound
            When it is held no more.
        """
        held = self._held.get(token)
        if held is None or held.model != model:
            message = "No other table is open."
            raise NotFound(message, hint="Choose a file or a source.")
        return held.rows

    @property
    def _urls(self) -> Mapping[str, str]:
        named = self._settings.data_sources
        return {name: url.get_secret_value() for name, url in named.items()}

    @property
    def _limits(self) -> TableLimits:
        return TableLimits(
            rows=MOST_ROWS, cells=MOST_CELLS, bytes=MOST_BYTES, columns=self._settings.max_columns
        )

    def _read(self, model: str, url: str, query: str, *, what: str, public: bool) -> HeldTable:
        self._registry.record(model)
        if _sort(url) is SourceSort.DATABASE:
            if not query.strip():
                message = "A database is asked a query, and there is none."
                raise InvalidArgument(message, hint="Write SELECT * FROM a table.")
            if len(query) > LONGEST_QUERY:
                message = f"The query is longer than {LONGEST_QUERY:,} characters."
                raise InvalidArgument(message, hint="Make it shorter, or a view of the database.")
            rows = query_rows(url, query, most=MOST_ROWS, most_bytes=MOST_BYTES, seconds=SECONDS)
            return self._hold(model, ReadTable(frame=rows.frame, more=rows.more), what=what)
        limits = WebLimits(bytes=self._settings.max_body_bytes, seconds=SECONDS)
        file = fetched(url, limits, public=public, resolve=self._resolve)
        kind = format_of(file.data, media=file.type, path=file.path)
        return self._hold(
            model, read_table_bytes(file.data, kind, self._limits, self._readers), what=what
        )

    def _hold(self, model: str, found: ReadTable, *, what: str) -> HeldTable:
        signature = self._registry.record(model).signature
        rows = of_table(
            found.frame, signature, total=found.frame.height + int(found.more), exact=not found.more
        )
        token = secrets.token_urlsafe(16)
        size = max(int(found.frame.estimated_size()), 1)
        self._held.put(token, _Held(what=what, model=model, rows=rows), weight=size)
        return HeldTable(
            token=token, what=what, rows=found.frame.height, more=found.more, wrong=found.wrong
        )


def _named(name: str, url: str) -> NamedSource:
    try:
        place = _place(url)
    except InvalidArgument as error:
        place = error.message
    return NamedSource(name=name, sort=_sort(url), place=place)


def _sort(url: str) -> SourceSort:
    web = url.strip().lower().startswith(("http://", "https://"))
    return SourceSort.FILE if web else SourceSort.DATABASE


def _place(url: str) -> str:
    """Return where a source is, without anything that may be secret."""
    if _sort(url) is SourceSort.DATABASE:
        return place_of_url(url)
    host = url.strip().partition("://")[2].partition("/")[0].rpartition("@")[2]
    path = url.strip().partition("://")[2].partition("/")[2].partition("?")[0]
    return f"{host}/{path}"[:300]
