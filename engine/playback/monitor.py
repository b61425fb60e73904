"""From the format one listens in to the channels a device has, in the order it wants them."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.layouts import LOUDSPEAKER_LAYOUTS, SURROUND_51
from engine.playback.monitor_formats import FOLDED, measured_format, rendered_format
from engine.spatial.equal_loudness import fold_gain
from engine.spatial.panning import fold_down

ALSA_ORDER = ("L", "R", "Ls", "Rs", "C", "LFE")
"""ALSA's six channels (FL FR RL RR FC LFE) by our channel names."""


def wanted_channels(monitor_format: str) -> int:
    """Device channels a monitor format asks for."""
    layout = LOUDSPEAKER_LAYOUTS.get(monitor_format)
    return 2 if layout is None else layout.channels


def monitor_matrix(
    monitor_format: str, device_channels: int, *, is_alsa: bool
) -> tuple[NDArray[np.float32], str]:
    """Gains from the channels of a format to those of a device, and what had to be given up.

    Parameters
    ----------
    monitor_format : str
        A name from `engine.playback.monitor_formats.MONITOR_FORMATS`.
    device_channels : int
    is_alsa : bool
        The device is reached through ALSA, whose 5.1 order differs from WAV's.

    Returns
    -------
    matrix : (device_channels, channels that are listened to) float32 array
        ``device = matrix @ format``.
    message : str
        One sentence when the format is folded down, else empty.

    Notes
    -----
    7.1.4, 5.1.4 and 5.1 fold down by BS.2127 and BS.775 to the largest layout that fits, at a level
    that keeps sound from all around as loud (files that are folded elsewhere differ by so much).
    Ambisonics has been decoded to two ears before (`engine.playback.listening`).
    """
    if wanted_channels(monitor_format) > 2 and device_channels >= SURROUND_51.channels:
        return _surround(monitor_format, device_channels, is_alsa=is_alsa)
    pair, message = _pair(monitor_format)
    if device_channels == 1:
        return pair.mean(axis=0, keepdims=True), message or "the device is mono"
    matrix = np.zeros((device_channels, pair.shape[1]), dtype=np.float32)
    matrix[:2] = pair
    return matrix, message


def fold_of(monitor_format: str) -> NDArray[np.float32] | None:
    """Gains from the channels that are made to those that are heard and measured, or None."""
    if monitor_format != FOLDED:
        return None
    made, heard = rendered_format(monitor_format), measured_format(monitor_format)
    return fold_down(made, heard).astype(np.float32)


def _pair(monitor_format: str) -> tuple[NDArray[np.float32], str]:
    """Gains from a format to left and right, and what that gives up."""
    if wanted_channels(monitor_format) == 2:
        return np.eye(2, dtype=np.float32), ""
    few = f"the device has fewer than {SURROUND_51.channels} channels"
    return _folded(monitor_format, "stereo"), f"{few}: {monitor_format} is folded down to stereo"


@cache
def _folded(monitor_format: str, fewer: str) -> NDArray[np.float32]:
    """Gains of a fold-down, as loud as what is folded."""
    fold = fold_down(monitor_format, fewer)
    return (fold_gain(monitor_format, fold) * fold).astype(np.float32)


def _surround(
    monitor_format: str, device_channels: int, *, is_alsa: bool
) -> tuple[NDArray[np.float32], str]:
    layout, message = LOUDSPEAKER_LAYOUTS[monitor_format], ""
    names, gains = layout.channel_names, np.eye(layout.channels, dtype=np.float32)
    if layout.channels > device_channels:
        message = f"the device has fewer than {layout.channels} channels: {monitor_format} is "
        message += "folded down to 5.1"
        names, gains = SURROUND_51.channel_names, _folded(monitor_format, "5.1")
    order = ALSA_ORDER if is_alsa and names == SURROUND_51.channel_names else names
    matrix = np.zeros((device_channels, layout.channels), dtype=np.float32)
    for row, name in enumerate(order):
        matrix[row] = gains[names.index(name)]
    return matrix, message
