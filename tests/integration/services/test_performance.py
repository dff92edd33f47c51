"""How good versions are, on each database, from labels to figures."""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
import sqlalchemy as sa
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, log_loss, mean_absolute_error

from modeldesk.errors import Incompatible, InvalidArgument, NotFound
from modeldesk.models import ArtefactStore
from modeldesk.performance import Classification, Costs
from modeldesk.schema import Granularity, LogPolicy, Routing, Shadow
from modeldesk.services.evaluation import Evaluation
from modeldesk.services.examination import Examination
from modeldesk.services.reading import Which
from modeldesk.services.registry import Registry
from modeldesk.store import (
    ChunkLog,
    EvaluationRecords,
    Expiry,
    LabelRecords,
    ModelRecords,
    PartState,
    SliceRecords,
)
from modeldesk.store.tables import versions
from tests.support import functions
from tests.support.iris import FEATURES, iris_frame, iris_model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modeldesk.desk import Desk
    from modeldesk.services.performance_views import FigureView

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
DAY = NOW.replace(hour=0)
FOREVER = 1e9
"""Seconds; with a limit of time days rest."""


def predicted(
    desk: Desk, frame: pl.DataFrame, *, at: datetime = NOW
) -> tuple[list[str], list[object]]:
    """Predict rows; return their identifiers and what was predicted."""
    answer = desk.predictor.predict(
        "iris", frame.select(FEATURES).to_dicts(), timestamps=[at] * len(frame)
    )
    found = answer.predictions
    column = answer.signature.prediction.name
    return [each.prediction_id for each in found], [each.outputs[column] for each in found]


def label(desk: Desk, ids: Sequence[str], values: Sequence[object]) -> None:
    """Say what the outcomes were."""
    desk.labelling.label("iris", {"prediction_id": list(ids), "label": list(values)})


def one(figures: Sequence[FigureView], name: str, of: str | None = None) -> FigureView:
    """Return one figure."""
    (found,) = [each for each in figures if (each.measure, each.of) == (name, of)]
    return found


def shuffled(frame: pl.DataFrame) -> list[str]:
    """Return the true classes, a fifth of them wrong."""
    rng = np.random.default_rng(4)
    truth = frame["class"].to_numpy().copy()
    wrong = rng.random(len(truth)) < 0.2
    truth[wrong] = rng.permutation(truth)[wrong]
    return [str(value) for value in truth]


def test_figures_are_those_of_scikit_learn(desk: Desk) -> None:
    """Over all days and on each of them, also after labels are corrected."""
    frame = iris_frame()
    halves = frame.head(75), frame.tail(75)
    for day, half in enumerate(halves):
        ids, answers = predicted(desk, half, at=NOW + timedelta(days=day))
        label(desk, ids, answers)  # wrong, and corrected below
        desk.jobs.run()
        label(desk, ids, shuffled(half))
        desk.jobs.run()
    truth = [value for half in halves for value in shuffled(half)]
    model = iris_model()
    inputs = pl.concat(halves).select(FEATURES)
    guess, scores = model.predict(inputs), model.predict_proba(inputs)
    report = desk.performance.report("iris")
    assert (report.version, report.task, report.labelled) == (1, "classification", 150)
    assert one(report.figures, "accuracy").value == pytest.approx(accuracy_score(truth, guess))
    macro = one(report.figures, "f1_macro")
    assert macro.value == pytest.approx(f1_score(truth, guess, average="macro"))
    assert macro.low is not None
    assert macro.high is not None
    assert macro.low < f1_score(truth, guess, average="macro") < macro.high
    assert one(report.figures, "log_loss").value == pytest.approx(log_loss(truth, scores))
    first, second = report.windows
    assert (first.window.start, first.labelled, first.predictions, first.maturity) == (
        DAY,
        75,
        75,
        1,
    )
    assert one(first.figures, "accuracy").value == pytest.approx(
        accuracy_score(truth[:75], guess[:75])
    )
    assert desk.performance.report("iris", start=second.window.start).labelled == 75
    confusion = desk.performance.confusion("iris")
    assert sum(map(sum, confusion.counts)) == 150
    hits = sum(row[place] for place, row in enumerate(confusion.counts))
    assert hits == round(accuracy_score(truth, guess) * 150)


def test_nothing_is_said_without_labels(desk: Desk) -> None:
    """No figure, no day, no curve: empty, and never 0."""
    predicted(desk, iris_frame().head(3))
    desk.jobs.run()
    report = desk.performance.report("iris")
    assert (report.task, report.figures, report.windows, report.labelled) == (None, (), (), 0)
    assert desk.performance.confusion("iris").classes == ()
    because = "no row is labelled, or its labels are not evaluated yet"
    assert report.because == desk.performance.curves("iris").because == because
    later = desk.performance.report("iris", start=NOW).because
    assert later == "no row of this range is labelled, or its labels are not evaluated yet"


def test_days_of_one_class_say_why_there_is_no_figure(desk: Desk) -> None:
    """ROC AUC of a day with one class is not defined; accuracy is."""
    ids, _ = predicted(desk, iris_frame().head(10))
    label(desk, ids[:4], ["Iris-setosa"] * 4)
    desk.jobs.run()
    report = desk.performance.report("iris", measures=["roc_auc_macro", "accuracy"])
    (window,) = report.windows
    auc, accuracy = window.figures
    assert auc.value is None
    assert auc.because
    assert (accuracy.value, accuracy.rows) == (1.0, 4)
    assert (window.labelled, window.predictions, window.maturity) == (4, 10, 0.4)


def test_segments_have_figures_of_their_own(desk: Desk) -> None:
    """Rows are split as the log policy says."""
    column = desk.registry.record("iris").signature.prediction.name
    desk.registry.set_policy("iris", LogPolicy(segment_by=(column,)))
    ids, answers = predicted(desk, iris_frame())
    label(desk, ids, shuffled(iris_frame()))
    desk.jobs.run()
    names = desk.performance.segments("iris")
    assert len(names) == 3
    rows = {name: desk.performance.report("iris", segment=name).labelled for name in names}
    assert sum(rows.values()) == 150
    assert all(count == answers.count(name.split("=")[1]) for name, count in rows.items())
    with pytest.raises(NotFound, match="segment 'x=1'"):
        desk.performance.report("iris", segment="x=1")


def test_rows_that_left_the_log_leave_their_figures(desk: Desk) -> None:
    """A late label of an old day does not make its figures those of what is left."""
    ids, _ = predicted(desk, iris_frame())
    more, _ = predicted(desk, iris_frame().head(5), at=NOW + timedelta(hours=1))
    label(desk, ids, shuffled(iris_frame()))
    desk.jobs.run()
    before = desk.performance.report("iris").figures
    while Expiry(desk.store).rows(NOW + timedelta(minutes=30)).rows:
        pass
    label(desk, more, ["Iris-setosa"] * 5)
    desk.jobs.run()
    assert desk.performance.report("iris").figures == before
    assert LabelRecords(desk.store).due() == ()


def test_evaluations_expire_with_the_profiles_of_days(desk: Desk) -> None:
    """They are kept as long as what else is said of a day."""
    ids, _ = predicted(desk, iris_frame())
    label(desk, ids, shuffled(iris_frame()))
    desk.jobs.run()
    assert Expiry(desk.store).profiles(Granularity.DAY, DAY + timedelta(days=1)) == 1
    version = desk.registry.record("iris").version_id
    assert EvaluationRecords(desk.store).days(version) == ()


def test_what_is_said_of_an_expired_day_later_expires_as_well(desk: Desk) -> None:
    """A late label of a day whose profile is gone leaves nothing for ever."""
    ids, _ = predicted(desk, iris_frame())
    desk.jobs.run()
    tomorrow = DAY + timedelta(days=1)
    assert Expiry(desk.store).profiles(Granularity.DAY, tomorrow) == 1
    label(desk, ids, shuffled(iris_frame()))
    desk.jobs.run()
    assert desk.performance.report("iris").labelled == 150
    assert Expiry(desk.store).profiles(Granularity.DAY, tomorrow) == 0
    assert desk.performance.report("iris").labelled == 0


class Ticking:
    """A clock that goes on by some seconds whenever somebody looks at it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.step = 0.0

    def __call__(self) -> float:
        """Return the time, in seconds."""
        self.now += self.step
        return self.now


def evaluation_of(desk: Desk, seconds: Ticking) -> Evaluation:
    """Return what evaluates a desk, with a registry of its own that remembers nothing."""
    artefacts = ArtefactStore(desk.settings.artefacts)
    return Evaluation(
        Registry(
            ModelRecords(desk.store),
            artefacts,
            desk.clock,
            Examination(SliceRecords(desk.store), desk.clock),
        ),
        ChunkLog(desk.store),
        LabelRecords(desk.store),
        EvaluationRecords(desk.store),
        SliceRecords(desk.store),
        seconds=seconds,
    )


def test_a_day_that_cannot_be_evaluated_rests_and_the_others_go_on(desk: Desk) -> None:
    """A minute at first, then longer and longer; it is never tried over and over."""
    desk.registry.publish(
        functions.guesses_setosa, name="broken", reference=iris_frame(), target="class"
    )
    ids, answers = predicted(desk, iris_frame())
    answer = desk.predictor.predict(
        "broken", iris_frame().select(FEATURES).to_dicts(), timestamps=[NOW] * 150
    )
    broken = [found.prediction_id for found in answer.predictions]
    desk.labelling.label("broken", {"prediction_id": broken, "label": ["Iris-setosa"] * 150})
    label(desk, ids, answers)
    version = desk.registry.record("broken").version_id
    with desk.store.writing() as connection:
        found = connection.execute(sa.select(versions.c.signature).where(versions.c.id == version))
        before = found.scalar_one()
        nonsense = sa.update(versions).where(versions.c.id == version).values(signature=b"{}")
        connection.execute(nonsense)
    clock = Ticking()
    evaluation = evaluation_of(desk, clock)
    assert (evaluation.run(longest=FOREVER), evaluation.failures) == (1, 1)
    assert desk.performance.report("iris").labelled == 150
    for now, failures in ((59, 1), (61, 2), (179, 2), (182, 3), (100_000, 4), (100_479, 4)):
        clock.now = now
        assert (evaluation.run(longest=FOREVER), evaluation.failures) == (0, failures)
    with desk.store.writing() as connection:
        mended = sa.update(versions).where(versions.c.id == version).values(signature=before)
        connection.execute(mended)
    clock.now = 200_000
    assert (evaluation.run(longest=FOREVER), evaluation.failures) == (1, 4)
    assert desk.performance.report("broken").labelled == 150


def test_a_long_day_is_not_summed_up_over_and_over(desk: Desk) -> None:
    """Labels that trickle in cost a tenth of the time, however many rows the day has."""
    ids, answers = predicted(desk, iris_frame())
    label(desk, ids[:1], answers[:1])
    clock = Ticking()
    evaluation = evaluation_of(desk, clock)
    clock.step = 2.0
    assert evaluation.run(longest=FOREVER) == 1
    clock.step = 0.0
    label(desk, ids[1:2], answers[1:2])
    assert evaluation.run(longest=FOREVER) == 0
    assert desk.performance.report("iris").labelled == 1
    clock.now += 30
    assert evaluation.run(longest=FOREVER) == 1
    assert desk.performance.report("iris").labelled == 2


def test_a_run_ends_in_time_and_when_it_is_stopped(desk: Desk) -> None:
    """What it leaves is done by the next one, each day whole."""
    for day in range(3):
        ids, answers = predicted(desk, iris_frame().head(4), at=NOW - timedelta(days=day))
        label(desk, ids, answers)
    clock = Ticking()
    evaluation = evaluation_of(desk, clock)
    assert evaluation.run(longest=0) == 0
    clock.step = 0.6
    assert evaluation.run(longest=1) == 1
    looks = iter([False, True, True])
    assert evaluation.run(stop=lambda: next(looks)) == 0
    assert len(desk.performance.report("iris").windows) == 1
    clock.step = 0.0
    assert evaluation.run() == 2
    assert desk.performance.report("iris").labelled == 12


def test_whoever_read_fewer_labels_does_not_win(desk: Desk) -> None:
    """Of two servers that evaluate a day, the one with the later labels is believed."""
    ids, answers = predicted(desk, iris_frame())
    label(desk, ids[:10], answers[:10])
    (early,) = LabelRecords(desk.store).due()
    label(desk, ids[:20], answers[:20])
    (late,) = LabelRecords(desk.store).due()
    records = EvaluationRecords(desk.store)
    state = Classification.of(["Iris-setosa"] * 20, ["Iris-setosa"] * 20)
    part = PartState(labelled=20, state=state.encode())
    assert records.keep(late, {"": part})
    assert not records.keep(early, {"": part})
    assert not records.keep(late, {})
    assert desk.performance.report("iris", measures=["accuracy"]).labelled == 20
    assert LabelRecords(desk.store).due() == ()


def test_days_are_split_anew_when_the_policy_changes(desk: Desk) -> None:
    """Also those that were evaluated before; other changes of the policy cost nothing."""
    column = desk.registry.record("iris").signature.prediction.name
    ids, answers = predicted(desk, iris_frame())
    label(desk, ids, answers)
    desk.jobs.run()
    desk.registry.set_policy("iris", LogPolicy(drop=(FEATURES[0],)))
    assert LabelRecords(desk.store).due() == ()
    desk.registry.set_policy("iris", LogPolicy(segment_by=(column, FEATURES[0])))
    desk.jobs.run()
    names = desk.performance.segments("iris")
    assert {name.split("=")[0] for name in names} == {column, FEATURES[0]}
    desk.registry.set_policy("iris", LogPolicy())
    desk.jobs.run()
    assert desk.performance.segments("iris") == ()


def test_classes_that_are_truths_or_floats_are_known_in_labels(desk: Desk) -> None:
    """From the model's own classes to the figures: the same class is the same everywhere."""
    inputs = np.arange(40.0).reshape(-1, 1)
    for name, (low, high) in {"truths": (False, True), "floats": (0.0, 1.0)}.items():
        target = [high if row > 20 else low for row in range(40)]
        reference = pl.DataFrame({"x": inputs[:, 0], "y": target})
        model = LogisticRegression().fit(inputs, target)
        desk.registry.publish(model, name=name, reference=reference, target="y")
        answer = desk.predictor.predict(name, reference.select("x").to_dicts())
        ids = [found.prediction_id for found in answer.predictions]
        desk.labelling.label(name, {"prediction_id": ids, "label": target})
        desk.jobs.run()
        report = desk.performance.report(name)
        guess, scores = model.predict(inputs), model.predict_proba(inputs)
        assert one(report.figures, "accuracy").value == accuracy_score(target, guess)
        assert one(report.figures, "log_loss").value == pytest.approx(log_loss(target, scores))


def test_what_is_wrong_is_refused_before_there_are_labels(desk: Desk) -> None:
    """An unknown measure, a confidence that is none, a class without curves."""
    with pytest.raises(NotFound, match="no measure 'f2'"):
        desk.performance.report("iris", measures=["f2"])
    with pytest.raises(InvalidArgument, match="between 0 and 1"):
        desk.performance.compare("iris", 1, 1, confidence=1.0)
    ids, answers = predicted(desk, iris_frame())
    label(desk, ids, answers)
    desk.jobs.run()
    assert len(desk.performance.curves("iris").classes) == 3
    curves = desk.performance.curves("iris", of="Iris-setosa")
    assert curves.of == "Iris-setosa"
    assert curves.best is not None
    assert (curves.best.f1, curves.best.recall, curves.best.precision) == (1, 1, 1)
    assert curves.best.flagged == pytest.approx(1 / 3)
    reached = [each.threshold for each in curves.thresholds]
    assert reached == sorted(reached)
    assert curves.thresholds[0].recall == 1
    assert curves.thresholds[0].precision == pytest.approx(1 / 3)
    with pytest.raises(Incompatible, match="does not predict numbers"):
        desk.performance.errors("iris")
    with pytest.raises(NotFound, match="no curves of 'cat'"):
        desk.performance.curves("iris", of="cat")
    with pytest.raises(Incompatible, match="does not apply"):
        desk.performance.report("iris", measures=["mae"])


def test_a_regression_has_its_own_measures(desk: Desk) -> None:
    """Errors of numbers, and no table of confusion."""
    inputs, target = load_diabetes(return_X_y=True)
    names = [f"x{place}" for place in range(inputs.shape[1])]
    model = LinearRegression().fit(inputs, target)
    reference = pl.DataFrame(inputs, schema=names)
    desk.registry.publish(model, name="sugar", reference=reference)
    answer = desk.predictor.predict("sugar", reference.to_dicts(), timestamps=[NOW] * len(target))
    ids = [found.prediction_id for found in answer.predictions]
    desk.labelling.label("sugar", {"prediction_id": ids, "label": list(target)})
    desk.jobs.run()
    report = desk.performance.report("sugar")
    error = mean_absolute_error(target, model.predict(inputs))
    assert one(report.figures, "mae").value == pytest.approx(error)
    with pytest.raises(Incompatible, match="does not predict one class"):
        desk.performance.confusion("sugar")
    told = desk.performance.errors("sugar")
    assert told.labelled == len(target)
    assert sum(each.share for each in told.bins) == pytest.approx(1)
    low = sum(each.share for each in told.bins if each.high is not None and each.high <= 0)
    assert low == pytest.approx((model.predict(inputs) < target).mean(), abs=0.01)
    later = desk.performance.errors("sugar", start=NOW + timedelta(days=1))
    assert (later.labelled, later.bins) == (0, ())


def test_the_cheapest_threshold_is_that_of_trying_all(desk: Desk) -> None:
    """Of every threshold that there is, with the costs of each row counted one by one."""
    frame = iris_frame()
    ids, _ = predicted(desk, frame)
    labels = shuffled(frame)
    label(desk, ids, labels)
    desk.jobs.run()
    of = "Iris-versicolor"
    costs = Costs(true_positive=-0.5, false_positive=1, false_negative=7)
    told = desk.performance.curves("iris", of=of, costs=costs)
    scores = np.array([desk.reader.prediction(each).outputs[f"probability_{of}"] for each in ids])
    truth = np.array(labels) == of

    def cost(threshold: float) -> float:
        said = scores >= threshold
        counts = (said & truth).sum(), (said & ~truth).sum(), (~said & truth).sum()
        return float(np.dot(counts, (-0.5, 1, 7)) / len(truth))

    least = min(map(cost, [*scores, np.inf]))
    assert told.cheapest is not None
    assert told.cheapest.cost == pytest.approx(least, abs=0.02)
    assert told.cheapest.threshold is not None
    assert cost(told.cheapest.threshold) == pytest.approx(told.cheapest.cost, abs=0.02)
    assert told.cheapest.low is not None
    assert told.cheapest.high is not None
    assert told.cheapest.low < told.cheapest.cost < told.cheapest.high
    assert min(each.cost for each in told.thresholds) == pytest.approx(least, abs=0.05)
    usual = desk.performance.curves("iris", of=of)
    assert usual.costs == Costs()
    with pytest.raises(InvalidArgument):
        desk.performance.curves("iris", of=of, costs=Costs(false_positive=math.inf))


def test_everything_is_told_of_a_slice(desk: Desk) -> None:
    """Counts, curves and comparisons of its rows only; both a slice and a segment are too much."""
    frame = iris_frame()
    desk.slices.define("iris", "long", "petal_length_cm > 4.5")
    ids, said = predicted(desk, frame)
    labels = shuffled(frame)
    label(desk, ids, labels)
    desk.jobs.run()
    inside = (frame["petal_length_cm"] > 4.5).to_numpy()
    told = desk.performance.confusion("iris", slice="long")
    place = {name: at for at, name in enumerate(told.classes)}
    expected = np.zeros((len(place), len(place)), dtype=int)
    for truth, guess in zip(np.array(labels)[inside], np.array(said)[inside], strict=True):
        expected[place[truth], place[guess]] += 1
    assert told.counts == tuple(map(tuple, expected.tolist()))
    assert told.slice == "long"
    curves = desk.performance.curves("iris", of="Iris-virginica", slice="long")
    assert (curves.slice, curves.because) == ("long", None)
    compared = desk.performance.compare("iris", slice="long", measures=["accuracy"])
    assert compared.one_labelled == inside.sum()
    with pytest.raises(NotFound, match="'short'"):
        desk.performance.confusion("iris", slice="short")
    with pytest.raises(InvalidArgument):
        desk.performance.confusion("iris", slice="long", segment="a=b")


def test_versions_are_compared_on_what_each_predicted(desk: Desk) -> None:
    """A challenger that guesses is worse, and one sentence says so."""
    desk.registry.publish(
        functions.guesses_setosa, name="iris", reference=iris_frame(), target="class"
    )
    desk.routes.set("iris", Routing(shadow=Shadow(version=2)))
    ids, _ = predicted(desk, iris_frame())
    while desk.reader.page("iris", which=Which.SHADOW, limit=200).frame.height < len(ids):
        time.sleep(0.02)
    label(desk, ids, [str(value) for value in iris_frame()["class"]])
    desk.jobs.run()
    told = desk.performance.compare("iris", 2, 1)
    assert told.verdict.startswith("Version 2 is worse than version 1 by ")
    (accuracy,) = [each for each in told.differences if each.measure == "accuracy"]
    assert accuracy.outcome == "worse"
    assert accuracy.gap.value == pytest.approx(1 / 3 - (accuracy.other.value or 0))
    same = desk.performance.compare("iris", 1, 1, measures=["accuracy"])
    assert "No difference" in same.verdict
