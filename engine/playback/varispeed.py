"""Sound at any speed, forwards and backwards: pitch follows the speed, as on tape.

Windowed-sinc interpolation whose cut-off falls with the speed, so that nothing folds back. Near
standstill the sound fades, as a tape head gives less the slower the tape: no constant is left
standing, and turning round makes no click.

References
----------
Smith, "Digital Audio Resampling Home Page", CCRMA, 2002.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from engine.playback.scene import SceneReader
from engine.playback.tape import SceneTape

FASTEST_PITCHED = 4.0
"""Above this, sound is heard in grains at its own pitch (`engine.playback.grains`)."""
_ZERO_CROSSINGS = 16
_STEPS = 512
_KAISER_BETA = 9.0
_REACH = int(_ZERO_CROSSINGS * FASTEST_PITCHED) + 2
_STILL = 0.25
"""Below this speed the sound fades towards silence."""


def _sinc_half() -> NDArray[np.float32]:
    """Right half of the windowed sinc, `_STEPS` points a zero crossing, and one beyond."""
    x = np.arange(_ZERO_CROSSINGS * _STEPS + 2) / _STEPS
    window = np.i0(_KAISER_BETA * np.sqrt(np.clip(1.0 - (x / _ZERO_CROSSINGS) ** 2, 0.0, None)))
    return np.asarray(np.sinc(x) * window / np.i0(_KAISER_BETA), dtype=np.float32)


_SINC = _sinc_half()


class Varispeed:
    """A playhead on tape.

    Parameters
    ----------
    reader : SceneReader
    position : float
        Scene sample to begin at.

    Attributes
    ----------
    position : float
        Scene sample that is heard next.
    speed : float
        Scene samples a sample at the end of the last block; negative backwards.
    """

    def __init__(self, reader: SceneReader, position: float) -> None:
        self.position = float(position)
        self.speed = 0.0
        self._channels = reader.channels
        self._tape = SceneTape(reader)

    def move(self, speed: float, count: int) -> NDArray[np.float32]:
        """(channels, count) samples while the speed glides from the last one to `speed`.

        Parameters
        ----------
        speed : float
            Within +-`FASTEST_PITCHED`.
        count : int
        """
        speeds = np.linspace(self.speed, speed, count + 1)
        travelled = np.concatenate([[0.0], np.cumsum(0.5 * (speeds[1:] + speeds[:-1]))])
        places = self.position + travelled[:-1]
        first = int(np.floor(places.min())) - _REACH
        last = int(np.ceil(places.max())) + _REACH + 1
        out = np.zeros((self._channels, count), dtype=np.float32)
        stretch = np.ascontiguousarray(self._tape.stretch(first, last))
        read_places(stretch, places - first, speeds[:-1], _SINC, out)
        self.position += float(travelled[-1])
        self.speed = speed
        return out


@njit(cache=True, nogil=True)
def read_places(source, places, speeds, half_sinc, out):  # type: ignore[no-untyped-def]
    """Write to `out` (channels, n) what `source` (channels, m) holds at fractional `places` (n,).

    `speeds` (n,) lower the cut-off where they exceed 1 and the level where they are near 0.
    """
    steps = float(_STEPS)
    for i in range(len(places)):
        speed = abs(speeds[i])
        level = min(1.0, speed / _STILL)
        if level == 0.0:
            continue
        scale = 1.0 / max(1.0, speed)
        place = places[i]
        reach = _ZERO_CROSSINGS / scale
        first = max(int(np.ceil(place - reach)), 0)
        last = min(int(np.floor(place + reach)), source.shape[1] - 1)
        total = 0.0
        for k in range(first, last + 1):
            at = abs(k - place) * scale * steps
            below = int(at)
            part = at - below
            weight = half_sinc[below] + part * (half_sinc[below + 1] - half_sinc[below])
            total += weight
            for channel in range(source.shape[0]):
                out[channel, i] += weight * source[channel, k]
        for channel in range(source.shape[0]):
            out[channel, i] *= level / total
