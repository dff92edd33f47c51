"""Importing the package does nothing that anyone would notice."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module

import pytest

import modeldesk

HEAVY = (
    "alembic",
    "fastapi",
    "nicegui",
    "pandas",
    "polars",
    "psycopg",
    "sklearn",
    "skops",
    "sqlalchemy",
    "starlette",
    "uvicorn",
)

LOOK = """
import json, sys, threading, time
start = time.perf_counter()
import modeldesk
seconds = time.perf_counter() - start
print(json.dumps({
    "modules": sorted(name for name in sys.modules if "." not in name),
    "threads": threading.active_count(),
    "seconds": seconds,
}))
"""


@pytest.fixture(scope="module")
def look() -> dict[str, object]:
    """Offer what a fresh interpreter saw when it imported the package."""
    found = subprocess.run([sys.executable, "-c", LOOK], check=True, capture_output=True, text=True)
    told = json.loads(found.stdout)
    assert isinstance(told, dict)
    return told


@pytest.mark.parametrize("name", HEAVY)
def test_import_loads_no_heavy_library(look: dict[str, object], name: str) -> None:
    """`import modeldesk` loads no web stack, no database driver and no machine learning."""
    modules = look["modules"]
    assert isinstance(modules, list)
    assert "modeldesk" in modules
    assert name not in modules


def test_import_starts_no_thread(look: dict[str, object]) -> None:
    """After `import modeldesk` there is the main thread and no other."""
    assert look["threads"] == 1


def test_import_is_fast(look: dict[str, object]) -> None:
    """`import modeldesk` takes milliseconds; the bound leaves room for a busy machine."""
    seconds = look["seconds"]
    assert isinstance(seconds, float)
    assert seconds < 0.25


@pytest.mark.parametrize("name", [name for name in modeldesk.__all__ if name != "__version__"])
def test_every_public_name_is_there(name: str) -> None:
    """Each name that the package announces can be got from it."""
    assert callable(getattr(modeldesk, name))
    assert name in dir(modeldesk)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A misspelt name fails the way Python's own modules fail."""
    with pytest.raises(AttributeError, match="has no attribute 'pubish'"):
        import_module("modeldesk").pubish  # noqa: B018  # reading it is the test
