"""What a request of the Open Inference Protocol holds, and what its answer holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from starlette.responses import Response

from modeldesk.api.dialects.tensor_answers import InferAnswer
from modeldesk.api.dialects.tensors import Tensor, read_tensor, to_bytes
from modeldesk.api.encoding import encode
from modeldesk.api.predicting import named
from modeldesk.api.requests import json_name, refuse, shorten, storable
from modeldesk.schema import BYTES, Column, Kind, Signature, datatype_of
from modeldesk.services.batch import PredictionBatch

BINARY_HEADER = "Inference-Header-Content-Length"
"""Length of the JSON, where bytes of tensors follow it."""

_MOST_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a request asks for beside its rows."""

    id: str
    outputs: Mapping[str, bool] | None
    """Names of outputs, and whether each is to come in bytes; ``None``: all of them."""
    binary: bool
    """Whether outputs come in bytes where nothing else is said."""


def parts_of(body: bytes, length: str | None) -> tuple[bytes, memoryview]:
    """Return the JSON, and the bytes behind it."""
    if length is None:
        return body, memoryview(b"")
    plain = length.isascii() and length.isdecimal() and len(length) <= _MOST_DIGITS
    if not (plain and int(length) <= len(body)):
        raise refuse(
            field=BINARY_HEADER,
            problem=f"wrong ({length[:40]})",
            expected=f"the length of the JSON, at most {len(body)}",
        )
    return body[: int(length)], memoryview(body)[int(length) :]


def tensors_of(
    given: object, binary: memoryview, *, signature: Signature, most_rows: int
) -> list[Tensor]:
    """Read the inputs of a request, whose elements may be behind its JSON.

    Parameters
    ----------
    given
        What the JSON says about them.
    binary
        The bytes behind the JSON.
    signature
        The model's, which every shape has to fit.
    most_rows
        Largest number of rows in one request.

    Raises
    ------
    InvalidRequest
        Naming what is missing, unknown, given twice, or does not go together.
    TooLarge
        When a tensor has more rows than that.
    """
    if not isinstance(given, list) or not given:
        raise refuse(field="inputs", problem="missing or empty", expected="a list of tensors")
    tensors: list[Tensor] = []
    names: set[str] = set()
    start = 0
    for position, tensor in enumerate(given):
        size = _binary_size(tensor)
        part = None if size is None else binary[start : start + size]
        if part is not None and len(part) != size:
            raise refuse(
                field=f"inputs[{position}].parameters.binary_data_size",
                problem=f"{size}, but {len(part)} bytes are left",
                expected="as many bytes behind the JSON",
            )
        start += size or 0
        read = read_tensor(
            tensor,
            part,
            position,
            signature=signature,
            most_rows=most_rows,
            alone=len(given) == 1,
        )
        if read.name in names:
            problem = f"{shorten(read.name)} more than once"
            raise refuse(
                field=f"inputs[{position}].name", problem=problem, expected="each name once"
            )
        names.add(read.name)
        tensors.append(read)
    if start != len(binary):
        raise refuse(field="body", problem=f"{len(binary) - start} bytes too many", expected="none")
    return tensors


def _binary_size(tensor: object) -> int | None:
    parameters = tensor.get("parameters") if isinstance(tensor, dict) else None
    size = parameters.get("binary_data_size") if isinstance(parameters, dict) else None
    return size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None


def rows_of(tensors: Sequence[Tensor], signature: Signature) -> Iterator[dict[str, object]]:
    """Yield each row as a mapping from feature to value."""
    features = [column.name for column in signature.inputs]
    (first, *others) = tensors
    if not others and first.name not in features:
        yield from _matrix(first, signature)
        return
    kinds = {column.name: column.kind for column in signature.inputs}
    columns: dict[str, list[object]] = {}
    for tensor in tensors:
        if tensor.rows != first.rows:
            raise refuse(
                field=f"{tensor.name}.shape",
                problem=f"{tensor.rows} rows, but {first.name} has {first.rows}",
                expected="as many rows in every tensor",
            )
        columns[tensor.name] = _column(tensor, vector=kinds.get(tensor.name) is Kind.VECTOR)
    for values in zip(*columns.values(), strict=True):
        yield dict(zip(columns, values, strict=True))


def _column(tensor: Tensor, *, vector: bool) -> list[object]:
    return list(tensor.split() if vector else tensor.data)


def _matrix(tensor: Tensor, signature: Signature) -> Iterator[dict[str, object]]:
    features = [column.name for column in signature.inputs]
    for values in tensor.split():
        yield dict(zip(features, values, strict=True))


def wanted_of(content: Mapping[str, object], signature: Signature) -> Wanted:
    """Read everything of a request beside its rows."""
    given_id = content.get("id")
    identifier = "" if given_id is None else given_id
    if not isinstance(identifier, str):
        problem = f"wrong type, {json_name(identifier)}"
        raise refuse(field="id", problem=problem, expected="a string")
    if not storable(identifier):
        problem = f"unusable ({shorten(identifier)})"
        raise refuse(field="id", problem=problem, expected="characters of Unicode, without NUL")
    binary = bool(_parameters(content).get("binary_data_output", False))
    given = content.get("outputs")
    if given is None or given == []:
        return Wanted(id=identifier, outputs=None, binary=binary)
    known = [column.name for column in signature.outputs]
    if not isinstance(given, list):
        problem = f"wrong type, {json_name(given)}"
        raise refuse(field="outputs", problem=problem, expected="a list of objects")
    outputs: dict[str, bool] = {}
    for position, output in enumerate(given):
        name = output.get("name") if isinstance(output, dict) else None
        if not isinstance(name, str) or name not in known:
            raise refuse(
                field=f"outputs[{position}].name",
                problem=f"unknown ({str(name)[:40]})",
                expected=f"one of {', '.join(known)}",
            )
        outputs[name] = bool(_parameters(output).get("binary_data", binary))
    return Wanted(id=identifier, outputs=outputs, binary=binary)


def _parameters(given: Mapping[str, object]) -> Mapping[str, object]:
    found = given.get("parameters")
    return found if isinstance(found, dict) else {}


def answer_of(batch: PredictionBatch, wanted: Wanted) -> Response:
    """Return the outputs as tensors, in JSON or in bytes behind it."""
    outputs: list[dict[str, Any]] = []
    behind: list[bytes] = []
    for column in batch.signature.outputs:
        if wanted.outputs is not None and column.name not in wanted.outputs:
            continue
        tensor = _output(batch, column)
        shown: dict[str, Any] = {
            "name": tensor.name,
            "datatype": tensor.datatype,
            "shape": tensor.shape,
        }
        if wanted.binary if wanted.outputs is None else wanted.outputs[column.name]:
            behind.append(to_bytes(tensor))
            shown["parameters"] = {"binary_data_size": len(behind[-1])}
        else:
            shown["data"] = tensor.data
        outputs.append(shown)
    headers = named(batch)
    content = encode(
        InferAnswer(
            model_name=batch.model,
            model_version=str(batch.version),
            id=wanted.id,
            parameters={"prediction_id": next(iter(headers.values()))},
            outputs=tuple(outputs),
        )
    )
    if not behind:
        return Response(content, media_type="application/json", headers=headers)
    headers[BINARY_HEADER] = str(len(content))
    whole = b"".join([content, *behind])
    return Response(whole, media_type="application/octet-stream", headers=headers)


def _output(batch: PredictionBatch, column: Column) -> Tensor:
    values = batch.frame[column.name].to_list()
    datatype = datatype_of(column)
    if datatype == BYTES:
        values = ["" if value is None else _text(value) for value in values]
    width = () if column.kind is not Kind.VECTOR else (len(values[0]),)
    flat = values if not width else [number for value in values for number in value]
    return Tensor(name=column.name, datatype=datatype, shape=(len(values), *width), data=flat)


def _text(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value.total_seconds())
    return str(value)
