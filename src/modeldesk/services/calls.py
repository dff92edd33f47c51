"""What a model is asked with: the path and the body of a request, in each dialect.

Only computed; nothing is sent. The bodies hold the signature's example.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from modeldesk.schema import BYTES, Column, Kind, Signature, datatype_of


class Dialect(StrEnum):
    """A protocol that the server speaks."""

    MODELDESK = "modeldesk"
    OPEN_INFERENCE = "open-inference"
    """Version 2: KServe, Triton, MLServer."""
    KSERVE = "kserve"
    """Version 1: KServe, TensorFlow Serving, Vertex AI."""
    INVOCATIONS = "invocations"
    """MLflow's scoring server, SageMaker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request for a prediction."""

    dialect: Dialect
    path: str
    """Where it is posted to, below the server's address; begins with a slash."""
    body: Mapping[str, object]
    """What is posted, as JSON; made of nothing but what JSON can say."""


def call(model: str, signature: Signature, dialect: Dialect, *, version: int | None = None) -> Call:
    """Return the request that asks a model for its signature's example.

    Parameters
    ----------
    model
        Name of the model.
    signature
        That of the version that is asked.
    dialect
        In which protocol.
    version
        Number of the version that is asked, in modeldesk's own dialect; ``None``: the champion.

    Examples
    --------
    >>> age = Column(name="age", kind=Kind.INTEGER, example=41)
    >>> asked = call("churn", Signature(inputs=(age,)), Dialect.KSERVE)
    >>> asked.path, asked.body
    ('/v1/models/churn:predict', {'instances': [{'age': 41}]})
    """
    path, body = _SPOKEN[dialect]
    name = quote(model, safe="")
    if version is not None and dialect is Dialect.MODELDESK:
        path = "/api/v1/models/{name}/versions/" + str(version) + "/predict"
    return Call(dialect=dialect, path=path.format(name=name), body=body(signature))


def plain_example(signature: Signature) -> dict[str, object]:
    """Return the signature's example as JSON can say it."""
    return {column.name: _plain(column.example) for column in signature.inputs}


def _wrapped(signature: Signature) -> dict[str, object]:
    return {"row": plain_example(signature)}


def _tensors(signature: Signature) -> dict[str, object]:
    return {"inputs": [_tensor(column) for column in signature.inputs]}


def _instances(signature: Signature) -> dict[str, object]:
    return {"instances": [plain_example(signature)]}


def _split(signature: Signature) -> dict[str, object]:
    row = plain_example(signature)
    return {"dataframe_split": {"columns": list(row), "data": [list(row.values())]}}


_SPOKEN: dict[Dialect, tuple[str, Callable[[Signature], dict[str, object]]]] = {
    Dialect.MODELDESK: ("/api/v1/models/{name}/predict", _wrapped),
    Dialect.OPEN_INFERENCE: ("/v2/models/{name}/infer", _tensors),
    Dialect.KSERVE: ("/v1/models/{name}:predict", _instances),
    Dialect.INVOCATIONS: ("/invocations?model={name}", _split),
}


def _tensor(column: Column) -> dict[str, object]:
    value = _plain(column.example)
    values = value if isinstance(value, list) else [value]
    datatype = datatype_of(column)
    return {
        "name": column.name,
        "datatype": datatype,
        "shape": [1, len(values)] if column.kind is Kind.VECTOR else [1],
        "data": [_text(part) for part in values] if datatype == BYTES else values,
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _plain(value: object) -> object:
    """Return an example without what JSON cannot say."""
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
