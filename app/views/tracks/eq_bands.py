"""The six places of the equaliser, and how a track's bands come into them and go back."""

from __future__ import annotations

from collections.abc import Sequence

from engine.project.model import EqBand, EqKind

PLACES: tuple[tuple[str, EqKind, float], ...] = (
    ("High-pass", "high_pass", 60.0),
    ("Low shelf", "low_shelf", 150.0),
    ("Bell 1", "bell", 500.0),
    ("Bell 2", "bell", 3000.0),
    ("High shelf", "high_shelf", 8000.0),
    ("Low-pass", "low_pass", 14_000.0),
)
"""What each place is called, its kind, and where it begins."""


def placed(eq: Sequence[EqBand]) -> tuple[tuple[EqBand, ...], tuple[EqBand, ...]]:
    """One band for each of `PLACES` (off where there is none), and the bands that fit none."""
    left = list(eq)
    bands = []
    for _, kind, frequency_hz in PLACES:
        band = next((band for band in left if band.kind == kind), None)
        if band is not None:
            left.remove(band)
        bands.append(band or EqBand(kind=kind, frequency_hz=frequency_hz, on=False))
    return tuple(bands), tuple(left)


def kept(bands: Sequence[EqBand], others: Sequence[EqBand]) -> tuple[EqBand, ...]:
    """What a track stores of bands in their places: those that are on, or were set."""
    used = tuple(
        band
        for band, (_, _, frequency_hz) in zip(bands, PLACES, strict=True)
        if band.on or band.gain_db or band.frequency_hz != frequency_hz
    )
    return (*used, *others)


def is_pass(band: EqBand) -> bool:
    """Whether a band has no gain: its corner's height is its Q."""
    return "pass" in band.kind
