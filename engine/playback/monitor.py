"""From the format one listens in to the channels a device has, in the order it wants them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.layouts import SURROUND_51, format_channels

_MINUS_3_DB = float(np.sqrt(0.5))
ALSA_51_ORDER = ("L", "R", "Ls", "Rs", "C", "LFE")
"""ALSA's six channels (FL FR RL RR FC LFE) by our channel names."""


def wanted_channels(monitor_format: str) -> int:
    """Device channels a monitor format asks for."""
    return 6 if monitor_format == "5.1" else 2


def monitor_matrix(
    monitor_format: str, device_channels: int, *, is_alsa: bool
) -> tuple[NDArray[np.float32], str]:
    """Gains from the channels of a format to those of a device, and what had to be given up.

    Parameters
    ----------
    monitor_format : str
        A name from `engine.layouts.FORMATS`.
    device_channels : int
    is_alsa : bool
        The device is reached through ALSA, whose 5.1 order differs from WAV's.

    Returns
    -------
    matrix : (device_channels, format_channels) float32 array
        ``device = matrix @ format``.
    message : str
        One sentence when the format is folded down, else empty.

    Notes
    -----
    5.1 folds down by BS.775 (C and surrounds at -3 dB, no LFE). Ambisonics is heard through two
    virtual cardioids facing left and right: L, R = (W +- Y) / 2 in SN3D.
    """
    if monitor_format == "5.1" and device_channels >= 6:
        return _surround(device_channels, is_alsa=is_alsa), ""
    pair, message = _pair(monitor_format)
    if device_channels == 1:
        return pair.mean(axis=0, keepdims=True), message or "the device is mono"
    matrix = np.zeros((device_channels, pair.shape[1]), dtype=np.float32)
    matrix[:2] = pair
    return matrix, message


def _pair(monitor_format: str) -> tuple[NDArray[np.float32], str]:
    """Gains from a format to left and right, and what that gives up."""
    if monitor_format == "5.1":
        return _fold_down_51(), "the device has fewer than 6 channels: 5.1 is folded down to stereo"
    if monitor_format in ("binaural", "stereo"):
        return np.eye(2, dtype=np.float32), ""
    pair = np.zeros((2, format_channels(monitor_format)), dtype=np.float32)
    pair[:, 0] = 0.5
    pair[:, 1] = 0.5, -0.5
    return pair, f"{monitor_format} is heard through two virtual cardioids"


def _surround(device_channels: int, *, is_alsa: bool) -> NDArray[np.float32]:
    names = SURROUND_51.channel_names
    matrix = np.zeros((device_channels, len(names)), dtype=np.float32)
    for row, name in enumerate(ALSA_51_ORDER if is_alsa else names):
        matrix[row, names.index(name)] = 1.0
    return matrix


def _fold_down_51() -> NDArray[np.float32]:
    names = SURROUND_51.channel_names
    pair = np.zeros((2, len(names)), dtype=np.float32)
    for row, (front, surround) in enumerate((("L", "Ls"), ("R", "Rs"))):
        pair[row, names.index(front)] = 1.0
        pair[row, names.index("C")] = _MINUS_3_DB
        pair[row, names.index(surround)] = _MINUS_3_DB
    return pair
