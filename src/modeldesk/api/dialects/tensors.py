"""Tensors of the Open Inference Protocol: typed, shaped lists, in JSON or in bytes.

Source: the Open Inference Protocol's REST specification (tensor data types, row-major data,
nested or flat), and the binary tensor data extension of Triton's HTTP protocol.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from modeldesk.api.requests import check_rows, json_name, refuse, shorten
from modeldesk.schema import BYTES, Kind, Signature

BRAIN = "BF16"

_NUMBERS: dict[str, str] = {
    "BOOL": "?",
    "UINT8": "<u1",
    "UINT16": "<u2",
    "UINT32": "<u4",
    "UINT64": "<u8",
    "INT8": "<i1",
    "INT16": "<i2",
    "INT32": "<i4",
    "INT64": "<i8",
    "FP16": "<f2",
    BRAIN: "<u2",
    "FP32": "<f4",
    "FP64": "<f8",
}
"""NumPy types by name; a BF16 is the upper half of an FP32."""

DATATYPES = (*_NUMBERS, BYTES)

_LENGTH = struct.Struct("<I")
_DEEPEST = 32
_LARGEST = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """A named tensor with its elements in row-major order."""

    name: str
    datatype: str
    shape: tuple[int, ...]
    data: Sequence[object]
    """``prod(shape)`` plain values."""

    @property
    def rows(self) -> int:
        """Length of the first axis."""
        return self.shape[0] if self.shape else 1

    def split(self) -> list[list[object]]:
        """Return the elements of each row.

        >>> Tensor(name="x", datatype="INT8", shape=(2, 2), data=[1, 2, 3, 4]).split()
        [[1, 2], [3, 4]]
        """
        width = prod(self.shape[1:])
        return [list(self.data[row * width : (row + 1) * width]) for row in range(self.rows)]


def read_tensor(
    given: object,
    binary: memoryview | None,
    position: int,
    *,
    signature: Signature,
    most_rows: int,
    alone: bool = False,
) -> Tensor:
    """Read one of a request's input tensors.

    Parameters
    ----------
    given
        What the JSON says about it.
    binary
        Its bytes, where they came behind the JSON.
    position
        Which of the request's inputs it is; named in complaints.
    signature
        The model's; the shape has to fit it before any element is read.
    most_rows
        Largest number of rows in one request.
    alone
        Whether it is the request's only tensor, which may hold all features.

    Raises
    ------
    InvalidRequest
        Naming what is missing, unknown, or does not go together.
    TooLarge
        When its first axis is longer than the rows that are taken.
    """
    if not isinstance(given, dict):
        raise refuse(
            field=f"inputs[{position}]",
            problem=f"wrong type, {json_name(given)}",
            expected="an object",
        )
    name = given.get("name")
    if not isinstance(name, str):
        raise refuse(
            field=f"inputs[{position}].name",
            problem="missing or no string",
            expected="the tensor's name",
        )
    datatype = given.get("datatype")
    if datatype not in DATATYPES:
        problem = f"unknown ({shorten(datatype)})"
        raise refuse(
            field=f"{name}.datatype", problem=problem, expected=f"one of {', '.join(DATATYPES)}"
        )
    shape = _shape(given.get("shape"), name)
    _check_width(shape, name, signature, alone=alone)
    check_rows(shape[0] if shape else 1, most_rows)
    if binary is not None:
        data = _from_bytes(binary, str(datatype), name)
    elif "data" not in given:
        raise refuse(field=f"{name}.data", problem="missing", expected="a list of values")
    else:
        data = _from_json(given["data"], str(datatype), name)
    if len(data) != prod(shape):
        problem = f"{len(data)} values for the shape {list(shape)}"
        raise refuse(field=f"{name}.data", problem=problem, expected=f"{prod(shape)} values")
    return Tensor(name=name, datatype=str(datatype), shape=shape, data=data)


def to_bytes(tensor: Tensor) -> bytes:
    """Return the elements as they travel behind the JSON."""
    if tensor.datatype != BYTES:
        return np.asarray(tensor.data, dtype=_NUMBERS[tensor.datatype]).tobytes()
    texts = (str(value).encode() for value in tensor.data)
    return b"".join(_LENGTH.pack(len(text)) + text for text in texts)


def _shape(given: object, name: str) -> tuple[int, ...]:
    sizes = (
        [
            size
            for size in given
            if isinstance(size, int) and not isinstance(size, bool) and 0 <= size <= _LARGEST
        ]
        if isinstance(given, list)
        else []
    )
    if not isinstance(given, list) or len(sizes) != len(given) or len(given) > _DEEPEST:
        raise refuse(
            field=f"{name}.shape", problem=f"wrong ({shorten(given)})", expected="a list of sizes"
        )
    return tuple(sizes)


def _check_width(shape: tuple[int, ...], name: str, signature: Signature, *, alone: bool) -> None:
    """Refuse a shape whose rows are not as wide as the feature, or as all of them."""
    features = {column.name: column for column in signature.inputs}
    column = features.get(name)
    width = prod(shape[1:])
    if column is None and alone:
        fits = len(shape) > 1 and width == len(features)
        expected = f"[rows, {len(features)}] with {', '.join(features)}, or a tensor for each"
    elif column is not None and column.kind is Kind.VECTOR:
        fits = width > 0 and column.dimension in {None, width}
        expected = f"[rows, {column.dimension or 'numbers'}], as the feature is a vector"
    else:
        fits = width == 1
        expected = "[rows] or [rows, 1], as the feature has one value per row"
    if not fits:
        raise refuse(field=f"{name}.shape", problem=f"{list(shape)}", expected=expected)


def _from_json(given: object, datatype: str, name: str) -> list[object]:
    values = list(_flat(given, name, 0)) if isinstance(given, list) else [given]
    allowed = _ALLOWED.get(datatype, (int,))
    for value in values:
        fits = value is None or isinstance(value, allowed)
        if not fits or (isinstance(value, bool) and datatype != "BOOL"):
            problem = f"wrong type, {json_name(value)} ({shorten(value)})"
            raise refuse(
                field=f"{name}.data", problem=problem, expected=f"values of type {datatype}"
            )
    return values


def _flat(values: list[object], name: str, depth: int) -> Iterator[object]:
    """Yield the elements of lists in lists, first to last."""
    if depth > _DEEPEST:
        raise refuse(
            field=f"{name}.data",
            problem="nested too deeply",
            expected="as many levels as the shape has",
        )
    for value in values:
        if isinstance(value, list):
            yield from _flat(value, name, depth + 1)
        else:
            yield value


def _from_bytes(binary: memoryview, datatype: str, name: str) -> list[object]:
    if datatype == BYTES:
        return list(_texts(binary, name))
    dtype = np.dtype(_NUMBERS[datatype])
    if len(binary) % dtype.itemsize:
        problem = f"{len(binary)} bytes"
        raise refuse(
            field=f"{name}.data", problem=problem, expected=f"a multiple of {dtype.itemsize} bytes"
        )
    numbers: NDArray[np.generic] = np.frombuffer(binary, dtype=dtype)
    if datatype == BRAIN:
        numbers = (numbers.astype(np.uint32) << 16).view(np.float32)
    found: list[object] = numbers.tolist()
    return found


def _texts(binary: memoryview, name: str) -> Iterator[str]:
    start = 0
    while start < len(binary):
        begin = start + _LENGTH.size
        if begin > len(binary):
            raise refuse(
                field=f"{name}.data", problem="ends within a length", expected="4 bytes of length"
            )
        (length,) = _LENGTH.unpack(binary[start:begin])
        start = begin + length
        if start > len(binary):
            raise refuse(
                field=f"{name}.data", problem="ends within a value", expected=f"{length} bytes"
            )
        try:
            yield bytes(binary[begin:start]).decode()
        except UnicodeDecodeError as error:
            raise refuse(
                field=f"{name}.data", problem="bytes that are no text", expected="text in UTF-8"
            ) from error


_ALLOWED: dict[str, tuple[type, ...]] = {
    "BOOL": (bool,),
    BYTES: (str,),
    "FP16": (int, float),
    BRAIN: (int, float),
    "FP32": (int, float),
    "FP64": (int, float),
}
"""What JSON may say for an element; whole numbers for all other types."""
