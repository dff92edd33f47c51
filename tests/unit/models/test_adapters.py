"""Adapters and artefacts: what can be kept, loaded and trusted."""

import pickle
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.cluster import Birch
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.exceptions import NotFittedError
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.validation import check_is_fitted
from skops.io import dump

from modeldesk.errors import (
    Corrupt,
    InvalidArgument,
    InvalidData,
    ModelFailed,
    NotFound,
    StoreUnavailable,
    UnsafeArtefact,
    UnsupportedModel,
)
from modeldesk.models import Artefact, ArtefactStore, Frames, Model, adapter_for, read_model
from modeldesk.models.adapters.parts import mark_fitted
from modeldesk.models.adapters.sklearn import SklearnModel
from tests.support import functions
from tests.support.iris import CLASSES, FEATURES, iris_frame, iris_model


class Constant(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # untyped library
    """An estimator of a type that nobody vouched for."""

    def fit(self, x: object, y: object) -> "Constant":
        """Learn nothing."""
        del x, y
        return self

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Answer zero for each row."""
        return np.zeros(len(x))


def kept(
    tmp_path: Path, thing: object, *, frames: Frames = Frames.POLARS, trust_pickle: bool = False
) -> Model:
    """Save an object as an artefact and load it again."""
    store = ArtefactStore(str(tmp_path / "artefacts"))
    artefact = store.save(thing, model="m", number=1, frames=frames, trust_pickle=trust_pickle)
    return store.load(artefact, flavor=adapter_for(thing).flavor)


def test_a_classifier_answers_the_same_after_being_kept(tmp_path: Path) -> None:
    """Values and probabilities are those of the estimator itself."""
    frame, estimator = iris_frame(), iris_model()
    model = kept(tmp_path, estimator)
    features = frame.select(FEATURES)
    predicted = model.predict(features)
    assert (model.features, model.classes) == (FEATURES, CLASSES)
    assert predicted.values.tolist() == estimator.predict(features).tolist()
    assert predicted.scores is not None
    np.testing.assert_allclose(predicted.scores, estimator.predict_proba(features))


def test_fitted_parts_are_told_to_say_so_at_once() -> None:
    """What is not fitted still says so, and predictions are the same."""
    forest = RandomForestClassifier(n_estimators=2, random_state=0)
    own = make_pipeline(StandardScaler(), forest).fit([[0.0], [1.0]], ["a", "b"])
    own[1].spare = LogisticRegression()
    marked = deepcopy(own)
    mark_fitted(marked)
    fitted = [*marked, *marked[1].estimators_]
    assert all("__sklearn_is_fitted__" in vars(part) for part in fitted)
    for part in fitted:
        check_is_fitted(part)
    with pytest.raises(NotFittedError):
        check_is_fitted(marked[1].spare)
    rows = [[0.1], [0.9]]
    assert marked.predict(rows).tolist() == own.predict(rows).tolist()


def test_a_pipeline_trained_on_pandas_gets_pandas(tmp_path: Path) -> None:
    """Column names and strings reach the transformers as they were in training."""
    table = pd.DataFrame({"size": [1.0, 2.0, 3.0, 4.0], "colour": ["r", "g", "r", "g"]})
    encode = make_column_transformer((OneHotEncoder(), ["colour"]), remainder=StandardScaler())
    pipeline = make_pipeline(encode, LogisticRegression()).fit(table, [0, 1, 0, 1])
    model = kept(tmp_path, pipeline, frames=Frames.PANDAS)
    predicted = model.predict(pl.DataFrame({"size": [1.0, 2.0], "colour": ["r", "g"]}))
    assert predicted.values.tolist() == [0, 1]
    assert model.classes == (0, 1)


def test_a_regression_trained_on_arrays_takes_columns_by_position(tmp_path: Path) -> None:
    """It has no classes and no scores; a wrong number of columns is named."""
    regression = LinearRegression().fit(np.array([[1.0, 0.0], [2.0, 1.0]]), [1.0, 2.0])
    model = kept(tmp_path, regression)
    predicted = model.predict(pl.DataFrame({"a": [1.0], "b": [0.0]}))
    assert predicted.values.tolist() == pytest.approx([1.0])
    assert (model.features, model.classes, predicted.scores) == (None, (), None)
    with pytest.raises(InvalidData, match="fitted on 2 columns, not 1"):
        model.predict(pl.DataFrame({"a": [1.0]}))


def test_a_model_that_raises_gives_model_failed() -> None:
    """Its own words are in the message."""
    model = adapter_for(SVC()).wrap(SVC(), frames=Frames.POLARS)
    with pytest.raises(ModelFailed, match="NotFittedError"):
        model.predict(pl.DataFrame({"a": [1.0]}))


def test_an_answer_of_the_wrong_shape_is_refused() -> None:
    """Two columns of targets are not one value per row."""
    double = LinearRegression().fit(np.eye(3), np.eye(3))
    model = adapter_for(double).wrap(double, frames=Frames.POLARS)
    with pytest.raises(ModelFailed, match=r"shape \(2, 3\) for 2 rows"):
        model.predict(pl.DataFrame({"a": [1.0, 0.0], "b": [0.0, 1.0], "c": [0.0, 0.0]}))


def test_types_that_nobody_vouched_for_are_refused_by_name(tmp_path: Path) -> None:
    """With trust they are kept as joblib; a skops file with them is not loaded."""
    model = Constant().fit(None, None)
    with pytest.raises(UnsafeArtefact, match="Constant"):
        kept(tmp_path, model)
    loaded = kept(tmp_path, model, trust_pickle=True)
    assert loaded.predict(pl.DataFrame({"a": [1.0]})).values.tolist() == [0]
    dump(model, tmp_path / "model.skops")
    with pytest.raises(UnsafeArtefact, match="Constant"):
        read_model(str(tmp_path / "model.skops"))


@pytest.mark.parametrize("first", [SimpleImputer(), SelectKBest(k=1), StandardScaler()])
def test_common_steps_need_no_trust(tmp_path: Path, first: object) -> None:
    """What skops asks about in them holds no code: it is vouched for."""
    rows = np.array([[1.0, 5.0], [2.0, 3.0], [3.0, 4.0], [4.0, 1.0]])
    pipeline = make_pipeline(first, LogisticRegression()).fit(rows, [0, 0, 1, 1])
    found = kept(tmp_path, pipeline).predict(pl.DataFrame(rows, schema=["a", "b"]))
    assert found.values.tolist() == pipeline.predict(rows).tolist()


def test_what_skops_cannot_write_is_refused_by_name(tmp_path: Path) -> None:
    """With trust it is kept as joblib, as any other type that is not vouched for."""
    rows = np.array([[1.0], [2.0], [30.0], [31.0]])
    model = Birch(n_clusters=2).fit(rows)
    with pytest.raises(UnsafeArtefact, match="Birch"):
        kept(tmp_path, model)
    found = kept(tmp_path, model, trust_pickle=True).predict(pl.DataFrame({"a": [1.0, 30.0]}))
    assert len(set(found.values.tolist())) == 2


def test_a_function_is_kept_by_its_import_path(tmp_path: Path) -> None:
    """It takes the frame and gives one value per row."""
    model = kept(tmp_path, functions.double)
    assert model.predict(pl.DataFrame({"a": [1.0, 2.0]})).values.tolist() == [2, 4]
    assert (model.features, model.classes) == (None, ())


def test_a_function_that_cannot_be_imported_again_is_refused(tmp_path: Path) -> None:
    """Local functions and lambdas have no import path."""
    with pytest.raises(UnsupportedModel, match="cannot be imported"):
        kept(tmp_path, lambda frame: frame["a"])


@pytest.mark.parametrize(
    ("function", "said"),
    [(functions.fails, "ValueError: no"), (functions.answers_a_table, "per row")],
)
def test_a_function_that_fails_gives_model_failed(function: object, said: str) -> None:
    """What it raised, or the shape it answered, is in the message."""
    model = adapter_for(function).wrap(function, frames=Frames.POLARS)
    with pytest.raises(ModelFailed, match=said):
        model.predict(pl.DataFrame({"a": [1.0, 2.0]}))


@pytest.mark.parametrize("thing", [3, "text", StandardScaler(), None])
def test_what_is_no_model_is_refused(thing: object) -> None:
    """The error says what can be published."""
    with pytest.raises(UnsupportedModel, match="scikit-learn estimator, or a function"):
        adapter_for(thing)


def test_changed_and_vanished_artefacts_are_noticed(tmp_path: Path) -> None:
    """Other bytes, a missing folder and an unknown flavor each give their own error."""
    store = ArtefactStore(str(tmp_path))
    artefact = store.save(
        functions.double, model="m", number=1, frames=Frames.POLARS, trust_pickle=False
    )
    with pytest.raises(NotFound, match="flavor 'spark'"):
        store.load(artefact, flavor="spark")
    (tmp_path / artefact.place / "function.txt").write_text("os:system")
    with pytest.raises(Corrupt, match="not those that were published"):
        store.load(artefact, flavor="function")
    with pytest.raises(StoreUnavailable, match="cannot be read"):
        store.load(Artefact(place="m/2", sha256=""), flavor="function")


def test_an_artefact_that_cannot_be_written_is_said_so() -> None:
    """The error names the folder."""
    with pytest.raises(StoreUnavailable, match="/proc/nothing"):
        ArtefactStore("/proc/nothing").save(
            functions.double, model="m", number=1, frames=Frames.POLARS, trust_pickle=False
        )


def test_a_model_is_read_from_file_or_import_path(tmp_path: Path) -> None:
    """Skops files and module:name are read; pickles only when trusted."""
    dump(iris_model(), tmp_path / "iris.skops")
    assert adapter_for(read_model(str(tmp_path / "iris.skops"))).flavor == "sklearn"
    assert read_model("tests.support.functions:double") is functions.double
    pickled = tmp_path / "model.pkl"
    pickled.write_bytes(pickle.dumps(LinearRegression()))
    with pytest.raises(UnsafeArtefact, match="runs code that its author chose"):
        read_model(str(pickled))
    assert isinstance(read_model(str(pickled), trust_pickle=True), LinearRegression)


@pytest.mark.parametrize(
    ("name", "content", "error", "said"),
    [
        ("model.skops", b"nonsense", Corrupt, "cannot be read as a skops file"),
        ("model.pkl", b"nonsense", Corrupt, "cannot be loaded"),
        ("model.bin", b"", InvalidArgument, "ending that is not known"),
        ("", b"", NotFound, "There is no file"),
    ],
)
def test_files_that_are_no_models_are_refused(
    tmp_path: Path, name: str, content: bytes, error: type[Exception], said: str
) -> None:
    """Each with what is wrong and what to do."""
    path = tmp_path / (name or "none.skops")
    if name:
        path.write_bytes(content)
    with pytest.raises(error, match=said):
        read_model(str(path), trust_pickle=True)


@pytest.mark.parametrize("path", ["no.such.module:name", "math:nothing", ":x", "math:"])
def test_an_import_path_that_leads_nowhere_is_not_found(path: str) -> None:
    """The error shows how it is written."""
    with pytest.raises(NotFound, match=r"package\.module:name"):
        read_model(path)


@pytest.mark.parametrize(
    "estimator",
    [
        DecisionTreeClassifier(max_depth=3, random_state=0),
        RandomForestClassifier(n_estimators=10, max_depth=3, random_state=0),
        HistGradientBoostingClassifier(max_iter=10, random_state=0),
        make_pipeline(StandardScaler(), ExtraTreesClassifier(n_estimators=10, random_state=0)),
        LogisticRegression(max_iter=500),
        SVC(),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
@pytest.mark.parametrize("words", [False, True])
def test_classes_are_those_that_predict_answers(estimator: Any, words: bool) -> None:  # noqa: ANN401, FBT001
    """Also where they are taken from the probabilities instead of asking twice."""
    chance = np.random.default_rng(0)
    features = chance.normal(size=(400, 4))
    number = np.digitize(features[:, 0] + chance.normal(size=400) / 2, [-0.5, 0.5])
    target = np.array(["low", "middle", "high"])[number] if words else number
    model = SklearnModel(estimator.fit(features, target), frames=Frames.NUMPY)
    asked = pl.DataFrame(chance.normal(size=(2000, 4)), schema=["a", "b", "c", "d"])
    found = model.predict(asked)
    assert np.array_equal(found.values, estimator.predict(asked.to_numpy()))
    if hasattr(estimator, "predict_proba"):
        assert found.scores is not None
        assert np.allclose(found.scores, estimator.predict_proba(asked.to_numpy()))
