"""Functions as models: over tables and over rows, plain, asynchronous and generators."""

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from modeldesk.errors import ModelFailed, UnsupportedModel
from modeldesk.models import ArtefactStore, Frames, Model, adapter_for
from modeldesk.schema import Kind
from tests.support import functions


def wrapped(function: object, *, frames: Frames | None = None) -> Model:
    """Return a model around a function."""
    return adapter_for(function).wrap(function, frames=frames)


def test_hints_tell_the_signature() -> None:
    """Types, categories, ranges, what may be missing and typical values stand in the hints."""
    model = wrapped(functions.risk)
    declared = model.declared
    assert declared is not None
    age, city, income, plan = declared.inputs
    assert (age.kind, age.low, age.high, age.example) == (Kind.INTEGER, 18, 98, 58)
    assert (city.kind, city.categories, city.optional) == (Kind.CATEGORICAL, ("Bonn", "Ulm"), False)
    assert (income.kind, income.optional) == (Kind.FLOAT, True)
    assert (plan.categories, plan.optional, plan.example) == (("free", "paid"), True, "free")
    assert declared.outputs[0].kind is Kind.FLOAT
    assert model.features == ("age", "city", "income", "plan")


def test_a_function_of_a_row_gets_each_row(tmp_path: Path) -> None:
    """Missing values take the default, an Enum's value becomes its member; kept, it is the same."""
    rows = pl.DataFrame(
        {
            "age": [20, 40, 40],
            "city": ["Bonn", "Ulm", "Ulm"],
            "income": [1.0, None, 1.0],
            "plan": [None, "free", "paid"],
        }
    )
    store = ArtefactStore(str(tmp_path))
    artefact = store.save(functions.risk, model="m", number=1)
    for model in (wrapped(functions.risk), store.load(artefact, flavor="function")):
        assert model.predict(rows).values.tolist() == [10.0, 31.0, 16.0]


def test_values_come_in_the_types_of_their_hints() -> None:
    """Dates, times and durations are Python's own; a default is left to the function."""
    rows = pl.DataFrame(
        {
            "day": [date(2026, 1, 2)],
            "hours": [timedelta(hours=1)],
            "at": [datetime(2025, 1, 1, tzinfo=UTC)],
            "member": [None],
        }
    )
    assert wrapped(functions.since).predict(rows).values.tolist() == ["date timedelta 2025 True"]


def test_a_literal_answer_is_a_class() -> None:
    """What the function may answer is known before it is called."""
    model = wrapped(functions.grade)
    assert model.classes == ("good", "bad")
    answer = model.predict(pl.DataFrame({"points": [3, 30]}))
    assert answer.values.tolist() == ["bad", "good"]


def test_a_value_that_an_enum_lacks_is_named() -> None:
    """The failure says which feature and what it takes."""
    rows = pl.DataFrame({"age": [20], "city": ["Bonn"], "income": [1.0], "plan": ["gold"]})
    with pytest.raises(ModelFailed, match=r"no plan 'gold'.*free, paid"):
        wrapped(functions.risk).predict(rows)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (functions.awaited, [2, 3]),
        (functions.one_by_one, [3, 6]),
        (functions.better_and_better, [5, 10]),
        (functions.streamed, [7, 14]),
        (functions.of_pandas, [1.0, 2.0]),
        (functions.of_an_array, [1, 2]),
        (functions.maybe, [0.5, 1.0]),
    ],
)
def test_every_sort_of_function_answers(function: object, expected: list[float]) -> None:
    """Plain, asynchronous, generators; over Polars, pandas and NumPy, as the hint says."""
    model = wrapped(function)
    assert model.predict(pl.DataFrame({"a": [1, 2]})).values.tolist() == expected


def test_an_answer_may_be_missing() -> None:
    """None for a row is kept as a missing answer, beside the others."""
    model = wrapped(functions.maybe)
    assert model.predict(pl.DataFrame({"a": [-1, 2]})).values.tolist() == [None, 1.0]


def test_rows_are_awaited_beside_each_other() -> None:
    """Ten rows of a batch are under way at the same time, also where a loop runs already."""
    rows = pl.DataFrame({"a": range(10)})

    async def within_a_loop() -> list[object]:
        return list(wrapped(functions.together).predict(rows).values)

    assert wrapped(functions.together).predict(rows).values.tolist() == [10] * 10
    assert asyncio.run(within_a_loop()) == [10] * 10


def test_the_thread_of_an_asynchronous_function_ends_with_its_model() -> None:
    """A model that is unloaded leaves no thread and no loop behind."""
    before = threading.active_count()
    model = wrapped(functions.together)
    assert threading.active_count() == before + 1
    del model
    assert threading.active_count() == before


def test_without_a_hint_the_table_is_as_in_training() -> None:
    """Polars unless it was said that the model was made for pandas."""
    seen: list[object] = []

    def look(table: object) -> list[int]:
        seen.append(table)
        return [0]

    for frames in (None, Frames.POLARS, Frames.PANDAS):
        wrapped(look, frames=frames).predict(pl.DataFrame({"a": [1]}))
    assert [type(table) for table in seen] == [pl.DataFrame, pl.DataFrame, pd.DataFrame]


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (functions.unclear, "hint of b is none of"),
        (lambda a, b: a + b, "not every parameter has a hint"),
        (lambda: 1, "no parameters"),
    ],
)
def test_what_no_hint_explains_is_refused(function: Callable[..., object], said: str) -> None:
    """The error shows how a function of a row is written."""
    with pytest.raises(UnsupportedModel, match=said) as refused:
        wrapped(function)
    assert "def risk(age: int" in refused.value.hint


def test_a_generator_has_to_yield() -> None:
    """No answer for a row is the function's failure."""
    with pytest.raises(ModelFailed, match="yielded nothing"):
        wrapped(functions.yields_nothing).predict(pl.DataFrame({"a": [1]}))
