"""Loudspeaker panning: stereo, 5.1, 5.1.4 and 7.1.4, at constant power, and their fold-downs.

A source sounds from the loudspeakers around it (`engine.spatial.point_source`): two at ear level,
three or four with height. Where a layout has no loudspeakers above or below, a source keeps its
azimuth up to 30 degrees of elevation and spreads towards all of them beyond. A source that is wide
sounds from the loudspeakers its cap reaches (`engine.spatial.spread`); one without focus, inside
the head's own space, from all loudspeakers alike.

References
----------
ITU-R BS.2127-1 (point source panner; mapping of loudspeakers to smaller layouts);
ITU-R BS.775-4 (loudspeakers, fold-down to stereo and mono).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numba
import numpy as np
from numpy.typing import NDArray

from engine.coordinates import to_cartesian
from engine.layouts import (
    LOUDSPEAKER_LAYOUTS,
    SURROUND_51,
    SURROUND_514,
    SURROUND_714,
    Layout,
)
from engine.realtime.snapshot import ENCODER_ROOM
from engine.spatial.point_source import panner_of
from engine.spatial.spread import fill_spread, pan_cap

Floats = NDArray[np.float64]

_HALF = np.sqrt(0.5)

FOLD_TO_MONO = np.full((1, 2), _HALF)
"""(1, 2) fold-down of L R, BS.775-4 table 2."""

FOLD_TO_STEREO = np.array([[1.0, 0.0, _HALF, 0.0, _HALF, 0.0], [0.0, 1.0, _HALF, 0.0, 0.0, _HALF]])
"""(2, 6) fold-down of L R C LFE Ls Rs, BS.775-4 table 2; the LFE is left out."""

_THIRD = np.sqrt(1.0 / 3.0)
_PAN_TO_STEREO = np.array(
    [[1.0, 0.0, _THIRD, 0.0, _HALF, 0.0], [0.0, 1.0, _THIRD, 0.0, 0.0, _HALF]]
)
"""(2, 6): the fold-down of L R C LFE Ls Rs for panning, with C at the level that keeps directions
between L and R where they are (BS.2127-1, 6.1.3.2)."""

_FOLD_TO_51 = {
    "Lss": {"L": _HALF, "Ls": _HALF},
    "Rss": {"R": _HALF, "Rs": _HALF},
    "Lrs": {"Ls": 1.0},
    "Rrs": {"Rs": 1.0},
    "Ltf": {"L": 1.0},
    "Rtf": {"R": 1.0},
    "Ltr": {"Ls": 1.0},
    "Rtr": {"Rs": 1.0},
}


def _fold_to_51(layout: Layout) -> NDArray[np.float64]:
    matrix = np.zeros((SURROUND_51.channels, layout.channels))
    for column, name in enumerate(layout.channel_names):
        for target, gain in _FOLD_TO_51.get(name, {name: 1.0}).items():
            matrix[SURROUND_51.channel_names.index(target), column] = gain
    return matrix


FOLD_514_TO_51 = _fold_to_51(SURROUND_514)
"""(6, 10) fold-down of 5.1.4 to 5.1, BS.2127-1 (mapping of U+030 and U+110 to a layout 0+5+0)."""
FOLD_714_TO_51 = _fold_to_51(SURROUND_714)
"""(6, 12) fold-down of 7.1.4 to 5.1, BS.2127-1 (mapping of M+090, M+135, U+045 and U+135 to a
layout 0+5+0): every loudspeaker keeps its power."""

_FOLDS = {
    "7.1.4": ("5.1", FOLD_714_TO_51),
    "5.1.4": ("5.1", FOLD_514_TO_51),
    "5.1": ("stereo", FOLD_TO_STEREO),
    "stereo": ("mono", FOLD_TO_MONO),
}


def fold_down(from_format: str, to_format: str) -> NDArray[np.float64]:
    """(channels, channels) matrix from a format of loudspeakers to '5.1', 'stereo' or 'mono'."""
    matrix = np.eye(1 if from_format == "mono" else LOUDSPEAKER_LAYOUTS[from_format].channels)
    name = from_format
    while name != to_format:
        assert name in _FOLDS, f"{from_format} cannot be folded to {to_format}"
        name, step = _FOLDS[name]
        matrix = step @ matrix
    return matrix


def pan(
    layout: Layout, directions: NDArray[np.float64], focus: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Gains of a layout's channels for sources at unit vectors (n, 3) with focus (n,) in 0..1.

    Returns
    -------
    (n, channels) float64 array
        Powers of the full-band channels sum to one. An LFE gets nothing by panning: it is a send
        (`engine.spatial.lfe`).
    """
    return _filled(partial(fill_pan, layout), layout.channels, directions, focus)


def fill_pan(layout: Layout, directions: Floats, focus: Floats, out: Floats, room: Floats) -> None:
    """Write what `pan` says to `out` (channels, n), see `ChannelEncoder`."""
    fill_spread(panner_of(layout), directions, focus, out, room)


def pan_stereo(directions: NDArray[np.float64], focus: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2) gains, see `fill_stereo`."""
    return _filled(fill_stereo, 2, directions, focus)


def _filled(
    fill: Callable[[Floats, Floats, Floats, Floats], None],
    channels: int,
    directions: Floats,
    focus: Floats,
) -> Floats:
    directions = np.ascontiguousarray(directions, dtype=np.float64)
    gains = np.empty((channels, len(directions)))
    fill(directions, np.ascontiguousarray(focus, dtype=np.float64), gains, np.empty(ENCODER_ROOM))
    return np.ascontiguousarray(gains.T)


def fill_stereo(directions: Floats, focus: Floats, out: Floats, room: Floats) -> None:
    """Write gains (2, n) to `out`: the 5.1 panning folded down and brought back to constant power.

    BS.2127 lowers what is behind by up to 3 dB; here its power stays.
    """
    panner = panner_of(SURROUND_51)
    _pan_folded(directions, focus, *panner.tables, panner.channels, _PAN_TO_STEREO, room, out)


@numba.njit(cache=True, nogil=True)
def _pan_folded(
    directions, focus, inverses, positions, blends, lookup, playing, full_band, fold, room, out
):  # fmt: skip
    """Compiled part of `fill_stereo`; `fold` is (2, channels)."""
    channels = fold.shape[1]
    row, work = room[:channels], room[channels : 2 * channels]
    for n in range(len(directions)):
        x, y, z = directions[n, 0], directions[n, 1], directions[n, 2]
        pan_cap(
            x, y, z, focus[n], inverses, positions, blends, lookup, playing, full_band, work, row
        )
        left = right = 0.0
        for k in range(channels):
            left += fold[0, k] * row[k]
            right += fold[1, k] * row[k]
        scale = 1.0 / np.sqrt(left * left + right * right)
        out[0, n], out[1, n] = left * scale, right * scale


def loudspeaker_directions(layout: Layout = SURROUND_51) -> NDArray[np.float64]:
    """(channels, 3) unit vectors of a layout's loudspeakers (an LFE's is meaningless)."""
    speakers = layout.loudspeakers
    return to_cartesian(
        [speaker.azimuth_deg for speaker in speakers],
        [speaker.elevation_deg for speaker in speakers],
    )
