"""Tables from elsewhere: files, addresses and databases, read with limits and nothing else."""

from __future__ import annotations

import gzip
import ipaddress
import sqlite3
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import polars as pl
import pytest
from pydantic import SecretStr

from modeldesk.desk import Desk
from modeldesk.errors import (
    Forbidden,
    InvalidArgument,
    InvalidData,
    ModeldeskError,
    NotFound,
    StoreUnavailable,
)
from modeldesk.schema import Kind
from modeldesk.services.acting import Caller, CallerKind, UserRole, acting_as
from modeldesk.services.exploring import DataChoice, DataSource
from modeldesk.services.other_tables import OtherTables
from modeldesk.services.public_address import is_public
from modeldesk.services.table_reading import TableFormat
from modeldesk.services.web_files import WebLimits, fetched
from modeldesk.store import query_rows
from tests.support.iris import iris_frame

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from modeldesk.settings import Settings

FLOWERS = iris_frame()
VIEWER = Caller(kind=CallerKind.USER, name="vera", role=UserRole.VIEWER)
EDITOR = Caller(kind=CallerKind.USER, name="eddi", role=UserRole.EDITOR)
LIMITS = WebLimits(bytes=1 << 20, seconds=5)


class Answers(BaseHTTPRequestHandler):
    """Answers with tables, redirects and nonsense."""

    def do_GET(self) -> None:
        """Answer by the path."""
        csv = FLOWERS.write_csv().encode()
        bodies: dict[str, tuple[int, dict[str, str], bytes]] = {
            "/flowers.csv": (200, {"Content-Type": "text/csv"}, csv),
            "/packed": (200, {"Content-Encoding": "gzip"}, gzip.compress(csv)),
            "/bomb": (200, {"Content-Encoding": "gzip"}, gzip.compress(b"a" * (64 << 20))),
            "/rows.json": (200, {}, FLOWERS.head(7).write_json().encode()),
            "/page": (200, {"Content-Type": "text/html"}, b"<html><body>no</body></html>"),
            "/here": (302, {"Location": "/flowers.csv"}, b""),
            "/there": (302, {"Location": "http://169.254.169.254/latest/"}, b""),
            "/loop": (302, {"Location": "/loop"}, b""),
            "/large": (200, {}, b"x\n" + b"1\n" * (1 << 20)),
        }
        status, headers, body = bodies.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            return

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def web() -> Iterator[str]:
    """Offer the address of a web server on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Offer a database of SQLite with the flowers."""
    path = tmp_path / "flowers.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("create table flowers (width real, class text, x)")
        rows = FLOWERS.select("petal_width_cm", "class").with_row_index("x").rows()
        connection.executemany("insert into flowers values (?2, ?3, ?1)", rows)
    return path


def tables(desk: Desk, **sources: str) -> OtherTables:
    """Return a service with some named sources."""
    told = {name: SecretStr(url) for name, url in sources.items()}
    settings = desk.settings.model_copy(update={"data_sources": told})
    return OtherTables(desk.registry, settings, desk.table_readers)


def test_a_file_is_read_with_its_types(desk: Desk, tmp_path: Path) -> None:
    """Numbers, truth values, days and times out of text; labels and features by their names."""
    path = tmp_path / "rows.csv"
    path.write_text(
        "petal_width_cm,class,on,day,at,mixed\n"
        "0.2,a,true,2026-03-01,2026-03-01T10:00:00Z,1\n"
        ",b,FALSE,,2026-03-02T10:00:00+02:00,x\n"
        '"1.5",a,true,2026-03-03,2026-03-03T10:00:00Z,3\n',
        encoding="utf-8",
    )
    held = desk.other_tables.from_file("iris", path, TableFormat.CSV, name="rows.csv")
    assert (held.rows, held.more, held.wrong, held.what) == (3, False, 0, "rows.csv")
    choice = DataChoice(source=DataSource.OTHER, token=held.token)
    found = desk.exploring.rows("iris", choice)
    kinds = found.table.kinds
    assert found.table.frame["petal_width_cm"].to_list() == [0.2, None, 1.5]
    assert found.table.frame["on"].to_list() == [True, False, True]
    assert (kinds["day"], kinds["at"]) == (Kind.DATE, Kind.DATETIME)
    assert found.table.frame["at"][1].hour == 8
    assert found.table.frame["mixed"].to_list() == ["1", "x", "3"]
    assert found.target == "class"
    assert found.filtered("petal_width_cm > 1").table.rows == 1
    for token in ("", "unknown"):
        with pytest.raises(NotFound, match="No other table"):
            desk.exploring.rows("iris", DataChoice(source=DataSource.OTHER, token=token))


@pytest.mark.parametrize("kind", list(TableFormat))
def test_every_format_gives_the_same_table(desk: Desk, tmp_path: Path, kind: TableFormat) -> None:
    """As Polars writes them."""
    path = tmp_path / "rows"
    match kind:
        case TableFormat.CSV:
            FLOWERS.write_csv(path)
        case TableFormat.PARQUET:
            FLOWERS.write_parquet(path)
        case TableFormat.ARROW_FILE:
            FLOWERS.write_ipc(path)
        case TableFormat.ARROW_STREAM:
            FLOWERS.write_ipc_stream(path)
        case TableFormat.JSON:
            FLOWERS.write_json(path)
        case TableFormat.NDJSON:
            FLOWERS.write_ndjson(path)
    held = desk.other_tables.from_file("iris", path, kind)
    found = desk.other_tables.rows("iris", held.token)
    assert found.table.frame.equals(FLOWERS)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", TableFormat.CSV),
        (b"a,b\n", TableFormat.CSV),
        (b"\x00\xff" * 900, TableFormat.CSV),
        (b"PAR1 no", TableFormat.PARQUET),
        (b"ARROW1 no", TableFormat.ARROW_FILE),
        (b"no stream", TableFormat.ARROW_STREAM),
        (b'{"a": ', TableFormat.JSON),
        (b"[1, 2]", TableFormat.JSON),
        (b"[" * 100_000, TableFormat.JSON),
        (b'{"a": 1}\nno', TableFormat.NDJSON),
        (b",".join(b"c%d" % n for n in range(10_001)) + b"\n", TableFormat.CSV),
    ],
)
def test_broken_files_are_refused_in_words(
    desk: Desk, tmp_path: Path, data: bytes, kind: TableFormat
) -> None:
    """What is wrong, and what to do."""
    path = tmp_path / "rows"
    path.write_bytes(data)
    with pytest.raises(InvalidData) as told:
        desk.other_tables.from_file("iris", path, kind)
    assert told.value.hint


def test_a_named_database_is_asked_and_nothing_but_read(desk: Desk, file: Path) -> None:
    """A query gives a table; writing, other files and second statements are refused."""
    named = tables(desk, flowers=f"sqlite:///{file}")
    held = named.from_source(
        "iris", "flowers", 'select class, avg(width) as width, "x" as x, 1 as x from flowers'
        " group by class order by class;",
    )  # fmt: skip
    found = named.rows("iris", held.token).table.frame
    means = FLOWERS.group_by("class").agg(pl.col("petal_width_cm").mean()).sort("class")
    assert found.columns == ["class", "width", "x", "x_2"]
    assert found["width"].to_list() == pytest.approx(means["petal_width_cm"].to_list())
    with closing(sqlite3.connect(file)) as connection:
        before = connection.execute("select count(*) from flowers").fetchone()
    wrong: dict[str, type[ModeldeskError]] = {
        "delete from flowers": InvalidArgument,
        "": InvalidArgument,
        "select 1; delete from flowers": InvalidArgument,
        "attach '/etc/passwd' as p": InvalidArgument,
        "select load_extension('x')": InvalidData,
        "select * from pragma_database_list": InvalidData,
        "select * from nothing": InvalidData,
        "selekt": InvalidArgument,
    }
    for query, error in wrong.items():
        with pytest.raises(error) as told:
            named.from_source("iris", "flowers", query)
        assert told.value.hint
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("select count(*) from flowers").fetchone() == before


def test_no_database_lets_a_query_write(desk: Desk) -> None:
    """Also where a statement that reads holds one that writes: here it is the desk's own."""
    named = tables(desk, own=desk.settings.database)
    held = named.from_source("iris", "own", "select name, id from models")
    assert named.rows("iris", held.token).table.frame["name"].to_list() == ["iris"]
    for query in (
        "with gone as (delete from aliases returning *) select * from gone",
        "select * into copied from models",
        "with a as (select 1) insert into models (name) select 'x' from a",
    ):
        with pytest.raises(InvalidData) as told:
            named.from_source("iris", "own", query)
        assert told.value.hint
    assert desk.registry.names() == ("iris",)
    assert desk.registry.record("iris").aliases == ("champion",)


def test_a_query_that_takes_too_long_is_stopped(file: Path) -> None:
    """And rows beyond the limit are left out, which is said."""
    url = f"sqlite:///{file}"
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n"
    with pytest.raises(InvalidData, match="too long"):
        query_rows(url, endless, most=20, most_bytes=1 << 20, seconds=0.3)
    found = query_rows(url, "select * from flowers", most=20, most_bytes=1 << 20, seconds=5)
    assert (found.frame.height, found.more) == (20, True)
    exact = query_rows(url, "select * from flowers", most=150, most_bytes=1 << 20, seconds=5)
    assert (exact.frame.height, exact.more) == (150, False)


def test_what_cannot_be_reached_is_said_without_its_password(desk: Desk, tmp_path: Path) -> None:
    """Files that are not there, drivers that are missing, addresses that are none."""
    named = tables(
        desk,
        gone=f"sqlite:///{tmp_path / 'gone.db'}",
        odd="moon://anna:hush@host/x",
        none="hush",
        shut="postgresql://anna:hush@127.0.0.1:9/x?password=hush",
    )
    errors: dict[str, type[ModeldeskError]] = {
        "gone": StoreUnavailable, "odd": InvalidArgument, "none": InvalidArgument,
        "shut": StoreUnavailable, "unknown": NotFound,
    }  # fmt: skip
    for name, error in errors.items():
        with pytest.raises(error) as told:
            named.from_source("iris", name, "select 1")
        assert "hush" not in str(told.value)
        assert told.value.hint
    assert not (tmp_path / "gone.db").exists()
    assert all("hush" not in source.place for source in named.sources)
    assert [source.name for source in named.sources] == ["gone", "none", "odd", "shut"]


def test_an_address_on_the_web_is_fetched(desk: Desk, web: str) -> None:
    """CSV, packed CSV, JSON and where a redirect leads on the same host; by the operator's name."""
    named = tables(
        desk, csv=f"{web}/flowers.csv", gz=f"{web}/packed", json=f"{web}/rows.json",
        here=f"{web}/here", page=f"{web}/page", there=f"{web}/there", loop=f"{web}/loop",
        lost=f"{web}/lost",
    )  # fmt: skip
    for name, rows in {"csv": 150, "gz": 150, "json": 7, "here": 150}.items():
        held = named.from_source("iris", name)
        assert (held.rows, held.what) == (rows, name)
        assert named.rows("iris", held.token).table.frame.equals(FLOWERS.head(rows))
    refused: dict[str, tuple[type[ModeldeskError], str]] = {
        "page": (InvalidData, "a page, and no table"),
        "there": (Forbidden, "another host"),
        "loop": (InvalidData, "leads on more than"),
        "lost": (InvalidData, "answered 404"),
    }
    for name, (error, words) in refused.items():
        with pytest.raises(error, match=words):
            named.from_source("iris", name)


def test_files_from_the_web_are_bounded(web: str) -> None:
    """What is too large stops arriving, packed or not."""
    for path in ("/large", "/bomb"):
        with pytest.raises(InvalidData, match="larger than 1 MiB"):
            fetched(web + path, LIMITS, public=False)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "[::1]", "0.0.0.0", "10.1.2.3", "192.168.0.1", "172.16.0.9",  # noqa: S104
        "169.254.169.254", "[::ffff:10.0.0.1]", "[fe80::1]", "[fd00::1]", "100.64.0.1",
        "[64:ff9b::7f00:1]", "2130706433", "0x7f.1", "224.0.0.1", "[2002:7f00:1::]",
    ],
)  # fmt: skip
def test_private_addresses_are_refused_however_they_are_written(desk: Desk, host: str) -> None:
    """Before anything is asked of them."""
    with pytest.raises((Forbidden, InvalidData)) as told:
        desk.other_tables.from_address("iris", f"http://{host}/flowers.csv")
    assert told.value.hint


def test_every_address_of_a_host_must_be_public(desk: Desk, web: str) -> None:
    """One private one among public ones is enough to refuse; the checked one is asked."""
    port = int(web.rpartition(":")[2])
    mixed = [ipaddress.ip_address("93.184.216.34"), ipaddress.ip_address("127.0.0.1")]
    asked: list[str] = []

    def resolve(host: str, _: int) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
        asked.append(host)
        return mixed

    others = OtherTables(desk.registry, desk.settings, desk.table_readers, resolve=resolve)
    with pytest.raises(Forbidden, match="not on the public internet"):
        others.from_address("iris", f"http://data.example:{port}/flowers.csv")
    assert asked == ["data.example"]
    local = fetched(
        f"http://data.example:{port}/flowers.csv", LIMITS, public=False,
        resolve=lambda *_: [ipaddress.ip_address("127.0.0.1")],
    )  # fmt: skip
    assert local.data == FLOWERS.write_csv().encode()
    assert is_public(mixed[0])


def test_who_may_do_what(desk: Desk, file: Path, settings: Settings) -> None:
    """A viewer looks at files of their own; sources and addresses are for editors."""
    named = tables(desk, flowers=f"sqlite:///{file}")
    csv = file.with_suffix(".csv")
    FLOWERS.write_csv(csv)
    with acting_as(VIEWER):
        assert named.from_file("iris", csv, TableFormat.CSV).rows == 150
        assert not list(named.sources)
        assert not named.takes_addresses
        with pytest.raises(Forbidden):
            named.from_source("iris", "flowers", "select 1")
        with pytest.raises(Forbidden):
            named.from_address("iris", "https://example.org/x.csv")
    with acting_as(EDITOR):
        assert len(named.sources) == 1
        assert named.from_source("iris", "flowers", "select * from flowers").rows == 150
        assert not named.takes_databases
        with pytest.raises(Forbidden, match="named them"):
            named.from_address("iris", f"sqlite:///{file}", "select 1")
    alone = tables(desk)
    assert alone.takes_databases
    assert alone.from_address("iris", f"sqlite:///{file}", "select * from flowers").rows == 150
    public = OtherTables(
        desk.registry, settings.model_copy(update={"public": True}), desk.table_readers
    )
    assert not public.takes_databases
    named_here = {"allowed_hosts": (*settings.allowed_hosts, "desk.example")}
    proxied = OtherTables(desk.registry, settings.model_copy(update=named_here), desk.table_readers)
    assert not proxied.takes_databases
