"""Tables that a page looks at: sent to the API, held, bounded, and never logged."""

from __future__ import annotations

import io
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from modeldesk.api.needs import asked
from modeldesk.services.acting import SHOWS
from modeldesk.services.exploring import DataChoice, DataSource
from tests.support.iris import iris_frame

if TYPE_CHECKING:
    import httpx

    from modeldesk.desk import Desk

CSV = {"Content-Type": "text/csv"}


async def test_a_table_is_held_under_its_token(client: httpx.AsyncClient, desk: Desk) -> None:
    """As it was sent, whichever format; the log has no row of it."""
    frame = iris_frame()
    parquet = io.BytesIO()
    frame.write_parquet(parquet)
    sent = (
        (frame.write_csv().encode(), CSV),
        (parquet.getvalue(), {"Content-Type": "application/vnd.apache.parquet"}),
        (frame.write_json().encode(), {"Content-Type": "application/json"}),
    )
    tokens = set()
    for body, headers in sent:
        answer = await client.post("models/iris/tables?file=f.x", content=body, headers=headers)
        assert answer.status_code == HTTPStatus.CREATED
        held = answer.json()
        assert (held["rows"], held["more"], held["wrong"], held["what"]) == (150, False, 0, "f.x")
        choice = DataChoice(source=DataSource.OTHER, token=held["token"])
        assert desk.exploring.rows("iris", choice).table.frame.equals(frame)
        tokens.add(held["token"])
    assert len(tokens) == 3
    assert desk.reader.page("iris").frame.is_empty()


@pytest.mark.usefixtures("desk")
async def test_what_is_no_table_is_refused(client: httpx.AsyncClient) -> None:
    """Unknown formats, models and broken files; and what is too large."""
    wrong: tuple[tuple[str, dict[str, str], bytes, int], ...] = (
        ("iris", {"Content-Type": "image/png"}, b"x", 422),
        ("nope", CSV, b"a\n1\n", 404),
        ("iris", CSV, b"", 422),
        ("iris", {"Content-Type": "application/vnd.apache.parquet"}, b"PAR1", 422),
    )
    for name, headers, body, status in wrong:
        answer = await client.post(f"models/{name}/tables", content=body, headers=headers)
        assert answer.status_code == status, answer.text
        assert answer.json()["error"]["message"]
    large = b"a\n" + b"1\n" * 200_000
    answer = await client.post("models/iris/tables", content=large, headers=CSV)
    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def test_who_sees_a_model_may_look_at_tables_beside_it() -> None:
    """As for what is shown of the model; other changes need more."""
    assert asked("POST", "/api/v1/models/iris/tables").need is SHOWS
    assert asked("POST", "/api/v1/models/iris/tables").model == "iris"
    assert asked("PUT", "/api/v1/models/iris/tables").need is not SHOWS
