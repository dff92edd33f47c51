"""Which libraries a model needs, in which versions, and what has changed since."""

from __future__ import annotations

import functools
import platform
from collections.abc import Iterable, Mapping
from importlib import metadata

PYTHON = "python"

_DISTRIBUTIONS = {"sklearn": "scikit-learn"}
"""Libraries whose module has another name than what is installed."""


def library_versions(modules: Iterable[str]) -> dict[str, str]:
    """Return the version of Python and of the libraries that modules belong to.

    Parameters
    ----------
    modules
        Names of modules, such as ``sklearn.svm``; those that were not installed are left out.

    Examples
    --------
    >>> sorted(library_versions(["sklearn.svm", "json"]))
    ['python', 'scikit-learn']
    """
    roots = {module.partition(".")[0] for module in modules}
    names = sorted(_DISTRIBUTIONS.get(root, root) for root in roots)
    found = {name: version for name in names if (version := _installed(name)) is not None}
    return {PYTHON: platform.python_version()} | found


def differing(published: Mapping[str, str]) -> tuple[str, ...]:
    """Say which libraries are not here in the version that a model was published with.

    >>> differing({"numpy": "0.9"})[0].startswith("numpy 0.9 (here ")
    True
    """
    here = {name: _installed(name) for name in published if name != PYTHON}
    here[PYTHON] = platform.python_version()
    return tuple(
        f"{name} {version} ({f'here {here[name]}' if here[name] else 'not installed here'})"
        for name, version in published.items()
        if here[name] != version
    )


@functools.cache
def _installed(name: str) -> str | None:
    """Look a version up once: a library that is imported stays what it is, and looking is slow."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        # Some libraries are built under several names: xgboost also comes as xgboost-cpu.
        for distribution in metadata.packages_distributions().get(name, ()):
            return metadata.version(distribution)
    return None
