"""Triton's own client against a running server, by HTTP."""

from collections.abc import Iterator

import numpy as np
import pytest

from modeldesk.desk import Desk
from modeldesk.server import running_server
from modeldesk.settings import Settings
from tests.support.iris import FEATURES, iris_frame

triton = pytest.importorskip("tritonclient.http", reason="tritonclient is not installed")

FLOWERS = iris_frame().select(FEATURES)[[0, 60, 120]].to_numpy()
SPECIES = ["Iris-setosa", "Iris-versicolor", "Iris-virginica"]


@pytest.fixture
def client(desk: Desk, settings: Settings) -> Iterator[object]:
    """Offer the client, connected."""
    with running_server(desk, settings) as url:
        opened = triton.InferenceServerClient(url.removeprefix("http://"))
        yield opened
        opened.close()


@pytest.mark.parametrize("binary", [True, False])
def test_it_asks_for_life_and_predictions(client: object, *, binary: bool) -> None:
    """Health, metadata and predictions, with elements in bytes and in JSON."""
    assert client.is_server_live()  # type: ignore[attr-defined]  # the client has no types
    assert client.is_server_ready()  # type: ignore[attr-defined]
    assert client.is_model_ready("iris")  # type: ignore[attr-defined]
    assert client.get_model_metadata("iris", "1")["name"] == "iris"  # type: ignore[attr-defined]
    features = triton.InferInput("features", list(FLOWERS.shape), "FP64")
    features.set_data_from_numpy(FLOWERS, binary_data=binary)
    wanted = [
        triton.InferRequestedOutput(name, binary_data=binary)
        for name in ("class", "probability_Iris-setosa")
    ]
    answer = client.infer("iris", [features], outputs=wanted, request_id="7")  # type: ignore[attr-defined]
    assert answer.get_response()["id"] == "7"
    classes = answer.as_numpy("class")
    told = [value.decode() if isinstance(value, bytes) else value for value in classes]
    assert told == SPECIES
    assert np.argmax(answer.as_numpy("probability_Iris-setosa")) == 0


def test_it_reads_what_is_wrong(client: object) -> None:
    """A failure becomes the client's own exception, with our words."""
    features = triton.InferInput("features", [1, 2], "FP64")
    features.set_data_from_numpy(FLOWERS[:1, :2].copy())
    with pytest.raises(triton.InferenceServerException, match=r"expected \[rows, 4\]"):
        client.infer("iris", [features])  # type: ignore[attr-defined]
