"""Versions compared in pairs over HTTP, and by the client."""

import time

import httpx

from modeldesk import Client
from modeldesk.desk import Desk
from modeldesk.schema import Routing, Shadow
from modeldesk.server import running_server
from modeldesk.services.reading import Which
from modeldesk.settings import Settings
from tests.support import functions
from tests.support.iris import FEATURES, iris_frame


def shadowed(desk: Desk) -> None:
    """Have a second version shadow the champion on the 150 flowers, and label them."""
    frame = iris_frame()
    desk.registry.publish(functions.guesses_setosa, name="iris", reference=frame, target="class")
    desk.routes.set("iris", Routing(shadow=Shadow(version=2)))
    answer = desk.predictor.predict("iris", frame.select(FEATURES).to_dicts())
    ids = [each.prediction_id for each in answer.predictions]
    until = time.monotonic() + 60
    while desk.reader.page("iris", which=Which.SHADOW, limit=200).frame.height < len(ids):
        assert time.monotonic() < until
        time.sleep(0.02)
    truth = [str(value) for value in frame["class"]]
    desk.labelling.label("iris", {"prediction_id": ids, "label": truth})


async def test_pairs_are_compared_over_http(desk: Desk, client: httpx.AsyncClient) -> None:
    """The verdict, figures and rows; wrong versions and ranges are refused."""
    shadowed(desk)
    asked = {"one": 2, "other": 1, "show": 3}
    answer = await client.get("models/iris/versions/compare", params=asked)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["rows"], found["labelled"], found["cut"]) == (150, 150, False)
    assert found["verdict"].startswith("Version 2 is worse than version 1 on the same 150 rows")
    assert len(found["disagreements"]) == 3
    few = await client.get("models/iris/versions/compare", params=asked | {"limit": 10})
    assert (few.json()["rows"], few.json()["cut"]) == (10, True)
    desk.slices.define("iris", "short", f"{FEATURES[2]} < 2")
    sliced = await client.get(
        "models/iris/versions/compare",
        params={**asked, "slice": ["short", f"{FEATURES[2]} >= 2"]},
    )
    parts = {part["name"]: part for part in sliced.json()["slices"]}
    assert {name: part["rows"] for name, part in parts.items()} == {
        "short": 50,
        f"{FEATURES[2]} >= 2": 100,
    }
    assert parts["short"]["regressed"] == 0
    assert parts[f"{FEATURES[2]} >= 2"]["regressed"] == found["regressed"]
    champion = await client.get("models/iris/versions/compare", params={"one": 2, "show": 3})
    assert champion.json() == found
    cases: tuple[tuple[dict[str, str | int], int], ...] = (
        ({"one": 0}, 422),
        ({"one": 2, "other": 9}, 404),
        ({"one": 2, "other": 1, "from": "yesterday"}, 422),
        ({"one": 2, "slice": "label == prediction"}, 422),
        ({"one": 2, "slice": "(("}, 422),
        ({"one": 2, "slice": "x" * 20_001}, 422),
    )
    for wrong, status in cases:
        refused = await client.get("models/iris/versions/compare", params=wrong)
        assert refused.status_code == status, refused.text


def test_the_client_reads_the_same(desk: Desk, settings: Settings) -> None:
    """As a record, equal to the desk's own."""
    shadowed(desk)
    with running_server(desk, settings) as url, Client(url) as client:
        found = client.version_comparison.shadow("iris", 2, 1)
        sliced = client.version_comparison.shadow("iris", 2, 1, slices=[f"{FEATURES[2]} < 2"])
    own = desk.version_comparison.shadow("iris", 2, 1)
    assert (found.verdict, found.classes) == (own.verdict, own.classes)
    assert found.differences == own.differences
    assert found.disagreements == own.disagreements
    assert [part.rows for part in sliced.slices] == [50]
