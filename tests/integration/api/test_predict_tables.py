"""Whole tables to predict: by column, as CSV, Parquet and Arrow streams, in and out."""

import gzip
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import polars as pl
import pytest
from sklearn.tree import DecisionTreeRegressor

from modeldesk.api.requests import TooLarge
from modeldesk.api.tables import read_table
from modeldesk.desk import Desk
from modeldesk.services.reading_apart import TableReaders
from tests.support.iris import FEATURES, ROW, iris_frame, iris_model
from tests.support.tables import written

NOW = datetime.now(UTC).replace(microsecond=0)
FLOWERS = iris_frame().select(FEATURES)[[0, 60, 120]]
SPECIES = ["Iris-setosa", "Iris-versicolor", "Iris-virginica"]
TYPES = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.stream",
}
ARROW_FILE = "application/vnd.apache.arrow.file"


def read(answer: httpx.Response, kind: str) -> pl.DataFrame:
    """Return the table that an answer holds."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith(TYPES[kind])
    stream = io.BytesIO(answer.content)
    match kind:
        case "csv":
            return pl.read_csv(stream)
        case "parquet":
            return pl.read_parquet(stream)
        case _:
            return pl.read_ipc_stream(stream)


@pytest.mark.parametrize("kind", TYPES)
async def test_tables_go_in_and_out(client: httpx.AsyncClient, desk: Desk, kind: str) -> None:
    """With times and keys; every row is logged under its identifier."""
    times = [NOW - timedelta(minutes=row) for row in range(3)]
    keys = ["a", "b", "c"]
    table = FLOWERS.with_columns(pl.Series("timestamp", times), pl.Series("row_id", keys))
    answer = await client.post(
        "models/iris/predict",
        content=written(table, TYPES[kind]),
        headers={"Content-Type": TYPES[kind], "Accept": f"{TYPES[kind]}, */*"},
    )
    found = read(answer, kind)
    assert found["class"].to_list() == SPECIES
    assert found["row_id"].to_list() == keys
    assert found["prediction_id"][0] == answer.headers["X-Prediction-ID"]
    for row, identifier in enumerate(found["prediction_id"]):
        logged = desk.reader.prediction(identifier)
        assert logged.inputs == FLOWERS.row(row, named=True)
        assert (logged.time, logged.row_id) == (times[row], keys[row])


@pytest.mark.parametrize("kind", [TYPES["arrow"], ARROW_FILE])
async def test_an_arrow_file_is_taken_as_well(
    client: httpx.AsyncClient, desk: Desk, kind: str
) -> None:
    """Whether it is called so, or a stream."""
    desk.registry.names()
    sent = written(FLOWERS, ARROW_FILE)
    answer = await client.post("models/iris/predict", content=sent, headers={"Content-Type": kind})
    assert [found["prediction"] for found in answer.json()["predictions"]] == SPECIES


async def test_a_body_that_ends_its_reader_is_refused(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    """A changed byte makes Polars end its process: not the server's, which goes on."""
    desk.registry.names()
    whole = written(FLOWERS, TYPES["parquet"])
    headers = {"Content-Type": TYPES["parquet"]}
    ended = 0
    for place in range(4, 20):
        damaged = whole[:place] + b"\x7f" + whole[place + 1 :]
        answer = await client.post("models/iris/predict", content=damaged, headers=headers)
        assert answer.status_code in {200, 422}
        ended += "untimely end" in answer.text
    assert ended
    answer = await client.post("models/iris/predict", content=whole, headers=headers)
    assert answer.status_code == 200


async def test_a_table_is_answered_in_json_unless_another_type_is_wanted(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    """And rows in JSON are answered as a table where that is wanted."""
    desk.registry.names()
    csv = {"Content-Type": "text/csv"}
    answer = await client.post(
        "models/iris/predict?time=when&row_id=number",
        content=written(FLOWERS.with_columns(when=pl.lit(NOW), number=pl.lit(7)), TYPES["csv"]),
        headers=csv,
    )
    found = answer.json()["predictions"]
    assert [entry["prediction"] for entry in found] == SPECIES
    assert {entry["row_id"] for entry in found} == {"7"}
    answer = await client.post(
        "models/iris/predict", json={"row": ROW}, headers={"Accept": "text/csv"}
    )
    assert read(answer, "csv").height == 1


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("name", ["time", "row_id", "prediction_id"])
async def test_an_output_keeps_its_name_in_a_table(
    client: httpx.AsyncClient, empty_desk: Desk, kind: str, name: str
) -> None:
    """Where it is called as one of our columns is, ours has a prefix."""
    walks = pl.DataFrame({"metres": [100.0, 200.0, 400.0], name: [1.5, 3.0, 6.0]})
    model = DecisionTreeRegressor().fit(walks[["metres"]], walks[name])
    empty_desk.registry.publish(model, name="walks", reference=walks, target=name)
    answer = await client.post(
        "models/walks/predict",
        content=written(walks[["metres"]], TYPES[kind]),
        headers={"Content-Type": TYPES[kind], "Accept": TYPES[kind]},
    )
    found = read(answer, kind)
    ours = ["prediction_id", "row_id", "time"]
    assert found.columns == [*(f"modeldesk_{n}" if n == name else n for n in ours), name]
    assert found[name].to_list() == walks[name].to_list()
    identifier = "modeldesk_prediction_id" if name == "prediction_id" else "prediction_id"
    assert found[identifier][0] == answer.headers["X-Prediction-ID"]


async def test_many_rows_are_answered_as_few_are(client: httpx.AsyncClient, desk: Desk) -> None:
    """The same predictions, whoever writes them, and each is in the log."""
    flowers = iris_frame().select(FEATURES)
    many = pl.concat([flowers] * 3)
    asked = {"columns": many.to_dict(as_series=False), "row_ids": [f"{n}" for n in range(450)]}
    answer = (await client.post("models/iris/predict", json=asked)).json()
    few = (await client.post("models/iris/predict", json={"rows": flowers.to_dicts()})).json()
    assert (answer["model"], answer["version"]) == ("iris", 1)
    assert len(answer["predictions"]) == 450
    for place, found in enumerate(answer["predictions"]):
        assert found["row_id"] == str(place)
        for field in ("prediction", "probabilities"):
            assert found[field] == few["predictions"][place % 150][field]
    logged = desk.reader.prediction(answer["predictions"][449]["prediction_id"])
    assert logged.inputs == many.row(449, named=True)
    assert logged.row_id == "449"


async def test_columns_are_rows(client: httpx.AsyncClient, desk: Desk) -> None:
    """A list for each feature, with keys and times as for rows."""
    asked = {"columns": FLOWERS.to_dict(as_series=False), "row_ids": ["a", "b", None]}
    answer = await client.post("models/iris/predict", json=asked)
    assert [entry["prediction"] for entry in answer.json()["predictions"]] == SPECIES
    (found,) = desk.reader.by_row_id("iris", "b")
    assert found.inputs == FLOWERS.row(1, named=True)


async def test_a_version_is_asked_by_its_path(client: httpx.AsyncClient, desk: Desk) -> None:
    """Whichever the champion is."""
    desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
    for version in (1, 2):
        path = f"models/iris/versions/{version}"
        answer = await client.post(f"{path}/predict", json={"row": ROW})
        assert answer.json()["version"] == version
        assert set((await client.get(f"{path}/example")).json()) == set(FEATURES)
        assert len((await client.get(f"{path}/schema")).json()["inputs"]) == 4
    assert (
        await client.post("models/iris/versions/3/predict", json={"row": ROW})
    ).status_code == 404
    assert (
        await client.post("models/iris/versions/0/predict", json={"row": ROW})
    ).status_code == 422


WRONG: list[tuple[str, str]] = [
    ("sepal_length_cm\n1\n", "lacks the columns sepal_width_cm"),
    (",".join((*FEATURES, "colour")) + "\n1,2,3,4,red\n", "does not know the columns colour"),
    (",".join(FEATURES) + "\n1,2,3,wide\n1,2,3,4\n", "row 0, petal_width_cm: wrong value (wide)"),
    (",".join(FEATURES) + "\n1,2,3,4\n1,2,,4\n", "row 1, petal_length_cm: wrong value (None)"),
    (
        ",".join((*FEATURES, "time")) + "\n1,2,3,4,2031-01-01\n",
        "row 0, time: wrong value",
    ),
    (",".join(FEATURES) + "\n", "There are no rows"),
    (",".join(FEATURES) + "\n" + "1,2,3,4\n" * 501, "more than 500 rows"),
]


@pytest.mark.parametrize(("text", "words"), WRONG)
async def test_what_does_not_fit_is_named_and_nothing_is_logged(
    client: httpx.AsyncClient, desk: Desk, text: str, words: str
) -> None:
    """The column, the row and what was expected."""
    answer = await client.post(
        "models/iris/predict", content=text, headers={"Content-Type": "text/csv"}
    )
    assert answer.status_code in {413, 422}
    assert words in answer.json()["error"]["message"]
    assert desk.overview.model("iris").predictions == 0


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ([1], "columns: wrong type, a list"),
        ({"sepal_length_cm": 1}, "sepal_length_cm: no list"),
        ({"sepal_length_cm": [1], "petal_length_cm": [1, 2]}, "petal_length_cm has 2"),
        ({"sepal_length_cm": []}, "rows: empty"),
    ],
)
async def test_columns_that_are_none_are_refused(
    client: httpx.AsyncClient, desk: Desk, columns: object, words: str
) -> None:
    """With the column's name."""
    desk.registry.names()
    answer = await client.post("models/iris/predict", json={"columns": columns})
    assert answer.status_code == 422
    assert words in answer.json()["error"]["message"]


async def test_a_compressed_table_is_read_and_a_bomb_refused(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    """As `Content-Encoding` says; the limit holds for what comes out."""
    desk.registry.names()
    headers = {"Content-Type": "text/csv", "Content-Encoding": "gzip"}
    sent = gzip.compress(written(FLOWERS, TYPES["csv"]))
    answer = await client.post("models/iris/predict", content=sent, headers=headers)
    assert [entry["prediction"] for entry in answer.json()["predictions"]] == SPECIES
    bomb = gzip.compress(bytes(10_000_000))
    answer = await client.post("models/iris/predict", content=bomb, headers=headers)
    assert answer.status_code == 413
    headers["Content-Encoding"] = "br"
    answer = await client.post("models/iris/predict", content=sent, headers=headers)
    assert answer.status_code == 422
    assert "Content-Encoding: unknown ('br')" in answer.json()["error"]["message"]


async def test_too_many_columns_of_rows_are_refused(client: httpx.AsyncClient, desk: Desk) -> None:
    """Before rows are made of them."""
    desk.registry.names()
    asked = {"columns": {name: [1.0] * 501 for name in FEATURES}}
    answer = await client.post("models/iris/predict", json=asked)
    assert answer.status_code == 413


@pytest.fixture(scope="module")
def readers() -> Iterator[TableReaders]:
    """Return readers of tables, with their children."""
    readers = TableReaders()
    yield readers
    readers.close()


WIDE = pl.DataFrame({str(name): [0.0] * 1000 for name in range(40)})
LONG = pl.DataFrame({"x": ["x" * 1000] * 1000})
ARRAYS = pl.DataFrame({"x": [[0.0] * 100] * 500}, schema={"x": pl.Array(pl.Float64, 100)})
LISTS = pl.DataFrame({"x": [[0.0] * 100] * 500})


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
@pytest.mark.parametrize(
    "frame", [WIDE, LONG, ARRAYS, LISTS], ids=["wide", "long", "array", "list"]
)
def test_a_small_body_that_becomes_a_large_table_is_refused(
    readers: TableReaders, kind: str, frame: pl.DataFrame
) -> None:
    """By its cells, or by what its texts and lists hold."""
    sent = written(frame, TYPES[kind])

    def read_within(most_bytes: int) -> pl.DataFrame:
        return read_table(
            sent,
            TYPES[kind],
            readers,
            most_rows=1000,
            most_columns=10_000_000,
            most_bytes=most_bytes,
        )

    with pytest.raises(TooLarge, match="more than 240000 bytes when it is unpacked"):
        read_within(30_000)
    assert read_within(1_000_000).equals(frame)


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (",".join(map(str, range(1000))).encode() + b"\n" + b"1\n" * 900, "text/csv"),
        (json.dumps([{str(row): 1} for row in range(900)]).encode(), "application/json"),
    ],
)
def test_ragged_rows_do_not_become_a_large_table(
    readers: TableReaders, sent: bytes, kind: str
) -> None:
    """What a row lacks takes memory all the same."""
    with pytest.raises(TooLarge, match="when it is unpacked"):
        read_table(sent, kind, readers, most_rows=1000, most_columns=10_000_000, most_bytes=30_000)


def test_text_in_csv_stays_text(readers: TableReaders) -> None:
    """A postal code may begin with 0."""
    sent = b"code,x\n01234,\n"
    found = read_table(sent, "text/csv", readers, most_rows=9, most_columns=9, most_bytes=100)
    assert found.to_dicts() == [{"code": "01234", "x": None}]
