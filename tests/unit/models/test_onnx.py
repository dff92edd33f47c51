"""ONNX files: which shapes are served, which are refused, and that they reach nothing else."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from modeldesk.errors import Corrupt, InvalidData, ModelFailed, UnsafeArtefact, UnsupportedModel
from modeldesk.models import ArtefactStore, Model, adapter_for, read_model
from tests.support.requirements import library

for needed in ("onnx", "onnxruntime", "skl2onnx"):
    library(needed)

from onnx import TensorProto, helper, numpy_helper  # noqa: E402  # where it is installed
from skl2onnx import to_onnx  # noqa: E402  # where it is installed

ROWS = np.random.default_rng(7).normal(size=(60, 3)).astype(np.float32)
LABELS = np.array(["a", "b", "c"])[ROWS.argmax(axis=1)]
TABLE = pl.DataFrame(ROWS.astype(np.float64), schema=["x", "y", "z"])


def kept(tmp_path: Path, model: Any) -> Model:  # noqa: ANN401  # untyped library
    """Write a model to a file, read it, keep it and load it again."""
    path = tmp_path / "model.onnx"
    path.write_bytes(model.SerializeToString())
    thing = read_model(str(path))
    assert adapter_for(thing).flavor == adapter_for(model).flavor == "onnx"
    adapter_for(thing).wrap(thing, frames=None)
    store = ArtefactStore(str(tmp_path / "artefacts"))
    return store.load(store.save(thing, model="m", number=1), flavor="onnx")


def graph(
    nodes: list[Any], inputs: list[Any], outputs: list[Any], weights: list[Any] | None = None
) -> Any:  # noqa: ANN401  # untyped library
    """Return a model of some operators."""
    made = helper.make_graph(nodes, "test", inputs, outputs, weights or [])
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def value(name: str, shape: list[Any] | None, kind: int = TensorProto.FLOAT) -> Any:  # noqa: ANN401  # untyped library
    """Return the description of an input or output."""
    return helper.make_tensor_value_info(name, kind, shape)


@pytest.mark.parametrize("zipmap", [True, False])
@pytest.mark.parametrize("estimator", [LogisticRegression, KNeighborsClassifier])
def test_a_classifier_gives_labels_and_probabilities(
    tmp_path: Path, estimator: type[Any], *, zipmap: bool
) -> None:
    """As scikit-learn does, whether they come as a list of dictionaries or as a tensor."""
    fitted = estimator().fit(ROWS, LABELS)
    options = {id(fitted): {"zipmap": zipmap}}
    model = kept(tmp_path, to_onnx(fitted, ROWS[:1], options=options))
    found = model.predict(TABLE)
    assert model.classes == ("a", "b", "c")
    assert found.values.tolist() == fitted.predict(ROWS).tolist()
    assert found.scores is not None
    np.testing.assert_allclose(found.scores, fitted.predict_proba(ROWS), atol=1e-5)


def test_classes_may_be_numbers(tmp_path: Path) -> None:
    """They stay numbers."""
    fitted = LogisticRegression().fit(ROWS, LABELS == "a")
    model = kept(tmp_path, to_onnx(fitted, ROWS[:1]))
    assert model.classes == (0, 1)
    assert set(model.predict(TABLE).values.tolist()) == {0, 1}


def test_a_regression_has_no_classes(tmp_path: Path) -> None:
    """Its single column of answers is one value per row; columns go by position."""
    fitted = LinearRegression().fit(ROWS, ROWS[:, 0])
    model = kept(tmp_path, to_onnx(fitted, ROWS[:1]))
    found = model.predict(TABLE)
    assert (model.features, model.classes, found.scores) == (None, (), None)
    np.testing.assert_allclose(found.values.astype(float), fitted.predict(ROWS), atol=1e-5)
    with pytest.raises(InvalidData, match="takes 3 columns, not 2"):
        model.predict(TABLE.select("x", "y"))


def test_inputs_of_their_own_go_by_name(tmp_path: Path) -> None:
    """Each takes its column in its own type; vectors and strings as well."""
    nodes = [
        helper.make_node("Cast", ["count"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("ReduceSum", ["image", "axes"], ["sums"]),
        helper.make_node("Add", ["floats", "sums"], ["some"]),
        helper.make_node("Add", ["some", "size"], ["answer"]),
    ]
    inputs = [
        value("size", ["n", 1]),
        value("count", ["n", 1], TensorProto.INT64),
        value("image", ["n", 2]),
    ]
    axes = numpy_helper.from_array(np.array([1]), "axes")
    model = kept(tmp_path, graph(nodes, inputs, [value("answer", ["n", 1])], [axes]))
    assert model.features == ("size", "count", "image")
    image = pl.Series("image", [[0.5, 0.5], [1.0, 1.0]], dtype=pl.Array(pl.Float64, 2))
    rows = pl.DataFrame({"count": [1, 2], "size": [10.0, 20.0]}).with_columns(image)
    assert model.predict(rows).values.tolist() == [12.0, 24.0]
    with pytest.raises(ModelFailed, match="'count' has missing values"):
        model.predict(rows.with_columns(count=pl.Series([1, None])))


def test_strings_are_a_tensor_of_their_own(tmp_path: Path) -> None:
    """A missing string is an empty one."""
    nodes = [helper.make_node("Identity", ["word"], ["answer"])]
    inputs = [value("word", ["n"], TensorProto.STRING)]
    model = kept(tmp_path, graph(nodes, inputs, [value("answer", ["n"], TensorProto.STRING)]))
    rows = pl.DataFrame({"any name": ["one", None]})
    assert model.predict(rows).values.tolist() == ["one", ""]


def test_a_model_for_one_row_answers_many(tmp_path: Path) -> None:
    """Exported without a dynamic dimension, it is run row by row."""
    nodes = [helper.make_node("ReduceSum", ["x", "axes"], ["answer"])]
    axes = numpy_helper.from_array(np.array([1]), "axes")
    model = kept(tmp_path, graph(nodes, [value("x", [1, 3])], [value("answer", [1, 1])], [axes]))
    np.testing.assert_allclose(
        model.predict(TABLE).values.astype(float), ROWS.sum(axis=1), atol=1e-5
    )


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (None, "unknown rank"),
        (["n", 3, 8, 8], r"the shape \['n', 3, 8, 8\]"),
        ([4, 3], "exactly 4 rows"),
    ],
)
def test_shapes_that_are_no_rows_are_refused(
    tmp_path: Path, shape: list[Any] | None, said: str
) -> None:
    """The error says how to export the model instead."""
    nodes = [helper.make_node("Identity", ["x"], ["answer"])]
    with pytest.raises(UnsupportedModel, match=said) as refused:
        kept(tmp_path, graph(nodes, [value("x", shape)], [value("answer", shape)]))
    assert "Export the model with" in refused.value.hint


def test_more_outputs_than_a_classifiers_are_refused(tmp_path: Path) -> None:
    """They are named."""
    nodes = [helper.make_node("Identity", ["x"], [name]) for name in ("p", "q", "r")]
    outputs = [value(name, ["n", 1]) for name in ("p", "q", "r")]
    with pytest.raises(UnsupportedModel, match="3 outputs: p, q, r"):
        kept(tmp_path, graph(nodes, [value("x", ["n", 1])], outputs))


def test_several_values_per_row_are_the_models_failure(tmp_path: Path) -> None:
    """The shape is in the message."""
    nodes = [helper.make_node("Identity", ["x"], ["answer"])]
    model = kept(tmp_path, graph(nodes, [value("x", ["n", 3])], [value("answer", ["n", 3])]))
    with pytest.raises(ModelFailed, match=r"shape \(60, 3\) for 60 rows"):
        model.predict(TABLE)


def test_weights_in_other_files_are_refused(tmp_path: Path) -> None:
    """A model is one file: it names no other file of this machine, and none is read."""
    weight = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[3])
    weight.data_location = TensorProto.EXTERNAL
    weight.external_data.add(key="location", value="../secret.bin")
    nodes = [helper.make_node("Add", ["x", "w"], ["answer"])]
    model = graph(nodes, [value("x", ["n", 3])], [value("answer", ["n", 3])], [weight])
    (tmp_path / "secret.bin").write_bytes(bytes(12))
    with pytest.raises(UnsafeArtefact, match=r"secret\.bin"):
        kept(tmp_path, model)


@pytest.mark.parametrize("content", [b"nonsense", b""])
def test_a_file_of_something_else_is_corrupt(tmp_path: Path, content: bytes) -> None:
    """The error says that it is no ONNX model."""
    (tmp_path / "model.onnx").write_bytes(content)
    with pytest.raises(Corrupt, match="ONNX model"):
        read_model(str(tmp_path / "model.onnx"))


def test_operators_that_do_not_exist_are_corrupt(tmp_path: Path) -> None:
    """Onnxruntime's reason is in the message, on one line."""
    nodes = [helper.make_node("NoSuchOperator", ["x"], ["answer"])]
    with pytest.raises(Corrupt, match="NoSuchOperator"):
        kept(tmp_path, graph(nodes, [value("x", ["n", 1])], [value("answer", ["n", 1])]))
