"""Colours can be read, in light and in dark."""

from __future__ import annotations

import pytest

from modeldesk.charts.palette import DARK, LIGHT, Palette, palette

BOTH = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])


def luminance(colour: str) -> float:
    """Return a colour's relative luminance as WCAG 2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@BOTH
def test_text_has_the_contrast_that_wcag_asks_for(colours: Palette) -> None:
    """4.5 to 1 for every pair of text and ground that the pages use."""
    for ink in (
        colours.ink,
        colours.ink_soft,
        colours.ink_faint,
        colours.brand,
        colours.changed,
        colours.estimate,
    ):
        for ground in (colours.surface, colours.ground, colours.raised):
            assert contrast(ink, ground) >= 4.5, (ink, ground)
    for ink, ground in (
        (colours.stable, colours.stable_soft),
        (colours.changed, colours.changed_soft),
        (colours.unsure, colours.unsure_soft),
        (colours.ink_faint, colours.unsure_soft),
        (colours.on_brand, colours.brand),
    ):
        assert contrast(ink, ground) >= 4.5, (ink, ground)


@BOTH
def test_numbers_on_the_heat_map_can_be_read(colours: Palette) -> None:
    """Every step of the ramp has an ink of its own."""
    for ground, ink in zip(colours.ramp, colours.ramp_ink, strict=True):
        assert contrast(ink, ground) >= 4.5, (ink, ground)


def test_the_page_chooses_by_darkness() -> None:
    """One function gives every chart its colours."""
    assert palette(dark=True) is DARK
    assert palette(dark=False) is LIGHT
