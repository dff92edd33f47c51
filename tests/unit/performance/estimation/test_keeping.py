"""Windows and estimators as bytes, and merging: the laws that keeping them rests on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from modeldesk.errors import Corrupt
from modeldesk.performance.estimation import (
    ClassificationEstimator,
    ClassificationWindow,
    Estimate,
    Estimator,
    RegressionEstimator,
    RegressionWindow,
    decode_estimator,
    encode_estimator,
    learn_classification,
    learn_regression,
)
from tests.support.shifting import many_classes, seasonal, two_classes

GOLDEN = Path(__file__).parent / "golden"
RANDOM = np.random.default_rng(11)
Window = ClassificationWindow | RegressionWindow


def two() -> tuple[Estimator, list[Window]]:
    """Return an estimator of two classes and three windows."""
    rows = two_classes(RANDOM, 3000)
    found = learn_classification(
        rows.scores, rows.predicted, rows.labels, classes=["0", "1"], columns=rows.columns
    )
    assert isinstance(found, ClassificationEstimator)
    some = [two_classes(RANDOM, count, 0.3) for count in (700, 40, 0)]
    return found, [found.condense(each.scores, each.predicted, each.columns) for each in some]


def many() -> tuple[Estimator, list[Window]]:
    """Return an estimator of many classes, calibrated only, and three windows."""
    rows = many_classes(RANDOM, 900)
    found = learn_classification(rows.scores, rows.predicted, rows.labels, classes=["0", "1", "2"])
    assert isinstance(found, ClassificationEstimator)
    some = [many_classes(RANDOM, count, 0.3) for count in (700, 40, 0)]
    return found, [found.condense(each.scores, each.predicted) for each in some]


def regression() -> tuple[Estimator, list[Window]]:
    """Return an estimator of a regression and three windows."""
    x = RANDOM.normal(size=3000)
    word = np.array(["a", "b"] * 1500)
    labels = x + RANDOM.normal(size=3000) * np.where(word == "a", 2, 1)
    found = learn_regression(x, labels, columns={"x": x, "word": word})
    assert isinstance(found, RegressionEstimator)
    some = [slice(700), slice(700, 740), slice(0)]
    return found, [found.condense(x[each], {"x": x[each], "word": word[each]}) for each in some]


def turned() -> tuple[Estimator, list[Window]]:
    """Return an estimator of a regression that has directions, and three windows."""
    x = RANDOM.normal(size=(3000, 3))
    names = ("a", "b", "c")
    labels = 3 * np.sin(x @ [1.2, 1.2, 0.0]) + RANDOM.normal(size=3000)
    columns = dict(zip(names, x.T, strict=True))
    found = learn_regression(np.zeros(3000), labels, columns=columns)
    assert isinstance(found, RegressionEstimator)
    assert found.reading.directions
    some = [x[:700], x[700:740], x[:0]]
    return found, [
        found.condense(np.zeros(len(each)), dict(zip(names, each.T, strict=True))) for each in some
    ]


def in_context() -> tuple[Estimator, list[Window]]:
    """Return an estimator that knows an effect of whole windows, and three windows."""
    rows = seasonal(RANDOM, 8000)
    found = learn_classification(rows.scores, rows.predicted, rows.labels, classes=["0", "1"])
    assert isinstance(found, ClassificationEstimator)
    assert found.effect is not None
    some = [seasonal(RANDOM, count) for count in (700, 40, 0)]
    return found, [found.condense(each.scores, each.predicted) for each in some]


KINDS = pytest.mark.parametrize(
    "kind", [two, many, regression, turned, in_context], ids=lambda kind: kind.__name__
)


def same(one: Window, other: Window) -> bool:
    """Whether two windows say the same, up to rounding."""
    assert type(one) is type(other)
    for name in type(one).__slots__:
        left, right = getattr(one, name), getattr(other, name)
        if isinstance(left, np.ndarray):
            if not np.allclose(left, right, rtol=1e-12, atol=1e-9):
                return False
        elif left != right:
            return False
    return True


@KINDS
def test_merging_obeys_its_laws(kind: type) -> None:
    """Order and grouping do not matter, an empty window changes nothing, operands stay."""
    _, (a, b, nothing) = kind()
    before = a.encode(), b.encode()
    assert same(a.merge(b), b.merge(a))
    assert same(a.merge(b).merge(nothing), a.merge(b.merge(nothing)))
    assert same(a.merge(nothing), a)
    assert (a.encode(), b.encode()) == before


def test_parts_merge_to_the_whole() -> None:
    """Condensing the halves and merging gives what condensing all gives, errors nearly so."""
    rows = two_classes(RANDOM, 2000)
    found, _ = two()
    assert isinstance(found, ClassificationEstimator)
    parts = [
        found.condense(
            rows.scores[half],
            rows.predicted[half],
            {name: column[half] for name, column in rows.columns.items()},
        )
        for half in (slice(900), slice(900, None))
    ]
    whole = found.condense(rows.scores, rows.predicted, rows.columns)
    merged = parts[0].merge(parts[1])
    assert np.array_equal(merged.counts, whole.counts)
    assert np.allclose(merged.expected, whole.expected, rtol=1e-12)
    for measure in ("accuracy", "roc_auc"):
        one, other = (found.estimate(each)[measure] for each in (merged, whole))
        assert one.value == pytest.approx(other.value, rel=1e-12)  # type: ignore[union-attr]
        assert one.deviation == pytest.approx(other.deviation, rel=0.05)  # type: ignore[union-attr]


@KINDS
def test_windows_survive_as_bytes(kind: type) -> None:
    """What is decoded is what was encoded, and encodes to the same bytes."""
    for window in kind()[1]:
        again = type(window).decode(window.encode())
        assert same(again, window)
        assert again.encode() == window.encode()


@KINDS
def test_estimators_survive_as_bytes(kind: type) -> None:
    """What is decoded makes the same windows and tells the same of them."""
    found, windows = kind()
    data = encode_estimator(found)
    again = decode_estimator(data)
    assert encode_estimator(again) == data
    assert type(again) is type(found)
    told, told_again = found.estimate(windows[0]), again.estimate(windows[0])
    assert told == told_again


@KINDS
def test_damage_is_found(kind: type) -> None:
    """Bytes that are cut, changed, of another kind or version are refused."""
    found, (window, *_) = kind()
    for data, decode in (
        (window.encode(), type(window).decode),
        (encode_estimator(found), decode_estimator),
    ):
        broken = [data[:5], data[:-3], b"", b"MDXX" + data[4:], data[:4] + b"\x09" + data[5:]]
        broken += [
            data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
            for place in range(9, len(data), max(len(data) // 20, 1))
        ]
        for each in broken:
            with pytest.raises(Corrupt):
                decode(each)


def test_a_window_of_a_million_rows_is_small() -> None:
    """Its size depends on the cells that are filled, not on the rows."""
    found, _ = two()
    assert isinstance(found, ClassificationEstimator)
    rows = two_classes(RANDOM, 1_000_000)
    assert len(found.condense(rows.scores, rows.predicted, rows.columns).encode()) < 20_000


def test_an_estimator_of_the_first_version_stays_readable() -> None:
    """Bytes written before there were directions tell what they told then."""
    data = (GOLDEN / "regression-1.bin").read_bytes()
    found = decode_estimator(data)
    assert isinstance(found, RegressionEstimator)
    assert found.reading.directions == ()
    rows = np.arange(100.0)
    x = np.sin(rows * 0.7) + rows % 7 * 0.1
    told = found.estimate(found.condense(x, {"x": x, "z": np.cos(rows * 1.3)}))
    for measure, value, deviation in (
        ("mae", 0.725673755494549, 0.03876483886677668),
        ("mse", 0.6972606154658675, 0.05771797633088419),
    ):
        one = told[measure]
        assert isinstance(one, Estimate)
        assert one.value == pytest.approx(value, rel=1e-9)
        assert one.deviation == pytest.approx(deviation, rel=1e-6)
    assert decode_estimator(encode_estimator(found)) is not None
    assert encode_estimator(found)[4] == 1


@pytest.mark.parametrize("kind", [turned, in_context])
def test_what_is_newer_has_a_format_version_of_its_own(kind: type) -> None:
    """Who knows only the first version is told so, instead of reading half of it."""
    found, _ = kind()
    assert encode_estimator(found)[4] == 2


def test_an_effect_that_is_no_number_is_found() -> None:
    """Though the checksum is right."""
    found, _ = in_context()
    assert isinstance(found, ClassificationEstimator)
    assert found.effect is not None
    broken = replace(found, effect=replace(found.effect, context=float("nan")))
    with pytest.raises(Corrupt, match="not finite"):
        decode_estimator(encode_estimator(broken))


@pytest.mark.parametrize("damage", ["names", "weights", "nan"])
def test_directions_that_fit_nothing_are_refused(damage: str) -> None:
    """A direction along unknown columns, of too few weights or of none is damage."""
    found, _ = turned()
    assert isinstance(found, RegressionEstimator)
    first, *others = found.reading.directions
    wrong = {
        "names": replace(first, names=("nowhere", *first.names[1:])),
        "weights": replace(first, weights=first.weights[1:]),
        "nan": replace(first, weights=(float("nan"), *first.weights[1:])),
    }[damage]
    broken = replace(found, reading=replace(found.reading, directions=(wrong, *others)))
    with pytest.raises(Corrupt, match="direction"):
        decode_estimator(encode_estimator(broken))


@pytest.mark.parametrize(
    ("version", "accuracy", "precision"),
    [
        (1, (0.6730835475531005, 0.026886008101480792), (0.6738747016833355, 0.03782188539092028)),
        (2, (0.6337486264466285, 0.029904924740057768), (0.5789725639838835, 0.041395364640493613)),
    ],
)
def test_classification_of_either_version_stays_readable(
    version: int, accuracy: tuple[float, float], precision: tuple[float, float]
) -> None:
    """Bytes that were written once tell what they told then; the second knows whole windows."""
    data = (GOLDEN / f"classification-{version}.bin").read_bytes()
    found = decode_estimator(data)
    assert isinstance(found, ClassificationEstimator)
    assert (found.effect is None) is (version == 1)
    rows = np.arange(200.0, 500.0)
    season = 1.2 * np.sin(2 * np.pi * rows / 1500) * (version - 1)
    score = 1 / (1 + np.exp(-2 * (np.sin(rows * 0.7) + rows % 7 * 0.1 - 0.3) - season))
    told = found.estimate(
        found.condense(score, (score > 0.5).astype(int), {"z": np.cos(rows * 1.3)})
    )
    for measure, (value, deviation) in (("accuracy", accuracy), ("precision", precision)):
        one = told[measure]
        assert isinstance(one, Estimate)
        assert one.value == pytest.approx(value, rel=1e-9)
        assert one.deviation == pytest.approx(deviation, rel=1e-6)
    assert encode_estimator(found)[4] == version
