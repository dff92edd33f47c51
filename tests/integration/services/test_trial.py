"""Trying out what comes from elsewhere, and models that cannot be loaded any more."""

import sys
from pathlib import Path

import polars as pl
import pytest
import skops.io as sio
from sklearn.linear_model import LinearRegression

from modeldesk import publish
from modeldesk.desk import Desk
from modeldesk.errors import ModelFailed, NotFound
from modeldesk.models.adapters.tables import needed
from modeldesk.services.trial import try_out
from modeldesk.settings import Settings

REFERENCE = pl.DataFrame({"rooms": [1.0, 2.0], "price": [10.0, 20.0]})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Offer a model's file."""
    path = tmp_path / "model.skops"
    sio.dump(LinearRegression().fit([[1.0], [2.0]], [10.0, 20.0]), path)
    return path


def test_an_orderly_trial_says_nothing(file: Path) -> None:
    """Neither of a model that works nor of one that is refused: publishing it says why."""
    try_out(file, reference=REFERENCE, target="price", frames=None)
    try_out(file, reference=REFERENCE, target="no such column", frames=None)


def test_a_trial_that_takes_too_long_is_ended(file: Path) -> None:
    """The error says how long it was given."""
    with pytest.raises(ModelFailed, match=r"not done .* after 0\.01 seconds"):
        try_out(file, reference=REFERENCE, target="price", frames=None, seconds=0.01)


def test_a_function_that_is_gone_fails_this_version_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What its module raises while it is imported is the failed load of this version."""
    module = tmp_path / "vanishing.py"
    module.write_text("def answer(a: int) -> int:\n    return a\n")
    monkeypatch.syspath_prepend(tmp_path)
    home = str(tmp_path / "home")
    publish("vanishing:answer", name="m", home=home)
    module.write_text("raise RuntimeError('not today, and this line is longer than before')\n")
    monkeypatch.delitem(sys.modules, "vanishing")
    with (
        Desk.open(Settings.load(home=home)) as desk,
        pytest.raises(
            ModelFailed, match="Version 1 of 'm' cannot be loaded: RuntimeError: not today"
        ),
    ):
        desk.predictor.predict("m", [{"a": 1}])


def test_a_library_that_is_not_there_is_named_with_its_extra() -> None:
    """The hint is the command that installs it."""
    with pytest.raises(NotFound, match=r"needs no_such_library.*modeldesk\[onnx\]"):
        needed("no_such_library", extra="onnx")
