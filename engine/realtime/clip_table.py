"""Clips as a table that compiled code mixes: many short pieces a hop, without Python in between."""

from __future__ import annotations

from collections.abc import Sequence

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.addresses import bits_at, doubles_at, floats_at
from engine.realtime.fades import risen
from engine.realtime.lanes import LANES, load, prefetch, spread, store
from engine.realtime.snapshot import ClipPlan, CurvePlan

SILENT, MIXED = -1, -2
"""Answers of `only_clip`."""

NEPERS_PER_DB = float(np.log(10.0) / 20.0)

_NOT_FINITE = np.uint32(0x7F800000)

_CLIP = np.dtype(
    [
        ("address", np.int64),
        ("channels", np.int64),
        ("channel_step", np.int64),
        ("sample_step", np.int64),
        ("first_weight", np.int64),
        ("start", np.int64),
        ("stop", np.int64),
        ("offset", np.int64),
        ("length", np.int64),
        ("fade_in", np.int64),
        ("fade_out", np.int64),
        ("fade_in_curve", np.int64),
        ("fade_out_curve", np.int64),
        ("curve", np.int64),
        ("points", np.int64),
        ("gain", np.float32),
    ],
    align=True,
)


class ClipTable:
    """Clips of many sources, each mixed to one row (or to several: see `read_bed`).

    Parameters
    ----------
    sources : sequence of sequences of ClipPlan
        The clips of every source,
    mixed_rows : int
        and how many rows their `mix` has.
    """

    def __init__(self, sources: Sequence[Sequence[ClipPlan]], mixed_rows: int = 1) -> None:
        ordered = [sorted(clips, key=lambda clip: clip.start_sample) for clips in sources]
        counts = [len(clips) for clips in ordered]
        self.bounds = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        clips = [clip for source in ordered for clip in source]
        assert all(clip.mix.shape == (mixed_rows, len(clip.samples)) for clip in clips)
        self._alive = [_flat(clip.samples) for clip in clips]
        curves = {id(c.gain_curve_db): _points(c.gain_curve_db) for c in clips}
        self._curves = tuple(curves.values())
        self.weights = np.concatenate([np.zeros(0), *(clip.mix.ravel() for clip in clips)])
        self.weights = self.weights.astype(np.float32)
        rows, first_weight = [], 0
        for clip, samples in zip(clips, self._alive, strict=True):
            heard = min(clip.length_samples, samples.shape[1] - clip.offset_samples)
            curve = curves[id(clip.gain_curve_db)]
            row_step, step = (stride // samples.itemsize for stride in samples.strides)
            rows.append((
                samples.ctypes.data, len(samples), row_step, step, first_weight,
                clip.start_sample, clip.start_sample + max(heard, 0), clip.offset_samples,
                clip.length_samples, clip.fade_in_samples, clip.fade_out_samples,
                clip.fade_in_curve, clip.fade_out_curve,
                curve.ctypes.data, len(curve) // 2, clip.gain,
            ))  # fmt: skip
            first_weight += mixed_rows * len(samples)
        self.clips = np.array(rows, dtype=_CLIP)
        self.longest = np.array(
            [max((c.length_samples for c in clips), default=0) for clips in ordered],
            dtype=np.int64,
        )
        self.faults = np.zeros(len(ordered), dtype=np.int64)


def _flat(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """The samples as they are, if all strides are whole, forward steps of aligned floats."""
    array = np.asarray(samples)
    plain = array.dtype == np.float32 and array.flags.aligned
    whole = all(stride >= 0 and stride % 4 == 0 for stride in array.strides)
    return array if plain and whole else np.ascontiguousarray(array, dtype=np.float32)


def _points(curve: CurvePlan | None) -> NDArray[np.float64]:
    """(2n,) times in samples, then values; empty without automation."""
    if curve is None:
        return np.zeros(0)
    return np.concatenate([curve.times_samples, curve.values]).astype(np.float64)


@numba.njit(forceinline=True)
def _is_finite(clip, begin, count):
    """Whether (count,) samples from `begin` on are numbers, in all channels."""
    worst = np.uint32(0)
    for channel in range(clip.channels):
        step = clip.sample_step
        place = clip.address + 4 * (channel * clip.channel_step + begin * step)
        if step == 1:
            bits = bits_at(place, count)
            for n in range(count):
                worst = max(worst, bits[n] & _NOT_FINITE)
        else:
            bits = bits_at(place, (count - 1) * step + 1)
            for n in range(count):
                worst = max(worst, bits[n * step] & _NOT_FINITE)
    return worst != _NOT_FINITE


@numba.njit(forceinline=True)
def _fade(clip, begin, count, envelope):
    """Fades and the gain for clip samples [begin, begin + count)."""
    for n in range(count):
        envelope[n] = clip.gain
    for n in range(min(count, clip.fade_in - begin)):
        envelope[n] *= np.float32(risen(begin + n + 0.5, clip.fade_in, clip.fade_in_curve))
    falls = clip.length - clip.fade_out
    for n in range(max(falls - begin, 0), count):
        left = clip.length - (begin + n) - 0.5
        envelope[n] *= np.float32(risen(left, clip.fade_out, clip.fade_out_curve))


@numba.njit(forceinline=True)
def _automate(clip, begin, count, envelope):
    """Volume automation for clip samples [begin, begin + count): straight lines in dB."""
    points = doubles_at(clip.curve, 2 * clip.points)
    behind, last = 0, clip.points
    while behind < last:
        middle = (behind + last) // 2
        if points[middle] <= clip.start + begin:
            behind = middle + 1
        else:
            last = middle
    for n in range(count):
        time = np.float64(clip.start + begin + n)
        while behind < clip.points and points[behind] <= time:
            behind += 1
        value = points[clip.points + max(behind - 1, 0)]
        if 0 < behind < clip.points:
            since = (time - points[behind - 1]) / (points[behind] - points[behind - 1])
            value += since * (points[clip.points + behind] - value)
        envelope[n] *= np.float32(np.exp(value * NEPERS_PER_DB))


@numba.njit(forceinline=True)
def _shape(clip, begin, count, envelope):
    """Fill the envelope of clip samples [begin, begin + count), if they fade. Whether they do."""
    fades = begin < clip.fade_in or begin + count > clip.length - clip.fade_out
    fades = fades or clip.points > 0
    if fades:
        _fade(clip, begin, count, envelope)
        if clip.points > 0:
            _automate(clip, begin, count, envelope)
    return fades


@numba.njit(forceinline=True)
def _add_clip(clip, weights, first_weight, begin, count, fades, envelope, out):
    """out[n] += all channels of clip samples [begin, begin + count), mixed and faded."""
    step = clip.sample_step
    for channel in range(clip.channels):
        weight = weights[first_weight + channel]
        if weight == np.float32(0.0):
            continue
        at = channel * clip.channel_step + (clip.offset + begin) * step
        samples = floats_at(clip.address + 4 * at, (count - 1) * step + 1)
        if fades:
            for n in range(count):
                out[n] += samples[n * step] * envelope[n] * weight
        elif step == 1:
            level = clip.gain * weight
            for n in range(count):
                out[n] += samples[n] * level
        else:
            level = clip.gain * weight
            for n in range(count):
                out[n] += samples[n * step] * level


@numba.njit(forceinline=True)
def _is_plain(clip, begin, count):
    """Whether clip samples [begin, begin + count) are one channel without fade or automation."""
    steady = begin >= clip.fade_in and begin + count <= clip.length - clip.fade_out
    return steady and clip.points == 0 and clip.channels == 1 and clip.sample_step == 1


@numba.njit(forceinline=True)
def _copy_clip(clip, weights, begin, envelope, out):
    """out = a plain stretch of a clip, with its gain. Whether all of it are numbers.

    Both are multiples of ``2 * LANES`` long; `envelope` is room to work in.
    """
    level = spread(clip.gain * weights[clip.first_weight])
    samples = floats_at(clip.address + 4 * (clip.offset + begin), len(out))
    even = odd = spread(np.float32(0.0))
    for n in range(0, len(out), 2 * LANES):
        a, b = load(samples, n), load(samples, n + LANES)
        even = even + (a - a)  # of what is no number, that is none either
        odd = odd + (b - b)
        store(out, n, a * level)
        store(out, n + LANES, b * level)
    store(envelope, 0, even + odd)
    good = True
    for lane in range(LANES):
        good &= envelope[lane] == np.float32(0.0)
    return good


@numba.njit(forceinline=True)
def _first_near(clips, first, last, sample):
    """Index of the first clip in [first, last) that starts at or after a sample."""
    while first < last:
        middle = (first + last) // 2
        if clips[middle].start < sample:
            first = middle + 1
        else:
            last = middle
    return first


@numba.njit(forceinline=True)
def fetch_ahead(clips, first, last, start, chunk):
    """Ask for the samples of a source's first or last clip, if they are wanted soon."""
    for c in (first, last - 1):
        if first < last and clips[c].start <= start and start + chunk <= clips[c].stop:
            clip = clips[c]
            place = (clip.offset + start - clip.start) * clip.sample_step
            samples = floats_at(clip.address + 4 * place, chunk)
            for line in range(0, chunk, LANES):
                prefetch(samples, line)
            return


@numba.njit(forceinline=True)
def only_clip(s, start, chunk, clips, bounds, longest):
    """The clip that alone fills a chunk of source `s`, without a fade and as one channel.

    `SILENT` where there is no clip, `MIXED` where it is not that simple.
    """
    found = SILENT
    c = _first_near(clips, bounds[s], bounds[s + 1], start - longest[s])
    while c < bounds[s + 1] and clips[c].start < start + chunk:
        clip = clips[c]
        if max(clip.start, start) < min(clip.stop, start + chunk):
            whole = clip.start <= start and start + chunk <= clip.stop
            if found != SILENT or not whole or not _is_plain(clip, start - clip.start, chunk):
                return MIXED
            found = c
        c += 1
    return found


@numba.njit(forceinline=True)
def fill_chunk(s, start, clips, bounds, weights, longest, faults, envelope, out):
    """out = the dry sound of source `s` from scene sample `start` on. Whether a clip is there."""
    chunk = len(out)
    empty = True
    c = _first_near(clips, bounds[s], bounds[s + 1], start - longest[s])
    while c < bounds[s + 1] and clips[c].start < start + chunk:
        clip = clips[c]
        c += 1
        first, last = max(clip.start, start), min(clip.stop, start + chunk)
        if first >= last:
            continue
        if empty and last - first == chunk and _is_plain(clip, first - clip.start, chunk):
            empty = not _copy_clip(clip, weights, first - clip.start, envelope, out)
            faults[s] += empty
            continue
        if not _is_finite(clip, clip.offset + first - clip.start, last - first):
            faults[s] += 1
            continue
        if empty:
            out[:] = np.float32(0.0)
            empty = False
        begin, count = first - clip.start, last - first
        fades = _shape(clip, begin, count, envelope)
        _add_clip(
            clip, weights, clip.first_weight, begin, count, fades, envelope,
            out[first - start : last - start],
        )  # fmt: skip
    if empty:
        out[:] = np.float32(0.0)
    return not empty


@numba.njit(cache=True, nogil=True)
def read_bed(start, clips, weights, longest, faults, envelope, out):
    """out (rows, n) = the clips of the only source of a table, from scene sample `start` on.

    A piece that holds something that is no number is left out, and counted in ``faults[0]``.
    Whether a clip is there. The others are a `ClipTable`'s; `envelope` (n,) is room to work in.
    """
    rows, chunk = out.shape
    out[:] = np.float32(0.0)
    sounds = False
    c = _first_near(clips, 0, len(clips), start - longest[0])
    while c < len(clips) and clips[c].start < start + chunk:
        clip = clips[c]
        c += 1
        first, last = max(clip.start, start), min(clip.stop, start + chunk)
        begin, count = first - clip.start, last - first
        if count <= 0:
            continue
        sounds = True
        if not _is_finite(clip, clip.offset + begin, count):
            faults[0] += 1
            continue
        fades = _shape(clip, begin, count, envelope)
        for row in range(rows):
            weight = clip.first_weight + row * clip.channels
            target = out[row, first - start : last - start]
            _add_clip(clip, weights, weight, begin, count, fades, envelope, target)
    return sounds


@numba.njit(cache=True, nogil=True)
def fill_rings(
    until, chunk, members, clips, bounds, weights, longest, faults, filled, offsets, masks,
    envelope, rings,
):  # fmt: skip
    """Bring the dry sound of sources up to scene sample `until`, in chunks of a fixed grid.

    Parameters
    ----------
    members : (n,) int64
        Which sources.
    until, chunk : int
    clips, bounds, weights, longest, faults
        Of a `ClipTable`. A piece that holds something that is no number is left out, and counted.
    filled : (sources,) int64
        Scene sample up to which there is sound; multiples of `chunk`.
    offsets, masks : (sources,) int64
        Ring of source s: from ``offsets[s]`` on, wrapped by ``masks[s]``.
    envelope : (chunk,) float32
        Room to work in.
    rings : (n,) float32
    """
    for k in range(len(members)):
        s = members[k]
        coming = members[min(k + 1, len(members) - 1)]
        if filled[coming] < until:
            fetch_ahead(clips, bounds[coming], bounds[coming + 1], filled[coming], chunk)
        while filled[s] < until:
            start = filled[s]
            filled[s] = start + chunk
            place = offsets[s] + (start & masks[s])
            fill_chunk(
                s, start, clips, bounds, weights, longest, faults, envelope,
                rings[place : place + chunk],
            )  # fmt: skip
