"""A stand-in holds a module's place and costs nothing, and whoever uses it has the real one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Barrier, Thread
from types import ModuleType

import pytest

from modeldesk.ui.stand_in import standing_in

NAME = "modeldesk_test_of_stand_ins"
PACKAGE = """
import time
from . import part
time.sleep(0.05)
VALUE = part.VALUE + 1
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Offer the name of a package that can be imported, with one module."""
    folder = tmp_path / NAME
    folder.mkdir()
    (folder / "__init__.py").write_text(PACKAGE, encoding="utf-8")
    (folder / "part.py").write_text("VALUE = 41\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield NAME
    for name in (NAME, f"{NAME}.part"):
        sys.modules.pop(name, None)


def loaded() -> list[str]:
    """Return which modules of the package are loaded."""
    return [name for name in sorted(sys.modules) if name.partition(".")[0] == NAME]


def test_nothing_is_loaded_until_something_is_used(package: str) -> None:
    """Importing the whole in the block runs no line of it; using it afterwards loads it."""
    with standing_in(package):
        module = import_module(package)
    assert loaded() == []
    assert module.VALUE == 42
    assert loaded() == [NAME, f"{NAME}.part"]
    assert sys.modules[NAME].VALUE == 42


def test_an_import_afterwards_is_the_real_module(package: str) -> None:
    """What is imported after the block is no stand-in, and the stand-in reaches the same one."""
    with standing_in(package):
        kept = import_module(package)
    real = import_module(package)
    assert type(real) is ModuleType
    assert real is not kept
    assert kept.part is real.part


def test_names_and_modules_below_are_real_in_the_block(package: str) -> None:
    """Whoever imports more than the whole has the real module at once."""
    with standing_in(package):
        below = import_module(f"{package}.part")
        assert below.VALUE == 41
    assert sys.modules[NAME].part is below
    assert sys.modules[NAME].VALUE == 42


def test_it_can_be_used_in_the_block(package: str) -> None:
    """The real module takes the stand-in's place when it is used there, and stays."""
    with standing_in(package):
        assert import_module(package).VALUE == 42
        assert import_module(package) is sys.modules[NAME]
    assert type(sys.modules[NAME]) is ModuleType


def test_a_loaded_module_is_left_as_it_is(package: str) -> None:
    """Who has loaded the module keeps it, in the block and after it."""
    real = import_module(package)
    with standing_in(package):
        assert import_module(package) is real
    assert sys.modules[NAME] is real


def test_a_module_that_is_not_installed_is_not_found() -> None:
    """A stand-in does not pretend that a library is there."""
    with (
        standing_in("modeldesk_test_of_nothing"),
        pytest.raises(ModuleNotFoundError, match="of_nothing"),
    ):
        import_module("modeldesk_test_of_nothing")


def test_where_a_module_is_can_be_asked(package: str) -> None:
    """Looking for the module finds its place, in the block and after it, and loads nothing."""
    with standing_in(package):
        inside = find_spec(package)
    outside = find_spec(package)
    assert inside is not None
    assert outside is not None
    assert inside.origin == outside.origin
    assert loaded() == []


def test_an_unknown_name_is_an_attribute_error(package: str) -> None:
    """A name that the real module does not have fails as it would there."""
    with standing_in(package):
        module = import_module(package)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = module.nothing


def test_a_block_that_fails_leaves_no_stand_in(package: str) -> None:
    """The module can be imported after an import beside it has failed."""
    with pytest.raises(ModuleNotFoundError), standing_in(package):
        import_module("modeldesk_test_of_nothing")
    assert loaded() == []
    assert import_module(package).VALUE == 42


def test_threads_that_use_it_together_have_the_same_module(package: str) -> None:
    """However many use it first at the same time, the module is loaded once and whole."""
    count = 8
    start, found = Barrier(count), []

    def use(module: ModuleType) -> None:
        start.wait()
        found.append((module.VALUE, id(module.part)))

    with standing_in(package):
        module = import_module(package)
        threads = [Thread(target=use, args=(module,)) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == [(42, id(sys.modules[f"{NAME}.part"]))] * count
