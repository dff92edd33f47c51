"""Publishing: what is inferred, and what is refused before anything is written."""

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from modeldesk import publish
from modeldesk.desk import Desk
from modeldesk.errors import (
    InvalidArgument,
    InvalidData,
    ModelFailed,
    NotFound,
    UnsupportedModel,
)
from modeldesk.schema import Kind
from modeldesk.settings import Settings
from tests.support import functions
from tests.support.iris import ROW, iris_frame, iris_model


@pytest.fixture
def home(tmp_path: Path) -> str:
    """Offer a folder for a store."""
    return str(tmp_path / "home")


def test_publishing_from_python_is_one_call(home: str) -> None:
    """The published version is served by whoever opens the same folder."""
    version = publish(iris_model(), name="iris", reference=iris_frame(), target="class", home=home)
    assert (version.number, version.flavor) == (1, "sklearn")
    with Desk.open(Settings.load(home=home)) as desk:
        (answer,) = desk.predictor.predict("iris", [ROW]).predictions
    assert answer.outputs["class"] == "Iris-virginica"


def test_a_regression_has_a_numeric_prediction(home: str) -> None:
    """Without a target the output is called prediction; its range is the reference's."""
    table = pd.DataFrame({"rooms": [1.0, 2.0, 3.0]})
    model = LinearRegression().fit(table, [10.0, 20.0, 30.0])
    version = publish(model, name="prices", reference=table, home=home)
    prediction = version.signature.prediction
    assert (prediction.name, prediction.kind) == ("prediction", Kind.FLOAT)
    assert [prediction.low, prediction.high] == pytest.approx([10, 30])
    assert version.signature.scores == ()


def test_whole_number_classes_are_answered_as_numbers_and_profiled_as_classes(
    home: str,
) -> None:
    """The label keeps its type for the caller; its profile counts categories."""
    table = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0], "bought": [0, 0, 1, 1]})
    model = LogisticRegression().fit(table[["x"]], table["bought"])
    version = publish(model, name="shop", reference=table, target="bought", home=home)
    assert version.signature.prediction.categories == ("0", "1")
    with Desk.open(Settings.load(home=home)) as desk:
        (answer,) = desk.predictor.predict("shop", [{"x": 5}]).predictions
        assert answer.outputs["bought"] == 1
        reference = desk.registry.reference_profile("shop").column("bought")
    assert reference.kind is Kind.CATEGORICAL


def test_missing_values_and_strings_reach_a_pipeline(home: str) -> None:
    """A column with missing values in the reference is optional when serving."""
    table = pd.DataFrame({"colour": ["r", "g", None, "g"], "y": [0, 1, 0, 1]})
    pipeline = make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression()).fit(
        table[["colour"]], table["y"]
    )
    version = publish(pipeline, name="colours", reference=table, target="y", home=home)
    assert version.signature.inputs[0].optional
    with Desk.open(Settings.load(home=home)) as desk:
        batch = desk.predictor.predict("colours", [{"colour": "g"}, {}])
        assert batch.predictions[0].outputs["y"] == 1


def test_a_function_is_published_with_the_references_columns(home: str) -> None:
    """Its answers are kept like any model's."""
    version = publish(functions.double, name="double", reference={"a": [1, 2]}, home=home)
    assert version.flavor == "function"
    assert version.signature.prediction.kind is Kind.INTEGER


def test_of_a_batch_only_the_request_that_fails_fails(home: str) -> None:
    """Requests that were batched together are answered one by one when the batch fails."""
    publish(functions.fails_above_ten, name="m", reference={"a": [1, 2]}, home=home)
    with Desk.open(Settings.load(home=home)) as desk:
        futures = [
            desk.predictor.submit("m", [{"a": 11 if position == 7 else position}])
            for position in range(10)
        ]
        failed = [future.exception() is not None for future in futures]
        assert failed == [position == 7 for position in range(10)]
        assert desk.overview.model("m").predictions == 9


def test_an_answer_of_another_type_than_the_signatures_fails(home: str) -> None:
    """A model whose answers turn to something else is a failed model, and nothing is logged."""
    publish(functions.numbers_then_words, name="m", reference={"a": [1, 2]}, home=home)
    with Desk.open(Settings.load(home=home)) as desk:
        with pytest.raises(ModelFailed, match="do not fit 'prediction'"):
            desk.predictor.predict("m", [{"a": 99}])
        assert desk.overview.model("m").predictions == 0


@pytest.mark.parametrize("name", ["", "a/b", "../x", "-x", "x" * 101, "a b"])
def test_a_name_that_is_none_is_refused(home: str, name: str) -> None:
    """Names go into paths and URLs: they are short and plain."""
    with pytest.raises(InvalidArgument, match="not a model name"):
        publish(iris_model(), name=name, reference=iris_frame(), home=home)


def test_a_reference_that_does_not_fit_is_refused(home: str) -> None:
    """Missing target, missing features, no rows: each is named; nothing is published."""
    frame = iris_frame()
    with pytest.raises(InvalidData, match="no column 'species'"):
        publish(iris_model(), name="iris", reference=frame, target="species", home=home)
    with pytest.raises(InvalidData, match="lacks features of the model: petal_width_cm"):
        publish(iris_model(), name="iris", reference=frame.drop("petal_width_cm"), home=home)
    with pytest.raises(InvalidData, match="no rows"):
        publish(iris_model(), name="iris", reference=frame.clear(), home=home)
    model = LinearRegression().fit(np.eye(2), [0.0, 1.0])
    with pytest.raises(InvalidData, match="fitted on 2 columns, not 3"):
        publish(model, name="m", reference={"a": [1], "b": [2], "c": [3]}, home=home)
    with pytest.raises(UnsupportedModel):
        publish(3, name="iris", reference=frame, home=home)
    with pytest.raises(NotFound, match="no file 'model'"):
        publish("model", name="iris", reference=frame, home=home)
    with pytest.raises(ModelFailed, match="raised"):
        publish(functions.fails, name="iris", reference=frame, home=home)
    with Desk.open(Settings.load(home=home)) as desk:
        assert desk.registry.names() == ()


def test_columns_that_the_model_does_not_know_are_left_out(home: str) -> None:
    """An id in the reference is no feature when the model names its own."""
    frame = iris_frame().with_columns(pl.Series("row_id", range(150)))
    version = publish(iris_model(), name="iris", reference=frame, target="class", home=home)
    assert "row_id" not in [column.name for column in version.signature.inputs]
