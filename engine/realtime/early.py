"""Early reflections: images of every source, each late, dulled and heard from where it is.

An image is read from its source's recent past at a delay of its own, which glides like that of the
direct sound: a cubic through the hop edges, followed by a few straight stretches, in each of which
four neighbouring samples are joined by a third-order polynomial. It is encoded into a sound field
with gains that glide over the hop. What a wall does to the spectrum is the same for all that it
reflects, so it is done once, to the field of everything that met the same walls.

References
----------
Allen and Berkley, "Image method for efficiently simulating small-room acoustics", JASA 65, 1979;
Franck, "Efficient algorithms for arbitrary sample rate conversion with application to wave field
synthesis", PhD thesis, TU Ilmenau, 2012 (Lagrange interpolation as a polynomial of the fraction).
"""

from __future__ import annotations

import numba
import numpy as np

from engine.realtime.delay_line import JUMP_SAMPLES, SAFE_MATH
from engine.realtime.fdn import filter_lanes
from engine.realtime.motion import Edges
from engine.realtime.room_plan import EARLY_ORDER, EarlyPlan, Floats, Samples
from engine.realtime.snapshot import HOP_SAMPLES, DistanceLaw
from engine.realtime.sources import SourceStage

CHANNELS = (EARLY_ORDER + 1) ** 2
STRETCHES = 4
_BEFORE, _AFTER = 4, 4
"""Samples kept around what is read, for the polynomial and the air."""
_LARGEST_AIR = 0.25
"""Taken from the difference between a sample and its neighbours; more would be no low-pass."""
_INAUDIBLE = 1e-7
_FILTER_MEMORY_HOPS = 8
"""When a shelf at 177 Hz has faded by 120 dB: 2,000 samples at 192 kHz."""
_SCRATCH_SAMPLES = HOP_SAMPLES + 2 * int(JUMP_SAMPLES) + 4 * (_BEFORE + _AFTER)


class EarlyReflections:
    """Renders the images of all sources, one hop after the other.

    Parameters
    ----------
    plan : EarlyPlan
    law : DistanceLaw
        How loud an image is at its distance.
    samples_per_metre : float
    """

    def __init__(self, plan: EarlyPlan, law: DistanceLaw, samples_per_metre: float) -> None:
        self._plan = plan
        self._law = law
        self._speed = samples_per_metre
        images, surfaces = len(plan.sources), len(plan.sections)
        self._delays = np.zeros((4, images))
        self._distances = np.zeros((4, images))
        self._harmonics = [np.zeros((images, CHANNELS), dtype=np.float32) for _ in range(2)]
        self._gains_0, self._gains_1 = np.zeros(images), np.zeros(images)
        self._hop: int | None = None
        self._buses = np.zeros((surfaces, CHANNELS, HOP_SAMPLES), dtype=np.float32)
        self._used = np.zeros(surfaces, dtype=np.bool_)
        self._states = np.zeros((surfaces, plan.sections.shape[1], CHANNELS), dtype=np.float32)
        lanes = (surfaces, plan.sections.shape[1], 3, CHANNELS)
        self._sections = np.broadcast_to(plan.sections[..., None], lanes).copy()
        self._work = np.zeros((HOP_SAMPLES, CHANNELS), dtype=np.float32)
        self._scratch = np.zeros((5, _SCRATCH_SAMPLES), dtype=np.float32)

    @property
    def history_hops(self) -> int:
        """How many past hops the walls' filters remember."""
        return _FILTER_MEMORY_HOPS

    def reset(self) -> None:
        """Forget all past sound."""
        self._states[:] = 0.0
        self._hop = None

    def adopt(self, other: EarlyReflections) -> None:
        """Go on with what rings in the walls' filters of `other`, of the same walls."""
        self._states[:] = other._states

    def render(
        self,
        hop: int,
        sources: SourceStage,
        edges: Edges,
        sends: tuple[Floats, Floats],
        out: Samples,
    ) -> bool:
        """Add the reflections of a hop to `out` (CHANNELS, HOP_SAMPLES).

        Parameters
        ----------
        hop : int
        sources : SourceStage
            Already filled for this hop.
        edges : Edges
        sends : two (sources,) arrays
            Gains at the hop's start and its end; what distance does comes on top.
        out : (CHANNELS, HOP_SAMPLES) float32

        Returns
        -------
        bool
            Whether anything was added.
        """
        self._travel(hop, edges)
        of = self._plan.sources
        np.multiply(self._law.gain(self._distances[1]), sends[0][of], out=self._gains_0)
        np.multiply(self._law.gain(self._distances[2]), sends[1][of], out=self._gains_1)
        rings = sources.rings
        return bool(
            reflect(
                rings.samples, rings.offsets, rings.masks, hop * HOP_SAMPLES, of, self._delays,
                self._distances, self._plan.air_per_m, self._gains_0, self._gains_1,
                self._harmonics[0], self._harmonics[1], self._plan.surfaces, self._sections,
                self._states, self._scratch, self._buses, self._used, self._work, out,
            )
        )  # fmt: skip

    def _travel(self, hop: int, edges: Edges) -> None:
        """Where the images are at the edges before, at the start, at the end and after the hop."""
        follows = self._hop is not None and hop == self._hop + 1
        if follows:
            self._delays[:3] = self._delays[1:].copy()
            self._distances[:3] = self._distances[1:].copy()
            self._harmonics.reverse()
        for edge in (3,) if follows else (0, 1, 2, 3):
            self._place(edges, edge)
        if not follows:
            self._point(edges, 1, self._harmonics[0])
        self._point(edges, 2, self._harmonics[1])
        self._hop = hop

    def _place(self, edges: Edges, edge: int) -> None:
        plan = self._plan
        place_images(
            edges.positions_m[edge], edges.delays_samples[edge], plan.sources, plan.signs,
            plan.offsets_m, self._speed, plan.reach_samples, self._distances[edge],
            self._delays[edge],
        )  # fmt: skip

    def _point(self, edges: Edges, edge: int, harmonics: Samples) -> None:
        plan = self._plan
        point_images(
            edges.positions_m[edge], plan.sources, plan.signs, plan.offsets_m,
            self._distances[edge], harmonics,
        )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def place_images(positions, late, sources, signs, offsets, speed, reach, distances, delays):
    """Distances (images,) in metres and delays (images,) in samples of images of the sources.

    An image is as late as its source (`late`, 0 where that is heard at once) and by how much its
    path is longer: so it never overtakes the direct sound, however fast that moves.
    """
    for i in range(len(sources)):
        s = sources[i]
        image = direct = 0.0
        for axis in range(3):
            here = positions[s, axis]
            direct += here * here
            there = signs[i, axis] * here + offsets[i, axis]
            image += there * there
        distances[i] = np.sqrt(image)
        detour = max(distances[i] - np.sqrt(direct), 0.0)
        delays[i] = min(late[s] + detour * speed, reach)


@numba.njit(cache=True, nogil=True)
def point_images(positions, sources, signs, offsets, distances, harmonics):
    """Third-order spherical harmonics (images, 16) of the images' directions, ACN and SN3D."""
    for i in range(len(sources)):
        s = sources[i]
        scale = 1.0 / max(distances[i], 1e-6)
        x = (signs[i, 0] * positions[s, 0] + offsets[i, 0]) * scale
        y = (signs[i, 1] * positions[s, 1] + offsets[i, 1]) * scale
        z = (signs[i, 2] * positions[s, 2] + offsets[i, 2]) * scale
        _harmonics(x, y, z, harmonics[i])


@numba.njit(inline="always")
def _harmonics(x, y, z, out):
    """Real harmonics up to order 3 as polynomials of a unit vector (ACN, SN3D)."""
    out[0] = 1.0
    out[1] = y
    out[2] = z
    out[3] = x
    root_3, root_15 = np.sqrt(3.0), np.sqrt(15.0)
    out[4] = root_3 * x * y
    out[5] = root_3 * y * z
    out[6] = 0.5 * (3.0 * z * z - 1.0)
    out[7] = root_3 * x * z
    out[8] = 0.5 * root_3 * (x * x - y * y)
    out[9] = np.sqrt(5.0 / 8.0) * y * (3.0 * x * x - y * y)
    out[10] = root_15 * x * y * z
    out[11] = np.sqrt(3.0 / 8.0) * y * (5.0 * z * z - 1.0)
    out[12] = 0.5 * z * (5.0 * z * z - 3.0)
    out[13] = np.sqrt(3.0 / 8.0) * x * (5.0 * z * z - 1.0)
    out[14] = 0.5 * root_15 * z * (x * x - y * y)
    out[15] = np.sqrt(5.0 / 8.0) * x * (x * x - 3.0 * y * y)


@numba.njit(inline="always")
def _take(rings, offset, mask, begin, length, air_0, air_1, raw, aired):
    """Copy ring samples [begin, begin + length) to `raw`, and, dulled by air, to `aired`.

    Air is a three-point low-pass, ``x + a (before - 2 x + after)``, whose `a` glides. Returns
    whether any sample is not zero.
    """
    place = begin & mask
    ring = rings[offset : offset + mask + 1]
    until_wrap = min(length, mask + 1 - place)
    raw[:until_wrap] = ring[place : place + until_wrap]
    raw[until_wrap:length] = ring[: length - until_wrap]
    loudest = np.float32(0.0)
    for n in range(length):
        loudest = max(loudest, abs(raw[n]))
    if loudest == 0.0:
        return False
    air = np.float32(air_0)
    step = np.float32((air_1 - air_0) / length)
    aired[0], aired[length - 1] = raw[0], raw[length - 1]
    before, here, after = raw[: length - 2], raw[1 : length - 1], raw[2:length]
    mixed = aired[1 : length - 1]
    for n in range(len(mixed)):
        amount = air + step * np.float32(n)
        mixed[n] = here[n] + amount * (before[n] - here[n] - here[n] + after[n])
    return True


@numba.njit(inline="always")
def _read_stretch(samples, place, speed, out):
    """out[n] = samples at ``place + speed * n``; whole samples are stepped over in runs."""
    n = 0
    slip = 1.0 - speed  # how fast the delay grows
    while n < len(out):
        at = place + speed * n
        whole = int(np.floor(at))
        fraction = at - whole
        count = len(out) - n
        if slip > 1e-12:
            count = min(count, int(fraction / slip) + 1)
        elif slip < -1e-12:
            count = min(count, int((1.0 - fraction) / -slip) + 1)
        before, here = samples[whole - 1 : whole - 1 + count], samples[whole : whole + count]
        after, beyond = samples[whole + 1 : whole + 1 + count], samples[whole + 2 :]
        run = out[n : n + count]
        start, drift = np.float32(fraction), np.float32(-slip)
        half, third, sixth = np.float32(0.5), np.float32(1 / 3), np.float32(1 / 6)
        for m in range(len(run)):
            u = start + drift * np.float32(m)
            p, x, q, r = before[m], here[m], after[m], beyond[m]
            c1 = q - third * p - half * x - sixth * r
            c2 = half * (p + q) - x
            c3 = sixth * (r - p) + half * (x - q)
            run[m] = ((c3 * u + c2) * u + c1) * u + x
        n += count


@numba.njit(inline="always")
def _read_gliding(rings, offset, mask, first, d0, s0, d1, s1, air_0, air_1, scratch, out):
    """One hop at a delay that glides from d0 to d1 with slopes s0, s1. False if it is silent."""
    longest = max(d0, d1, d0 + s0 / 3.0, d1 - s1 / 3.0)  # a cubic stays within its hull
    shortest = min(d0, d1, d0 + s0 / 3.0, d1 - s1 / 3.0)
    begin = first - int(np.ceil(longest)) - _BEFORE
    length = int(np.ceil(longest) - np.floor(shortest)) + HOP_SAMPLES + _BEFORE + _AFTER
    if not _take(rings, offset, mask, begin, length, air_0, air_1, scratch[0], scratch[1]):
        return False
    a = 2.0 * (d0 - d1) + s0 + s1
    b = 3.0 * (d1 - d0) - 2.0 * s0 - s1
    size = HOP_SAMPLES // STRETCHES
    start = d0
    for k in range(STRETCHES):
        u = (k + 1.0) / STRETCHES
        stop = ((a * u + b) * u + s0) * u + d0
        place = first - begin + k * size - start
        speed = 1.0 - (stop - start) / size
        _read_stretch(scratch[1], place, speed, out[k * size : (k + 1) * size])
        start = stop
    return True


@numba.njit(inline="always")
def _read_image(rings, offset, mask, first, delays, air_0, air_1, scratch, out):
    """One hop of an image; a delay that jumps is cross-faded. False if it is silent."""
    before, d0, d1, after = delays
    step = d1 - d0
    if abs(step) <= JUMP_SAMPLES:
        s0 = 0.5 * (d1 - before) if abs(d0 - before) <= JUMP_SAMPLES else step
        s1 = 0.5 * (after - d0) if abs(after - d1) <= JUMP_SAMPLES else step
    else:
        s0 = s1 = 0.0
    heard = _read_gliding(
        rings, offset, mask, first, d0, s0, d1 if abs(step) <= JUMP_SAMPLES else d0, s1, air_0,
        air_1 if abs(step) <= JUMP_SAMPLES else air_0, scratch, out,
    )  # fmt: skip
    if abs(step) <= JUMP_SAMPLES:
        return heard
    new = scratch[2][:HOP_SAMPLES]
    new[:] = np.float32(0.0)
    if not heard:
        out[:] = np.float32(0.0)
    heard |= _read_gliding(rings, offset, mask, first, d1, 0.0, d1, 0.0, air_1, air_1, scratch, new)
    for n in range(HOP_SAMPLES):
        fade = np.float32((n + 0.5) / HOP_SAMPLES)
        out[n] += fade * (new[n] - out[n])
    return heard


@numba.njit(inline="always")
def _encode(samples, old, new, gain_0, gain_1, bus):
    """bus[c] += samples times a gain that glides, for all channels."""
    scale_0, scale_1 = np.float32(gain_0), np.float32(gain_1)
    for c in range(len(bus)):
        start = old[c] * scale_0
        step = (new[c] * scale_1 - start) * np.float32(1.0 / HOP_SAMPLES)
        row = bus[c]
        for n in range(len(row)):
            row[n] += samples[n] * (start + step * (np.float32(n) + np.float32(0.5)))


@numba.njit(inline="always")
def _finish(bus, sections, states, work, out):
    """Pass the field of a surface through its filter, into `out`."""
    for c in range(len(bus)):
        for n in range(len(work)):
            work[n, c] = bus[c, n]
    filter_lanes(work, sections, states)
    for c in range(len(bus)):
        row = out[c]
        for n in range(len(work)):
            row[n] += work[n, c]


@numba.njit(cache=True, nogil=True, fastmath=SAFE_MATH)
def reflect(
    rings, offsets, masks, first, sources, delays, distances, air_per_m, gains_0, gains_1,
    harmonics_0, harmonics_1, surfaces, sections, states, scratch, buses, used, work, out,
):  # fmt: skip
    """One hop of all images, into `out` (channels, HOP_SAMPLES). True if anything sounds.

    Parameters
    ----------
    rings, offsets, masks
        The sources' recent past, see `DryRings`.
    first : int
        Scene sample of the hop's start.
    sources, surfaces : (images,) int32
    delays, distances : (4, images) float64
        At the edges before, at the start, at the end and after the hop; samples and metres.
    air_per_m : float
    gains_0, gains_1 : (images,) float64
    harmonics_0, harmonics_1 : (images, channels) float32
    sections : (surfaces, sections, 3, channels) float32
    states : (surfaces, sections, channels) float32
    scratch, buses, used, work
        Room to work in.
    """
    used[:] = False
    for i in range(len(sources)):
        if abs(gains_0[i]) < _INAUDIBLE and abs(gains_1[i]) < _INAUDIBLE:
            continue
        source, surface = sources[i], surfaces[i]
        image = (delays[0, i], delays[1, i], delays[2, i], delays[3, i])
        air_0 = min(air_per_m * distances[1, i], _LARGEST_AIR)
        air_1 = min(air_per_m * distances[2, i], _LARGEST_AIR)
        samples = scratch[3][:HOP_SAMPLES]
        if not _read_image(
            rings, offsets[source], masks[source], first, image, air_0, air_1, scratch, samples
        ):
            continue
        if not used[surface]:
            used[surface] = True
            buses[surface] = np.float32(0.0)
        _encode(samples, harmonics_0[i], harmonics_1[i], gains_0[i], gains_1[i], buses[surface])
    sounds = False
    for surface in range(len(sections)):
        rings_on = False
        for k in range(states.shape[1]):
            for c in range(states.shape[2]):
                rings_on |= states[surface, k, c] != 0.0
        if not used[surface]:
            if not rings_on:
                continue
            buses[surface] = np.float32(0.0)
        sounds = True
        _finish(buses[surface], sections[surface], states[surface], work, out)
    return sounds
