"""Coarse sets: what stands in between their measurements is close together, and smooth."""

from __future__ import annotations

import numpy as np

from engine.coordinates import to_spherical
from engine.spatial.alignment import delay_responses
from engine.spatial.hrir import HrirSet, hrir_set, load_hrirs
from engine.spatial.sphere import edges_of

RATE_HZ = 48_000
STEP_DEG = 15.0
FARTHEST_LINE = 36.5


def coarse_kemar() -> HrirSet:
    """KEMAR every 15 degrees around, in every other row, 256 taps."""
    whole = load_hrirs("kemar", RATE_HZ)
    angles = to_spherical(whole.directions[: whole.measured])
    around = np.abs((angles[:, 0] + 7.5) % STEP_DEG - 7.5) < 1.5
    wanted = np.flatnonzero(around & (np.abs(angles[:, 1] % 20.0) < 0.1))
    heard = whole.responses[wanted, :, :256]
    return hrir_set("coarse", RATE_HZ, whole.directions[wanted], heard, 1.4)


def test_no_two_directions_beside_each_other_are_far_apart() -> None:
    hrirs = coarse_kemar()
    edges = edges_of(hrirs.triangulation.triangles)
    ahead = (np.abs(to_spherical(hrirs.directions)[:, 1]) < 20.0)[edges].all(axis=1)
    cosines = np.sum(hrirs.directions[edges[:, 0]] * hrirs.directions[edges[:, 1]], axis=1)
    assert hrirs.measured < 200
    assert np.degrees(np.arccos(cosines[ahead].clip(-1.0, 1.0))).max() < 8.0


def test_a_tone_that_circles_has_no_corners() -> None:
    """24 around tell 12 lines; those beyond the 36th are nobody's. Without any hops."""
    hrirs = coarse_kemar()
    around = np.arange(1440) * np.pi / 720
    on_horizon = np.stack([np.cos(around), np.sin(around), np.zeros(len(around))], axis=1)
    vertices, weights = hrirs.weights(on_horizon)
    aligned = np.einsum("mk,mket->met", weights, hrirs.aligned[vertices])
    delays = np.einsum("mk,mke->me", weights, hrirs.even_delays_samples[vertices])
    spectra = np.fft.rfft(delay_responses(aligned, delays), 4800)[..., [50, 100]]
    lines = np.fft.fft(spectra, axis=0) / len(around)  # 500 Hz and 1 kHz
    false = np.abs(np.fft.fftfreq(len(around), 1 / len(around))) > FARTHEST_LINE
    whole = np.sqrt((np.abs(lines) ** 2).sum(axis=0))
    assert 20 * np.log10((np.abs(lines[false]).max(axis=0) / whole).max()) < -60.0
