"""modeldesk takes a trained model into use and keeps it good.

Importing the package does nothing: the public names are loaded when first used.

>>> import modeldesk
>>> profile = modeldesk.profile({"age": [31, 47, 62]})
>>> profile.rows
3
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modeldesk.client import Client
    from modeldesk.desk import Desk, publish

    # From where they are defined: in a circle of imports, the type checker takes what a package
    # exports for its module of the same name.
    from modeldesk.drift.compare import compare
    from modeldesk.profiles import Profile, profile_file
    from modeldesk.profiles.build import profile

__version__ = "0.1.0"

_HOMES = {
    "Client": "modeldesk.client",
    "Desk": "modeldesk.desk",
    "Profile": "modeldesk.profiles",
    "compare": "modeldesk.drift",
    "profile": "modeldesk.profiles",
    "profile_file": "modeldesk.profiles",
    "publish": "modeldesk.desk",
}

__all__ = [
    "Client",
    "Desk",
    "Profile",
    "__version__",
    "compare",
    "profile",
    "profile_file",
    "publish",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        message = f"module 'modeldesk' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(importlib.import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
