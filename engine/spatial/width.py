"""Twelve points around the listener for what is wide, levelled against the HRIRs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from engine.realtime.controls import STRAIGHT
from engine.realtime.snapshot import HOP_SAMPLES, WidthPlan
from engine.realtime.space_bus import SpaceBus
from engine.realtime.space_plan import SpacePlan
from engine.spatial.harmonics import spherical_harmonics
from engine.spatial.hrir import HrirSet
from engine.spatial.of_sets import remembered
from engine.spatial.space import space_plan
from engine.spatial.sphere import fibonacci_sphere

WIDTH_ORDER = 3
"""Ambisonic order of the sound field that carries what is wide."""
_BAND_HZ = (100.0, 16_000.0)
_LOWS_HZ = (60.0, 500.0)
_LEVEL_DIRECTIONS = 200


def icosahedron() -> NDArray[np.float64]:
    """(12, 3) unit vectors to its corners."""
    golden = (1.0 + np.sqrt(5.0)) / 2.0
    corners = [
        np.roll([0.0, a, b * golden], shift) for shift in range(3) for a in (-1, 1) for b in (-1, 1)
    ]
    return np.array(corners) / np.sqrt(1.0 + golden**2)


@remembered(2)
def width_plan(hrirs: HrirSet) -> WidthPlan:
    """Points, and their way to the ears as loud as the HRIRs are on the average of all directions.

    Loud means power in octaves from 100 Hz to 16 kHz, each counting alike; of lows, from 60 to
    500 Hz.
    """
    directions = icosahedron()
    space = space_plan(WIDTH_ORDER, (), hrirs)
    encoding = spherical_harmonics(WIDTH_ORDER, directions).T
    field = _power(_ears_of(space, encoding), hrirs.sample_rate_hz, _BAND_HZ)
    nearest = np.argmax(fibonacci_sphere(_LEVEL_DIRECTIONS) @ hrirs.directions.T, axis=1)
    heard = hrirs.responses[nearest]
    wanted = _power(heard, hrirs.sample_rate_hz, _BAND_HZ)
    encoding = encoding * np.sqrt(wanted / field)
    omni = _ears_of(space, np.eye(len(encoding), 1))
    around = _power(heard, hrirs.sample_rate_hz, _LOWS_HZ)
    around /= _power(omni, hrirs.sample_rate_hz, _LOWS_HZ)
    points = np.ascontiguousarray(encoding, dtype=np.float32)
    return WidthPlan(directions, points, float(np.sqrt(around)), space)


def _ears_of(space: SpacePlan, encoding: NDArray[np.float64]) -> NDArray[np.float64]:
    """(points, 2, n) what two ears hear of an impulse from every point."""
    bus = SpaceBus(space)
    hops = bus.history_hops + 1
    heard = np.zeros((encoding.shape[1], 2, hops * HOP_SAMPLES), dtype=np.float32)
    for point, gains in enumerate(encoding.T):
        bus.reset()
        for hop in range(hops):
            bus.clear()
            if hop == 0:
                bus.samples[:, 0], bus.sounds = gains, True
            bus.push(STRAIGHT, STRAIGHT)
            bus.add_to_ears(heard[point, :, hop * HOP_SAMPLES : (hop + 1) * HOP_SAMPLES])
    return heard.astype(np.float64)


def _power(
    responses: NDArray[np.floating], sample_rate_hz: int, band_hz: tuple[float, float]
) -> float:
    """Mean power of (n, 2, taps) responses over directions, ears and octaves of a band."""
    size = fft.next_fast_len(4 * responses.shape[-1], real=True)
    power = np.mean(np.abs(fft.rfft(responses, size)) ** 2, axis=(0, 1))
    hz = np.fft.rfftfreq(size, 1.0 / sample_rate_hz)
    inside = (hz >= band_hz[0]) & (hz <= min(band_hz[1], 0.45 * sample_rate_hz))
    return float(np.average(power[inside], weights=1.0 / hz[inside]))
