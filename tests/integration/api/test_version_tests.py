"""Test sets at publish over HTTP and by the client, and versions in a line."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl
import pytest
import skops.io as sio
from sklearn.linear_model import LinearRegression

from modeldesk import Client
from modeldesk.errors import Incompatible, InvalidData, NotFound
from modeldesk.services.version_figure_views import VersionLine, VersionTestReport
from tests.support.iris import iris_frame, iris_model
from tests.support.server import running_server

if TYPE_CHECKING:
    import httpx

    from modeldesk.desk import Desk
    from modeldesk.settings import Settings

REFERENCE = b"rooms,price\n1,10\n2,20\n3,30\n"
TEST = b"rooms,price\n1,11\n2,19\n4,41\n5,49\n"


def model(slope: float = 10.0) -> bytes:
    """Return the file of a model of one feature."""
    rooms = [[1.0], [2.0], [3.0]]
    fitted = LinearRegression().fit(rooms, [slope * row[0] for row in rooms])
    return bytes(sio.dumps(fitted))


def files(test: tuple[str, bytes] | None, slope: float = 10.0) -> dict[str, tuple[str, bytes]]:
    """Return the files of a form."""
    found = {"model": ("m.skops", model(slope)), "reference": ("r.csv", REFERENCE), "test": test}
    return {name: file for name, file in found.items() if file is not None}


def parquet() -> bytes:
    """Return the test set as a Parquet file, with the outcome under another name."""
    stream = io.BytesIO()
    pl.read_csv(TEST).rename({"price": "paid"}).write_parquet(stream)
    return stream.getvalue()


def left_behind(desk: Desk) -> list[Path]:
    """Return the files of artefacts."""
    return [path for path in Path(desk.settings.artefacts).rglob("*") if path.is_file()]


async def test_a_test_set_is_published_with_a_model(
    client: httpx.AsyncClient, empty_desk: Desk
) -> None:
    """The verdict is in the answer and in the list; figures are behind it, as the desk has them."""
    path = "models/prices/versions"
    target = {"target": "price"}
    first = await client.post(path, files=files(("t.csv", TEST)), data=target)
    assert first.status_code == 201, first.text
    assert first.json()["test"]["verdict"] == "Version 1 is the first of 'prices'."
    told = target | {"test_label": "paid"}
    second = await client.post(path, files=files(("t.parquet", parquet()), 30.0), data=told)
    assert second.status_code == 201, second.text
    note = second.json()["test"]
    assert (note["rows"], note["against"]) == (4, 1)
    third = await client.post(path, files=files(None), data=target | {"test": TEST.decode()})
    assert third.status_code == 201, third.text
    assert (await client.get(path)).json()["versions"][1]["test"] == note
    answer = await client.get(f"{path}/2/test")
    assert answer.status_code == 200, answer.text
    read = msgspec.json.decode(answer.content, type=VersionTestReport)
    assert read == empty_desk.version_figures.test("prices", version=2)
    assert read.verdict == note["verdict"]
    assert read.comparison is not None
    assert (read.comparison.improved, read.comparison.regressed) == (0, 4)
    few = (await client.get(f"{path}/2/test", params={"measure": ["mae", "bias"]})).json()
    assert [each["measure"] for each in few["figures"]] == ["mae", "bias"]
    line = await client.get(f"{path}/performance", params={"measure": "mae"})
    assert line.status_code == 200, line.text
    found = msgspec.json.decode(line.content, type=VersionLine)
    assert found == empty_desk.version_figures.line("prices", measures=["mae"])
    assert [each.test.before for each in found.versions] == [None, 1, 2]


@pytest.mark.parametrize(
    ("test", "data", "status", "said"),
    [
        (("t.csv", b"rooms\n1\n"), {"target": "price"}, 422, "no column 'price'"),
        (("t.csv", b"rooms,price\n1,\n"), {"target": "price"}, 422, "row 0: missing"),
        (("t.csv", b"rooms,price\n1,much\n"), {"target": "price"}, 422, "wrong value ('much')"),
        (("t.csv", b"rooms,price\n1,NaN\n"), {"target": "price"}, 422, "row 0"),
        (("t.csv", b"rooms,price\nmany,1\n"), {"target": "price"}, 422, "rooms: expected"),
        (("t.csv", b"price\n1\n"), {"target": "price"}, 422, "lacks the columns rooms"),
        (("t.csv", b"rooms,price\n"), {"target": "price"}, 422, "0 rows"),
        (("t.csv", b""), {"target": "price"}, 422, "cannot be read"),
        (("t.parquet", b"no"), {"target": "price"}, 422, "cannot be read"),
        (("t.xlsx", TEST), {"target": "price"}, 415, "neither a .csv nor a .parquet"),
        (("t.csv", TEST), {"target": "price", "test_label": "paid"}, 422, "no column 'paid'"),
        (None, {"target": "price", "test_label": "price"}, 422, "no test set"),
        (("t.csv", b"rooms,price\n" + b"1,1\n" * 1_001), {"target": "price"}, 413, "1000"),
    ],
)
async def test_a_test_set_that_does_not_fit_is_refused(
    client: httpx.AsyncClient,
    empty_desk: Desk,
    test: tuple[str, bytes] | None,
    data: dict[str, str],
    status: int,
    said: str,
) -> None:
    """With what is wrong; no version is there afterwards, and no file."""
    answer = await client.post("models/prices/versions", files=files(test), data=data)
    assert answer.status_code == status, answer.text
    assert said in answer.text.replace("\\'", "'")
    assert empty_desk.registry.names() == ()
    assert left_behind(empty_desk) == []


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("1/test", {}, 404),
        ("9/test", {}, 404),
        ("0/test", {}, 422),
        ("2/test", {"measure": "f2"}, 404),
        ("2/test", {"measure": "mae"}, 409),
        ("2/test", {"confidence": 1}, 422),
        ("performance", {"slice": "none"}, 404),
        ("performance", {"slice": "\0"}, 422),
        ("performance", {"measure": "f2"}, 404),
        ("performance", {"measure": "mae"}, 409),
        ("performance", {"limit": 0}, 422),
        ("performance", {"limit": 1_001}, 422),
        ("performance", {"confidence": 0}, 422),
        ("performance", {"from": "yesterday"}, 422),
    ],
)
async def test_wrong_questions_are_refused(
    desk: Desk, client: httpx.AsyncClient, path: str, params: dict[str, Any], status: int
) -> None:
    """By the class of the error."""
    frame = iris_frame()
    desk.registry.publish(iris_model(), name="iris", reference=frame, target="class", test=frame)
    answer = await client.get(f"models/iris/versions/{path}", params=params)
    assert answer.status_code == status, answer.text


def test_the_client_publishes_with_a_test_set_and_reads_it(
    settings: Settings, empty_desk: Desk, tmp_path: Path
) -> None:
    """Records equal to the desk's own, and errors of the same classes."""
    for name, content in (("m.skops", model()), ("r.csv", REFERENCE), ("t.csv", TEST)):
        (tmp_path / name).write_bytes(content)
    told: dict[str, Any] = {
        "name": "prices",
        "reference": tmp_path / "r.csv",
        "target": "price",
        "test": tmp_path / "t.csv",
    }
    with running_server(settings.home) as server, Client(server.url) as client:
        version = client.publish(tmp_path / "m.skops", **told)
        assert version.test is not None
        assert version.test.rows == 4
        assert version == empty_desk.registry.version("prices")
        tested = client.version_figures.test("prices", measures=["mae"])
        assert tested == empty_desk.version_figures.test("prices", measures=["mae"])
        assert client.version_figures.test("prices", version=1, measures=["mae"]) == tested
        line = client.version_figures.line("prices", limit=5)
        assert line == empty_desk.version_figures.line("prices", limit=5)
        with pytest.raises(InvalidData, match="no column 'paid'"):
            client.publish(tmp_path / "m.skops", **told, test_label="paid")
        with pytest.raises(NotFound):
            client.version_figures.test("prices", version=2)
        with pytest.raises(Incompatible):
            client.version_figures.line("prices", measures=["accuracy"])
