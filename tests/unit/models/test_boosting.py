"""Models of boosting libraries: kept in their own formats, and inside pipelines."""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import skops.io as sio
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from modeldesk import publish
from modeldesk.desk import Desk
from modeldesk.errors import Corrupt, UnsupportedModel
from modeldesk.models import ArtefactStore, Frames, Model, adapter_for, read_model
from modeldesk.settings import Settings
from tests.support.iris import CLASSES, FEATURES, iris_frame
from tests.support.requirements import library

QUIET: dict[str, dict[str, Any]] = {
    "xgboost": {"n_estimators": 4, "n_jobs": 1},
    "lightgbm": {"n_estimators": 4, "n_jobs": 1, "verbose": -1},
    "catboost": {"iterations": 4, "thread_count": 1, "verbose": 0, "allow_writing_files": False},
}
PREFIX = {"xgboost": "XGB", "lightgbm": "LGBM", "catboost": "CatBoost"}
FILES = {"xgboost": "model.ubj", "lightgbm": "model.txt", "catboost": "model.cbm"}


@pytest.fixture(params=sorted(QUIET))
def name(request: pytest.FixtureRequest) -> str:
    """Offer each library's name, where it is installed."""
    library(str(request.param))
    return str(request.param)


def estimator(name: str, sort: str, **more: object) -> Any:  # noqa: ANN401  # untyped libraries
    """Return a small, silent estimator: a Classifier or a Regressor."""
    module = importlib.import_module(name)
    return getattr(module, f"{PREFIX[name]}{sort}")(**QUIET[name], **more)


def table() -> tuple[pd.DataFrame, "np.ndarray[tuple[int], np.dtype[np.int64]]"]:
    """Return the flowers as pandas has them, and their classes as numbers."""
    frame = iris_frame()
    codes = np.array([CLASSES.index(label) for label in frame["class"]])
    return frame.select(FEATURES).to_pandas(), codes


def kept(tmp_path: Path, thing: object) -> Model:
    """Save an object as an artefact and load it again."""
    store = ArtefactStore(str(tmp_path / "artefacts"))
    artefact = store.save(thing, model="m", number=1)
    return store.load(artefact, flavor=adapter_for(thing).flavor)


def test_a_classifier_answers_the_same_after_being_kept(name: str, tmp_path: Path) -> None:
    """Values, probabilities, names and classes are those of the estimator itself."""
    features, codes = table()
    fitted = estimator(name, "Classifier").fit(features, codes)
    assert adapter_for(fitted).flavor == name
    model = kept(tmp_path, fitted)
    found = model.predict(pl.from_pandas(features))
    assert (model.features, model.classes) == (FEATURES, (0, 1, 2))
    assert found.values.tolist() == fitted.predict(features).ravel().tolist()
    assert found.scores is not None
    np.testing.assert_allclose(found.scores, fitted.predict_proba(features), rtol=1e-5)
    assert list((tmp_path / "artefacts/m").glob(f"*/{FILES[name]}"))
    assert not list((tmp_path / "artefacts").rglob("*.joblib"))


def test_two_classes_have_two_probabilities(name: str, tmp_path: Path) -> None:
    """Also where the library itself gives only one of them."""
    features, codes = table()
    fitted = estimator(name, "Classifier").fit(features, codes > 0)
    found = kept(tmp_path, fitted).predict(pl.from_pandas(features))
    assert found.scores is not None
    np.testing.assert_allclose(found.scores, fitted.predict_proba(features), rtol=1e-5)


def test_a_regression_on_arrays_takes_columns_by_position(name: str, tmp_path: Path) -> None:
    """It names no features and has no classes."""
    features, codes = table()
    fitted = estimator(name, "Regressor").fit(features.to_numpy(), codes.astype(float))
    model = kept(tmp_path, fitted)
    assert (model.features, model.classes) == (None, ())
    found = model.predict(pl.from_pandas(features))
    np.testing.assert_allclose(
        found.values.astype(float), fitted.predict(features.to_numpy()), rtol=1e-5
    )
    assert found.scores is None


def test_categories_are_those_of_the_training(name: str, tmp_path: Path) -> None:
    """Strings of a request mean the category that they meant in training."""
    colours = np.array(["red", "green", "blue"])[np.arange(300) % 3]
    wanted = np.where(colours == "green", 5.0, 1.0)
    text = pd.DataFrame({"size": np.linspace(0, 1, 300), "colour": colours})
    of_library: dict[str, dict[str, object]] = {
        "xgboost": {"enable_categorical": True},
        "lightgbm": {},
        "catboost": {"cat_features": ["colour"]},
    }
    more = of_library[name]
    given = text if name == "catboost" else text.assign(colour=text["colour"].astype("category"))
    options = QUIET[name] | {"n_estimators": 60} if name != "catboost" else QUIET[name]
    module = importlib.import_module(name)
    fitted = getattr(module, f"{PREFIX[name]}Regressor")(**options, **more).fit(given, wanted)
    rows = pl.DataFrame({"size": [0.5, 0.5], "colour": ["green", "blue"]})
    green, blue = kept(tmp_path, fitted).predict(rows).values.tolist()
    assert green > blue + 0.3


def test_inside_a_pipeline_it_is_kept_as_skops(name: str, tmp_path: Path) -> None:
    """Its types are vouched for: no pickle is needed."""
    features, codes = table()
    pipeline = make_pipeline(StandardScaler(), estimator(name, "Classifier"))
    pipeline.fit(features.to_numpy(), codes)
    assert adapter_for(pipeline).flavor == "sklearn"
    model = kept(tmp_path, pipeline)
    found = model.predict(pl.from_pandas(features))
    assert found.values.tolist() == pipeline.predict(features.to_numpy()).ravel().tolist()
    assert list((tmp_path / "artefacts").rglob("*.skops"))


def test_the_librarys_own_file_is_read(name: str, tmp_path: Path) -> None:
    """What its save_model wrote can be published, with classes where it holds them."""
    features, codes = table()
    fitted = estimator(name, "Classifier").fit(features, codes)
    path = tmp_path / FILES[name]
    getattr(fitted, "booster_", fitted).save_model(str(path))
    thing = read_model(str(path))
    adapter = adapter_for(thing)
    model = adapter.wrap(thing, frames=None)
    assert (adapter.flavor, model.classes) == (name, (0, 1, 2))
    found = model.predict(pl.from_pandas(features))
    assert found.values.tolist() == fitted.predict(features).ravel().tolist()
    assert name in adapter.describe(thing).modules


def test_a_file_of_something_else_is_corrupt(name: str, tmp_path: Path) -> None:
    """The error says how the file should have been written."""
    path = tmp_path / FILES[name]
    path.write_bytes(b"nonsense")
    with pytest.raises(Corrupt, match="save_model"):
        read_model(str(path))


def test_an_estimator_that_is_not_fitted_is_refused(name: str) -> None:
    """The error says what to do."""
    thing = estimator(name, "Classifier")
    with pytest.raises(UnsupportedModel, match="not fitted"):
        adapter_for(thing).wrap(thing, frames=Frames.POLARS)


def test_a_skops_file_of_an_estimator_is_read(name: str, tmp_path: Path) -> None:
    """It is served like the estimator itself."""
    features, codes = table()
    fitted = estimator(name, "Regressor").fit(features, codes.astype(float))
    sio.dump(fitted, tmp_path / "model.skops")
    assert adapter_for(read_model(str(tmp_path / "model.skops"))).flavor == name


def test_a_classifier_with_an_objective_of_its_own_is_refused() -> None:
    """Its numbers are no probabilities, so no class can be told from them."""
    library("lightgbm")
    lightgbm = importlib.import_module("lightgbm")

    def objective(labels: Any, raw: Any) -> tuple[Any, Any]:  # noqa: ANN401  # untyped library
        return raw - labels, np.ones_like(raw)

    features, codes = table()
    fitted = lightgbm.LGBMClassifier(**QUIET["lightgbm"], objective=objective)
    fitted.fit(features, codes > 0)
    with pytest.raises(UnsupportedModel, match="objective"):
        adapter_for(fitted).wrap(fitted, frames=None)


def test_names_with_spaces_are_those_of_the_reference(name: str, tmp_path: Path) -> None:
    """Also of LightGBM, which writes them otherwise into its file."""
    features, codes = table()
    spaced = features.rename(columns={"sepal_length_cm": "sepal length (cm)"})
    fitted = estimator(name, "Regressor").fit(spaced, codes.astype(float))
    version = publish(fitted, name="m", reference=spaced, home=str(tmp_path))
    assert version.signature.inputs[0].name == "sepal length (cm)"
    with Desk.open(Settings.load(home=str(tmp_path))) as desk:
        row = dict(zip(spaced.columns, spaced.iloc[0].tolist(), strict=True))
        (answer,) = desk.predictor.predict("m", [row]).predictions
    assert answer.outputs["prediction"] == pytest.approx(fitted.predict(spaced)[0], rel=1e-5)
