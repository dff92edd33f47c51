"""Models of MLflow's, from a real MLflow 3 store in SQLite."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from modeldesk import publish
from modeldesk.desk import Desk
from modeldesk.errors import NotFound, UnsafeArtefact
from modeldesk.schema import Kind
from modeldesk.settings import Settings
from tests.support.requirements import library

# MLflow itself uses what its own libraries have deprecated, and leaves connections to be closed.
pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::UserWarning", "ignore::FutureWarning"
)

TABLE = pd.DataFrame({"age": [20.0, 30.0, 40.0, 50.0] * 5, "visits": [1, 2, 3, 4] * 5})
ANSWERS = np.array(["no", "no", "yes", "yes"] * 5)


@pytest.fixture(scope="module")
def mlflow() -> Any:  # noqa: ANN401  # untyped library
    """Offer MLflow, where it is installed, and let it tell nobody that it is used."""
    library("mlflow")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
        yield importlib.import_module("mlflow")


@pytest.fixture(scope="module")
def registered(mlflow: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:  # noqa: ANN401  # untyped library
    """Offer a run that registered a classifier as version 1 of ``visits``, its champion."""
    folder = tmp_path_factory.mktemp("mlflow")
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(f"sqlite:///{folder / 'mlflow.db'}")
    place = f"file://{folder / 'artefacts'}"
    experiment = mlflow.create_experiment("visits", artifact_location=place)
    fitted = LogisticRegression(max_iter=1000).fit(TABLE, ANSWERS)
    with mlflow.start_run(experiment_id=experiment) as run:
        mlflow.log_param("max_iter", 1000)
        mlflow.sklearn.log_model(
            fitted,
            name="model",
            signature=mlflow.models.infer_signature(TABLE, fitted.predict(TABLE)),
            registered_model_name="visits",
            pip_requirements=[],
        )
    mlflow.MlflowClient().set_registered_model_alias("visits", "champion", "1")
    yield run.info
    mlflow.set_tracking_uri(before)


@pytest.mark.parametrize(
    "uri", ["models:/visits@champion", "models:/visits/1", "runs:/{run}/model"]
)
def test_a_registered_model_is_published(registered: Any, uri: str, tmp_path: Path) -> None:  # noqa: ANN401  # untyped library
    """By alias, version or run; its signature, classes and parameters come with it."""
    source = f"mlflow:{uri.format(run=registered.run_id)}"
    reference = TABLE.assign(bought=ANSWERS)
    version = publish(
        source,
        name="visits",
        reference=reference,
        target="bought",
        trust_pickle=True,
        home=str(tmp_path),
    )
    assert version.flavor == "mlflow"
    assert [(c.name, c.kind) for c in version.signature.inputs] == [
        ("age", Kind.FLOAT),
        ("visits", Kind.INTEGER),
    ]
    assert version.signature.prediction.categories == ("no", "yes")
    assert version.parameters == {"max_iter": "1000"}
    assert {"mlflow", "scikit-learn"} <= set(version.libraries)
    with Desk.open(Settings.load(home=str(tmp_path))) as desk:
        (answer,) = desk.predictor.predict("visits", [{"age": 49, "visits": 4}]).predictions
    assert answer.outputs["bought"] == "yes"
    assert float(str(answer.outputs["probability_yes"])) > 0.9


def test_a_folder_of_any_flavor_is_published(mlflow: Any, tmp_path: Path) -> None:  # noqa: ANN401  # untyped library
    """MLflow's own wrapping answers, with the types that the signature asks for."""

    class Summing(mlflow.pyfunc.PythonModel):  # type: ignore[misc]  # untyped library
        """Adds up what is in a row."""

        def predict(self, context: Any, model_input: pd.DataFrame) -> Any:  # noqa: ANN401  # untyped library
            """Answer the sums."""
            del context
            assert str(model_input["count"].dtype) == "int32"
            return model_input.sum(axis=1)

    types = {"size": "float32", "count": "int32"}
    table = pd.DataFrame({"size": [0.5, 1.5], "count": [1, 2]}).astype(types)
    mlflow.pyfunc.save_model(
        str(tmp_path / "summing"),
        python_model=Summing(),
        signature=mlflow.models.infer_signature(table, [1.5, 3.5]),
        pip_requirements=[],
    )
    home = str(tmp_path / "home")
    source = f"mlflow:{tmp_path / 'summing'}"
    publish(source, name="sums", reference=table, trust_pickle=True, home=home)
    with Desk.open(Settings.load(home=home)) as desk:
        (answer,) = desk.predictor.predict("sums", [{"size": 2.5, "count": 3}]).predictions
    assert answer.outputs["prediction"] == 5.5


def test_nobody_loads_one_unasked(tmp_path: Path) -> None:
    """Without trust it is not even looked for."""
    with pytest.raises(UnsafeArtefact, match=r"may run code .*--trust-pickle"):
        publish("mlflow:models:/visits/1", name="m", reference=TABLE, home=str(tmp_path))


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("models:/nobody@champion", "MLflow cannot find models:/nobody@champion"),
        ("models:/visits@nobody", "MLflow cannot find"),
        ("/nowhere", "no model of MLflow's in /nowhere"),
    ],
)
def test_a_uri_that_leads_nowhere_is_not_found(uri: str, said: str, tmp_path: Path) -> None:
    """The error names it and how it is written."""
    with pytest.raises(NotFound, match=said):
        publish(f"mlflow:{uri}", name="m", reference=TABLE, trust_pickle=True, home=str(tmp_path))
