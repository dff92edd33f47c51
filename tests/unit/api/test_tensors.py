"""Tensors of the Open Inference Protocol in JSON and in bytes."""

import math
import struct

import numpy as np
import pytest

from modeldesk.api.dialects.tensors import DATATYPES, Tensor, read_tensor, to_bytes
from modeldesk.api.requests import InvalidRequest

NUMBERS = [name for name in DATATYPES if name not in {"BOOL", "BYTES", "BF16"}]


def given(datatype: str, shape: object, **more: object) -> dict[str, object]:
    """Return what a request says about a tensor."""
    return {"name": "x", "datatype": datatype, "shape": shape, **more}


@pytest.mark.parametrize("datatype", NUMBERS)
def test_numbers_come_through_json_and_bytes(datatype: str) -> None:
    """Every type of number, forth and back."""
    by_json = read_tensor(given(datatype, [2, 2], data=[[1, 2], [3, 4]]), None, 0)
    assert list(by_json.data) == [1, 2, 3, 4]
    assert by_json.split() == [[1, 2], [3, 4]]
    by_bytes = read_tensor(given(datatype, [2, 2]), memoryview(to_bytes(by_json)), 0)
    assert list(by_bytes.data) == [1, 2, 3, 4]


def test_truths_and_texts_come_through_bytes() -> None:
    """A BOOL is a byte; text has its length before it, and may be empty or any Unicode."""
    truths = Tensor(name="x", datatype="BOOL", shape=(3,), data=[True, False, True])
    assert to_bytes(truths) == b"\x01\x00\x01"
    found = read_tensor(given("BOOL", [3]), memoryview(to_bytes(truths)), 0)
    assert list(found.data) == [True, False, True]
    texts = Tensor(name="x", datatype="BYTES", shape=(3,), data=["", "a", "\N{GRINNING FACE}"])
    found = read_tensor(given("BYTES", [3]), memoryview(to_bytes(texts)), 0)
    assert list(found.data) == list(texts.data)


def test_brain_floats_are_the_upper_half_of_floats() -> None:
    """The values that fit are exact."""
    halves = (np.array([1.5, -2.0, 0.0], dtype="<f4").view("<u4") >> 16).astype("<u2")
    found = read_tensor(given("BF16", [3]), memoryview(halves.tobytes()), 0)
    assert list(found.data) == [1.5, -2.0, 0.0]


def test_what_is_missing_is_nan_in_bytes_and_null_in_json() -> None:
    """A feature may be optional."""
    found = read_tensor(given("FP64", [2], data=[1.0, None]), None, 0)
    assert list(found.data) == [1.0, None]
    bytes_ = memoryview(np.array([math.nan]).tobytes())
    (value,) = read_tensor(given("FP64", [1]), bytes_, 0).data
    assert isinstance(value, float)
    assert math.isnan(value)


def test_a_scalar_is_one_row() -> None:
    """Some clients leave the axis of rows out."""
    found = read_tensor(given("FP64", [], data=[7.0]), None, 0)
    assert (found.rows, found.split()) == (1, [[7.0]])


NESTED: object = 1
for _ in range(50):
    NESTED = [NESTED]


@pytest.mark.parametrize(
    ("tensor", "binary", "words"),
    [
        (7, None, "inputs[3]: wrong type, a number"),
        ({"shape": [1]}, None, "inputs[3].name: missing"),
        (given("INT8", [1]), None, "x.data: missing"),
        (given("INT8", "1"), None, "x.shape: wrong"),
        (given("INT8", [True]), None, "x.shape: wrong"),
        (given("INT8", [1], data=[1.5]), None, "values of type INT8"),
        (given("INT8", [1], data=[True]), None, "values of type INT8"),
        (given("BYTES", [1], data=[1]), None, "values of type BYTES"),
        (given("INT8", [1], data=NESTED), None, "nested too deeply"),
        (given("INT32", [1]), b"\x00\x00", "expected a multiple of 4 bytes"),
        (given("INT32", [2]), b"\x00\x00\x00\x00", "1 values for the shape [2]"),
        (given("BYTES", [1]), b"\x01\x00", "ends within a length"),
        (given("BYTES", [1]), struct.pack("<I", 9) + b"ab", "ends within a value"),
        (given("BYTES", [1]), struct.pack("<I", 1) + b"\xff", "bytes that are no text"),
    ],
)
def test_what_is_wrong_is_named(tensor: object, binary: bytes | None, words: str) -> None:
    """With the tensor and what was expected."""
    behind = None if binary is None else memoryview(binary)
    with pytest.raises(InvalidRequest) as raised:
        read_tensor(tensor, behind, 3)
    assert words in raised.value.message
