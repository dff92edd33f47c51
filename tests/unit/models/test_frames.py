"""What sort of frames an estimator is given when nobody said what it was trained on."""

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from modeldesk.models import adapter_for
from modeldesk.models.adapters.parts import modules_of, wants_pandas

TABLE = pd.DataFrame({"size": [1.0, 2.0, 3.0, 4.0], "colour": ["r", "g", "r", "g"]})
WANTED = [1.0, 2.0, 3.0, 4.0]


class Larger(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # untyped library
    """A transformer that only works on pandas frames."""

    def fit(self, x: pd.DataFrame, y: object = None) -> "Larger":
        """Learn the columns."""
        del y
        self.columns_ = list(x.columns)
        return self

    def transform(self, x: pd.DataFrame) -> pd.DataFrame:
        """Answer the numbers doubled, by pandas' own means."""
        return x.loc[:, ["size"]].mul(2)


def triple(x: pd.DataFrame) -> pd.DataFrame:
    """Answer a column, tripled, by pandas' own means."""
    return x.loc[:, ["size"]].mul(3)


def by_names() -> ColumnTransformer:
    """Return scikit-learn's own types, by names of columns."""
    return make_column_transformer((OneHotEncoder(), ["colour"]), remainder=StandardScaler())


@pytest.mark.parametrize(
    ("first", "pandas"),
    [
        (by_names(), False),
        (Larger(), True),
        (FunctionTransformer(triple), True),
        (ColumnTransformer([("a", Larger(), ["size"])]), True),
        (by_names().set_output(transform="default"), False),
        (StandardScaler().set_output(transform="pandas"), True),
    ],
)
def test_what_may_need_pandas_gets_pandas(first: Any, *, pandas: bool) -> None:  # noqa: ANN401  # untyped library
    """scikit-learn's own types take either; others are given what most are made for."""
    table = TABLE[["size"]] if isinstance(first, StandardScaler) else TABLE
    pipeline = make_pipeline(first, LinearRegression()).fit(table, WANTED)
    assert wants_pandas(pipeline) is pandas
    model = adapter_for(pipeline).wrap(pipeline, frames=None)
    found = model.predict(pl.from_pandas(table))
    np.testing.assert_allclose(found.values.astype(float), pipeline.predict(table))


def test_a_missing_category_stays_the_one_of_the_training() -> None:
    """Pandas writes a missing string as NaN, which the encoder has learned as such."""
    table = pd.DataFrame({"colour": ["r", "g", np.nan, "g"]})
    encoder = OneHotEncoder(handle_unknown="error")
    pipeline = make_pipeline(encoder, LinearRegression()).fit(table, WANTED)
    model = adapter_for(pipeline).wrap(pipeline, frames=None)
    found = model.predict(pl.DataFrame({"colour": ["g", None]}))
    np.testing.assert_allclose(found.values.astype(float), pipeline.predict(table.iloc[[1, 2]]))


def test_the_modules_of_every_part_are_known() -> None:
    """Of a pipeline's steps, of what is inside them, and of functions."""
    inner = ColumnTransformer([("own", Larger(), ["size"])])
    pipeline = make_pipeline(inner, FunctionTransformer(np.log1p), LinearRegression())
    found = modules_of(pipeline.fit(TABLE, WANTED))
    roots = {module.partition(".")[0] for module in found}
    assert {"sklearn", __name__.partition(".")[0]} <= roots
