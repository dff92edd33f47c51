"""Performance over HTTP: figures, segments, confusion, curves and comparisons, as JSON."""

import json
import math
from typing import Any

import httpx
import polars as pl
import pytest

from modeldesk.api.needs import asked
from modeldesk.desk import Desk
from modeldesk.schema import LogPolicy
from modeldesk.services.acting import SHOWS
from tests.support import functions
from tests.support.iris import FEATURES, iris_frame

SETOSA = "Iris-setosa"


@pytest.fixture
def labelled(desk: Desk) -> Desk:
    """Offer a desk with all flowers predicted and labelled, split by what was predicted."""
    column = desk.registry.record("iris").signature.prediction.name
    desk.registry.set_policy("iris", LogPolicy(segment_by=(column,)))
    answer = desk.predictor.predict("iris", iris_frame().select(FEATURES).to_dicts())
    ids = [found.prediction_id for found in answer.predictions]
    labels = [str(value) for value in iris_frame()["class"]]
    desk.labelling.label("iris", {"prediction_id": ids, "label": labels})
    desk.jobs.run()
    return desk


def strict(answer: httpx.Response) -> dict[str, Any]:
    """Return the document of an answer, in which every number is one."""
    assert answer.status_code == 200, answer.text

    def refuse(constant: str) -> float:
        raise AssertionError(constant)

    found: dict[str, Any] = json.loads(answer.text, parse_constant=refuse)
    return found


def figure(figures: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """Return one figure."""
    (found,) = [each for each in figures if each["measure"] == name]
    return found


async def test_the_report_is_that_of_the_services(
    labelled: Desk, client: httpx.AsyncClient
) -> None:
    """All figures of the range, a few of each day, and how much of it is labelled."""
    told = strict(await client.get("models/iris/performance"))
    report = labelled.performance.report("iris")
    assert (told["model"], told["version"], told["segment"]) == ("iris", 1, "")
    assert (told["task"], told["labelled"], told["because"]) == ("classification", 150, None)
    accuracy = figure(told["figures"], "accuracy")
    assert 0.9 < accuracy["low"] < accuracy["value"] < accuracy["high"] <= 1
    assert len(told["figures"]) == len(report.figures) > len(told["windows"][0]["figures"])
    assert told["windows"][0]["maturity"] == 1


@pytest.mark.usefixtures("labelled")
async def test_measures_segments_and_days_are_chosen(client: httpx.AsyncClient) -> None:
    """Measures may be repeated; days of the future have no figures, and say why."""
    query: dict[str, Any] = {"measure": ["accuracy", "mcc"], "confidence": 0.5, "version": 1}
    told = strict(await client.get("models/iris/performance", params=query))
    assert [each["measure"] for each in told["figures"]] == ["accuracy", "mcc"]
    wide = strict(await client.get("models/iris/performance?confidence=0.9999999"))
    assert figure(wide["figures"], "accuracy")["low"] < figure(told["figures"], "accuracy")["low"]
    names = strict(await client.get("models/iris/performance/segments"))["segments"]
    assert len(names) == 3
    part = strict(await client.get("models/iris/performance", params={"segment": names[0]}))
    assert part["segment"] == names[0]
    assert 0 < part["labelled"] < 150
    # In a segment of one predicted class some figures are not defined.
    assert all(each["value"] is not None or each["because"] for each in part["figures"])
    assert any(each["because"] for each in part["figures"])
    later = strict(await client.get("models/iris/performance?from=2999-01-01T00:00:00Z"))
    assert later["figures"] == later["windows"] == []
    assert later["because"].startswith("no row of this range is labelled")


@pytest.mark.usefixtures("labelled")
async def test_confusion_and_curves(client: httpx.AsyncClient) -> None:
    """Counts of classes, and every point of a curve with finite limits."""
    told = strict(await client.get("models/iris/performance/confusion"))
    assert sum(map(sum, told["counts"])) == 150
    assert len(told["classes"]) == len(told["counts"]) == 3
    open_ = strict(await client.get("models/iris/performance/curves"))
    assert (open_["of"], open_["curves"], len(open_["classes"])) == (None, [], 3)
    assert "name one of" in open_["because"]
    of = open_["classes"][1]
    told = strict(await client.get("models/iris/performance/curves", params={"of": of}))
    assert [curve["name"] for curve in told["curves"]] == ["roc", "pr"]
    points = [point for curve in told["curves"] for point in curve["points"]]
    assert all(
        point["low"] <= point["y"] <= point["high"] and math.isfinite(point["x"])
        for point in points
    )
    assert told["calibration"]
    assert told["costs"]["false_negative"] == 1
    query = {"of": of, "false_negative": 30, "true_positive": -1}
    dear = strict(await client.get("models/iris/performance/curves", params=query))
    assert dear["costs"]["false_negative"] == 30
    # The dearer a miss, the lower the threshold.
    assert dear["cheapest"]["threshold"] <= told["cheapest"]["threshold"]
    assert dear["cheapest"]["cost"] < 0
    wrong = await client.get("models/iris/performance/curves?false_negative=inf")
    assert wrong.status_code == 422


async def test_parts_stand_beside_all_rows(labelled: Desk, client: httpx.AsyncClient) -> None:
    """Segments and slices with their figures, days where asked, and the same of a slice alone."""
    labelled.slices.define("iris", "long", "petal_length_cm > 4.5")
    labelled.jobs.run()
    query = {"measure": "accuracy", "daily": "accuracy"}
    told = strict(await client.get("models/iris/performance/parts", params=query))
    assert [each["measure"] for each in told["overall"]] == ["accuracy"]
    assert [part["slice"] for part in told["parts"]] == ["", "", "", "long"]
    long = told["parts"][-1]
    assert long["labelled"] == (iris_frame()["petal_length_cm"] > 4.5).sum()
    assert [len(day["figures"]) for day in long["days"]] == [1]
    alone = strict(await client.get("models/iris/performance?slice=long&measure=accuracy"))
    assert alone["slice"] == "long"
    assert alone["figures"][0]["value"] == long["figures"][0]["figure"]["value"]
    both = await client.get("models/iris/performance?slice=long&segment=a%3Db")
    assert both.status_code == 422


async def test_errors_of_numbers(desk: Desk, client: httpx.AsyncClient) -> None:
    """Shares of stretches; of classes there is none, and that is told."""
    rows = {"a": [float(place) for place in range(40)]}
    desk.registry.publish(functions.double, name="numbers", reference=rows)
    answer = desk.predictor.predict("numbers", pl.DataFrame(rows).to_dicts())
    ids = [found.prediction_id for found in answer.predictions]
    labels = [2 * value + 1 for value in rows["a"]]
    desk.labelling.label("numbers", {"prediction_id": ids, "label": labels})
    desk.jobs.run()
    told = strict(await client.get("models/numbers/performance/errors"))
    assert told["labelled"] == 40
    (bin_,) = [each for each in told["bins"] if each["share"] > 0]
    assert bin_["share"] == 1
    assert bin_["low"] <= -1 < bin_["high"]
    desk.predictor.predict("iris", iris_frame().select(FEATURES).head(1).to_dicts())
    assert strict(await client.get("models/iris/performance/errors"))["bins"] == []


async def test_errors_are_not_those_of_classes(labelled: Desk, client: httpx.AsyncClient) -> None:
    """Classes have a confusion table instead."""
    del labelled
    answer = await client.get("models/iris/performance/errors")
    assert answer.status_code == 409
    assert "confusion" in answer.json()["error"]["hint"]


async def test_two_versions_are_compared(labelled: Desk, client: httpx.AsyncClient) -> None:
    """With the champion unless another is named; a version without labels is told."""
    labelled.registry.publish(
        functions.guesses_setosa, name="iris", reference=iris_frame(), target="class"
    )
    told = strict(await client.get("models/iris/performance/versions?one=2"))
    assert (told["one"], told["other"]) == (2, 1)
    assert (told["one_labelled"], told["other_labelled"]) == (0, 150)
    assert "cannot be compared yet" in told["verdict"]
    same = strict(await client.get("models/iris/performance/versions?one=1&measure=accuracy"))
    assert [each["outcome"] for each in same["differences"]] == ["no difference shown"]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("performance?measure=f2", 404, "no measure 'f2'"),
        ("performance?measure=mae", 409, "does not apply"),
        ("performance?segment=x%3D1", 404, "segment 'x=1'"),
        ("performance/confusion?segment=x%3D1", 404, "segment 'x=1'"),
        ("performance/curves?of=cat", 404, "no curves of 'cat'"),
        ("performance?version=9", 404, "version 9"),
        ("performance/versions?one=9", 404, "version 9"),
        ("performance/versions?one=1&measure=f2", 404, "no measure 'f2'"),
        ("performance?confidence=1", 422, "confidence"),
        ("performance?confidence=0", 422, "confidence"),
        ("performance?confidence=nan", 422, "confidence"),
        ("performance/versions?one=1&confidence=-1", 422, "confidence"),
        ("performance?from=yesterday", 422, "not a time"),
        ("performance?segment=%00", 422, "segment"),
    ],
)
async def test_what_is_wrong_is_named(
    labelled: Desk, client: httpx.AsyncClient, path: str, status: int, words: str
) -> None:
    """With the status of its kind, and what there is instead."""
    del labelled
    answer = await client.get(f"models/iris/{path}")
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert words in json.dumps(error)
    assert error["hint"] or error["problems"]


async def test_a_model_without_labels_has_no_figures(desk: Desk, client: httpx.AsyncClient) -> None:
    """It says so, and an unknown measure is refused all the same."""
    del desk
    told = strict(await client.get("models/iris/performance"))
    assert (told["figures"], told["task"]) == ([], None)
    assert told["because"].startswith("no row is labelled")
    assert strict(await client.get("models/iris/performance/segments")) == {"segments": []}
    assert strict(await client.get("models/iris/performance/confusion"))["classes"] == []
    assert strict(await client.get("models/iris/performance/curves"))["because"]
    assert (await client.get("models/iris/performance?measure=f2")).status_code == 404
    assert (await client.get("models/none/performance")).status_code == 404


@pytest.mark.parametrize(
    "part", ["", "/segments", "/confusion", "/curves", "/errors", "/parts", "/versions"]
)
def test_reading_needs_what_other_reading_does(part: str) -> None:
    """The scope `read`, for the model that the path names."""
    told = asked("GET", f"/api/v1/models/iris/performance{part}")
    assert (told.need, told.model) == (SHOWS, "iris")
