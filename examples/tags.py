"""A text classifier from training to figures: overall, by class, by slice, and version by version.

Run it with two CSV files of projects with the columns ``title``, ``description`` and ``tag``::

    python examples/tags.py dataset.csv holdout.csv
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import polars as pl
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from modeldesk import Desk
from modeldesk.performance import Classification, measure
from modeldesk.performance.slices import Slice
from modeldesk.settings import Settings

SLICES = (
    Slice.of("short texts", "words(text) < 8"),
    Slice.of(
        "language models",
        'tag == "natural-language-processing" and contains(text, "transformer|bert|llm")',
    ),
)


def projects(file: Path) -> pl.DataFrame:
    """Read projects: their title, title and description as one text, and their tag."""
    table = pl.read_csv(file).with_columns(pl.col("title", "description").fill_null(""))
    return table.select(
        "title", pl.concat_str("title", "description", separator=" ").alias("text"), "tag"
    )


def classifier(column: str, *, words: int) -> Pipeline:
    """Return TF-IDF of a column's runs of up to so many words, and logistic regression."""
    terms = TfidfVectorizer(stop_words="english", sublinear_tf=True, ngram_range=(1, words))
    return make_pipeline(
        ColumnTransformer([("terms", terms, column)]),
        LogisticRegression(C=10, class_weight="balanced", max_iter=1000),
    )


def tell(desk: Desk, version: int, truth: pl.DataFrame) -> None:
    """Predict the holdout with a version, say what is true, and print how good it is."""
    rows = truth.select("title", "text")
    answer = desk.predictor.predict("tags", rows.to_dicts(), version=version)
    ids = [found.prediction_id for found in answer.predictions]
    desk.labelling.label("tags", {"prediction_id": ids, "label": truth["tag"]})
    desk.jobs.run()
    report = desk.performance.report("tags", version=version)
    figures = {(each.measure, each.of): each for each in report.figures}
    print(f"\nVersion {version}, {report.labelled} labelled predictions")
    for name in ("accuracy", "f1_macro", "f1_weighted", "log_loss"):
        each = figures[name, None]
        print(f"  {name:28}{each.value:6.3f}  ({each.low:.3f} to {each.high:.3f})")
    print("  class                       precision  recall     f1  rows")
    for tag, rows_of in truth["tag"].value_counts(sort=True).iter_rows():
        three = (figures[name, tag].value for name in ("precision", "recall", "f1"))
        print(f"  {tag:28}{'  '.join(f'{value:7.3f}' for value in three)}  {rows_of:4}")
    predicted = pl.Series([found.outputs["tag"] for found in answer.predictions])
    for part in SLICES:
        inside = part.mask(truth).fill_null(value=False)
        state = Classification.of(truth["tag"].filter(inside), predicted.filter(inside))
        print(f"  {part.name + ':':20}accuracy {measure(state, 'accuracy')} of {state.rows} rows")


def main(dataset: Path, holdout: Path) -> None:
    """Publish two versions of the model ``tags``, and compare them."""
    train, test = projects(dataset), projects(holdout)
    versions = (classifier("title", words=1), classifier("text", words=2))
    with (
        tempfile.TemporaryDirectory() as home,
        Desk.open(Settings.load(home=Path(home))) as desk,
    ):
        for number, model in enumerate(versions, start=1):
            model.fit(train.select("title", "text"), train["tag"].to_numpy())
            desk.registry.publish(model, name="tags", reference=train, target="tag")
            tell(desk, number, test)
        told = desk.performance.compare("tags", 2, 1)
        print(f"\n{told.verdict}")
        for each in told.differences:
            print(f"  {each.sentence}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
