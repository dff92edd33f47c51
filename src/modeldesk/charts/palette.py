"""The colours of everything that is drawn, in light and in dark."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """One scheme of colours; every pair of text and ground has a contrast of 4.5 or more.

    Blue and orange stay apart for every common kind of colour blindness; where a colour
    means something, an icon or a word says the same.
    """

    dark: bool
    ground: str
    """Behind everything."""
    surface: str
    """Cards, tables and charts."""
    raised: str
    """Table heads and what lies on a surface."""
    line: str
    line_strong: str
    ink: str
    ink_soft: str
    ink_faint: str
    brand: str
    brand_soft: str
    on_brand: str
    """Text on the brand colour."""
    stable: str
    stable_soft: str
    changed: str
    changed_soft: str
    unsure: str
    unsure_soft: str
    reference: str
    """Bars and lines of the reference."""
    estimate: str
    """What is estimated, beside what is known; it also differs in the shape of its points."""
    ramp: tuple[str, str, str, str, str]
    """Distances, small to large; the hue turns from blue to orange at the threshold."""
    ramp_ink: tuple[str, str, str, str, str]
    """Text on each colour of the ramp."""


LIGHT = Palette(
    dark=False,
    ground="#f4f6f9",
    surface="#ffffff",
    raised="#f8f9fb",
    line="#e3e7ee",
    line_strong="#c9d1dc",
    ink="#141c28",
    ink_soft="#465266",
    ink_faint="#5d687c",
    brand="#1f5fbf",
    brand_soft="#e7effb",
    on_brand="#ffffff",
    stable="#0b6e5f",
    stable_soft="#e0f3ef",
    changed="#b33c00",
    changed_soft="#fdece1",
    unsure="#4d596c",
    unsure_soft="#edf0f4",
    reference="#a3aebd",
    estimate="#8a3fa8",
    ramp=("#edf3fb", "#cfe0f6", "#fbd5b5", "#f09a5d", "#c9500f"),
    ramp_ink=("#465266", "#23395b", "#5e2a05", "#3a1800", "#ffffff"),
)

DARK = Palette(
    dark=True,
    ground="#0d1218",
    surface="#151c25",
    raised="#1a222d",
    line="#263140",
    line_strong="#3a4759",
    ink="#e9eef5",
    ink_soft="#b3bfcd",
    ink_faint="#8b98aa",
    brand="#74adff",
    brand_soft="#172b49",
    on_brand="#0a1626",
    stable="#5cd0b6",
    stable_soft="#0f2f2a",
    changed="#ff9f68",
    changed_soft="#3b2113",
    unsure="#aab6c6",
    unsure_soft="#232d39",
    reference="#66758a",
    estimate="#d9a3f0",
    ramp=("#182536", "#24436d", "#58341b", "#a8571f", "#f59250"),
    ramp_ink=("#b3bfcd", "#e9eef5", "#ffd9bd", "#ffffff", "#2a1100"),
)


def ink_on_blend(colours: Palette, strength: float) -> str:
    """Return the colour of text on a blend of a surface with a colour that stands out.

    Parameters
    ----------
    colours
        The palette.
    strength
        How much of the colour there is, from 0 to 1.

    >>> ink_on_blend(LIGHT, 1.0) == LIGHT.on_brand, ink_on_blend(LIGHT, 0.5) == LIGHT.ink
    (True, True)
    """
    turning = 0.7 if colours.dark else 0.85  # where both have the same contrast
    return colours.on_brand if strength >= turning else colours.ink


def palette(*, dark: bool) -> Palette:
    """Return the colours for a dark or a light page.

    >>> palette(dark=True).dark
    True
    """
    return DARK if dark else LIGHT
