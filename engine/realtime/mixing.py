"""Sources into channels: every gain glides linearly over the hop."""

from __future__ import annotations

import numba
import numpy as np

from engine.realtime.delay_line import SAFE_MATH


@numba.njit(cache=True, nogil=True, fastmath=SAFE_MATH)
def mix_sources(blocks, sounding, old, new, fade_in, bus):
    """bus[c] += blocks[s] * (gain gliding from old[c, s] to new[c, s]), for all c and s.

    Compiled rather than a matrix product: pairwise panning leaves most gains at zero, silent
    sources cost nothing, and no other library's threads wake up on the audio path.

    Parameters
    ----------
    blocks : (sources, n) float32
    sounding : (sources,) bool
        Sources that are not are skipped.
    old, new : (channels, sources) float64
    fade_in : (n,) float32
        Rises from 0 to 1.
    bus : (channels, n) float32
    """
    for s in range(len(blocks)):
        if not sounding[s]:
            continue
        samples = blocks[s]
        for c in range(len(bus)):
            start, step = np.float32(old[c, s]), np.float32(new[c, s] - old[c, s])
            if start == 0.0 and step == 0.0:
                continue
            row = bus[c]
            for n in range(len(row)):
                row[n] += samples[n] * (start + step * fade_in[n])
