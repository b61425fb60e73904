"""Small SOFA files for the tests."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np


def write_sofa(path: Path, attributes: dict | None = None, **arrays) -> Path:
    """A file of the given arrays; dots in names are written as double underscores."""
    with h5py.File(path, "w") as sofa:
        given = {"SOFAConventions": "SimpleFreeFieldHRIR", "DataType": "FIR"} | (attributes or {})
        for name, value in given.items():
            sofa.attrs[name] = np.bytes_(value)
        for name, value in arrays.items():
            sofa[name.replace("__", ".")] = value
        for name, kind in (("SourcePosition", "spherical"), ("ListenerView", "cartesian")):
            if name in sofa:
                sofa[name].attrs["Type"] = np.bytes_(kind)
    return path


def spherical_head(directions, sample_rate_hz=48_000, taps=128, radius_m=0.0875, distance_m=1.4):
    """Responses (n, 2, taps) and delays in seconds (n, 2) of a head with a known answer.

    Woodworth's path around a sphere puts each ear's impulse late by a fraction of a sample; an
    ear turned away hears less, and less still of high frequencies.
    """
    ears = np.array([[0.0, 1.0, 0.0], [0.0, -1.0, 0.0]])
    angle = np.arccos(np.clip(directions @ ears.T, -1.0, 1.0))
    late = np.where(angle < np.pi / 2, 1.0 - np.cos(angle), 1.0 + angle - np.pi / 2)
    delays_s = late * radius_m / 343.0
    frequency = np.fft.rfftfreq(taps, 1.0 / sample_rate_hz)
    shade = 0.5 * (1.0 - np.cos(angle))[..., None]
    level_db = -12.0 * shade * (frequency / 8000.0 + 0.3) / (1.0 + frequency / 16_000.0)
    level_db = level_db + 2.0 * np.sin(frequency / 2500.0 + 2.0 * directions[:, 2, None, None])
    turns = np.exp(-2j * np.pi * frequency * (delays_s[..., None] + 20.0 / sample_rate_hz))
    gentle = np.cos(0.5 * np.pi * np.clip(frequency / (0.5 * sample_rate_hz), 0.0, 1.0)) ** 0.25
    spectra = 10.0 ** (level_db / 20.0) * turns * gentle
    return np.fft.irfft(spectra, taps), delays_s


def write_tiny_set(path: Path, azimuths_deg, **changes) -> Path:
    """A set on the horizon: one impulse an ear, the far one later and softer."""
    count = len(azimuths_deg)
    side = np.sin(np.radians(azimuths_deg))
    responses = np.zeros((count, 2, 64))
    for ear, sign in ((0, -1.0), (1, 1.0)):
        place = np.round(20 + 10 * sign * side).astype(int)
        responses[np.arange(count), ear, place] = 1.0 - 0.5 * sign * side
    values = {
        "Data.IR": responses,
        "Data.SamplingRate": np.array([48000.0]),
        "SourcePosition": np.column_stack([azimuths_deg, np.zeros(count), np.ones(count)]),
        **changes,
    }
    with h5py.File(path, "w") as sofa:
        sofa.attrs["SOFAConventions"] = np.bytes_("SimpleFreeFieldHRIR")
        for name, value in values.items():
            if value is not None:
                sofa[name] = value
        if "SourcePosition" in sofa:
            sofa["SourcePosition"].attrs["Type"] = np.bytes_("spherical")
    return path
