"""Tensors of the Open Inference Protocol in JSON and in bytes."""

import math
import struct

import numpy as np
import pytest

from modeldesk.api.dialects.tensor_requests import parts_of, tensors_of
from modeldesk.api.dialects.tensors import DATATYPES, Tensor, to_bytes
from modeldesk.api.dialects.tensors import read_tensor as read_checked
from modeldesk.api.requests import InvalidRequest, TooLarge
from modeldesk.schema import Column, Kind, Signature, datatype_of

NUMBERS = [name for name in DATATYPES if name not in {"BOOL", "BYTES", "BF16"}]

SIGNATURE = Signature(inputs=(Column(name="x", kind=Kind.VECTOR),))
"""One feature, as many numbers wide as anybody likes."""


def read_tensor(
    tensor: object,
    binary: memoryview | None,
    position: int,
    signature: Signature = SIGNATURE,
    *,
    alone: bool = True,
) -> Tensor:
    """Read a tensor of at most 100 rows."""
    return read_checked(tensor, binary, position, signature=signature, most_rows=100, alone=alone)


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


PLAIN = Signature(inputs=tuple(Column(name=name, kind=Kind.FLOAT) for name in "ab"))
THREE = Signature(inputs=(Column(name="x", kind=Kind.VECTOR, dimension=3),))
UNREADABLE = memoryview(b"\x00")  # no element has one byte: whoever reads it complains of that


@pytest.mark.parametrize(
    ("name", "shape", "signature", "words"),
    [
        ("x", [10**12, 0], THREE, "x.shape: wrong"),
        ("x", [2**31], THREE, "x.shape: wrong"),
        ("x", [3, 0], SIGNATURE, "expected [rows, numbers]"),
        ("x", [3, 4], THREE, "expected [rows, 3]"),
        ("x", [3], THREE, "expected [rows, 3]"),
        ("a", [3, 2], PLAIN, "expected [rows] or [rows, 1]"),
        ("a", [3, 0], PLAIN, "expected [rows] or [rows, 1]"),
        ("all", [3, 3], PLAIN, "expected [rows, 2] with a, b"),
        ("all", [2], PLAIN, "expected [rows, 2] with a, b"),
    ],
)
def test_a_shape_that_does_not_fit_is_refused_before_elements_are_read(
    name: str, shape: list[int], signature: Signature, words: str
) -> None:
    """However large it says it is."""
    tensor = given("FP64", shape) | {"name": name}
    with pytest.raises(InvalidRequest) as raised:
        read_tensor(tensor, UNREADABLE, 0, signature)
    assert words in raised.value.message


def test_too_many_rows_are_refused_before_elements_are_read() -> None:
    """Also where all features are in one tensor."""
    for name, shape in (("a", [101]), ("all", [2**31 - 1, 2])):
        with pytest.raises(TooLarge, match="at most 100"):
            read_tensor(given("FP64", shape) | {"name": name}, UNREADABLE, 0, PLAIN)


def test_a_name_is_given_once() -> None:
    """Of two tensors, none would be the right one."""
    tensor = given("FP64", [1], data=[1.0]) | {"name": "a"}
    with pytest.raises(InvalidRequest, match="'a' more than once"):
        tensors_of([tensor, tensor], memoryview(b""), signature=PLAIN, most_rows=100)


@pytest.mark.parametrize("length", ["9" * 5000, "0" * 13, "3", "\u0663"])
def test_a_length_of_the_json_is_a_short_number(length: str) -> None:
    """Python refuses to read numbers of thousands of digits."""
    with pytest.raises(InvalidRequest, match="Inference-Header-Content-Length: wrong"):
        parts_of(b"{}", length)


def test_whole_identifiers_are_whole_numbers() -> None:
    """Others are text."""
    assert datatype_of(Column(name="id", kind=Kind.IDENTIFIER, whole=True)) == "INT64"
    assert datatype_of(Column(name="id", kind=Kind.IDENTIFIER)) == "BYTES"
