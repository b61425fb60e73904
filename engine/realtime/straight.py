"""Sources heard as their clips are, many hops in one compiled call: for files, not for a device.

What nothing but gains happens to (no travel, no filter, no air, no room, no head) needs no memory
between hops. The samples are those that going hop by hop gives, bit by bit: sums are made in the
same order, six channels at a time in registers, and a gain of zero changes nothing.
"""

from __future__ import annotations

import numba
import numpy as np

from engine.realtime.addresses import floats_at
from engine.realtime.channel_sums import add_gliding, keep, pair
from engine.realtime.clip_table import MIXED, SILENT, ClipTable, fill_chunk, only_clip
from engine.realtime.lanes import (
    LANES,
    every,
    fma,
    larger,
    load,
    magnitude,
    prefetch,
    spread,
    store,
    within,
)
from engine.realtime.moving_fields import has_moving_fields
from engine.realtime.snapshot import HOP_SAMPLES, Floats, Samples, Snapshot
from engine.realtime.strip_filters import LARGEST, SMALLEST

_GROUP = 6
"""Channels whose sums are kept in registers at once."""
_PAIRS = 2 * _GROUP
_BATCH = 24
"""Sources at a time: their sound stays in the first cache for all channels of a hop."""


def is_straight(snapshot: Snapshot) -> bool:
    """Whether nothing but gains happens to the sources, and there is nothing but sources."""
    scene = (snapshot.room, snapshot.binaural, snapshot.width)
    return (
        all(part is None for part in scene)
        and not snapshot.beds
        and not has_moving_fields(snapshot)
        and not any(
            source.delayed or source.air or len(source.sections) or source.occlusion is not None
            for source in snapshot.sources
        )
    )


class StraightSources:
    """Mixes the sources of a snapshot that `is_straight` into its channels.

    Parameters
    ----------
    snapshot : Snapshot
    clips : ClipTable
        The clips of its sources.
    """

    def __init__(self, snapshot: Snapshot, clips: ClipTable) -> None:
        self._table = clips
        self._strips = np.array([source.strip for source in snapshot.sources], dtype=np.int64)
        self._channels = sum(encoder.channels for encoder in snapshot.encoders.values())
        groups = -(-self._channels // _GROUP)
        # The row after the last channel takes what groups have too many.
        self._bus = np.zeros((self._channels + 1) * HOP_SAMPLES, dtype=np.float32)
        self._fade = ((np.arange(HOP_SAMPLES) + 0.5) / HOP_SAMPLES).astype(np.float32)
        self._dry = np.zeros(_BATCH * HOP_SAMPLES, dtype=np.float32)
        self._envelope = np.zeros(HOP_SAMPLES, dtype=np.float32)
        self._places = np.zeros(_BATCH, dtype=np.int64)
        self._gains = np.zeros(_BATCH * groups * _PAIRS, dtype=np.float32)
        self._levels = np.zeros(_BATCH, dtype=np.float32)
        self._room = (
            np.zeros_like(clips.faults),
            np.zeros(len(snapshot.strips), dtype=np.float32),
            np.zeros(_BATCH, dtype=np.int64),
            np.zeros(_GROUP, dtype=np.int64),
            np.zeros(LANES, dtype=np.float32),
        )
        self._faults = 0

    @property
    def faults(self) -> int:
        """Pieces of sound left out because they could not be read or held no numbers."""
        return self._faults + int(self._table.faults.sum())

    def mix(
        self, first: int, gains: tuple[Floats, Floats], strips: Floats, peaks: Samples, out: Samples
    ) -> None:
        """Mix n hops that begin at scene sample `first`.

        Parameters
        ----------
        gains : (n + 1, sources) and (n + 1, channels, sources) float64
            Gains and channel gains at the hops' edges.
        strips : (2, strips) float64
            Their gains at the first edge, and at all others.
        peaks : (strips,) float32
            Raised to the strips' peaks in the last hop.
        out : (channels, n * HOP_SAMPLES) float32
        """
        table = self._table
        self._faults += mix_hops(
            first, gains[0], gains[1], self._strips, strips, table.clips, table.bounds,
            table.weights, table.longest, table.faults, self._envelope, self._dry,
            self._dry.ctypes.data, self._places, self._levels, self._gains, self._fade, self._bus,
            self._room, peaks, out,
        )  # fmt: skip


@numba.njit(forceinline=True)
def _dry(samples, n, gain, changed):
    """Sixteen samples with their gain, made numbers; what that changed is added to `changed`."""
    value = load(samples, n) * gain
    kept = within(value, SMALLEST, LARGEST)
    away = value - kept
    return kept, fma(away, away, changed)


@numba.njit(forceinline=True)
def _add_group(chosen, count, places, levels, gains, first, stride, fade, bus, rows, changed):
    """Add `count` sources to six channels, whose sums stay in registers.

    Gains of source s are levels and rises by turns, from ``gains[first + s * stride]`` on.
    """
    for n in range(0, HOP_SAMPLES, 2 * LANES):
        a, b, c = pair(bus, rows[0] + n), pair(bus, rows[1] + n), pair(bus, rows[2] + n)
        d, e, f = pair(bus, rows[3] + n), pair(bus, rows[4] + n), pair(bus, rows[5] + n)
        rise, later = pair(fade, n)
        for i in range(count):
            samples, gain = floats_at(places[chosen[i]], HOP_SAMPLES), every(levels, chosen[i])
            x, changed = _dry(samples, n, gain, changed)
            y, changed = _dry(samples, n + LANES, gain, changed)
            heard = (x, y, x * rise, y * later)
            g = first + chosen[i] * stride
            a, b = add_gliding(heard, gains, g, a), add_gliding(heard, gains, g + 2, b)
            c, d = add_gliding(heard, gains, g + 4, c), add_gliding(heard, gains, g + 6, d)
            e, f = add_gliding(heard, gains, g + 8, e), add_gliding(heard, gains, g + 10, f)
        keep(bus, rows[0] + n, a)
        keep(bus, rows[1] + n, b)
        keep(bus, rows[2] + n, c)
        keep(bus, rows[3] + n, d)
        keep(bus, rows[4] + n, e)
        keep(bus, rows[5] + n, f)
    return changed


@numba.njit(forceinline=True)
def _plain_sound(clip, start, weights):
    """Address and gain of a hop that one plain clip fills; it is asked for from memory."""
    place = clip.address + 4 * (clip.offset + start - clip.start)
    samples = floats_at(place, HOP_SAMPLES)
    for line in range(0, HOP_SAMPLES, LANES):
        prefetch(samples, line)
    return place, clip.gain * weights[clip.first_weight]


@numba.njit(forceinline=True)
def _find_gains(channel_gains, hop, s, old, new, gains, at):
    """Levels and rises of a source's channel gains, by turns, to `gains` from index `at` on.

    `old` and `new` are the source's own gain at the hop's ends.
    """
    for c in range(channel_gains.shape[1]):
        before, after = channel_gains[hop, c, s] * old, channel_gains[hop + 1, c, s] * new
        gains[at + 2 * c], gains[at + 2 * c + 1] = before, after - before


@numba.njit(forceinline=True)
def _choose(group, count, gains, stride, chosen):
    """Which of `count` sources are heard in a group of channels: their indices, their number.

    All are in the first, so that each is looked at once for what is no number.
    """
    heard = 0
    for i in range(count):
        any_gain = group == 0
        if group:
            for k in range(i * stride + group * _PAIRS, i * stride + (group + 1) * _PAIRS):
                any_gain |= gains[k] != np.float32(0.0)
        chosen[heard] = i
        heard += any_gain
    return heard


@numba.njit(forceinline=True)
def _highest(place, level, lane_peaks):
    """The peak of a hop of sound; `lane_peaks` is room to work in."""
    samples, gain, high = floats_at(place, HOP_SAMPLES), spread(level), spread(np.float32(0.0))
    for n in range(0, HOP_SAMPLES, LANES):
        high = larger(high, magnitude(within(load(samples, n) * gain, SMALLEST, LARGEST)))
    store(lane_peaks, 0, high)
    peak = np.float32(0.0)
    for lane in range(LANES):
        peak = max(peak, lane_peaks[lane])
    return peak


@numba.njit(forceinline=True)
def _are_numbers(changed, lanes):
    """Whether what making numbers of sound has changed is nothing worth mentioning."""
    store(lanes, 0, changed)
    good = True
    for lane in range(LANES):
        good &= lanes[lane] <= LARGEST
    return good


@numba.njit(inline="always")
def _mix_hop(
    careful, hop, first, gains, channel_gains, strip_of, strips, clips, bounds, weights, longest,
    faults, envelope, dry, dry_place, places, levels, table, fade, bus, peaks, chosen, rows, lanes,
):  # fmt: skip
    """Mix a hop into `bus`. How many bunches of sources held no numbers.

    Where that is not 0, it has to be done once more, `careful`: source by source.
    """
    start, channels = first + hop * HOP_SAMPLES, channel_gains.shape[1]
    stride, bad, count = len(table) // _BATCH, 0, 0
    for s in range(len(strip_of)):
        clip = only_clip(s, start, HOP_SAMPLES, clips, bounds, longest)
        place, level = dry_place + 4 * count * HOP_SAMPLES, np.float32(1.0)
        if clip >= 0 and not careful:
            place, level = _plain_sound(clips[clip], start, weights)
        sounds = clip != SILENT
        if clip == MIXED or (sounds and careful):
            out = dry[count * HOP_SAMPLES : (count + 1) * HOP_SAMPLES]
            sounds = fill_chunk(s, start, clips, bounds, weights, longest, faults, envelope, out)
        if sounds:
            old = gains[hop, s] * strips[min(hop, 1), strip_of[s]]
            new = gains[hop + 1, s] * strips[1, strip_of[s]]
            places[count], levels[count] = place, level
            _find_gains(channel_gains, hop, s, old, new, table, count * stride)
            if hop == len(gains) - 2:
                loud = _highest(place, level, lanes) * max(old, new)
                peaks[strip_of[s]] = max(peaks[strip_of[s]], loud)
            count += 1
        if count == (1 if careful else _BATCH) or s == len(strip_of) - 1:
            changed = spread(np.float32(0.0))
            for group in range(stride // _PAIRS):
                heard = _choose(group, count, table, stride, chosen)
                for k in range(_GROUP):
                    rows[k] = min(group * _GROUP + k, channels) * HOP_SAMPLES
                changed = _add_group(
                    chosen, heard, places, levels, table, group * _PAIRS, stride, fade, bus, rows,
                    changed,
                )  # fmt: skip
            bad += not _are_numbers(changed, lanes)
            count = 0
    return bad


@numba.njit(cache=True, nogil=True)
def mix_hops(
    first, gains, channel_gains, strip_of, strips, clips, bounds, weights, longest, faults,
    envelope, dry, dry_place, places, levels, table, fade, bus, room, peaks, out,
):  # fmt: skip
    """Compiled part of `StraightSources.mix`; sources' hops that held no numbers are counted.

    `room` holds what faults and peaks were, and room to work in.
    """
    (known, high, chosen, rows, lanes), bad = room, 0
    for hop in range(len(gains) - 1):
        known[:], high[:] = faults, peaks
        for careful in range(2):
            bus[:] = np.float32(0.0)
            wrong = _mix_hop(
                careful == 1, hop, first, gains, channel_gains, strip_of, strips, clips, bounds,
                weights, longest, faults, envelope, dry, dry_place, places, levels, table, fade,
                bus, peaks, chosen, rows, lanes,
            )  # fmt: skip
            if not wrong:
                break
            if careful:
                bad += wrong
            else:
                faults[:], peaks[:] = known, high
        for c in range(len(out)):
            for n in range(HOP_SAMPLES):
                out[c, hop * HOP_SAMPLES + n] = bus[c * HOP_SAMPLES + n]
    return bad
