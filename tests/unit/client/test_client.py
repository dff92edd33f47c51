"""The client against a real server: every method, and errors as they were raised."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression

from modeldesk import Client, Desk
from modeldesk.client import batches
from modeldesk.drift import Status
from modeldesk.errors import InvalidArgument, InvalidRows, NotFound
from modeldesk.schema import Granularity
from modeldesk.server import running_server
from modeldesk.services.views import AlertStatus
from modeldesk.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS = 240
DAY = datetime(2026, 3, 2, tzinfo=UTC)


def loans(rows: int, *, shift: float = 0.0, seed: int = 1) -> pl.DataFrame:
    """Make a table of loans, with incomes moved by so much."""
    random = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "income": (random.normal(40 + shift, 8, rows)).round(2),
            "children": random.integers(0, 4, rows),
        }
    )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Offer a desk with the model ``loans`` published."""
    reference = loans(ROWS)
    repaid = np.where(reference["income"].to_numpy() > 40, "yes", "no")
    model = LogisticRegression().fit(reference, repaid)
    home = tmp_path_factory.mktemp("desk")
    settings = Settings.load(home=home, port=0, ui=False, keep_hourly_days=0)  # fixed dates
    with Desk.open(settings) as desk:
        desk.registry.publish(
            model,
            name="loans",
            reference=reference.with_columns(pl.Series("repaid", repaid)),
            target="repaid",
        )
        yield desk


@pytest.fixture(scope="module")
def client(desk: Desk) -> Iterator[Client]:
    """Offer a client of a running server."""
    with running_server(desk, desk.settings) as url, Client(url) as client:
        yield client


def test_health_names_the_models(client: Client) -> None:
    """A healthy server says so, with its version and its models."""
    health = client.health()
    assert health.status == "ok"
    assert health.models == ("loans",)
    assert health.version


def test_one_row_is_answered_with_class_and_probabilities(client: Client) -> None:
    """A mapping is one row; its answer has an id, a class and a probability per class."""
    answer = client.predict("loans", {"income": 70.0, "children": 1})
    assert (answer.model, answer.version, len(answer)) == ("loans", 1, 1)
    (prediction,) = answer
    assert prediction.prediction == "yes"
    assert prediction.probabilities is not None
    assert set(prediction.probabilities) == {"no", "yes"}
    assert abs(datetime.now(UTC) - prediction.time) < timedelta(minutes=1)


def test_times_and_ids_of_ones_own_come_back(client: Client) -> None:
    """Timestamps and row ids are kept, and a row without one gets the present time."""
    rows = [{"income": 20.0, "children": 0}, {"income": 30.0, "children": 3}]
    answer = client.predict("loans", rows, timestamps=[DAY, None], row_ids=["a", None])
    assert [prediction.row_id for prediction in answer] == ["a", None]
    assert answer[0].time == DAY
    assert answer[1].time > DAY


@pytest.mark.parametrize("make", ["polars", "pandas", "arrow"])
def test_tables_of_any_make_are_rows(client: Client, make: str) -> None:
    """A table gives one prediction per row, whatever library made it."""
    frame = loans(3)
    table = {"polars": frame, "pandas": frame.to_pandas(), "arrow": frame.to_arrow()}[make]
    assert len(client.predict("loans", table)) == 3


def test_numpy_scalars_are_numbers(client: Client) -> None:
    """A row of NumPy scalars is sent as plain numbers."""
    row = {"income": np.float64(70), "children": np.int64(1)}
    assert client.predict("loans", row)[0].prediction == "yes"


def test_many_rows_travel_in_several_requests(client: Client) -> None:
    """More rows than one request takes are answered all, in order, as one result."""
    rows = batches.MOST_ROWS + 5
    ids = [f"row-{position}" for position in range(rows)]
    answer = client.predict("loans", loans(rows), row_ids=ids)
    assert [prediction.row_id for prediction in answer] == ids
    assert len({prediction.prediction_id for prediction in answer}) == rows


def test_wrong_rows_are_counted_from_the_first_row_of_the_call(client: Client) -> None:
    """A wrong row in a later request keeps its number, and the hint says what was logged."""
    rows: list[dict[str, object]] = [*loans(batches.MOST_ROWS + 1).to_dicts()]
    rows[-1] = {"income": "much", "children": 1}
    with pytest.raises(InvalidRows) as caught:
        client.predict("loans", rows)
    (problem,) = caught.value.problems
    assert (problem.row, problem.field) == (batches.MOST_ROWS, "income")
    assert f"go on from row {batches.MOST_ROWS}" in caught.value.hint


def test_long_rows_travel_in_several_requests(client: Client) -> None:
    """Rows of many bytes are split by size too, so that no request is refused as too large."""
    wrong = "x" * (batches.MOST_BYTES // 2)
    rows = [{"income": 1.0, "children": 1}, {"income": wrong}, {"income": wrong}]
    with pytest.raises(InvalidRows) as caught:
        client.predict("loans", rows)
    assert {problem.row for problem in caught.value.problems} == {1}


def test_a_misspelt_feature_is_pointed_at(client: Client) -> None:
    """The server's problems arrive one by one, in words."""
    with pytest.raises(InvalidRows, match="did you mean 'income'") as caught:
        client.predict("loans", {"incom": 1.0, "children": 1})
    assert {(problem.row, problem.field) for problem in caught.value.problems} == {
        (0, "income"),
        (0, "incom"),
    }


def test_unknown_names_are_not_found(client: Client) -> None:
    """A model, a version or a prediction that is not there is `NotFound`, as on the server."""
    with pytest.raises(NotFound, match="Did you mean 'loans'"):
        client.model("loan")
    with pytest.raises(NotFound, match="has no version 7"):
        client.predict("loans", {"income": 1.0, "children": 1}, version=7)
    with pytest.raises((NotFound, InvalidArgument)):
        client.prediction("nobody's")


def test_the_example_is_a_row_that_the_model_accepts(client: Client) -> None:
    """`example` gives a row that can be sent as it is."""
    row = client.example("loans")
    assert set(row) == {"income", "children"}
    assert client.predict("loans", row)[0].prediction in {"yes", "no"}


def test_a_flag_is_tied_to_its_prediction(client: Client) -> None:
    """A flag comes back with its prediction's id, and the prediction with its values."""
    given = {"income": 70.0, "children": 1}
    prediction_id = client.predict("loans", given, row_ids=["mine"])[0].prediction_id
    flag = client.flag(
        prediction_id, reason="wrong prediction", comment="He did not.", proposed_label="no"
    )
    assert (flag.prediction_id, flag.proposed_label) == (prediction_id, "no")
    assert client.flags("loans")[0] == flag
    logged = client.prediction(prediction_id)
    assert dict(logged.inputs) == given
    assert logged.outputs["repaid"] == "yes"
    assert logged.row_id == "mine"


def test_a_label_that_is_no_class_is_refused(client: Client) -> None:
    """What the server refuses arrives as the error it raised, with the known classes."""
    prediction_id = client.predict("loans", client.example("loans"))[0].prediction_id
    with pytest.raises(InvalidArgument, match="perhaps") as caught:
        client.flag(prediction_id, reason="unsure", proposed_label="perhaps")
    assert "no, yes" in caught.value.hint


def test_a_bad_day_is_seen_and_alerted(client: Client, desk: Desk) -> None:
    """Traffic with moved incomes shows in the report, the overview and the alerts."""
    for rows, day in ((loans(ROWS), DAY), (loans(ROWS, shift=30), DAY + timedelta(days=1))):
        client.predict("loans", rows, timestamps=[day] * ROWS)
    desk.jobs.run()
    report = client.drift("loans", start=DAY, end=DAY + timedelta(days=2))
    (_, first), (_, second) = report.history("income")
    assert first.verdict.status is Status.STABLE
    assert second.verdict.status is Status.CHANGED
    assert report.signature == desk.registry.version("loans").signature
    hours = client.drift("loans", granularity=Granularity.HOUR, start=DAY, version=1)
    assert len(hours.windows) >= 2
    alerts = client.alerts("loans", status=AlertStatus.OPEN)
    assert (DAY + timedelta(days=1), "income") in {(a.window.start, a.column) for a in alerts}
    assert set(alerts) <= set(client.alerts())
    assert client.alerts(status=AlertStatus.RESOLVED) == ()
    overview = client.model("loans")
    assert overview in client.models()
    assert overview.profiled == overview.predictions
    assert overview.open_alerts == len(alerts)


def test_a_version_can_be_asked_for(client: Client, desk: Desk) -> None:
    """`version` names the version that answers; without it the champion does."""
    reference = loans(ROWS)
    model = LogisticRegression().fit(reference, ["no"] * (ROWS // 2) + ["yes"] * (ROWS // 2))
    desk.registry.publish(model, name="loans", reference=reference)
    assert client.predict("loans", loans(2), version=2).version == 2
    assert client.predict("loans", loans(2)).version == 1
