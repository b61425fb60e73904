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
from engine.realtime.lanes import LANES, fma, fnma, load, magnitude, spread, store
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
_RAMP = ((np.arange(HOP_SAMPLES) + 0.5) / HOP_SAMPLES).astype(np.float32)
_STEPS = np.arange(LANES, dtype=np.float32)
_SCRATCH_SAMPLES = LANES + HOP_SAMPLES + 2 * int(JUMP_SAMPLES) + 4 * (_BEFORE + _AFTER)


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
def _pass_air(samples, begin, length, air_0, air_1, sizes, aired):
    """Copy samples [begin, begin + length) to `aired`, dulled by air. False if all are zero.

    Air is a three-point low-pass, ``x + a (before - 2 x + after)``, whose `a` glides. Up to LANES
    samples more are read and written.
    """
    step = spread((air_1 - air_0) / length * LANES)
    air = spread(air_0) + spread((air_1 - air_0) / length) * load(_STEPS, 0)
    two, total = spread(2.0), magnitude(load(samples, begin))
    aired[0] = samples[begin]
    for n in range(1, length, LANES):
        here = load(samples, begin + n)
        around = load(samples, begin + n - 1) + load(samples, begin + n + 1)
        store(aired, n, fma(air, fnma(two, here, around), here))
        air = air + step
        total = total + magnitude(here)
    store(sizes, 0, total)
    sounds = False
    for k in range(LANES):
        sounds |= sizes[k] != 0.0
    return sounds


@numba.njit(inline="always")
def _take(rings, offset, mask, begin, length, air_0, air_1, scratch):
    """Ring samples [begin, begin + length), dulled by air, to ``scratch[1]``. False if silent."""
    place = begin & mask
    until_wrap = mask + 1 - place
    if until_wrap > length + LANES:
        return _pass_air(rings, offset + place, length, air_0, air_1, scratch[4], scratch[1])
    raw = scratch[0]
    for n in range(min(length, until_wrap)):
        raw[n] = rings[offset + place + n]
    for n in range(until_wrap, length):
        raw[n] = rings[offset + n - until_wrap]
    for n in range(length, length + LANES + 1):
        raw[n] = np.float32(0.0)
    return _pass_air(raw, 0, length, air_0, air_1, scratch[4], scratch[1])


@numba.njit(inline="always")
def _read_stretch(samples, place, speed, begin, length, out):
    """out[begin + n] = samples at ``place + speed * n``; whole samples are stepped over in runs."""
    n = 0
    half, third, sixth, least = spread(0.5), spread(1 / 3), spread(1 / 6), spread(-1.0)
    slip = 1.0 - speed  # how fast the delay grows
    while n < length:
        at = place + speed * n
        whole = int(np.floor(at))
        fraction = at - whole
        count = length - n
        if slip > 1e-12:
            count = min(count, int(fraction / slip) + 1)
        elif slip < -1e-12:
            count = min(count, int((1.0 - fraction) / -slip) + 1)
        u = spread(fraction) + spread(-slip) * load(_STEPS, 0)
        drift = spread(-slip * LANES)
        for m in range(0, count, LANES):  # past the end, where the next run writes again
            p, x = load(samples, whole + m - 1), load(samples, whole + m)
            q, r = load(samples, whole + m + 1), load(samples, whole + m + 2)
            c1 = fnma(sixth, r, fnma(half, x, fnma(third, p, q)))
            c2 = fma(half, p + q, x * least)
            c3 = fma(sixth, r - p, half * (x - q))
            store(out, begin + n + m, fma(fma(fma(c3, u, c2), u, c1), u, x))
            u = u + drift
        n += count


@numba.njit(inline="always")
def _read_gliding(rings, offset, mask, first, d0, s0, d1, s1, air_0, air_1, scratch, out):
    """One hop at a delay that glides from d0 to d1 with slopes s0, s1. False if it is silent."""
    longest = max(d0, d1, d0 + s0 / 3.0, d1 - s1 / 3.0)  # a cubic stays within its hull
    shortest = min(d0, d1, d0 + s0 / 3.0, d1 - s1 / 3.0)
    begin = first - int(np.ceil(longest)) - _BEFORE
    length = int(np.ceil(longest) - np.floor(shortest)) + HOP_SAMPLES + _BEFORE + _AFTER
    if not _take(rings, offset, mask, begin, length, air_0, air_1, scratch):
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
        _read_stretch(scratch[1], place, speed, k * size, size, out)
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
    new = scratch[2]
    new[:HOP_SAMPLES] = np.float32(0.0)
    if not heard:
        out[:HOP_SAMPLES] = np.float32(0.0)
    heard |= _read_gliding(rings, offset, mask, first, d1, 0.0, d1, 0.0, air_1, air_1, scratch, new)
    for n in range(HOP_SAMPLES):
        fade = np.float32((n + 0.5) / HOP_SAMPLES)
        out[n] += fade * (new[n] - out[n])
    return heard


@numba.njit(inline="always")
def _encode(samples, rising, old, new, gain_0, gain_1, bus):
    """bus[c] += samples times a gain that glides, for all channels, four at a time.

    `rising` receives the samples times what rises from 0 to 1 over the hop.
    """
    flat = bus.reshape(bus.size)
    ramp = _RAMP
    for n in range(0, HOP_SAMPLES, LANES):
        store(rising, n, load(samples, n) * load(ramp, n))
    scale_0, scale_1 = np.float32(gain_0), np.float32(gain_1)
    for c in range(0, CHANNELS, 4):
        a, b, d, e = (
            old[c] * scale_0,
            old[c + 1] * scale_0,
            old[c + 2] * scale_0,
            old[c + 3] * scale_0,
        )
        a0, b0, d0, e0 = spread(a), spread(b), spread(d), spread(e)
        a1, b1 = spread(new[c] * scale_1 - a), spread(new[c + 1] * scale_1 - b)
        d1, e1 = spread(new[c + 2] * scale_1 - d), spread(new[c + 3] * scale_1 - e)
        at = c * HOP_SAMPLES
        for n in range(at, at + HOP_SAMPLES, LANES):
            x, r = load(samples, n - at), load(rising, n - at)
            store(flat, n, fma(r, a1, fma(x, a0, load(flat, n))))
            m = n + HOP_SAMPLES
            store(flat, m, fma(r, b1, fma(x, b0, load(flat, m))))
            m += HOP_SAMPLES
            store(flat, m, fma(r, d1, fma(x, d0, load(flat, m))))
            m += HOP_SAMPLES
            store(flat, m, fma(r, e1, fma(x, e0, load(flat, m))))


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
        samples = scratch[3]
        if not _read_image(
            rings, offsets[source], masks[source], first, image, air_0, air_1, scratch, samples
        ):
            continue
        if not used[surface]:
            used[surface] = True
            buses[surface] = np.float32(0.0)
        _encode(
            samples, scratch[4], harmonics_0[i], harmonics_1[i], gains_0[i], gains_1[i],
            buses[surface],
        )  # fmt: skip
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
