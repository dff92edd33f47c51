"""Every operation of the OpenAPI document, asked with what nobody would send on purpose."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlencode

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks as openapi_checks

from modeldesk.desk import Desk
from modeldesk.schema import LogPolicy, Routing
from modeldesk.services.acting import Scope
from modeldesk.services.row_files import RowFormat
from modeldesk.settings import Settings
from tests.support.fuzzing import (
    LAST,
    ODD_HEADERS,
    Scene,
    Sent,
    State,
    accepted,
    assert_tells_nothing_of_the_inside,
    twisted,
)
from tests.support.iris import FEATURES, iris_frame, iris_model
from tests.support.ledger import Ledger, tell
from tests.support.measuring import REPEATS
from tests.support.server import RunningServer, running_server

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from schemathesis.schemas import APIOperation

    Operation: TypeAlias = APIOperation[Any, Any, Any, Any]

LONGEST_QUERY = 50_000
CASES = int(os.environ.get("MODELDESK_FUZZ_CASES", "6"))
"""Requests of each operation, on each server; besides those that are accepted."""

CHECKS = [
    not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
]
QUIET = {
    "MODELDESK_JOBS": "false",  # nothing but requests changes the database
    "MODELDESK_KEEP_HOURLY_DAYS": "0",
    "MODELDESK_KEEP_ROWS_DAYS": "0",
}
SECONDS = 180.0
"""For one answer: a model that is published is tried in a process of its own, for up to 120 s."""
SLOW = {"publish_version": 8}
"""Operations that are asked so many times less often."""


@dataclass(kw_only=True)
class Target:
    """A server under fire, and the desk behind it."""

    server: RunningServer
    desk: Desk
    scene: Scene
    key: str
    document: dict[str, Any]
    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    rows: int = 0
    """Rows that answers said were logged."""

    def __post_init__(self) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self.state = State.of(self.desk)

    def send(
        self,
        case: Case[Any],
        sent: Sent | None,
        *,
        key: str | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Ask, and check everything that holds for every answer."""
        operation = str(case.operation.definition.raw["operationId"])
        before = self.state
        asked = case.as_transport_kwargs(base_url=self.server.url)
        headers = {str(name): value for name, value in asked.pop("headers").items()}
        if sent is not None:
            for form in ("json", "files", "data"):
                asked.pop(form, None)
            headers = {n: v for n, v in headers.items() if n.lower() != "content-type"}
            headers |= {"Content-Type": sent.kind, **sent.headers}
            asked["data"] = sent.data
        # Latin-1 is what a header's bytes are read as.
        headers |= {name: value.encode("latin-1") for name, value in (extra or {}).items()}
        shown = self.key if key is None else key
        if shown:
            headers["X-API-Key"] = shown
        answer = self.session.request(**asked, headers=headers, timeout=SECONDS)
        self.statuses.setdefault(operation, Counter())[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)
        assert_tells_nothing_of_the_inside(answer)
        self.state = after = State.of(self.desk)
        if answer.status_code >= 400:
            assert not before.differs(after), f"refused, but something has changed: {operation}"
        found = accepted(operation, answer)
        assert after.rows - before.rows == found, "the log has not what the answer says"
        self.rows += found
        return answer

    def reset(self) -> None:
        """Undo what operations have changed about how others answer."""
        self.desk.registry.set_policy("iris", LogPolicy())
        self.desk.routes.set("iris", Routing())
        pointing = {found.alias: found.version for found in self.desk.aliases.of("iris")}
        for alias in ("champion", "challenger"):
            if pointing.get(alias) != 1:
                self.desk.aliases.move("iris", alias, 1)
        self.state = State.of(self.desk)


@pytest.fixture(params=["sqlite", "postgres"])
def target(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Target]:  # noqa: ANN401
    """Offer a server on SQLite that asks nobody, and one on PostgreSQL that asks for keys."""
    guarded = request.param == "postgres"
    url = request.getfixturevalue("postgres_database") if guarded else None
    home = tmp_path / "home"
    with Desk.open(Settings.load(home=home, database_url=url, keep_hourly_days=0)) as desk:
        prediction = seed(desk)
        job = predicted_file(desk)
        every = desk.keys.create("every", scopes=[*Scope]).key if guarded else ""
        environment = QUIET | ({"MODELDESK_AUTH": "required"} if guarded else {})
        if url:
            environment["MODELDESK_DATABASE_URL"] = url
        with running_server(home, environment=environment) as running:
            headers = {"X-API-Key": every} if guarded else {}
            document = requests.get(
                f"{running.url}/openapi.json", headers=headers, timeout=SECONDS
            ).json()
            (alert, *_) = desk.monitoring.alerts("iris")
            scene = Scene(
                signature=desk.registry.version("iris").signature,
                prediction=prediction,
                alert=alert.alert_id,
                job=job,
                model=requests.get(
                    f"{running.url}/api/v1/models/iris/versions/1/artefact",
                    headers=headers,
                    timeout=SECONDS,
                ).content,
            )
            asked = Target(server=running, desk=desk, scene=scene, key=every, document=document)
            yield asked
            asked.session.close()


def seed(desk: Desk) -> str:
    """Publish two tested versions, log two days with an alert, and flag a prediction."""
    frame = iris_frame()
    for _ in range(2):
        desk.registry.publish(
            iris_model(), name="iris", reference=frame, target="class", test=frame
        )
    desk.aliases.move("iris", "challenger", 2)
    desk.aliases.move("iris", "challenger", 1)
    rows = [row | {"sepal_width_cm": 9.0} for row in iris_frame().select(FEATURES).to_dicts()]
    yesterday = datetime.now(UTC) - timedelta(days=1)
    desk.predictor.predict("iris", rows, timestamps=[yesterday] * len(rows))
    found = desk.predictor.predict("iris", rows[:5]).predictions[0].prediction_id
    desk.jobs.run()
    desk.feedback.flag(found, reason="other", comment="")
    desk.slices.define("iris", "broad", "sepal_width_cm >= 3")
    desk.slices.define("iris", "slim", "sepal_width_cm < 3")
    return found


def predicted_file(desk: Desk) -> str:
    """Predict a file, and return its job."""
    draft = desk.file_jobs.draft("iris", RowFormat.CSV, file="flowers.csv")
    draft.path.write_bytes(iris_frame().select(FEATURES).write_csv().encode())
    job = desk.file_jobs.submit(draft).job_id
    assert desk.file_jobs.work()
    return job


def aimed(case: Case[Any], scene: Scene, data: st.DataObject) -> None:
    """Let most requests be about what is there; what is random is mostly unknown."""
    known = {
        "name": "iris",
        "version": 1,
        "alias": "challenger",
        "slice": "wide",
        "column": COLUMN,
        "alert_id": scene.alert,
        "job_id": scene.job,
        "prediction_id": scene.prediction,
    }
    for name in case.path_parameters or {}:
        if data.draw(st.integers(0, 9)):
            case.path_parameters[name] = known[name]
    for name, value in {"model": "iris", "version": 1, "cursor": None, "segment": ""}.items():
        if name in (case.query or {}) and data.draw(st.booleans()):
            if value is None:
                case.query.pop(name)
            else:
                case.query[name] = value


def operations(target: Target) -> dict[str, Operation]:
    """Return every operation of the document by its name, those that change things last."""
    schema = schemathesis.openapi.from_dict(target.document)
    found: dict[str, Operation] = {}
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), f"the document has a fault: {result}"
        operation = result.ok()
        found[str(operation.definition.raw["operationId"])] = operation
    return {name: found[name] for name in sorted(found, key=_turn)}


def _turn(name: str) -> tuple[int, str]:
    return (LAST.index(name) + 1 if name in LAST else 0), name


COLUMN = "sepal_width_cm"
KNOWN = {
    "name": "iris",
    "version": 1,
    "alias": "challenger",
    "slice": "wide",
    "column": COLUMN,
}
QUERY: Mapping[str, dict[str, Any]] = {
    "predictions_by_key": {"row_id": "a"},
    "performance_fairness": {"group": ["broad", "slim"]},
}


def ask_rightly(target: Target, name: str, operation: Operation) -> None:
    """Ask in every way that is accepted; on a server that asks for keys also without one."""
    scene = target.scene
    known = KNOWN | {
        "alert_id": scene.alert,
        "prediction_id": scene.prediction,
        "job_id": scene.job,
    }
    wanted = {parameter.name: known[parameter.name] for parameter in operation.path_parameters}
    case = operation.Case(path_parameters=wanted, query=QUERY.get(name))
    for sent in scene.bodies().get(name, [None]):
        if target.key:
            refused = target.send(case, sent, key="")
            assert refused.status_code == 401 or refused.ok, (name, refused.text)
        answer = target.send(case, sent)
        assert answer.ok, (name, sent, answer.text)


def ask_wrongly(target: Target, name: str, operation: Operation) -> None:
    """Ask with what fits the document, what does not, and what is accepted but for a twist."""
    takes = bool(operation.body) or any(True for _ in operation.iter_parameters())
    modes = [GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if takes else [])]
    drawn = [operation.as_strategy(generation_mode=mode) for mode in modes]
    bodies = target.scene.bodies().get(name)

    @settings(
        max_examples=max(1, CASES // SLOW.get(name, 1)),
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(data=st.data())
    def ask(data: st.DataObject) -> None:
        case = data.draw(data.draw(st.sampled_from(drawn)))
        aimed(case, target.scene, data)
        # What reads HTTP refuses longer ones before anything of ours sees them.
        query = case.as_transport_kwargs(base_url=target.server.url).get("params")
        assume(len(urlencode(query or {}, doseq=True)) < LONGEST_QUERY)
        twist = bodies is not None and data.draw(st.booleans())
        sent = data.draw(twisted(data.draw(st.sampled_from(bodies)))) if twist and bodies else None
        extra = data.draw(ODD_HEADERS) if data.draw(st.integers(0, 2)) == 0 else None
        target.send(case, sent, extra=extra)

    ask()


@REPEATS
@pytest.mark.timeout(120 + 60 * CASES)
def test_no_request_breaks_the_server_or_leaves_half_of_something(target: Target) -> None:
    """Answers are as documented, refusals change nothing, and the log has what was answered."""
    found = operations(target)
    before = target.state.rows
    for name, operation in found.items():
        ask_rightly(target, name, operation)
        ask_wrongly(target, name, operation)
        if name in LAST:
            target.reset()
    total = Counter[int]()
    for name in found:
        statuses = target.statuses[name]
        assert any(status < 300 for status in statuses), f"{name} was never done: {statuses}"
        total += statuses
    tell(f"{sum(total.values())} requests of {len(found)} operations: {dict(total)}")
    assert set(target.statuses) == set(found)
    assert State.of(target.desk).rows == before + target.rows
    ledger = Ledger.of(target.desk)
    tell(str(ledger))
    assert not ledger.problems
    assert "Traceback" not in target.server.output
    assert "request failed unexpectedly" not in target.server.output
