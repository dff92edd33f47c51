"""Code that sends labels: literals that say what was meant, for every kind of prediction."""

from __future__ import annotations

import ast
import json
import shlex

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.schema import Column, Kind, Role, Signature
from modeldesk.services.label_snippets import examples_of, label_snippets
from modeldesk.services.label_values import checked_values

NAMES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=30
)


def signature(column: Column) -> Signature:
    """Return what a model takes and says."""
    return Signature(inputs=(Column(name="x", kind=Kind.FLOAT),), outputs=(column,))


@pytest.mark.parametrize(
    "column",
    [
        Column(name="y", kind=Kind.BOOLEAN),
        Column(name="y", kind=Kind.CATEGORICAL, categories=("no", "yes")),
        Column(name="y", kind=Kind.FLOAT, low=0.5, high=7.5),
        Column(name="y", kind=Kind.FLOAT),
        Column(name="y", kind=Kind.INTEGER, low=1.0, high=9.0),
        Column(name="y", kind=Kind.TEXT),
    ],
)
def test_labels_are_what_the_model_predicts(column: Column) -> None:
    """The server takes both."""
    found = checked_values(pl.Series(list(examples_of(column))), column)
    assert found.reasons.null_count() == 2


@given(name=NAMES)
def test_code_says_the_class_whatever_it_is_called(name: str) -> None:
    """For the shell the body is one word; Python reads the class back."""
    column = Column(name="y", kind=Kind.CATEGORICAL, role=Role.PREDICTION, categories=(name,))
    curl, client = label_snippets("m", signature(column), url="http://a:1", secured=True)
    words = shlex.split(curl.code)
    assert json.loads(words[-1]) == {"row_id": "your-key-1", "label": name}
    assert words[words.index("-H") + 1] == "X-API-Key: $MODELDESK_API_KEY"
    labels = next(
        ast.literal_eval(node.value)
        for node in ast.parse(client.code).body
        if isinstance(node, ast.Assign)
    )
    assert labels == {"row_id": ["your-key-1", "your-key-2"], "label": [name, name]}


def test_an_open_server_needs_no_key() -> None:
    """Nothing is said of one."""
    column = Column(name="y", kind=Kind.BOOLEAN, role=Role.PREDICTION)
    for one in label_snippets("m", signature(column), url="http://a:1", secured=False):
        assert "KEY" not in one.code
