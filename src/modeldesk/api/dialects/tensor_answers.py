"""What routes of the Open Inference Protocol answer with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from modeldesk.schema import Column, Kind, datatype_of
from modeldesk.services.views import VersionView


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAnswer:
    """What serves."""

    name: str
    version: str
    extensions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveAnswer:
    """The server answers."""

    live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyAnswer:
    """The server can predict."""

    ready: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReadyAnswer:
    """A model can predict."""

    name: str
    ready: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorAnswer:
    """A tensor that a model takes or gives; ``-1``: any number of rows."""

    name: str
    datatype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataAnswer:
    """What a model takes and gives."""

    name: str
    versions: tuple[str, ...]
    platform: str
    inputs: tuple[TensorAnswer, ...]
    outputs: tuple[TensorAnswer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InferAnswer:
    """Outputs as tensors; their elements are in ``data``, or behind the JSON."""

    model_name: str
    model_version: str
    id: str
    parameters: Mapping[str, Any]
    outputs: tuple[Mapping[str, Any], ...]


def metadata(name: str, found: VersionView, *, versions: Iterable[VersionView]) -> MetadataAnswer:
    """Describe a version, with the numbers of those that can be asked by this address."""
    return MetadataAnswer(
        name=name,
        versions=tuple(str(view.number) for view in versions),
        platform="modeldesk",
        inputs=tuple(_described(column) for column in found.signature.inputs),
        outputs=tuple(_described(column) for column in found.signature.outputs),
    )


def _described(column: Column) -> TensorAnswer:
    width = () if column.kind is not Kind.VECTOR else (column.dimension or -1,)
    return TensorAnswer(name=column.name, datatype=datatype_of(column), shape=(-1, *width))
