"""Early reflections: images of every source, each late, dulled and heard from where it is.

An image is read from its source's recent past at a delay of its own, which glides like that of the
direct sound, at any speed, and is encoded into a sound field with gains that glide over the hop:
all channels of a sample at once, eight images at a time. What a wall does to the spectrum is the
same for all that it reflects, so it is done once, to the field of everything that met the same
walls; and so with every step of air.

References
----------
Allen and Berkley, "Image method for efficiently simulating small-room acoustics", JASA 65, 1979.
"""

from __future__ import annotations

import numba
import numpy as np

from engine.realtime.delay_line import SAFE_MATH
from engine.realtime.early_air import LEAD, pass_shell
from engine.realtime.image_parts import ImageParts
from engine.realtime.image_placing import place_images, point_images
from engine.realtime.image_reading import (
    RAW_SAMPLES,
    ROW_SAMPLES,
    fetch_image,
    find_image,
    read_image,
)
from engine.realtime.lanes import LANES, every, fma, fnma, load, spread, store, within
from engine.realtime.motion import Edges
from engine.realtime.room_plan import AIR_TAPS, EARLY_ORDER, EarlyPlan, Floats, Samples
from engine.realtime.snapshot import HOP_SAMPLES, DistanceLaw
from engine.realtime.sources import SourceStage
from engine.realtime.transposition import transpose

CHANNELS = (EARLY_ORDER + 1) ** 2
_BATCH = 8
"""Images that are added to the field at once: their gains stay in registers."""
_FEW = 3
"""So many images are added one by one sooner than as a batch."""
_FILTER_MEMORY_HOPS = 8
"""When a shelf at 177 Hz has faded by 120 dB: 2,000 samples at 192 kHz."""
_RAMP = ((np.arange(HOP_SAMPLES) + 0.5) / HOP_SAMPLES).astype(np.float32)
_SMALLEST, _LARGEST = 1e-20, 1e12
"""What the filters remember ends outside: decaying for ever would end in slow denormal numbers."""


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
        self._parts = ImageParts(plan)
        self._states = np.zeros((surfaces, plan.sections.shape[1], CHANNELS), dtype=np.float32)
        self._shells = np.zeros((surfaces, plan.shells, AIR_TAPS * CHANNELS), dtype=np.float32)
        self._rings = np.zeros((surfaces, plan.shells), dtype=np.bool_)
        self._heard = np.zeros(_BATCH * ROW_SAMPLES, dtype=np.float32)
        self._raw = np.zeros(_BATCH * RAW_SAMPLES, dtype=np.float32)
        self._sizes = np.zeros(LANES, dtype=np.float32)
        self._gains = np.zeros(2 * _BATCH * CHANNELS, dtype=np.float32)
        self._fields = np.zeros((2, LEAD + HOP_SAMPLES * CHANNELS), dtype=np.float32)

    @property
    def history_hops(self) -> int:
        """How many past hops the walls' filters remember."""
        return _FILTER_MEMORY_HOPS

    def reset(self) -> None:
        """Forget all past sound."""
        self._states[:] = 0.0
        self._shells[:] = 0.0
        self._rings[:] = False
        self._hop = None

    def adopt(self, other: EarlyReflections) -> None:
        """Go on with what rings in the filters of `other`, of the same walls."""
        self._states[:] = other._states
        common = min(self._plan.shells, other._plan.shells)
        self._shells[:, :common] = other._shells[:, :common]
        self._rings[:, :common] = other._rings[:, :common]

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
        self._parts.arrange(self._delays, self._distances, (self._gains_0, self._gains_1))
        rings, parts, plan = sources.rings, self._parts, self._plan
        return bool(
            reflect(
                rings.samples, rings.offsets, rings.masks, hop * HOP_SAMPLES, of, parts.images,
                parts.paths, parts.airs, parts.gains, parts.order, parts.bounds,
                self._harmonics[0], self._harmonics[1], plan.sections, self._states,
                plan.air.taps, plan.air.spacing_samples, self._shells, self._rings, self._raw,
                self._sizes, self._heard, self._gains, self._fields, out,
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
            plan.offsets_m, plan.dull, self._speed, plan.air.late_samples / plan.air.step_m,
            plan.shells * plan.air.step_m, plan.reach_samples, self._distances[edge],
            self._delays[edge],
        )  # fmt: skip

    def _point(self, edges: Edges, edge: int, harmonics: Samples) -> None:
        plan = self._plan
        point_images(
            edges.positions_m[edge], plan.sources, plan.signs, plan.offsets_m,
            self._distances[edge], harmonics,
        )  # fmt: skip


@numba.njit(inline="always")
def _glide(old, new, i, gain_0, gain_1, gains, k):
    """Gains of all channels for image i, k of a batch: at the hop's start, and their change."""
    start = load(old, i * CHANNELS) * spread(gain_0)
    store(gains, k * CHANNELS, start)
    end = load(new, i * CHANNELS) * spread(gain_1)
    store(gains, (_BATCH + k) * CHANNELS, end - start)


@numba.njit(inline="always")
def _silence(gains, count):
    """No gains for those of a batch that are missing: the first `count` are there."""
    for k in range(count, _BATCH):
        store(gains, k * CHANNELS, spread(0.0))
        store(gains, (_BATCH + k) * CHANNELS, spread(0.0))


@numba.njit(inline="always")
def _encode(heard, gains, field):
    """field[n] += the samples of a batch of images times their gains, gliding; all channels."""
    a, b, c, d = load(gains, 0), load(gains, 16), load(gains, 32), load(gains, 48)
    e, f, g, h = load(gains, 64), load(gains, 80), load(gains, 96), load(gains, 112)
    da, db, dc, dd = load(gains, 128), load(gains, 144), load(gains, 160), load(gains, 176)
    de, df, dg, dh = load(gains, 192), load(gains, 208), load(gains, 224), load(gains, 240)
    step, ramp = ROW_SAMPLES, _RAMP
    for n in range(HOP_SAMPLES):
        rise = every(ramp, n)
        total = load(field, LEAD + n * CHANNELS)
        total = fma(every(heard, n), fma(rise, da, a), total)
        total = fma(every(heard, n + step), fma(rise, db, b), total)
        total = fma(every(heard, n + 2 * step), fma(rise, dc, c), total)
        total = fma(every(heard, n + 3 * step), fma(rise, dd, d), total)
        total = fma(every(heard, n + 4 * step), fma(rise, de, e), total)
        total = fma(every(heard, n + 5 * step), fma(rise, df, f), total)
        total = fma(every(heard, n + 6 * step), fma(rise, dg, g), total)
        total = fma(every(heard, n + 7 * step), fma(rise, dh, h), total)
        store(field, LEAD + n * CHANNELS, total)


@numba.njit(inline="always")
def _encode_one(heard, gains, k, field):
    """The same with number k of a batch alone."""
    start, change = load(gains, k * CHANNELS), load(gains, (_BATCH + k) * CHANNELS)
    row, ramp = k * ROW_SAMPLES, _RAMP
    for n in range(HOP_SAMPLES):
        gain = fma(every(ramp, n), change, start)
        place = LEAD + n * CHANNELS
        store(field, place, fma(every(heard, row + n), gain, load(field, place)))


@numba.njit(inline="always")
def _add_batch(heard, gains, count, field):
    """Add the first `count` of a batch."""
    if count <= _FEW:
        for k in range(count):
            _encode_one(heard, gains, k, field)
    else:
        _silence(gains, count)
        _encode(heard, gains, field)


@numba.njit(inline="always")
def _pass_walls(field, sections, states, total):
    """total += the field of a surface after its first-order sections."""
    for k in range(len(sections)):
        b0, b1, a1 = spread(sections[k, 0]), spread(sections[k, 1]), spread(sections[k, 2])
        memory = states[k]
        state = load(memory, 0)
        for at in range(LEAD, LEAD + HOP_SAMPLES * CHANNELS, CHANNELS):
            value = load(field, at)
            result = fma(b0, value, state)
            state = fnma(a1, result, b1 * value)
            store(field, at, result)
        store(memory, 0, within(state, _SMALLEST, _LARGEST))
    for at in range(LEAD, LEAD + HOP_SAMPLES * CHANNELS, CHANNELS):
        store(total, at, load(total, at) + load(field, at))


@numba.njit(inline="always")
def _add_channels(total, out):
    """out[channel, sample] += total[sample, channel]; `total` is used up."""
    for start in range(0, HOP_SAMPLES, LANES):
        transpose(total, LEAD + start * CHANNELS, CHANNELS)
        for c in range(CHANNELS):
            row, at = out[c], LEAD + (start + c) * CHANNELS
            store(row, start, load(row, start) + load(total, at))


@numba.njit(inline="always")
def _remembers(states):
    """Whether anything rings in the filters of a surface."""
    found = False
    for k in range(states.shape[0]):
        for c in range(states.shape[1]):
            found |= states[k, c] != 0.0
    return found


@numba.njit(inline="always")
def _read_batch(
    rings, offsets, masks, first, sources, images, paths, airs, order, place, chosen, begins,
    count, spacing, raw, heard,
):  # fmt: skip
    """Read a batch of parts that were found; ask for what those after `place` will read."""
    for k in range(count):
        coming = order[min(place + 1 + k, len(order) - 1)]
        s = sources[images[coming]]
        fetch_image(rings, offsets[s], masks[s], first, paths[coming, 2])
        part = chosen[k]
        path = (paths[part, 0], paths[part, 1], paths[part, 2], paths[part, 3])
        read_image(
            rings, raw, begins[k], path, airs[part, 0], airs[part, 1], spacing, heard, k
        )  # fmt: skip


@numba.njit(cache=True, nogil=True, fastmath=SAFE_MATH)
def reflect(
    rings, offsets, masks, first, sources, images, paths, airs, levels, order, bounds,
    harmonics_0, harmonics_1, sections, states, taps, spacing, memory, remembers, raw, sizes,
    heard, gains, fields, out,
):  # fmt: skip
    """One hop of all images, into `out` (channels, HOP_SAMPLES). True if anything sounds.

    Parameters
    ----------
    rings, offsets, masks
        The sources' recent past, see `DryRings`.
    first : int
        Scene sample of the hop's start.
    sources : (images,) int32
    images, paths, airs, levels, order, bounds
        What is read, see `ImageParts`.
    harmonics_0, harmonics_1 : (images, channels) float32
    sections : (surfaces, sections, 3) float32
    states : (surfaces, sections, channels) float32
    taps, spacing
        See `AirSteps`.
    memory : (surfaces, shells, AIR_TAPS * channels) float32
    remembers : (surfaces, shells) bool
        Whether the last hop rings on in a shell's filter.
    raw, sizes, heard, gains, fields
        Room to work in.
    """
    field, total = fields[0], fields[1]
    old, new = harmonics_0.reshape(harmonics_0.size), harmonics_1.reshape(harmonics_1.size)
    kept = memory.reshape(memory.size)
    chosen, begins = np.empty(_BATCH, dtype=np.int64), np.empty(_BATCH, dtype=np.int64)
    total[:] = np.float32(0.0)
    sounds = False
    shells = memory.shape[1]
    for surface in range(len(sections)):
        used = False
        for shell in range(shells - 1, -1, -1):
            group, count = surface * shells + shell, 0
            for place in range(bounds[group], bounds[group + 1]):
                part = order[place]
                i = images[part]
                s = sources[i]
                path = (paths[part, 0], paths[part, 1], paths[part, 2], paths[part, 3])
                begin, audible = find_image(
                    rings, offsets[s], masks[s], first, path, raw, sizes, count
                )
                if audible:
                    _glide(old, new, i, levels[part, 0], levels[part, 1], gains, count)
                    chosen[count], begins[count] = part, begin
                    count += 1
                last = place == bounds[group + 1] - 1
                if count == _BATCH or (count and last):
                    if not used:
                        field[:] = np.float32(0.0)
                        used = True
                    _read_batch(
                        rings, offsets, masks, first, sources, images, paths, airs, order, place,
                        chosen, begins, count, spacing, raw, heard,
                    )  # fmt: skip
                    _add_batch(heard, gains, count, field)
                    count = 0
            if shell and (used or remembers[surface, shell]):
                if not used:
                    field[:] = np.float32(0.0)
                    used = True
                remembers[surface, shell] = pass_shell(field, taps, kept, group * LEAD, sizes)
        if not used:
            if not _remembers(states[surface]):
                continue
            field[:] = np.float32(0.0)
        sounds = True
        _pass_walls(field, sections[surface], states[surface], total)
    if sounds:
        _add_channels(total, out)
    return sounds
