"""Requests that a server of one Iris classifier may not expect, and what must hold after them."""

from __future__ import annotations

import io
import json
import re
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl
import requests
import sqlalchemy as sa
from hypothesis import strategies as st

from modeldesk.schema import Signature
from modeldesk.services.calls import Dialect, call
from modeldesk.store.fresh import file_fresh
from modeldesk.store.tables import metadata
from tests.support.iris import FEATURES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from modeldesk.desk import Desk

JSON = "application/json"
CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"
ARROW = "application/vnd.apache.arrow.stream"
BINARY = "application/octet-stream"
NDJSON = "application/x-ndjson"

LAST = (
    "flag_prediction",
    "change_alert",
    "move_alias",
    "rollback",
    "remove_alias",
    "set_routing",
    "set_policy",
    "set_monitor",
    "set_column_rule",
    "publish_version",
    "delete_job",
    "define_slice",
    "delete_slice",
)
"""Operations that change how the others answer: they come last, in this order."""

_COUNTED = frozenset({"counters", "access_state", "api_keys", "alembic_version"})
"""Tables that may change without a word: refused rows are counted, keys' last use is noted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A body as bytes, or as a value that travels as JSON."""

    kind: str
    body: object
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> bytes:
        """What goes over the wire."""
        if isinstance(self.body, bytes):
            return self.body
        # Halves of surrogate pairs and NaN are written as Python's own clients write them.
        return json.dumps(self.body).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the server holds that requests can be about."""

    signature: Signature
    prediction: str
    alert: int
    job: str
    """One that is done."""
    model: bytes
    """The classifier's file."""

    def bodies(self) -> dict[str, list[Sent]]:
        """Return bodies that are accepted, by operation; the first one always is."""
        row = self.signature.example()
        logged = row | {"class": "Iris-setosa"}
        table = pl.DataFrame([row, row])
        asked = {dialect: call("iris", self.signature, dialect).body for dialect in Dialect}
        split = asked[Dialect.INVOCATIONS]["dataframe_split"]
        rows = [
            Sent(kind=JSON, body={"row": row, "timestamp": "2026-01-02T03:04:05Z", "row_id": "a"}),
            Sent(kind=JSON, body={"rows": [row, row], "row_ids": ["b", None]}),
            Sent(kind=JSON, body={"columns": {name: [1.0, 2.0] for name in FEATURES}}),
            *_tables(table),
        ]
        tensors = dict(asked[Dialect.OPEN_INFERENCE]) | {"id": "x", "outputs": [{"name": "class"}]}
        infers = [Sent(kind=JSON, body=tensors), _binary_tensors()]
        kept = {"rows": "all", "sample": 0.5, "hash": ["petal_width_cm"], "drop": []}
        odd = {"segment_by": ["class"], "times": "clamp", "oldest_days": 9, "future_minutes": 1}
        files = [*_tables(table), Sent(kind=NDJSON, body=table.write_ndjson().encode())]
        return {
            "create_job": files,
            "create_version_job": files,
            "hold_table": files,
            "predict_bare": [Sent(kind=JSON, body=row)],
            "predict": rows,
            "predict_version": rows,
            "v2_infer": infers,
            "v2_infer_version": infers,
            "v1_predict": [
                Sent(kind=JSON, body=asked[Dialect.KSERVE]),
                Sent(kind=JSON, body={"inputs": {name: [1.0, 2.0] for name in FEATURES}}),
            ],
            "invocations": [
                Sent(kind=JSON, body={"dataframe_split": split}),
                Sent(kind=JSON, body={"dataframe_records": [row, row]}),
                Sent(kind=JSON, body={"inputs": [[1, 2, 3, 4]]}),
                Sent(kind=CSV, body=table.write_csv().encode()),
            ],
            "log_rows": [
                Sent(kind=JSON, body=[logged, logged]),
                *_tables(pl.DataFrame([logged, logged])),
            ],
            "label_predictions": [
                Sent(kind=JSON, body={"row_id": "a", "label": "Iris-setosa", "source": "crm"}),
                Sent(
                    kind=JSON,
                    body={
                        "labels": [
                            {
                                "prediction_id": self.prediction,
                                "label": "Iris-virginica",
                                "time": "2026-01-02T03:04:05Z",
                            },
                            {"row_id": 7, "label": "Iris-setosa"},
                        ]
                    },
                ),
                Sent(kind=JSON, body={"columns": {"row_id": ["b"], "label": ["Iris-setosa"]}}),
                *_tables(pl.DataFrame({"row_id": ["c", "d"], "label": ["Iris-setosa"] * 2})),
            ],
            "check_slice": [
                Sent(kind=JSON, body={"expression": "petal_width_cm > 1", "cursor": 5}),
            ],
            "define_slice": [
                Sent(kind=JSON, body={"name": "wide", "expression": "petal_width_cm > 1"}),
            ],
            "flag_prediction": [
                Sent(
                    kind=JSON,
                    body={"reason": "other", "comment": "c", "proposed_label": "Iris-setosa"},
                )
            ],
            "change_alert": [Sent(kind=JSON, body={"status": "acknowledged"})],
            "move_alias": [Sent(kind=JSON, body={"version": 2, "reason": "better"})],
            "rollback": [Sent(kind=JSON, body={"alias": "challenger", "reason": "worse"})],
            "set_routing": [
                Sent(
                    kind=JSON,
                    body={
                        "canary": {"version": 2, "percent": 10, "key": "sepal_width_cm"},
                        "shadow": {"version": 2},
                    },
                )
            ],
            "set_policy": [Sent(kind=JSON, body=kept | odd)],
            "set_monitor": [Sent(kind=JSON, body={"thresholds": {"min_rows": 50}, "history": 7})],
            "try_monitor": [Sent(kind=JSON, body={"thresholds": {"min_distance": 0.2}})],
            "set_column_rule": [Sent(kind=JSON, body={"min_distance": 0.3, "muted": "moved"})],
            "publish_version": [self._form(), self._form(tested=True)],
        }

    def _form(self, *, tested: bool = False) -> Sent:
        """Return the form that publishes the classifier again, maybe with a test set."""
        table = pl.DataFrame([self.signature.example() | {"class": "Iris-setosa"}]).write_csv()
        files: dict[str, tuple[str, bytes]] = {
            "model": ("model.skops", self.model),
            "reference": ("reference.csv", table.encode()),
        }
        if tested:
            files["test"] = ("test.csv", table.encode())
        asked = requests.Request(
            "POST",
            "http://127.0.0.1",
            files=files,
            data={"target": "class", "metrics": '{"accuracy": 0.9}'},
        ).prepare()
        assert isinstance(asked.body, bytes)
        return Sent(kind=str(asked.headers["Content-Type"]), body=asked.body)


def _tables(frame: pl.DataFrame) -> list[Sent]:
    parquet, arrow = io.BytesIO(), io.BytesIO()
    frame.write_parquet(parquet)
    frame.write_ipc_stream(arrow)
    return [
        Sent(kind=CSV, body=frame.write_csv().encode()),
        Sent(kind=PARQUET, body=parquet.getvalue()),
        Sent(kind=ARROW, body=arrow.getvalue()),
    ]


def _binary_tensors() -> Sent:
    tensor = {"name": "all", "datatype": "FP64", "shape": [2, 4]}
    head = json.dumps({"inputs": [tensor | {"parameters": {"binary_data_size": 64}}]}).encode()
    return Sent(
        kind=BINARY,
        body=head + struct.pack("<8d", *range(8)),
        headers={"Inference-Header-Content-Length": str(len(head))},
    )


_ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([2**63, -(2**63) - 1, 10**400, 0, -1, 1e308, 5e-324, -0.0]),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["", "\x00", "\ud800", "NaN", "9999-12-31T23:59:59Z", "0000-00-00", "=1+1", "../..", "iris"]
    ),
    st.lists(st.none() | st.integers() | st.text(max_size=5), max_size=5),
    st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=3),
)


ODD_HEADERS: st.SearchStrategy[dict[str, str]] = st.fixed_dictionaries(
    {},
    optional={
        "Accept": st.sampled_from([CSV, PARQUET, ARROW, "text/*", "*/*;q=x", "image/png, ,;;", ""]),
        "Content-Encoding": st.sampled_from(["gzip", "deflate", "br", "identity, gzip", "\xe9"]),
        "X-Routing-Key": st.sampled_from(["customer 7", "\xff\xfe", "k" * 5000, ""]),
        "X-Request-ID": st.sampled_from(["mine", "\xff", "i" * 5000, "a b"]),
        "X-Amzn-SageMaker-Target-Model": st.sampled_from(["iris", "nope", "m" * 201]),
        "Inference-Header-Content-Length": st.sampled_from(["0", "-1", "x", "99999", "\xb2"]),
    },
)
"""Headers that few of the operations describe, most of them wrong."""


@st.composite
def twisted(draw: st.DrawFn, sent: Sent) -> Sent:
    """Draw a body that is accepted but for one or two places."""
    body = sent.body
    for _ in range(draw(st.integers(0, 2))):
        body = draw(_twisted_bytes(body)) if isinstance(body, bytes) else draw(_twisted(body))
    return Sent(kind=sent.kind, body=body, headers=sent.headers)


@st.composite
def _twisted(draw: st.DrawFn, value: object) -> object:
    if isinstance(value, dict) and value and draw(st.integers(0, 9)):
        name = draw(st.sampled_from(sorted(value)))
        other = draw(st.sampled_from(["inside", "inside", "inside", "without", "renamed"]))
        rest = {key: part for key, part in value.items() if key != name}
        if other == "without":
            return rest
        if other == "renamed":
            return rest | {draw(st.text(max_size=20)): value[name]}
        return value | {name: draw(_twisted(value[name]))}
    if isinstance(value, list | tuple) and value and draw(st.integers(0, 9)):
        place = draw(st.integers(0, len(value) - 1))
        other = draw(st.sampled_from(["inside", "inside", "inside", "without", "twice"]))
        middle = {"without": [], "twice": [value[place]] * 2}.get(other)
        if middle is None:
            middle = [draw(_twisted(value[place]))]
        return [*value[:place], *middle, *value[place + 1 :]]
    return draw(_ODD)


@st.composite
def _twisted_bytes(draw: st.DrawFn, data: bytes) -> bytes:
    place = draw(st.integers(0, max(0, len(data) - 1)))
    length = draw(st.integers(0, 8))
    return data[:place] + draw(st.binary(max_size=8)) + data[place + length :]


def accepted(operation: str, answer: requests.Response) -> int:
    """Return how many rows an answer says that it has put into the log."""
    reader = _ACCEPTED.get(operation)
    return reader(answer) if reader is not None and answer.status_code < 300 else 0


def _of_predictions(answer: requests.Response) -> int:
    kind = answer.headers["content-type"].partition(";")[0]
    if kind == CSV:
        return len(answer.content.splitlines())
    return len(answer.json()["predictions"])


def _of_rows(answer: requests.Response) -> int:
    reader = _READERS.get(answer.headers["content-type"].partition(";")[0])
    if reader is None:
        return len(answer.json()["predictions"])
    return reader(io.BytesIO(answer.content)).height


def _of_tensors(answer: requests.Response) -> int:
    head = int(answer.headers.get("Inference-Header-Content-Length", len(answer.content)))
    return int(json.loads(answer.content[:head])["outputs"][0]["shape"][0])


_READERS: dict[str, Callable[[io.BytesIO], pl.DataFrame]] = {
    CSV: pl.read_csv,
    PARQUET: pl.read_parquet,
    ARROW: pl.read_ipc_stream,
}

_ACCEPTED: dict[str, Callable[[requests.Response], int]] = {
    "predict_bare": lambda _: 1,
    "predict": _of_rows,
    "predict_version": _of_rows,
    "v2_infer": _of_tensors,
    "v2_infer_version": _of_tensors,
    "v1_predict": _of_predictions,
    "invocations": _of_predictions,
    "log_rows": lambda answer: int(answer.json()["logged"]),
}

_TRACE = re.compile(
    r'Traceback \(most recent call|File "[^"]+\.py", line \d+|\bsqlite3\.|psycopg\.'
)


def assert_tells_nothing_of_the_inside(answer: requests.Response) -> None:
    """Fail where an answer shows a stack trace, or names what the server is made of."""
    found = _TRACE.search(answer.text)
    assert found is None, (answer.status_code, answer.text[:500])


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What is in the database, as far as requests can change it."""

    rows: int
    """Predictions in the log."""
    content: Mapping[str, object]
    """Number of rows of each table; of small ones that are changed in place, the rows."""

    def differs(self, other: State) -> dict[str, tuple[object, object]]:
        """Return what is not the same: each table's name with what both sides have."""
        return {
            name: (found, other.content[name])
            for name, found in self.content.items()
            if found != other.content[name]
        } | ({"rows": (self.rows, other.rows)} if self.rows != other.rows else {})

    @staticmethod
    def of(desk: Desk) -> State:
        """Read it, in one query for the numbers and one for each table that is kept whole."""
        file_fresh(desk.store)
        with desk.store.reading() as connection:
            counts: dict[str, int] = {
                str(name): int(rows) for name, rows in connection.execute(sa.text(_COUNTS))
            }
            whole = {
                f"{table}, rows": sorted(
                    map(repr, connection.execute(sa.text(f'select * from "{table}"')))  # noqa: S608 - a constant
                )
                for table in ("models", "aliases", "alerts", "monitors")
            }
        return State(rows=counts.pop("rows"), content={**counts, **whole})


_FILES = ("journals",)
"""Which files hold rows that are not filed yet says nothing of what was asked for."""

_TABLES = sorted(set(metadata.tables) - _COUNTED - {"chunks", *_FILES})
_COUNTS = " union all ".join(
    [
        "select 'rows', coalesce(sum(rows), 0) from chunks",
        *(f"select '{name}', count(*) from \"{name}\"" for name in _TABLES),  # noqa: S608 - ours
    ]
)
