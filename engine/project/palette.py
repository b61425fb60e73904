"""The colours tracks are given in turn, and those a user may choose from."""

from __future__ import annotations

TRACK_COLOURS = (
    "#56b4e9",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#f0e442",
    "#d55e00",
    "#8fb8de",
    "#b5a1e0",
)
"""Okabe and Ito's colours for colour-blind readers (2008), blue lightened for dark grounds."""
