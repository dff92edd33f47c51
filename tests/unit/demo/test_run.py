"""The demo played in this process, beside a desk that must not be touched."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from modeldesk import Client
from modeldesk.clock import FrozenClock
from modeldesk.demo import Outcome, Silent, demo_home, running_demo
from modeldesk.demo.scenario import DRIFTED, MODEL, TARGET

if TYPE_CHECKING:
    from pathlib import Path


def test_the_demo_finds_what_it_staged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is sent, profiled, judged and flagged, in the demo's own folder alone."""
    monkeypatch.setenv("MODELDESK_HOME", str(tmp_path / "real"))
    monkeypatch.setenv("MODELDESK_DATABASE_URL", f"sqlite:///{tmp_path / 'real.db'}")
    progress = Silent()
    clock = FrozenClock(datetime(2026, 3, 14, 23, 59, tzinfo=UTC))
    with (
        demo_home(tmp_path / "demo") as folder,
        running_demo(folder, progress, port=0, seed=3, clock=clock) as outcome,
        Client(outcome.url) as client,
    ):
        assert outcome.unmet == ()
        assert client.model(MODEL).predictions == 451
        (flag,) = client.flags(MODEL)
    assert isinstance(outcome, Outcome)
    assert (outcome.predictions, outcome.profiled) == (450, 450)
    assert 400 < outcome.labelled <= 450
    assert outcome.accuracy is not None
    assert 0.8 < outcome.accuracy < 1
    assert [(f.column, f.day.isoformat()) for f in outcome.alerts if f.column != TARGET] == [
        (DRIFTED, "2026-03-12")
    ]
    assert flag.flag_id == outcome.flag_id
    assert progress.done == 450
    assert progress.steps[-1] == "Waiting for the profiles and the monitor"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo"]
