"""What is kept with a version, and versions without a reference."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skops.io as sio
import sqlalchemy as sa
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline

from modeldesk import publish
from modeldesk.desk import Desk
from modeldesk.drift import Status
from modeldesk.errors import Conflict, Corrupt, InvalidArgument, InvalidData, UnsupportedModel
from modeldesk.schema import Kind
from modeldesk.services.about import About
from modeldesk.settings import Settings
from modeldesk.store import ModelRecords, NewVersion
from tests.support import functions
from tests.support.iris import FEATURES, ROW, iris_frame, iris_model

REFERENCE = {"rooms": [1.0, 2.0, 3.0], "price": [10.0, 20.0, 30.0]}


@pytest.fixture
def home(tmp_path: Path) -> str:
    """Offer a folder for a store."""
    return str(tmp_path / "home")


@pytest.fixture
def rooms() -> LinearRegression:
    """Offer a regression on one column."""
    return LinearRegression().fit([[1.0], [2.0], [3.0]], REFERENCE["price"])


@pytest.fixture
def empty(settings: Settings) -> Iterator[Desk]:
    """Offer a desk without models, on each database."""
    with Desk.open(settings) as opened:
        yield opened


def test_everything_that_was_told_is_read_back(empty: Desk, rooms: LinearRegression) -> None:
    """Tags, metrics, parameters, an example, libraries and the hash, on each database."""
    about = About(
        description="A first try.",
        tags={"stage": "trial"},
        metrics={"r2": 1},
        parameters={"depth": 3, "layers": (8, 4), "note": "ö", "none": None},
        example={"rooms": 2.5},
    )
    told = empty.registry.publish(
        rooms, name="prices", reference=REFERENCE, target="price", about=about
    )
    (found,) = empty.registry.versions("prices")
    assert found == told
    assert (found.description, found.tags, found.metrics) == (
        "A first try.",
        {"stage": "trial"},
        {"r2": 1.0},
    )
    assert found.parameters == {"depth": 3, "layers": (8, 4), "note": "ö", "none": None}
    assert found.example == found.signature.example() == {"rooms": 2.5}
    assert {"python", "scikit-learn", "numpy"} <= set(found.libraries)
    assert len(found.sha256) == 64


def test_an_estimators_own_parameters_are_the_default(home: str) -> None:
    """Those that can be written down, of every step; numbers that are none as text."""
    table = pd.DataFrame({"x": np.arange(8.0)})
    net = MLPRegressor(hidden_layer_sizes=(3, 2), max_iter=2000, tol=1e3, random_state=0)
    model = make_pipeline(SimpleImputer(), net)
    found = publish(model.fit(table, table["x"]), name="m", reference=table, home=home)
    assert found.parameters["mlpregressor__hidden_layer_sizes"] == (3, 2)
    assert found.parameters["simpleimputer__missing_values"] == "nan"
    assert found.parameters["mlpregressor__max_iter"] == 2000
    assert "simpleimputer" not in found.parameters
    assert (found.metrics, found.tags) == ({}, {})


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"metrics": {"r2": float("nan")}}, "metric 'r2' is nan"),
        ({"metrics": {"r2": "high"}}, "cannot be kept|not a number"),
        ({"metrics": {"r2": True}}, "not a number"),
        ({"tags": {"stage": 3}}, "not a string"),
        ({"tags": {"": "x"}}, "no name"),
        ({"tags": {"a" * 251: "x"}}, "no name"),
        ({"tags": {"a": "\0"}}, "cannot be kept"),
        ({"tags": {str(n): "" for n in range(1001)}}, "more than 1000"),
        ({"parameters": {"a": {"b": 1}}}, "cannot be kept"),
        ({"parameters": {"a": "x" * 5001}}, "cannot be kept"),
        ({"parameters": {"a": ((1,),)}}, "cannot be kept"),
        ({"example": {"rooms": "many"}}, "example does not fit the model: rooms"),
        ({"example": {}}, "rooms: missing"),
    ],
)
def test_what_cannot_be_kept_is_refused_before_anything_is_written(
    home: str, rooms: LinearRegression, about: dict[str, dict[str, object]], said: str
) -> None:
    """Each with what is wrong; no artefact and no model is left."""
    with pytest.raises(InvalidArgument, match=said):
        publish(rooms, name="m", reference=REFERENCE, target="price", home=home, **about)  # type: ignore[arg-type]  # wrong types are the point
    with Desk.open(Settings.load(home=home)) as desk:
        assert desk.registry.names() == ()
        assert not list(Path(desk.settings.artefacts).glob("*/*"))


def test_a_version_that_cannot_be_written_leaves_no_files(
    home: str, rooms: LinearRegression
) -> None:
    """Where somebody else wrote that version meanwhile, the artefact is removed again."""
    with Desk.open(Settings.load(home=home)) as desk:
        desk.registry.publish(rooms, name="m", reference=REFERENCE, target="price")
        before = sorted(Path(desk.settings.artefacts).rglob("*"))
        with desk.store.writing() as connection:
            connection.execute(
                sa.text(
                    "create trigger no before insert on versions begin "
                    "select raise(abort, 'UNIQUE constraint failed'); end"
                )
            )
        with pytest.raises(Conflict, match="published by somebody else"):
            desk.registry.publish(rooms, name="m", reference=REFERENCE, target="price")
        assert sorted(Path(desk.settings.artefacts).rglob("*")) == before


def test_a_failed_load_names_libraries_that_have_changed(
    home: str, rooms: LinearRegression
) -> None:
    """The hint says which versions it was published with; where nothing changed, nothing."""
    publish(rooms, name="m", reference=REFERENCE, target="price", home=home)
    with Desk.open(Settings.load(home=home)) as desk:
        record = desk.registry.record("m")
        (file,) = Path(desk.settings.artefacts).rglob("model.skops")
        file.write_bytes(b"damaged")
        with pytest.raises(Corrupt) as same:
            desk.registry.load(record)
        assert "published with" not in same.value.hint
        notes = json.dumps({"libraries": {"scikit-learn": "0.1", "no-such-library": "2"}})
        with desk.store.writing() as connection:
            connection.execute(sa.text("update versions set notes = :notes"), {"notes": notes})
        with pytest.raises(
            Corrupt,
            match=r"published with scikit-learn 0\.1 \(here .*no-such-library 2 \(not installed",
        ):
            desk.registry.load(desk.registry.record("m"))


def test_a_function_with_hints_needs_no_reference(home: str) -> None:
    """It is served and logged; there is nothing to compare with, which the verdict says."""
    version = publish(functions.risk, name="risk", home=home)
    assert version.reference_rows == 0
    assert version.signature.inputs[1].categories == ("Bonn", "Ulm")
    with Desk.open(Settings.load(home=home)) as desk:
        rows = [version.example, {"age": 40, "city": "Ulm"}] * 40
        batch = desk.predictor.predict("risk", rows)
        assert batch.predictions[1].outputs["prediction"] == 31.0
        desk.jobs.run()
        overview = desk.overview.model("risk")
        assert (overview.predictions, overview.status) == (80, Status.NOT_ENOUGH_DATA)
        assert desk.monitoring.alerts("risk") == ()
        assert desk.check.run().findings == ()


def test_hints_and_reference_complete_each_other(home: str) -> None:
    """Kinds and bounds are the hints', categories and ranges that they leave open the data's."""
    reference = {"age": [20, 30], "city": ["Ulm", "Ulm"], "income": [1.0, 9.0]}
    version = publish(functions.risk, name="risk", reference=reference, home=home)
    age, city, income, plan = version.signature.inputs
    assert (age.low, age.high, city.categories) == (18, 98, ("Bonn", "Ulm"))
    assert (income.kind, income.low, income.high) == (Kind.FLOAT, 1, 9)
    assert plan.optional
    wrong = reference | {"age": ["young", "old"]}
    with pytest.raises(InvalidData, match=r"does not fit the model: age: expected a whole number"):
        publish(functions.risk, name="risk", reference=wrong, home=home)


def test_without_hints_a_reference_is_needed(home: str, rooms: LinearRegression) -> None:
    """The error says what would do."""
    for model in (rooms, functions.double):
        with pytest.raises(InvalidArgument, match="reference"):
            publish(model, name="m", home=home)


def test_a_model_is_published_from_where_it_is(home: str, tmp_path: Path) -> None:
    """A path and an import path do as well as the object."""
    sio.dump(iris_model(), tmp_path / "iris.skops")
    for place in (tmp_path / "iris.skops", str(tmp_path / "iris.skops")):
        version = publish(place, name="iris", reference=iris_frame(), target="class", home=home)
        assert version.flavor == "sklearn"
    version = publish("tests.support.functions:risk", name="risk", home=home)
    assert version.flavor == "function"


def test_a_version_is_downloaded_as_it_was_published(home: str, tmp_path: Path) -> None:
    """The file can be published again, and answers the same; a function has none."""
    publish(iris_model(), name="iris", reference=iris_frame(), target="class", home=home)
    publish(functions.risk, name="risk", home=home)
    with Desk.open(Settings.load(home=home)) as desk:
        found = desk.registry.download(desk.registry.record("iris"))
        path = tmp_path / found.name
        path.write_bytes(found.content)
        with pytest.raises(UnsupportedModel, match="cannot be had as a file"):
            desk.registry.download(desk.registry.record("risk"))
    again = publish(path, name="again", reference=iris_frame(), target="class", home=home)
    assert [column.name for column in again.signature.inputs] == list(FEATURES)
    with Desk.open(Settings.load(home=home)) as desk:
        answers = [desk.predictor.predict(name, [ROW]).predictions[0] for name in ("iris", "again")]
    assert answers[0].outputs == answers[1].outputs


def test_a_number_that_was_taken_meanwhile_is_a_conflict(empty: Desk) -> None:
    """The store refuses a second version of the same number."""
    empty.registry.publish(functions.double, name="m", reference={"a": [1]})
    record = empty.registry.record("m")
    new = NewVersion(
        model="m",
        number=1,
        created_at=record.created_at,
        flavor="function",
        description="",
        artefact="",
        artefact_sha256="",
        signature=record.signature,
        reference=empty.registry.reference_profile("m"),
    )
    with pytest.raises(Conflict, match="published by somebody else"):
        ModelRecords(empty.store).add(new, rule=("drift", "{}"))
