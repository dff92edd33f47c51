"""Reading a trained object from what a person names: a file, an import path or a URI."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path

from modeldesk.errors import Corrupt, InvalidArgument, NotFound, UnsafeArtefact
from modeldesk.models.adapters.catboost import CBM, load_catboost
from modeldesk.models.adapters.function import load_import_path
from modeldesk.models.adapters.lightgbm import TEXT, load_lightgbm
from modeldesk.models.adapters.mlflow import SCHEME, mlflow_source
from modeldesk.models.adapters.onnx import ONNX, load_onnx
from modeldesk.models.adapters.sklearn import SKOPS
from modeldesk.models.adapters.vouching import load_skops
from modeldesk.models.adapters.xgboost import UBJ, load_xgboost

_PICKLES = {".joblib", ".pkl", ".pickle"}

_SAFE: Mapping[str, Callable[[Path], object]] = {
    ".skops": load_skops,
    ".onnx": load_onnx,
    ".ubj": load_xgboost,
    ".json": load_xgboost,
    ".txt": load_lightgbm,
    ".cbm": load_catboost,
}

SAFE_SUFFIXES = tuple(_SAFE)
"""Endings of the files that hold no code: these may come from anybody."""

DOWNLOADS: Mapping[str, str] = {
    "sklearn": SKOPS,
    "onnx": ONNX,
    "xgboost": UBJ,
    "lightgbm": TEXT,
    "catboost": CBM,
}
"""The file of an artefact that `read_safe_model` reads, by flavor."""


def read_model(source: str, *, trust_pickle: bool = False) -> object:
    """Return the trained object in a file, at ``module:name`` or behind an ``mlflow:`` URI.

    Parameters
    ----------
    source
        Path of a file, an import path, or a URI.
    trust_pickle
        Whether to read pickle formats and MLflow's models, which run whatever code their author
        put in.

    Raises
    ------
    UnsafeArtefact
        For such a format without ``trust_pickle``, or a skops file with unknown types.
    NotFound
        When there is no such file or name, or a library is not installed.
    InvalidArgument
        When the ending is of no known format.
    Corrupt
        When the file cannot be read.
    """
    path = Path(source)
    if source.startswith(SCHEME):
        return mlflow_source(source, trust_pickle=trust_pickle)
    if ":" in source and not path.exists():
        return load_import_path(source)
    if not path.is_file():
        message = f"There is no file {source!r}."
        hint = "Give a .skops or .onnx file, package.module:name, or an mlflow: URI."
        raise NotFound(message, hint=hint)
    if path.suffix not in _PICKLES:
        return read_safe_model(path)
    if not trust_pickle:
        raise pickle_refused(path.name)
    try:
        loaded: object = importlib.import_module("joblib").load(path)
    except Exception as error:
        message = f"{path.name} cannot be loaded: {error}."
        raise Corrupt(
            message, hint="Load it with the library versions it was made with."
        ) from error
    return loaded


def read_safe_model(path: Path) -> object:
    """Return the trained object in a file of a format that holds no code.

    Raises
    ------
    UnsafeArtefact
        For a pickle, or a skops file with types that nobody vouches for.
    InvalidArgument
        When the ending is of no known format.
    NotFound
        When the format's library is not installed.
    Corrupt
        When the file cannot be read.
    """
    if path.suffix in _PICKLES:
        raise pickle_refused(path.name)
    read = _SAFE.get(path.suffix)
    if read is None:
        message = f"{path.name} has an ending that is not known."
        hint = f"Known are {', '.join(SAFE_SUFFIXES)}; write others with skops.io.dump to .skops."
        raise InvalidArgument(message, hint=hint)
    return read(path)


def pickle_refused(name: str) -> UnsafeArtefact:
    """Return the error for a file that would run code."""
    message = f"{name} is a pickle: loading it runs code that its author chose."
    hint = "If you made it yourself, add --trust-pickle; better, save it with skops.io.dump."
    return UnsafeArtefact(message, hint=hint)
