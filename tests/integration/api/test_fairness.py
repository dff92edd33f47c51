"""Groups side by side, and what a change comes from, over HTTP and by the client."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from modeldesk import Client
from modeldesk.api.needs import asked
from modeldesk.desk import Desk
from modeldesk.errors import InvalidArgument, InvalidInput, NotFound
from modeldesk.server import running_server
from modeldesk.services.acting import SHOWS
from modeldesk.settings import Settings
from tests.support.shoppers import NAME, START, Visitors, open_shop, visit

DAY = timedelta(days=1)
FAIR = f"models/{NAME}/performance/fairness"
CHANGE = f"models/{NAME}/performance/attribution"
OVERLAPPING = (
    "from=2026-01-11T00:00:00Z&base_from=2026-01-10T00:00:00Z&base_to=2026-01-12T00:00:00Z"
)


@pytest.fixture
def shop(empty_desk: Desk) -> Desk:
    """Offer a desk with two labelled days, on the second of which one country is turned."""
    open_shop(empty_desk)
    visit(empty_desk, [Visitors(rows=800), Visitors(rows=800, turned="PL")])
    empty_desk.slices.define(NAME, "young", "age < 0")
    empty_desk.slices.define(NAME, "old", "age >= 0")
    empty_desk.jobs.run()
    return empty_desk


def strict(answer: httpx.Response) -> dict[str, Any]:
    """Return the document of an answer, in which every number is one."""
    assert answer.status_code == 200, answer.text

    def refuse(constant: str) -> float:
        raise AssertionError(constant)

    found: dict[str, Any] = json.loads(answer.text, parse_constant=refuse)
    return found


async def test_groups_are_compared_over_http(shop: Desk, client: httpx.AsyncClient) -> None:
    """The segments of a column, and slices by their names; measures may be repeated."""
    told = strict(await client.get(FAIR, params={"by": "country"}))
    report = shop.performance.fairness(NAME, by="country")
    assert (told["by"], told["against"], told["sentence"]) == (
        "country",
        "the rest",
        report.sentence,
    )
    assert len(told["cells"]) == len(report.cells) == 16
    query: dict[str, Any] = {
        "group": ["young", "old"],
        "measure": ["predicted_share", "accuracy"],
        "of": "no",
        "confidence": 0.9,
        "from": START.isoformat(),
        "to": (START + DAY).isoformat(),
    }
    some = strict(await client.get(FAIR, params=query))
    assert [(each["name"], each["slice"]) for each in some["groups"]] == [
        ("young", True),
        ("old", True),
    ]
    assert (some["labelled"], some["confidence"]) == (800, 0.9)
    outcomes = {
        (each["figure"]["measure"], each["figure"]["of"]): each["difference"]["outcome"]
        for each in some["cells"]
    }
    assert outcomes["predicted_share", "no"] == "different"
    named = strict(await client.get(FAIR, params={"by": "country", "against": "FR"}))
    assert named["against"] == "country=FR"
    alone = [each for each in named["cells"] if each["group"] == "country=FR"]
    assert {each["difference"] for each in alone} == {None}


async def test_a_change_is_divided_over_http(shop: Desk, client: httpx.AsyncClient) -> None:
    """By default of the latest days; ranges, rows and estimates can be chosen."""
    told = strict(await client.get(CHANGE))
    report = shop.performance.attribution(NAME)
    assert told["sentence"] == report.sentence
    assert [each["name"] for each in told["sources"]] == [each.name for each in report.sources]
    assert told["sources"][0]["bins"][0]["apart"]["shown"] is True
    query: dict[str, Any] = {
        "from": START.isoformat(),
        "to": (START + DAY).isoformat(),
        "base_from": (START + DAY).isoformat(),
        "base_to": (START + 2 * DAY).isoformat(),
        "rows": 100,
        "confidence": 0.9,
    }
    back = strict(await client.get(CHANGE, params=query))
    assert (back["base"]["looked_at"], back["base"]["cut"]) == (100, True)
    assert back["current"]["start"] == "2026-01-11T00:00:00Z"
    estimated = strict(await client.get(CHANGE, params={"estimated": "true"}))
    assert estimated["losses"] == "estimated"
    # All that there is was learned from.
    assert estimated["because"].startswith("the range has no row")
    assert (estimated["base"]["rows"], estimated["sources"]) == (1600, [])


WRONG = [
    (FAIR, 422, "not clear which groups"),
    (f"{FAIR}?by=age", 404, "not split by 'age'"),
    (f"{FAIR}?by=country&group=young", 422, "not clear which groups"),
    (f"{FAIR}?group=young", 422, "1 was named"),
    (f"{FAIR}?group=young&group=country%3DPL", 422, "are in both"),
    (f"{FAIR}?group=young&group=nobody", 404, "no slice 'nobody'"),
    (f"{FAIR}?by=country&against=XX", 404, "none of the groups"),
    (f"{FAIR}?by=country&of=perhaps", 404, "figure of 'perhaps'"),
    (f"{FAIR}?by=country&measure=f2", 404, "no measure 'f2'"),
    (f"{FAIR}?by=country&measure=mae", 409, "does not apply"),
    (f"{FAIR}?by=country&version=9", 404, "version 9"),
    (f"{FAIR}?by=country&confidence=nan", 422, "confidence"),
    (f"{FAIR}?by=%00", 422, "by"),
    (f"{FAIR}?group=%00&group=b", 422, "wrong value"),
    (f"{FAIR}?by=country&from=yesterday", 422, "not a time"),
    (f"{CHANGE}?version=9", 404, "version 9"),
    (f"{CHANGE}?rows=0", 422, "rows"),
    (f"{CHANGE}?rows=200001", 422, "rows"),
    (f"{CHANGE}?base_from=yesterday", 422, "not a time"),
    (f"{CHANGE}?confidence=1", 422, "confidence"),
    (f"{CHANGE}?from=2026-01-12T00:00:00Z&to=2026-01-11T00:00:00Z", 422, "no time in it"),
    (f"{CHANGE}?{OVERLAPPING}", 422, "times in common"),
    ("models/nobody/performance/fairness?by=x", 404, "nobody"),
    ("models/nobody/performance/attribution", 404, "nobody"),
]


async def test_what_is_wrong_is_named(shop: Desk, client: httpx.AsyncClient) -> None:
    """With the status of its kind, and what there is instead."""
    del shop
    for path, status, words in WRONG:
        answer = await client.get(path)
        assert answer.status_code == status, (path, answer.text)
        error = answer.json()["error"]
        assert words in json.dumps(error), path
        assert error["hint"] or error["problems"], path


async def test_ranges_may_be_as_wide_as_times_go(shop: Desk, client: httpx.AsyncClient) -> None:
    """A base that would lie before all times, or after them, is answered all the same."""
    del shop
    for times in ("from=1970-01-01T00:00:00Z", "to=9998-12-31T23:59:59Z"):
        told = strict(await client.get(f"{CHANGE}?{times}"))
        assert told["because"] is not None
        few = strict(await client.get(f"{CHANGE}?{times}&rows=1"))
        assert max(few["base"]["looked_at"], few["current"]["looked_at"]) <= 1


def test_the_client_reads_the_same(shop: Desk, settings: Settings) -> None:
    """As records, equal to the desk's own; refusals are errors of their kind."""
    with running_server(shop, settings) as url, Client(url) as client:
        choices: dict[str, Any] = {"measures": ["recall"], "of": "no", "confidence": 0.8}
        found = client.performance.fairness(NAME, by="country", **choices)
        assert found == shop.performance.fairness(NAME, by="country", **choices)
        pair = client.performance.fairness(NAME, groups=["young", "old"], start=START + DAY)
        assert pair == shop.performance.fairness(NAME, groups=["young", "old"], start=START + DAY)
        assert client.performance.attribution(NAME) == shop.performance.attribution(NAME)
        ranged: dict[str, Any] = {
            "start": START,
            "end": START + DAY,
            "base_start": START + DAY,
            "base_end": START + 2 * DAY,
            "most_rows": 250,
            "squared": True,
        }
        change = client.performance.attribution(NAME, **ranged)
        assert change == shop.performance.attribution(NAME, **ranged)
        estimated = client.performance.attribution(NAME, estimated=True)
        assert estimated.losses == "estimated"
        with pytest.raises(NotFound):
            client.performance.fairness(NAME, by="age")
        with pytest.raises((InvalidArgument, InvalidInput)):
            client.performance.attribution(NAME, most_rows=0)


@pytest.mark.parametrize("part", ["fairness", "attribution"])
def test_reading_needs_what_other_reading_does(part: str) -> None:
    """The scope `read`, for the model that the path names."""
    told = asked("GET", f"/api/v1/models/iris/performance/{part}")
    assert (told.need, told.model) == (SHOWS, "iris")
