"""Small bars stand at their places, in proportion, and hold nothing but numbers."""

from __future__ import annotations

import re

from modeldesk.charts.small_bars import small_bars


def bars(svg: str, name: str = "spark-bar") -> list[tuple[float, float]]:
    """Return where each bar begins, and how high it is."""
    found = re.search(rf'class="{name}" d="([^"]*)"', svg)
    drawn = re.findall(r"M([\d.]+) [\d.]+v-([\d.]+)h", found[1] if found else "")
    return [(float(x), float(tall)) for x, tall in drawn]


def test_bars_are_in_proportion_and_at_their_places() -> None:
    """A gap stays a gap; what is there can be seen."""
    svg = small_bars([10.0, None, 5.0, 0.0, 0.001], width=100, height=22)
    (first, tall), (third, half), (fifth, tiny) = bars(svg)
    assert (first, third, fifth) == (0.5, 40.5, 80.5)
    assert tall == 20
    assert half == 10
    assert tiny == 1


def test_marked_bars_are_drawn_apart() -> None:
    """Marks may be fewer than values."""
    svg = small_bars([1.0, 1.0, 1.0], marked=[False, True], width=30)
    assert [x for x, _ in bars(svg)] == [0.5, 20.5]
    assert [x for x, _ in bars(svg, "spark-mark")] == [10.5]


def test_the_scale_reaches_the_line_and_what_is_asked_for() -> None:
    """A threshold above all bars is inside the picture."""
    svg = small_bars([0.1], line=0.2, height=22, width=10)
    assert bars(svg)[0][1] == 10
    assert 'class="spark-line" d="M0 1H10"' in svg
    assert bars(small_bars([0.1], least=0.4, height=22))[0][1] == 5


def test_nothing_and_what_is_not_finite_draw_no_bar() -> None:
    """No division by zero, and no NaN in the picture."""
    for values in ([], [None], [float("nan"), float("inf")], [0.0]):
        svg = small_bars(values)
        assert not bars(svg)
        assert "nan" not in svg
        assert "inf" not in svg
