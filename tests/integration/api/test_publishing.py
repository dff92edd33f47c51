"""Publishing over HTTP: what is taken, what is refused, and that nothing is half written."""

import importlib
import io
import pickle
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest
import skops.io as sio
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import LinearRegression

from modeldesk import Client
from modeldesk.desk import Desk
from modeldesk.errors import InvalidInput, UnsafeArtefact
from modeldesk.server import running_server
from modeldesk.services.about import About
from modeldesk.settings import Settings
from tests.support.iris import ROW, iris_frame, iris_model
from tests.support.requirements import library

REFERENCE = b"rooms,price\n1,10\n2,20\n3,30\n"


class Mine(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # untyped library
    """An estimator of a type that nobody vouches for."""

    def fit(self, x: object, y: object) -> "Mine":
        """Learn nothing."""
        del x, y
        return self

    def predict(self, x: Any) -> Any:  # noqa: ANN401  # untyped library
        """Answer the first column."""
        return x[:, 0]


def regression() -> LinearRegression:
    """Return a model of one feature."""
    return LinearRegression().fit([[1.0], [2.0], [3.0]], [10.0, 20.0, 30.0])


def form(
    *,
    model: tuple[str, bytes] | None = None,
    reference: tuple[str, bytes] | None = ("reference.csv", REFERENCE),
) -> dict[str, tuple[str, bytes]]:
    """Return the files of a form."""
    files = {
        "model": model or ("model.skops", sio.dumps(regression())),
        "reference": reference,
    }
    return {name: file for name, file in files.items() if file is not None}


def left_behind(desk: Desk) -> list[Path]:
    """Return the files of artefacts."""
    return [path for path in Path(desk.settings.artefacts).rglob("*") if path.is_file()]


async def test_a_model_is_published_and_answers(
    client: httpx.AsyncClient, empty_desk: Desk
) -> None:
    """With all that was told about it, as 201; the answer is the version."""
    told = {
        "target": "price",
        "description": "By the rooms.",
        "tags": '{"stage": "trial"}',
        "metrics": '{"r2": 1}',
        "parameters": '{"depth": 3, "layers": [8, 4]}',
        "example": '{"rooms": 2}',
        "frames": "pandas",
    }
    answer = await client.post("models/prices/versions", files=form(), data=told)
    assert answer.status_code == 201, answer.text
    version = answer.json()
    assert (version["model"], version["number"], version["flavor"]) == ("prices", 1, "sklearn")
    assert (version["tags"], version["metrics"]) == ({"stage": "trial"}, {"r2": 1.0})
    assert version["parameters"] == {"depth": 3, "layers": [8, 4]}
    assert (version["example"], version["reference_rows"]) == ({"rooms": 2}, 3)
    listed = (await client.get("models/prices/versions")).json()["versions"]
    assert listed == [version]
    predicted = await client.post("models/prices/predict", json={"row": {"rooms": 4}})
    assert predicted.json()["predictions"][0]["prediction"] == pytest.approx(40)
    again = await client.post("models/prices/versions", files=form(), data={"target": "price"})
    assert again.json()["number"] == 2
    assert empty_desk.registry.record("prices").number == 1


async def test_the_reference_may_be_parquet_or_text(client: httpx.AsyncClient) -> None:
    """A plain field is read as CSV."""
    stream = io.BytesIO()
    pl.read_csv(REFERENCE).write_parquet(stream)
    for files, data in (
        (form(reference=("reference.parquet", stream.getvalue())), {}),
        (form(reference=None), {"reference": REFERENCE.decode()}),
    ):
        answer = await client.post(
            "models/prices/versions", files=files, data=data | {"target": "price"}
        )
        assert answer.status_code == 201, answer.text
        assert answer.json()["reference_rows"] == 3


@pytest.mark.parametrize("name", ["model.pkl", "model.joblib", "model.pickle", "model", "x.zip"])
async def test_formats_that_may_hold_code_are_not_taken(
    client: httpx.AsyncClient, empty_desk: Desk, name: str
) -> None:
    """415, whatever the content; nothing of it is loaded."""
    files = form(model=(name, pickle.dumps(regression())))
    answer = await client.post("models/prices/versions", files=files)
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "unsupported_upload")
    assert ".skops" in answer.json()["error"]["hint"]
    assert (empty_desk.registry.names(), left_behind(empty_desk)) == ((), [])


@pytest.mark.parametrize(
    ("files", "data", "code", "said"),
    [
        (form(model=("m.skops", b"no")), {}, "corrupt", "cannot be read as a skops"),
        (
            form(model=("m.skops", sio.dumps(Mine().fit(0, 0)))),
            {},
            "unsafe_artefact",
            "Mine",
        ),
        (form(), {}, "invalid_data", "fitted on 1 columns, not 2"),
        (form(), {"target": "cost"}, "invalid_data", "no column 'cost'"),
        (form(reference=("r.csv", b"")), {}, "invalid_data", "cannot be read"),
        (form(reference=("r.parquet", b"no")), {}, "invalid_data", "cannot be read"),
        (form(reference=None), {}, "invalid_request", "reference: missing"),
        ({"reference": ("r.csv", REFERENCE)}, {}, "invalid_request", "model: missing"),
        (form(), {"colour": "red"}, "invalid_request", "colour: unknown"),
        (form(), {"tags": "[]"}, "invalid_request", "tags: wrong type, a list"),
        (form(), {"metrics": "{"}, "invalid_request", "metrics: no JSON"),
        (form(), {"metrics": '{"r2": "x"}'}, "invalid_argument", "'r2'"),
        (form(), {"frames": "spark", "target": "price"}, "invalid_argument", "'spark'"),
        (form(), {"tags": ["{}", "{}"]}, "invalid_request", "tags: given twice"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_written(
    client: httpx.AsyncClient,
    empty_desk: Desk,
    files: dict[str, tuple[str, bytes]],
    data: dict[str, str | list[str]],
    code: str,
    said: str,
) -> None:
    """422 with the kind of mistake; no model, no version and no file is left."""
    answer = await client.post("models/prices/versions", files=files, data=data)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, code), answer.text
    assert said in error["message"]
    assert (empty_desk.registry.names(), left_behind(empty_desk)) == ((), [])


@pytest.mark.parametrize("name", ["xgboost", "lightgbm", "catboost"])
async def test_a_boosting_librarys_file_is_taken(
    client: httpx.AsyncClient, name: str, tmp_path: Path
) -> None:
    """As the library wrote it, by the ending of its name."""
    library(name)
    suffix, classifier, options = {
        "xgboost": ("ubj", "XGBRegressor", {"n_estimators": 2}),
        "lightgbm": ("txt", "LGBMRegressor", {"n_estimators": 2, "verbose": -1}),
        "catboost": ("cbm", "CatBoostRegressor", {"iterations": 2, "verbose": 0}),
    }[name]
    options |= {"allow_writing_files": False} if name == "catboost" else {}
    made = getattr(importlib.import_module(name), classifier)(**options)
    made.fit([[1.0], [2.0], [3.0]] * 20, [10.0, 20.0, 30.0] * 20)
    path = tmp_path / f"model.{suffix}"
    getattr(made, "booster_", made).save_model(str(path))
    files = form(model=(path.name, path.read_bytes()))
    answer = await client.post("models/m/versions", files=files, data={"target": "price"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["flavor"] == name
    found = await client.get("models/m/versions/1/artefact")
    assert found.headers["Content-Disposition"].endswith(f'{suffix}"')


async def test_a_file_that_ends_its_reader_ends_no_server(
    client: httpx.AsyncClient, empty_desk: Desk, tmp_path: Path
) -> None:
    """LightGBM aborts when it reads half a model; the answer is 422 all the same."""
    library("lightgbm")
    lightgbm = importlib.import_module("lightgbm")
    made = lightgbm.LGBMRegressor(n_estimators=3, verbose=-1, min_child_samples=1)
    made.fit([[1.0], [2.0], [3.0]] * 20, [10.0, 20.0, 30.0] * 20)
    path = tmp_path / "model.txt"
    made.booster_.save_model(str(path))
    text = path.read_text()
    damaged = text.replace("split_feature=0", "split_feature=99999999", 1)
    assert damaged != text
    files = form(model=("model.txt", damaged.encode()))
    answer = await client.post("models/m/versions", files=files, data={"target": "price"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "corrupt"), answer.text
    assert (empty_desk.registry.names(), left_behind(empty_desk)) == ((), [])


@pytest.mark.parametrize(
    ("content", "headers", "status", "said"),
    [
        (b"{}", {"Content-Type": "application/json"}, 415, "multipart/form-data"),
        (b"x", {}, 415, "of no type"),
        (
            b"x",
            {"Content-Type": "multipart/form-data; boundary=b", "Content-Encoding": "gzip"},
            415,
            "compressed",
        ),
        (b"x", {"Content-Type": "multipart/form-data"}, 422, "boundary"),
        (b"nonsense", {"Content-Type": "multipart/form-data; boundary=b"}, 422, "damaged"),
    ],
)
async def test_what_is_no_form_is_refused(
    client: httpx.AsyncClient, content: bytes, headers: dict[str, str], status: int, said: str
) -> None:
    """By its type, or by what is wrong with it."""
    answer = await client.post("models/prices/versions", content=content, headers=headers)
    assert answer.status_code == status, answer.text
    assert said in answer.json()["error"]["message"]


async def test_a_name_that_is_none_is_refused(client: httpx.AsyncClient) -> None:
    """Names go into folders: they are short and plain."""
    answer = await client.post("models/a%20b/versions", files=form(), data={"target": "price"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_argument")


def test_too_large_an_upload_is_refused_while_it_arrives(tmp_path: Path) -> None:
    """413, announced or not; and a reference with too many rows."""
    settings = Settings.load(
        home=tmp_path, port=0, ui=False, max_model_bytes=20_000, max_log_rows=10
    )
    boundary = {"Content-Type": "multipart/form-data; boundary=b"}
    start = b'--b\r\nContent-Disposition: form-data; name="model"; filename="m.skops"\r\n\r\n'

    def endless() -> Any:  # noqa: ANN401  # a generator of bytes
        yield start
        for _ in range(100_000):
            yield bytes(10_000)

    with Desk.open(settings) as desk, running_server(desk, settings) as url:
        address = f"{url}/api/v1/models/m/versions"
        big = form(model=("m.skops", bytes(30_000)))
        with httpx.Client(trust_env=False) as client:
            announced = client.post(address, files=big)
            assert (announced.status_code, announced.json()["error"]["code"]) == (413, "too_large")
            try:
                streamed = client.post(address, content=endless(), headers=boundary)
                assert streamed.status_code == 413
            except httpx.WriteError:
                pass  # refused before it was sent to its end
            rows = form(reference=("r.csv", b"rooms,price\n" + b"1,10\n" * 11))
            many = client.post(address, files=rows, data={"target": "price"})
            assert (many.status_code, many.json()["error"]["code"]) == (413, "too_large")
        assert (desk.registry.names(), left_behind(desk)) == ((), [])


async def test_a_version_is_downloaded(client: httpx.AsyncClient, desk: Desk) -> None:
    """As the file that it was published from; a model without one is a conflict."""
    found = await client.get("models/iris/versions/1/artefact")
    assert found.headers["Content-Disposition"] == 'attachment; filename="model.skops"'
    assert sio.get_untrusted_types(data=found.content) is not None
    desk.registry.register("other", reference={"a": [1], "p": [2]}, prediction="p")
    assert (await client.get("models/other/versions/1/artefact")).status_code == 409
    assert (await client.get("models/iris/versions/9/artefact")).status_code == 404


def test_the_client_publishes_files(empty_desk: Desk, settings: Settings, tmp_path: Path) -> None:
    """What the server answers or refuses comes back as a version, or as the same error."""
    model, reference = tmp_path / "iris.skops", tmp_path / "iris.csv"
    sio.dump(iris_model(), model)
    iris_frame().write_csv(reference)
    about = About(tags={"stage": "trial"}, parameters={"c": 1.0}, example=ROW)
    with running_server(empty_desk, settings) as url, Client(url) as client:
        version = client.publish(
            model, name="iris", reference=reference, target="class", about=about
        )
        assert (version.number, version.tags, version.example) == (1, {"stage": "trial"}, ROW)
        assert client.versions("iris") == (version,)
        assert client.predict("iris", ROW)[0].prediction == "Iris-virginica"
        sio.dump(Mine().fit(0, 0), model)
        with pytest.raises(UnsafeArtefact, match="Mine"):
            client.publish(model, name="iris", reference=reference)
        pickled = tmp_path / "iris.pkl"
        pickled.write_bytes(b"")
        with pytest.raises(InvalidInput, match="not taken over HTTP"):
            client.publish(pickled, name="iris", reference=reference)
        with pytest.raises(InvalidInput, match="cannot be read"):
            client.publish(tmp_path / "none.skops", name="iris", reference=reference)
