"""What a model has made, brought to an event's length, level and intensity."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

LEVEL_DBFS = -26.0
"""RMS of a take whose event does not say another (parameter `level_dbfs`)."""
_EDGE_S = 0.02


def of_length(sound: NDArray[np.float64], samples: int) -> NDArray[np.float64]:
    """(channels, samples): what is longer is cut, what is shorter ends in silence."""
    return np.pad(sound, ((0, 0), (0, max(samples - sound.shape[1], 0))))[:, :samples]


def levelled(sound: NDArray[np.float64], event: Any, rate_hz: int) -> NDArray[np.float64]:
    """At its level and intensity, without a constant part, with clean edges, under -1 dBFS."""
    sound = sound - sound.mean(axis=1, keepdims=True)
    level_dbfs = float(event.parameters.get("level_dbfs", LEVEL_DBFS))
    sound = sound * 10.0 ** (level_dbfs / 20.0) / max(float(np.sqrt(np.mean(sound**2))), 1e-9)
    if event.intensity and not event.onsets_s:
        times_s, values = np.asarray(event.intensity, dtype=np.float64).T
        at_s = event.start_s + np.arange(sound.shape[1]) / rate_hz
        sound = sound * (0.05 + 0.95 * np.interp(at_s, times_s, values))
    edge = min(int(_EDGE_S * rate_hz), sound.shape[1] // 2)
    ramp = np.sin(0.5 * np.pi * np.arange(edge) / max(edge, 1))
    sound[:, :edge] *= ramp
    sound[:, sound.shape[1] - edge :] *= ramp[::-1]
    peak = float(np.abs(sound).max(initial=0.0))
    return sound * min(1.0, 0.89 / max(peak, 1e-9))
