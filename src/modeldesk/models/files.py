"""Reading a trained object from what a person names: a file or an import path."""

from __future__ import annotations

import importlib
from pathlib import Path

from modeldesk.errors import Corrupt, InvalidArgument, NotFound, UnsafeArtefact
from modeldesk.models.adapters.function import load_import_path
from modeldesk.models.adapters.sklearn import load_skops

_PICKLES = {".joblib", ".pkl", ".pickle"}


def read_model(source: str, *, trust_pickle: bool = False) -> object:
    """Return the trained object in a ``.skops`` or ``.joblib`` file or at ``module:name``.

    Parameters
    ----------
    source
        Path of a file, or an import path.
    trust_pickle
        Whether to read pickle formats, which run whatever code their author put in.

    Raises
    ------
    UnsafeArtefact
        For a pickle format without ``trust_pickle``, or a skops file with unknown types.
    NotFound
        When there is no such file or name.
    InvalidArgument
        When the ending is of no known format.
    """
    path = Path(source)
    if ":" in source and not path.exists():
        return load_import_path(source)
    if not path.is_file():
        message = f"There is no file {source!r}."
        raise NotFound(message, hint="Give a .skops file or package.module:name.")
    if path.suffix == ".skops":
        return load_skops(path)
    if path.suffix not in _PICKLES:
        message = f"{path.name} has an ending that is not known."
        raise InvalidArgument(message, hint="Write the model with skops.io.dump to a .skops file.")
    if not trust_pickle:
        message = f"{path.name} is a pickle: loading it runs code that its author chose."
        hint = "If you made it yourself, add --trust-pickle; better, save it with skops.io.dump."
        raise UnsafeArtefact(message, hint=hint)
    try:
        loaded: object = importlib.import_module("joblib").load(path)
    except Exception as error:
        message = f"{path.name} cannot be loaded: {error}."
        raise Corrupt(
            message, hint="Load it with the library versions it was made with."
        ) from error
    return loaded
