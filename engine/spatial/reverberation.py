"""A room's late part as a feedback-delay network for the kernel.

Line lengths spread evenly around the time that sound takes between walls, so that what has not yet
been round the network once is already as dense in time and as loud as what has. A pass through a
line loses what the decay time asks for in that time, per octave. Energy spreads evenly over all
that is stored, which fixes the level: at every moment the network is as loud as statistics say.

References
----------
Jot, Cerveau, Warusfel, "Analysis and synthesis of room reverberation based on a statistical
time-frequency model", AES 103rd Convention, 1997 (level from total delay); Schlecht and Habets,
"On lossless feedback delay networks", IEEE TSP 65(6), 2017.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.realtime.room_plan import EARLY_ORDER, SHORTEST_LINE_SAMPLES, LatePlan
from engine.spatial.harmonics import spherical_harmonics
from engine.spatial.room import Room, reverberant_energy
from engine.spatial.shelves import OCTAVES_HZ, response, shelves
from engine.spatial.sphere import fibonacci_sphere
from engine.units import SPEED_OF_SOUND_M_PER_S

LINES = 32
_SPREAD = (0.55, 1.45)
_SHORTEST_MEAN_S, _LONGEST_MEAN_S = 0.003, 0.060
_MEAN_PER_RT60 = 0.012
"""Lines must be long enough together for modes to overlap: 32 lines of this times the RT60."""
_INPUT_SPREAD = 0.35
_ONSET = 0.7
"""Reflections of an order have mostly arrived after so much of the way between as many walls."""
_ABOVE_HZ = 16_000.0
_ABOVE_RT60 = 0.55
"""The decay time at 16 kHz against that at 8 kHz: air takes the rest."""
_LEAST_SHARE = 0.5
_BANDS_HZ = (*OCTAVES_HZ, _ABOVE_HZ)
_ROUNDS, _GRID_POINTS, _TIME_POINTS = 8, 160, 120
_SEED = 4
"""Of sixty: with it single responses of all rooms decay as set, from all sides alike."""


@lru_cache(maxsize=16)
def late_plan(room: Room, sample_rate_hz: int, after_order: int = 1) -> LatePlan | None:
    """The network of a room; None where nothing comes back late. Cached.

    Parameters
    ----------
    room : Room
    sample_rate_hz : int
    after_order : int
        Reflections up to this order are rendered as images: it begins when those of the first
        have mostly arrived, and is complete when the last have.
    """
    if room.rt60_s is None:
        return None
    rng = np.random.default_rng(_SEED)
    passage_s = room.mean_free_path_m / SPEED_OF_SOUND_M_PER_S
    lengths = _lengths(room, passage_s, sample_rate_hz, rng)
    mean = float(lengths.mean())
    first = _ONSET * min(passage_s, _LONGEST_MEAN_S) * sample_rate_hz
    shortest = float(lengths.min())
    begin = max(first - shortest, 0.0)
    fading_in = max(first * min(after_order, _most_reflections(room)) - shortest, 0.0) - begin
    entries = np.sort(rng.uniform(0.0, _INPUT_SPREAD * mean + fading_in, LINES))
    entries = rng.permutation(entries - entries[0]) + begin
    rt60_s = _targets_s(np.array(room.rt60_s), mean, sample_rate_hz)
    passes = [_absorption(rt60_s, n, sample_rate_hz) for n in lengths]
    return LatePlan(
        lengths_samples=lengths,
        input_delays_samples=entries.astype(np.int64),
        input_signs=rng.choice([-1.0, 1.0], LINES).astype(np.float32),
        absorption=np.ascontiguousarray(np.array(passes).transpose(1, 2, 0), dtype=np.float32),
        tone=shelves(_tone_db(room, lengths, sample_rate_hz), sample_rate_hz),
        encoding=_encoding(),
    )


def _most_reflections(room: Room) -> int:
    """How many walls a sound can meet one after the other; `LINES` where walls face each other."""
    present = np.array(room.present).reshape(3, 2)
    return LINES if present.all(axis=1).any() else int(present.any(axis=1).sum())


def _lengths(
    room: Room, passage_s: float, sample_rate_hz: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """(LINES,) different delays, evenly spread, in no order."""
    assert room.rt60_s is not None
    wanted_s = max(passage_s, _MEAN_PER_RT60 * max(room.rt60_s), _SHORTEST_MEAN_S)
    mean = min(wanted_s, _LONGEST_MEAN_S) * sample_rate_hz
    low = max(_SPREAD[0] * mean, SHORTEST_LINE_SAMPLES)
    high = low + (_SPREAD[1] - _SPREAD[0]) * mean
    edges = np.linspace(low, high, LINES + 1)
    places = edges[:-1] + rng.uniform(0.15, 0.85, LINES) * np.diff(edges)
    return np.asarray(rng.permutation(places.astype(np.int64)))


def _absorption(
    rt60_s: NDArray[np.float64], samples: float, sample_rate_hz: int
) -> NDArray[np.float64]:
    """Sections of what a pass of so many samples loses, for decay times of `_BANDS_HZ`."""
    return shelves(-60.0 * samples / (rt60_s * sample_rate_hz), sample_rate_hz, _BANDS_HZ)


def _targets_s(
    wanted_s: NDArray[np.float64], mean: float, sample_rate_hz: int
) -> NDArray[np.float64]:
    """(8,) decay times at the bands' centres with which whole octaves decay as `wanted_s` (7,).

    An octave's decay is that of its slowest part, and of what its filter lets through of its
    neighbours: where decay times fall steeply, the centre has to be faster than the whole.
    """
    frequencies = np.geomspace(60.0, 0.45 * sample_rate_hz, _GRID_POINTS)
    # Sixth-order octave filters, power, on a grid of even steps in the logarithm.
    centres = np.array(OCTAVES_HZ)[:, None]
    detune = (frequencies / centres - centres / frequencies) / (np.sqrt(2.0) - np.sqrt(0.5))
    powers = frequencies / (1.0 + detune**6)
    targets = np.array([*wanted_s, _ABOVE_RT60 * wanted_s[-1]])
    for _ in range(_ROUNDS):
        sections = _absorption(targets, mean, sample_rate_hz)
        levels_db = 20.0 * np.log10(np.abs(response(sections, frequencies, sample_rate_hz)))
        decay_db_per_s = np.minimum(levels_db * sample_rate_hz / mean, -1.0)
        heard = np.array([_octave_rt60_s(p, decay_db_per_s) for p in powers])
        targets[:-1] *= np.clip(wanted_s / heard, 0.8, 1.25)
        targets = np.maximum(targets, _LEAST_SHARE * np.array([*wanted_s, wanted_s[-1]]))
        targets[-1] = _ABOVE_RT60 * targets[-2]
    return targets


def _octave_rt60_s(powers: NDArray[np.float64], decay_db_per_s: NDArray[np.float64]) -> float:
    """RT60 from -5 to -35 dB of what remains of a sum of exponential decays."""
    slowest_s = -60.0 / float(decay_db_per_s.max())
    times = np.linspace(0.0, slowest_s, _TIME_POINTS)
    left = (powers / -decay_db_per_s) @ 10.0 ** (np.outer(decay_db_per_s, times) / 10.0)
    left_db = 10.0 * np.log10(np.maximum(left / left[0], 1e-30))
    fitted = (left_db <= -5.0) & (left_db >= -35.0)
    return float(-60.0 / np.polyfit(times[fitted], left_db[fitted], 1)[0])


def _tone_db(room: Room, lengths: NDArray[np.int64], sample_rate_hz: int) -> NDArray[np.float64]:
    """(7,) level of what goes into the lines, per octave.

    Diffuse energy E decays as E 13.8 / T exp(-13.8 t / T) a second. The network holds, for an
    impulse into all lines, LINES times its energy, spread over all its samples; each sample that
    leaves carries its share of that, from LINES lines at once.
    """
    rate = 6.0 * np.log(10.0) / np.array(room.rt60_s) / sample_rate_hz
    wanted = reverberant_energy(room) * rate
    given = LINES**2 / float(lengths.sum())
    return np.asarray(10.0 * np.log10(wanted / given))


def _encoding() -> NDArray[np.float32]:
    """(LINES, channels): lines from evenly spread directions, in no order."""
    directions = np.random.default_rng(_SEED).permutation(fibonacci_sphere(LINES))
    return np.ascontiguousarray(spherical_harmonics(EARLY_ORDER, directions), dtype=np.float32)
