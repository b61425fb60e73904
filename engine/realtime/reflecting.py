"""One hop of all images, compiled: read, added up by the walls they met, and dulled together."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.delay_line import SAFE_MATH
from engine.realtime.early_air import LEAD, pass_shell
from engine.realtime.image_batches import BATCH, CHANNELS, add_batch, glide
from engine.realtime.image_reading import fetch_image, find_image, read_image
from engine.realtime.lanes import LANES, fma, fnma, load, spread, store, within
from engine.realtime.snapshot import HOP_SAMPLES, Floats, Samples
from engine.realtime.transposition import transpose

_SMALLEST, _LARGEST = 1e-20, 1e12
"""What the filters remember ends outside: decaying for ever would end in slow denormal numbers."""


class Past(NamedTuple):
    """The sources' recent past, see `DryRings`, and the scene sample of the hop's start."""

    rings: Samples
    offsets: NDArray[np.int64]
    masks: NDArray[np.int64]
    first: int


class Images(NamedTuple):
    """What is read in a hop.

    Parameters
    ----------
    sources : (images,) int32
    harmonics_0, harmonics_1 : (images * CHANNELS,) float32
        Directions at the hop's start and its end.
    parts, paths, airs, levels, order, bounds
        See `ImageParts`: what each part is a part of, and how it is read.
    """

    sources: NDArray[np.int32]
    harmonics_0: Samples
    harmonics_1: Samples
    parts: NDArray[np.int64]
    paths: Floats
    airs: Floats
    levels: Floats
    order: NDArray[np.int64]
    bounds: NDArray[np.int64]


class Surfaces(NamedTuple):
    """What walls and air do, and what they remember.

    Parameters
    ----------
    sections : (surfaces, sections, 3) float32
    states : (surfaces, sections, channels) float32
    taps : (AIR_TAPS,) float32
        See `AirSteps`, as
    spacing : int
    memory : (surfaces * shells * AIR_TAPS * channels,) float32
    rings : (surfaces, shells) bool
        Whether the last hop rings on in a shell's filter.
    """

    sections: Samples
    states: Samples
    taps: Samples
    spacing: int
    memory: Samples
    rings: NDArray[np.bool_]


class Bench(NamedTuple):
    """Room to work in.

    Parameters
    ----------
    raw, sizes, heard, gains
        Of a batch of images.
    chosen, begins : (BATCH,) int64
        Which parts are in it, and where they begin in the rings.
    fields : (2, LEAD + HOP_SAMPLES * CHANNELS) float32
        Of one surface, and of all.
    """

    raw: Samples
    sizes: Samples
    heard: Samples
    gains: Samples
    chosen: NDArray[np.int64]
    begins: NDArray[np.int64]
    fields: Samples


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
def _read_batch(past, images, place, count, spacing, bench):
    """Read a batch of parts that were found; ask for what those after `place` will read."""
    for k in range(count):
        coming = images.order[min(place + 1 + k, len(images.order) - 1)]
        s = images.sources[images.parts[coming]]
        delay = images.paths[coming, 2]
        fetch_image(past.rings, past.offsets[s], past.masks[s], past.first, delay)
        part = bench.chosen[k]
        air_0, air_1 = images.airs[part, 0], images.airs[part, 1]
        read_image(
            past.rings, bench.raw, bench.begins[k], _path(images, part), air_0, air_1, spacing,
            bench.heard, k,
        )  # fmt: skip


@numba.njit(inline="always")
def _path(images, part):
    paths = images.paths
    return (paths[part, 0], paths[part, 1], paths[part, 2], paths[part, 3])


@numba.njit(inline="always")
def _begun(field, used):
    """Have the field of a surface ready to be added to."""
    if not used:
        field[:] = np.float32(0.0)
    return True


@numba.njit(inline="always")
def _add_group(past, images, group, spacing, bench, field, used):
    """Add the parts of a surface and shell to its field. Whether there is anything in it."""
    count = 0
    for place in range(images.bounds[group], images.bounds[group + 1]):
        part = images.order[place]
        i = images.parts[part]
        s = images.sources[i]
        begin, audible = find_image(
            past.rings, past.offsets[s], past.masks[s], past.first, _path(images, part),
            bench.raw, bench.sizes, count,
        )  # fmt: skip
        if audible:
            level_0, level_1 = images.levels[part, 0], images.levels[part, 1]
            glide(images.harmonics_0, images.harmonics_1, i, level_0, level_1, bench.gains, count)
            bench.chosen[count], bench.begins[count] = part, begin
            count += 1
        if count == BATCH or (count and place == images.bounds[group + 1] - 1):
            used = _begun(field, used)
            _read_batch(past, images, place, count, spacing, bench)
            add_batch(bench.heard, bench.gains, count, field)
            count = 0
    return used


@numba.njit(cache=True, nogil=True, fastmath=SAFE_MATH)
def reflect(past, images, surfaces, bench, out):
    """One hop of all images, into `out` (CHANNELS, HOP_SAMPLES). True if anything sounds.

    What came through the most air is added first, and passes a step of air before what came
    through one step less is added to it, and so on; then all of it meets the surface's walls.
    """
    field, total = bench.fields[0], bench.fields[1]
    total[:] = np.float32(0.0)
    sounds = False
    shells = surfaces.rings.shape[1]
    for surface in range(len(surfaces.sections)):
        used = False
        for shell in range(shells - 1, -1, -1):
            group = surface * shells + shell
            used = _add_group(past, images, group, surfaces.spacing, bench, field, used)
            if shell and (used or surfaces.rings[surface, shell]):
                used = _begun(field, used)
                surfaces.rings[surface, shell] = pass_shell(
                    field, surfaces.taps, surfaces.memory, group * LEAD, bench.sizes
                )
        if used or _remembers(surfaces.states[surface]):
            sounds = _begun(field, used)
            _pass_walls(field, surfaces.sections[surface], surfaces.states[surface], total)
    if sounds:
        _add_channels(total, out)
    return sounds
