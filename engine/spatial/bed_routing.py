"""Where the channels of a bed go in a format of loudspeakers: their own, or those that stand in.

A channel whose loudspeaker the format has goes there as it is. Others go where BS.2127 maps them
for its DirectSpeakers: up to a larger layout's nearest, down at the levels of BS.775. The LFE goes
to an LFE, and nowhere else.

References
----------
ITU-R BS.2127-1, 8.4 (mapping rules of DirectSpeakers, of which those for the loudspeakers of
systems A, B, D, I and J are here); ITU-R BS.775-4, table 2 (fold-down); ITU-R BS.2051-3 (labels).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.layouts import Layout, Loudspeaker

_HALF = float(np.sqrt(0.5))

_STAND_INS: dict[str, tuple[dict[str, float], ...]] = {
    "M+000": ({"M+030": _HALF, "M-030": _HALF},),
    "M+090": ({"M+030": _HALF, "M+110": _HALF}, {"M+030": _HALF}),
    "M+110": ({"M+135": 1.0}, {"M+030": _HALF}),
    "M+135": ({"M+110": 1.0}, {"M+030": _HALF}),
    "U+030": ({"U+045": 1.0}, {"M+030": 1.0}),
    "U+045": ({"U+030": 1.0}, {"M+030": 1.0}),
    "U+110": ({"U+135": 1.0}, {"M+110": 1.0}, {"M+135": 1.0}, {"M+030": _HALF}),
    "U+135": ({"U+110": 1.0}, {"M+135": 1.0}, {"M+110": 1.0}, {"M+030": _HALF}),
    "LFE": ({},),
}
"""For loudspeakers of the left and of the middle: what stands in for one, the best first."""


def bed_routes(bed: Layout, layout: Layout) -> NDArray[np.float64]:
    """(layout channels, bed channels) gains of a bed's channels in a layout's."""
    labels = [speaker.label for speaker in layout.loudspeakers]
    routes = np.zeros((layout.channels, bed.channels))
    for channel, speaker in enumerate(bed.loudspeakers):
        for label, gain in _gains(speaker, labels).items():
            routes[labels.index(label), channel] = gain
    return routes


def _gains(speaker: Loudspeaker, labels: list[str]) -> dict[str, float]:
    """Gain of every loudspeaker that plays a channel: its own, or the first that can stand in."""
    if speaker.label in labels:
        return {speaker.label: 1.0}
    right = speaker.label[1] == "-"
    choices = _STAND_INS[_mirrored(speaker.label) if right else speaker.label]
    for choice in choices:
        there = {_mirrored(label) if right else label: gain for label, gain in choice.items()}
        if all(label in labels for label in there):
            return there
    raise AssertionError(f"nothing stands in for {speaker.label} among {labels}")


def _mirrored(label: str) -> str:
    """The label of the loudspeaker on the other side."""
    return label.translate(str.maketrans("+-", "-+"))
