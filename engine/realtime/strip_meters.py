"""How loud every strip is, after its fader: peaks of the last hop."""

from __future__ import annotations

import numba
import numpy as np

from engine.realtime.lanes import LANES, larger, load, magnitude, spread, store


@numba.njit(cache=True, nogil=True)
def source_peaks(blocks, sounding, strips, gains_0, gains_1, room, peaks):
    """Raise peaks (strips,) to those of the sources' hops at the louder end of their gains.

    Parameters
    ----------
    blocks : (sources, n) float32
        n is a multiple of ``2 * LANES``.
    sounding : (sources,) bool
    strips : (sources,) int64
    gains_0, gains_1 : (sources,) float64
    room : (LANES,) float32
        Is used up.
    peaks : (strips,) float32
    """
    samples, length, lane_peaks = blocks.reshape(-1), blocks.shape[1], room
    for s in range(len(blocks)):
        gain = max(gains_0[s], gains_1[s])
        if not sounding[s] or not gain > 0.0:
            continue
        even = odd = spread(np.float32(0.0))
        for n in range(s * length, (s + 1) * length, 2 * LANES):
            even = larger(even, magnitude(load(samples, n)))
            odd = larger(odd, magnitude(load(samples, n + LANES)))
        store(lane_peaks, 0, larger(even, odd))
        highest = np.float32(0.0)  # by hand: NumPy's own maximum takes a second to compile
        for lane in range(LANES):
            highest = max(highest, lane_peaks[lane])
        peaks[strips[s]] = max(peaks[strips[s]], highest * gain)
