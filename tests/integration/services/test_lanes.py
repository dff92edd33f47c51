"""Models are loaded on demand and unloaded for want of room or use; those that hang are left."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
import structlog

from modeldesk.clock import SystemClock
from modeldesk.desk import Desk
from modeldesk.errors import ModelFailed, ModelTimedOut, Overloaded
from modeldesk.settings import Settings
from tests.support import versions
from tests.support.iris import ROW as IRIS
from tests.support.iris import iris_frame, iris_model

ROW = {"a": 1.0}
REFERENCE = {"a": [1.0, 2.0, 3.0]}
MOMENT = 0.3


@pytest.fixture
def order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Offer the file that tells models what to do."""
    file = tmp_path / "order"
    monkeypatch.setenv("MODELDESK_TEST_ORDER", str(file))
    return file


def settings_with(tmp_path: Path, **wanted: object) -> Settings:
    """Return settings for an embedded database."""
    return Settings.load(home=tmp_path / "home", **wanted)


def publish(desk: Desk, *models: Callable[..., object]) -> None:
    """Publish functions as versions 1, 2, ... of a model."""
    for model in models:
        desk.registry.publish(model, name="model", reference=REFERENCE)


def states(desk: Desk, name: str = "model") -> list[str]:
    """Return how far each version is."""
    return [version.state for version in desk.serving.of(name).versions]


def wait_for(what: Callable[[], object], *, seconds: float = 20.0) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_versions_are_loaded_when_they_are_asked(tmp_path: Path) -> None:
    """Nothing is loaded before that, and only what is asked."""
    with Desk.open(settings_with(tmp_path)) as desk:
        publish(desk, versions.one, versions.two)
        assert states(desk) == ["not loaded", "not loaded"]
        assert desk.predictor.predict("model", [ROW], version=2).version == 2
        assert states(desk) == ["not loaded", "loaded"]


def test_the_model_that_was_asked_longest_ago_makes_room(tmp_path: Path) -> None:
    """With room for two of three, the least recently used goes and comes back when asked."""
    with Desk.open(settings_with(tmp_path)) as desk:
        for name in ("a", "b", "c"):
            model = iris_model()
            desk.registry.publish(model, name=name, reference=iris_frame(), target="class")
        desk.predictor.predict("a", [IRIS])
        (version,) = desk.serving.of("a").versions
        size = version.bytes
        files = list((tmp_path / "home" / "artefacts" / "a").rglob("*.*"))
        assert size == sum(file.stat().st_size for file in files if file.is_file()) > 0
    with Desk.open(settings_with(tmp_path, max_loaded_bytes=int(2.5 * size))) as desk:
        for name in ("a", "b", "a", "c"):
            desk.predictor.predict(name, [IRIS])
        assert [states(desk, name) for name in ("a", "b", "c")] == [
            ["loaded"],
            ["not loaded"],
            ["loaded"],
        ]
        told = desk.measures.tell().decode()
        assert 'modeldesk_model_unloads_total{model="b",version="1"} 1.0' in told
        assert desk.predictor.predict("b", [IRIS]).version == 1
        assert states(desk, "a") == ["not loaded"]


def test_a_model_that_is_asked_is_never_unloaded(tmp_path: Path) -> None:
    """While a memory for one is fought for by three, every request is answered."""
    with Desk.open(settings_with(tmp_path, max_loaded_bytes=1)) as desk:
        for name in ("a", "b", "c"):
            desk.registry.publish(versions.one, name=name, reference=REFERENCE)

        def ask(name: str) -> int:
            return sum(len(desk.predictor.predict(name, [ROW]).predictions) for _ in range(40))

        with ThreadPoolExecutor(6) as pool:
            assert list(pool.map(ask, ("a", "b", "c") * 2)) == [40] * 6


def test_what_nothing_needs_is_unloaded_after_a_while(tmp_path: Path) -> None:
    """A version without an alias goes with its thread; the champion stays."""
    with Desk.open(settings_with(tmp_path, unload_idle_seconds=MOMENT)) as desk:
        publish(desk, versions.one, versions.two)
        for version in (1, 2):
            desk.predictor.predict("model", [ROW], version=version)
        wait_for(lambda: states(desk) == ["loaded", "not loaded"])
        assert desk.predictor.predict("model", [ROW], version=2).version == 2


def test_a_model_that_hangs_is_left_and_the_next_request_is_answered(
    tmp_path: Path, order: Path
) -> None:
    """Those in its batch are told in time; what waited is answered by another thread."""
    wanted = settings_with(tmp_path, model_timeout_seconds=MOMENT)
    with Desk.open(wanted) as desk:
        publish(desk, versions.hangs_above_ten)
        desk.predictor.predict("model", [ROW])
        bad = desk.predictor.submit("model", [{"a": 11.0}])
        time.sleep(MOMENT / 4)
        waiting = [desk.predictor.submit("model", [ROW]) for _ in range(5)]
        with pytest.raises(ModelTimedOut, match=r"did not answer within 0.3 seconds.*raise model"):
            bad.result(timeout=20)
        assert [future.result(timeout=20).version for future in waiting] == [1] * 5
        assert desk.serving.of("model").versions[0].hanging == 1
        told = desk.measures.tell().decode()
        assert 'modeldesk_model_timeouts_total{model="model",version="1"} 1.0' in told
        order.write_text("go")
        wait_for(lambda: desk.serving.of("model").versions[0].hanging == 0)
        assert desk.overview.model("model").predictions == 6


def test_threads_that_hang_are_bounded(tmp_path: Path, order: Path) -> None:
    """After four, requests are refused at once until one of them comes back."""
    with Desk.open(settings_with(tmp_path, model_timeout_seconds=MOMENT)) as desk:
        publish(desk, versions.hangs_above_ten)
        for _ in range(4):
            with pytest.raises(ModelTimedOut):
                desk.predictor.predict("model", [{"a": 11.0}])
        with pytest.raises(Overloaded, match="hangs again and again"):
            desk.predictor.predict("model", [ROW])
        order.write_text("go")
        wait_for(lambda: desk.serving.of("model").versions[0].hanging < 4)
        assert desk.predictor.predict("model", [ROW]).version == 1


def test_a_failure_is_counted_logged_and_shown(tmp_path: Path, order: Path) -> None:
    """Rows, the last sentence, and in the log the request and the row's own key."""
    with Desk.open(settings_with(tmp_path)) as desk:
        publish(desk, versions.told_to)
        desk.predictor.predict("model", [ROW])
        order.write_text("fail")
        with (
            structlog.testing.capture_logs() as logged,
            structlog.contextvars.bound_contextvars(request_id="r-1"),
            pytest.raises(ModelFailed, match="not today"),
        ):
            desk.predictor.predict("model", [ROW, ROW], row_ids=["order-7", None])
        (entry,) = [line for line in logged if line["event"] == "model failed"]
        assert entry["request_ids"] == ["r-1"]
        assert (entry["row_ids"], entry["rows"]) == (["order-7"], 2)
        sentence = "The function raised ValueError: not today."
        wait_for(lambda: desk.overview.model("model").failed == 2)
        assert desk.overview.model("model").last_failure == sentence
        (version,) = desk.serving.of("model").versions
        assert (version.failed, version.last_failure) == (2, sentence)
        assert version.last_failed_at is not None
        order.unlink()
        assert desk.predictor.predict("model", [ROW]).version == 1
    with Desk.open(settings_with(tmp_path)) as desk:
        assert desk.overview.model("model").failed == 2


class FragileClock(SystemClock):
    """A clock that fails once for the thread of a lane, as nothing of a lane's own should."""

    def __init__(self) -> None:
        self.broken = False

    def now(self) -> datetime:
        """Return the time, or fail."""
        if self.broken and threading.current_thread().name.startswith("modeldesk-model-"):
            self.broken = False
            message = "the clock fell down"
            raise OSError(message)
        return super().now()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_dies_is_replaced(tmp_path: Path) -> None:
    """Whatever ends it: those who wait are told, and the next request is answered."""
    clock = FragileClock()
    with Desk.open(settings_with(tmp_path), clock=clock) as desk:
        publish(desk, versions.one)
        desk.predictor.predict("model", [ROW])
        clock.broken = True
        with pytest.raises(ModelFailed, match="has died"):
            desk.predictor.submit("model", [ROW]).result(timeout=20)
        assert desk.predictor.predict("model", [ROW]).version == 1
