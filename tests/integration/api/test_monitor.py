"""The rule of a model's monitor, over HTTP."""

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
