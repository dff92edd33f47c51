"""The rule of a model's monitor, over HTTP."""

import json

import httpx
import pytest

from modeldesk.desk import Desk
from modeldesk.drift import Thresholds
from modeldesk.monitors import DriftRule


async def test_a_rule_is_shown_and_changed(desk: Desk, client: httpx.AsyncClient) -> None:
    """What is left out gets its default; the trail says what was before."""
    shown = (await client.get("models/iris/monitor")).json()
    assert shown["thresholds"]["min_distance"] == 0.1
    wanted = {"thresholds": {"min_distance": 0.2}, "history": 7}
    put = await client.put("models/iris/monitor", json=wanted)
    assert put.status_code == 200, put.text
    rule = DriftRule(thresholds=Thresholds(min_distance=0.2), history=7)
    assert desk.watching.rule("iris") == rule
    assert (await client.get("models/iris/monitor")).json() == put.json()
    own = {"overrides": {"sepal_width_cm": {"min_distance": 0.5}}}
    again = await client.put("models/iris/monitor", json=own)
    assert again.json()["thresholds"] == shown["thresholds"]
    (entry, first) = desk.audit.page(action="monitor.set").entries
    assert entry.details["before"] == first.details["after"] == put.json()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"thresholds": {"min_distance": 2}}, "min_distance is 2"),
        ({"thresholds": {"min_rows": 0}}, "min_rows is 0"),
        ({"history": 1000}, "1000 windows"),
        ({"roles": ["colour"]}, "colour"),
        ({"rows": "all"}, "rows"),
        ({"overrides": {"nothing": {}}}, "no column 'nothing'"),
    ],
)
async def test_what_no_rule_can_be_is_refused(
    desk: Desk, client: httpx.AsyncClient, body: dict[str, object], words: str
) -> None:
    """The answer says which part is wrong, and the rule stays."""
    refused = await client.put("models/iris/monitor", json=body)
    assert 400 <= refused.status_code < 500
    assert words in refused.text
    assert desk.watching.rule("iris") == DriftRule()
    assert (await client.get("models/nobody/monitor")).status_code == 404


async def test_one_column_is_changed(desk: Desk, client: httpx.AsyncClient) -> None:
    """What is left out is as for all columns; the rest of the rule stays."""
    await client.put("models/iris/monitor", json={"history": 7})
    path = "models/iris/monitor/columns/sepal_width_cm"
    put = await client.put(path, json={"min_distance": 0.4, "muted": "a new ruler"})
    assert put.status_code == 200, put.text
    rule = DriftRule(
        overrides={"sepal_width_cm": Thresholds(min_distance=0.4)},
        muted={"sepal_width_cm": "a new ruler"},
        history=7,
    )
    assert desk.watching.rule("iris") == rule
    assert put.json() == (await client.get("models/iris/monitor")).json()
    again = await client.put(path, json={})
    assert again.json()["overrides"] == again.json()["muted"] == {}


@pytest.mark.parametrize(
    ("column", "body", "words"),
    [
        ("nothing", {}, "no column 'nothing'"),
        ("sepal_width_cm", {"min_distance": 2}, "min_distance is 2"),
        ("sepal_width_cm", {"min_distance": "far"}, "min_distance"),
        ("sepal_width_cm", {"min_rows": 3}, "min_rows"),
        ("sepal_width_cm", {"muted": " "}, "for a reason"),
        ("sepal_width_cm", {"muted": "\ud800"}, "for a reason"),
    ],
)
async def test_what_no_column_can_have_is_refused(
    desk: Desk, client: httpx.AsyncClient, column: str, body: dict[str, object], words: str
) -> None:
    """And the rule stays."""
    refused = await client.put(
        f"models/iris/monitor/columns/{column}",
        content=json.dumps(body),
        headers={"Content-Type": "application/json"},
    )
    assert 400 <= refused.status_code < 500
    assert words in refused.text
    assert desk.watching.rule("iris") == DriftRule()


async def test_a_rule_is_tried(desk: Desk, client: httpx.AsyncClient) -> None:
    """Nothing is kept; the answer is what the service says."""
    body = {"thresholds": {"min_distance": 0.9}}
    tried = await client.post("models/iris/monitor/try", json=body)
    assert tried.status_code == 200, tried.text
    rule = DriftRule(thresholds=Thresholds(min_distance=0.9))
    told = desk.watching.tried("iris", rule)
    assert [(day["now"], day["then"]) for day in tried.json()["days"]] == [
        (list(day.now), list(day.then)) for day in told.days
    ]
    assert desk.watching.rule("iris") == DriftRule()
    refused = await client.post("models/iris/monitor/try", json={"rows": 3})
    assert refused.status_code == 422
