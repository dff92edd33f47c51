"""Code that asks a model: literals that say the same in every language."""

import ast
import json
import shlex

from hypothesis import given
from hypothesis import strategies as st

from modeldesk.schema import Column, Kind, Signature
from modeldesk.services.calls import Dialect, call
from modeldesk.services.literals import JAVASCRIPT, JSON, PYTHON, exact_in_javascript, literal
from modeldesk.services.snippets import Language, snippets

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(TEXTS, inner, max_size=8),
    max_leaves=20,
)


@given(value=VALUES, width=st.sampled_from([None, 1, 20, 80]), margin=st.integers(0, 8))
def test_a_literal_says_the_value_and_nothing_else(
    value: object, width: int | None, margin: int
) -> None:
    """Python and JSON read it back, however it is broken over lines."""
    assert json.loads(literal(value, JSON, width=width, margin=margin)) == value
    assert ast.literal_eval(literal(value, PYTHON, width=width, margin=margin)) == value


@given(text=TEXTS)
def test_a_string_hides_nothing(text: str) -> None:
    """What cannot be seen, such as a mark that turns the writing round, stands as its number."""
    for notation in (JSON, PYTHON, JAVASCRIPT):
        assert all(
            character.isprintable() or ord(character) > 0xFFFF
            for character in literal(text, notation)
        )


def test_what_javascript_would_round_or_drop_is_known() -> None:
    """Whole numbers of 53 bits and more, at any depth, and the name that is no property."""
    assert exact_in_javascript({"a": [1, 2.5, None, True, {"b": "__proto__"}, 2**53]})
    assert not exact_in_javascript({"a": [[2**53 + 1]]})
    assert not exact_in_javascript({"a": {"__proto__": 1}})


def test_long_lists_fill_lines() -> None:
    """An embedding takes dozens of lines, not hundreds, and none is too long."""
    lines = literal({"v": [0.125] * 300}, PYTHON).splitlines()
    assert len(lines) < 40
    assert max(map(len, lines)) <= 88


def test_numbers_that_json_cannot_say_are_missing() -> None:
    """An example of infinity or NaN is sent as null, also inside a vector."""
    columns = (
        Column(name="x", kind=Kind.FLOAT, example=float("inf")),
        Column(name="v", kind=Kind.VECTOR, example=(1.0, float("nan"))),
        Column(name="t", kind=Kind.TEXT, example=None, optional=True),
    )
    signature = Signature(inputs=columns)
    assert call("m", signature, Dialect.MODELDESK).body == {
        "row": {"x": None, "v": [1.0, None], "t": None}
    }
    tensors = call("m", signature, Dialect.OPEN_INFERENCE).body["inputs"]
    assert isinstance(tensors, list)
    assert [tensor["data"] for tensor in tensors] == [[None], [1.0, None], [None]]
    assert [tensor["shape"] for tensor in tensors] == [[1], [1, 2], [1]]


@given(name=TEXTS.filter(lambda text: "\x00" not in text), value=TEXTS)
def test_a_shell_takes_the_body_as_one_word(name: str, value: str) -> None:
    """What follows -d is the body, whatever it holds; nothing in it is run."""
    signature = Signature(inputs=(Column(name=name, kind=Kind.TEXT, example=value),))
    found = snippets("m", signature, url="http://127.0.0.1:8080", secured=True)
    code = next(one.code for one in found if one.language is Language.CURL)
    words = shlex.split(code)
    assert json.loads(words[-1]) == {"row": {name: value}}
    assert words[words.index("-H") + 1] == "X-API-Key: $MODELDESK_API_KEY"
