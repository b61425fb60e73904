"""Loudspeaker panning: 5.1 and stereo by BS.775, constant power everywhere.

On the horizon a source sounds from the two loudspeakers around it with amplitude panning by
vectors. Above 30 degrees of elevation (and inside the head's own space) it spreads towards all
five, at the same power, since the layout has no height.

References
----------
Pulkki, "Virtual sound source positioning using vector base amplitude panning", JAES 45(6), 1997;
ITU-R BS.775-4 (loudspeakers, fold-down).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from engine.coordinates import to_cartesian
from engine.layouts import SURROUND_51

SPREAD_FROM_ELEVATION_DEG = 30.0
LFE_SEND_DB = -10.0
"""Level of a source's low end in the LFE; playback chains raise the LFE by 10 dB."""
LFE_CUTOFF_HZ = 90.0
LFE_ORDER = 8

_LFE = SURROUND_51.channel_names.index("LFE")
_RING = ("C", "L", "Ls", "Rs", "R")
_RING_CHANNELS = np.array([SURROUND_51.channel_names.index(name) for name in _RING])
_RING_AZIMUTHS_DEG = np.array([SURROUND_51.loudspeakers[c].azimuth_deg for c in _RING_CHANNELS])

FOLD_TO_STEREO = np.array(
    [[1.0, 0.0, np.sqrt(0.5), 0.0, np.sqrt(0.5), 0.0],
     [0.0, 1.0, np.sqrt(0.5), 0.0, 0.0, np.sqrt(0.5)]]
)  # fmt: skip
"""(2, 6) fold-down of L R C LFE Ls Rs, BS.775-4 table 2; the LFE is left out."""


def pan_ring(azimuth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Constant-power gains on the five loudspeakers' ring.

    Parameters
    ----------
    azimuth : (n,) array
        Radians, positive to the left.

    Returns
    -------
    (n, 5) float64 array
        Gains of C, L, Ls, Rs, R; their squares sum to one; two at most are not zero.
    """
    azimuth = np.asarray(azimuth, dtype=np.float64)
    edges = np.radians(_RING_AZIMUTHS_DEG) % (2.0 * np.pi)
    around = azimuth % (2.0 * np.pi)
    first = (np.searchsorted(edges, around, side="right") - 1) % 5
    second = (first + 1) % 5
    # Solve g1 v1 + g2 v2 = direction (up to scale): each gain is a sine of the angle to the other.
    width = (edges[second] - edges[first]) % (2.0 * np.pi)
    place = (around - edges[first]) % (2.0 * np.pi)
    gain_first, gain_second = np.sin(width - place), np.sin(place)
    power = np.sqrt(gain_first**2 + gain_second**2)
    gains = np.zeros((len(azimuth), 5))
    rows = np.arange(len(azimuth))
    gains[rows, second] = gain_second / power
    gains[rows, first] = gain_first / power
    return np.where(gains < 1e-9, 0.0, gains)


def pan_51(directions: NDArray[np.float64], focus: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gains of L R C LFE Ls Rs for sources at unit vectors (n, 3) with focus (n,) in 0..1.

    Returns
    -------
    (n, 6) float64 array
        Powers of the five full-band channels sum to one. The LFE column is the constant send;
        its channel must be low-passed (`lfe_lowpass`).
    """
    azimuth = np.arctan2(directions[:, 1], directions[:, 0])
    elevation_deg = np.degrees(np.arcsin(np.clip(np.abs(directions[:, 2]), 0.0, 1.0)))
    height = (elevation_deg - SPREAD_FROM_ELEVATION_DEG) / (90.0 - SPREAD_FROM_ELEVATION_DEG)
    point = (1.0 - np.clip(height, 0.0, 1.0)) * focus
    power = point[:, None] * pan_ring(azimuth) ** 2 + (1.0 - point[:, None]) / 5.0
    gains = np.zeros((len(directions), 6))
    gains[:, _RING_CHANNELS] = np.sqrt(power)
    gains[:, _LFE] = 10.0 ** (LFE_SEND_DB / 20.0)
    return gains


def pan_stereo(directions: NDArray[np.float64], focus: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2) gains: the 5.1 panning folded down by BS.775 and brought back to constant power."""
    folded = pan_51(directions, focus) @ FOLD_TO_STEREO.T
    return folded / np.linalg.norm(folded, axis=1, keepdims=True)


def lfe_lowpass(sample_rate_hz: int) -> NDArray[np.float64]:
    """Second-order sections of the LFE's low-pass: -3 dB at 90 Hz, -68 dB at 240 Hz."""
    return np.asarray(signal.butter(LFE_ORDER, LFE_CUTOFF_HZ, fs=sample_rate_hz, output="sos"))


def loudspeaker_directions() -> NDArray[np.float64]:
    """(6, 3) unit vectors of L R C LFE Ls Rs (the LFE's is meaningless)."""
    return to_cartesian([speaker.azimuth_deg for speaker in SURROUND_51.loudspeakers], 0.0)
