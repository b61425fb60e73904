"""Rooms, simply: six moving first reflections and a decaying diffuse tail.

Reflections are image sources of a box around the listener, mirrored in each of its planes and
dulled by its surfaces; they move with the source, so they can be rendered into any format like
sources of their own. The tail is noise, decaying exponentially per octave band, independent in
the four channels of first-order ambisonics (which makes it diffuse), at the level that statistical
acoustics gives for the room's volume and reverberation time. It does not follow the source.

References
----------
Allen and Berkley, "Image method for efficiently simulating small-room acoustics", JASA 65, 1979;
Kuttruff, "Room Acoustics", 6th ed., ch. 5 (reverberant against direct energy, 16 pi r^2 / A).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray
from scipy import fft, signal

from engine.errors import FoleystageError
from engine.units import SPEED_OF_SOUND_M_PER_S, db_to_gain

BANDS_HZ = (125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)
TAIL_DECAY_DB = 70.0
_WALL_CLEARANCE_M = 0.5
_SEED = 20_240_229


@dataclass(frozen=True)
class Plane:
    """A reflecting plane: axis 0 x, 1 y, 2 z; where it crosses that axis, in metres from the
    listener's head; and how many dB a reflection loses."""

    axis: int
    offset_m: float
    loss_db: float


@dataclass(frozen=True)
class Room:
    """A place to sound in.

    `volume_m3` is a closed room's volume; outdoors an effective one, chosen for the level of the
    late sound. `rt60_s` is per band of `BANDS_HZ`. `surface_cutoff_hz` dulls reflections.
    """

    name: str
    planes: tuple[Plane, ...]
    surface_cutoff_hz: float
    volume_m3: float
    rt60_s: tuple[float, float, float, float, float, float, float]


def _box(
    length_m: float, width_m: float, height_m: float, loss_db: float, floor_db: float
) -> tuple[Plane, ...]:
    """Six planes; the listener stands (head at 1.6 m, or mid-height) two fifths from the back."""
    ears_m = min(1.6, 0.6 * height_m)
    return (
        Plane(0, 0.6 * length_m, loss_db),
        Plane(0, -0.4 * length_m, loss_db),
        Plane(1, 0.47 * width_m, loss_db),
        Plane(1, -0.53 * width_m, loss_db),
        Plane(2, height_m - ears_m, loss_db),
        Plane(2, -ears_m, floor_db),
    )


ROOMS = {
    room.name: room
    for room in (
        Room("small_room", _box(5.0, 4.0, 2.6, 3.0, 4.0), 6000.0, 52.0,
             (0.55, 0.5, 0.45, 0.4, 0.38, 0.35, 0.3)),
        Room("hall", _box(38.0, 22.0, 14.0, 2.0, 3.0), 5000.0, 11_700.0,
             (2.3, 2.2, 2.1, 2.0, 1.8, 1.5, 1.0)),
        Room("street", (Plane(1, 7.0, 3.0), Plane(1, -9.0, 3.0), Plane(2, -1.6, 2.0)), 5000.0,
             9_000.0, (1.1, 1.2, 1.2, 1.1, 1.0, 0.8, 0.5)),
        Room("forest", (Plane(2, -1.6, 6.0),), 2500.0, 24_000.0,
             (0.6, 0.8, 1.0, 1.2, 1.2, 0.9, 0.5)),
        Room("car", _box(2.6, 1.4, 1.2, 6.0, 9.0), 4500.0, 3.5,
             (0.1, 0.08, 0.07, 0.06, 0.05, 0.05, 0.04)),
        Room("tunnel", _box(300.0, 9.0, 6.0, 1.5, 1.5), 5000.0, 9_500.0,
             (4.0, 4.2, 4.2, 3.8, 3.2, 2.3, 1.3)),
    )
}  # fmt: skip


def room_named(name: str) -> Room | None:
    """The preset of that name; None for 'none'.

    Raises
    ------
    FoleystageError
        If there is no such preset.
    """
    if name == "none":
        return None
    if name not in ROOMS:
        raise FoleystageError(
            f"there is no room '{name}'", remedy=f"choose one of none, {', '.join(ROOMS)}"
        )
    return ROOMS[name]


@dataclass(frozen=True)
class Reflection:
    """An image of a moving source: positions (n, 3) in metres, and the gain of its surface."""

    positions_m: NDArray[np.float64]
    gain: float


def reflections(room: Room, positions_m: NDArray[np.float64]) -> tuple[Reflection, ...]:
    """First-order images of a path (n, 3). Planes give way so that the path stays inside."""
    images = []
    for plane in room.planes:
        along = positions_m[:, plane.axis]
        if plane.offset_m > 0.0:
            offset = max(plane.offset_m, float(along.max()) + _WALL_CLEARANCE_M)
        else:
            offset = min(plane.offset_m, float(along.min()) - _WALL_CLEARANCE_M)
        image = positions_m.copy()
        image[:, plane.axis] = 2.0 * offset - along
        images.append(Reflection(image, float(db_to_gain(-plane.loss_db))))
    return tuple(images)


def dull_surfaces(room: Room, sample_rate_hz: int) -> NDArray[np.float64]:
    """Second-order sections of what a surface does to the spectrum of a reflection."""
    cutoff = min(room.surface_cutoff_hz, 0.45 * sample_rate_hz)
    return np.asarray(signal.butter(1, cutoff, fs=sample_rate_hz, output="sos"))


def reverberant_energy(room: Room) -> NDArray[np.float64]:
    """Energy of the diffuse field per band, against the direct sound's at one metre.

    16 pi / A with Sabine's A = 0.161 V / T.
    """
    return 16.0 * np.pi * np.array(room.rt60_s) / (0.161 * room.volume_m3)


def tail(room: Room, sample_rate_hz: int) -> NDArray[np.float32]:
    """(4, samples) response from a source to first-order ambisonics (ACN, SN3D): the late part.

    It begins when the first reflections have arrived and ends `TAIL_DECAY_DB` down. The omni
    channel carries the diffuse energy, each of the others a third of it. Always the same.
    """
    rt60 = np.array(room.rt60_s)
    samples = int(np.ceil(rt60.max() * TAIL_DECAY_DB / 60.0 * sample_rate_hz))
    size = fft.next_fast_len(2 * samples, real=True)
    noise = np.random.default_rng(_SEED).standard_normal((4, samples))
    spectrum = fft.rfft(noise, size)
    time = np.arange(samples) / sample_rate_hz
    shapes = band_shapes(size, sample_rate_hz)
    result = np.zeros((4, samples))
    for share, seconds, energy in zip(shapes, rt60, reverberant_energy(room), strict=True):
        decay = np.exp(-3.0 * np.log(10.0) * time / seconds)
        band = fft.irfft(spectrum * share, size)[:, :samples] * decay
        # A unit impulse has this band's share of the spectrum; the tail answers `energy` times it.
        impulse = 2.0 * np.sum(share**2) / size
        result += band * np.sqrt(energy * impulse / np.mean(np.sum(band**2, axis=1)))
    result[1:] *= np.sqrt(1.0 / 3.0)
    return (result * _onset(room, time)).astype(np.float32)


def band_shapes(size: int, sample_rate_hz: int) -> NDArray[np.float64]:
    """(bands, bins) amplitudes of an octave filter bank whose squares sum to one."""
    frequency = np.maximum(np.arange(size // 2 + 1) * sample_rate_hz / size, 1.0)
    place = np.clip(np.log2(frequency / BANDS_HZ[0]), 0.0, len(BANDS_HZ) - 1.0)
    distance = np.abs(place[None, :] - np.arange(len(BANDS_HZ))[:, None])
    return np.cos(0.5 * np.pi * np.clip(distance, 0.0, 1.0))


def _onset(room: Room, time_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fade-in of the tail between the first and the last of the early reflections."""
    arrivals = sorted(2.0 * abs(plane.offset_m) / SPEED_OF_SOUND_M_PER_S for plane in room.planes)
    start = min(arrivals[0], 0.02)
    stop = max(min(arrivals[-1], 0.06), start + 0.005)
    return np.sin(0.5 * np.pi * np.clip((time_s - start) / (stop - start), 0.0, 1.0)) ** 2


def convolve_into(
    dry: NDArray[np.float32], response: NDArray[np.float32], out: NDArray[np.float32]
) -> None:
    """Overlap-add convolution of dry (n,) with response (rows, taps) into out (rows, n + taps - 1).

    Works in pieces, so that `dry` and `out` may be maps of files far larger than memory.
    """
    taps = response.shape[1]
    size = fft.next_fast_len(max(4 * taps, 1 << 16), real=True)
    step = size - taps + 1
    spectrum = fft.rfft(response, size)
    out[:] = 0.0
    for start in count(0, step):
        if start >= len(dry):
            return
        piece = fft.rfft(np.asarray(dry[start : start + step]), size)
        wet = fft.irfft(piece * spectrum, size)
        stop = min(start + size, out.shape[1])
        out[:, start:stop] += wet[:, : stop - start].astype(np.float32)
