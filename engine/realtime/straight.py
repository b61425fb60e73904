"""Sources heard as their clips are, many hops in one compiled call: for files, not for a device.

What nothing but gains happens to (no travel, no filter, no air, no room, no head) needs no memory
between hops. The samples are those that going hop by hop gives, bit by bit.
"""

from __future__ import annotations

import numba
import numpy as np

from engine.realtime.addresses import floats_at
from engine.realtime.clip_table import MIXED, SILENT, ClipTable, fetch_ahead, fill_chunk, only_clip
from engine.realtime.lanes import LANES, fma, larger, load, magnitude, spread, store, within
from engine.realtime.snapshot import HOP_SAMPLES, Floats, Samples, Snapshot
from engine.realtime.strip_filters import LARGEST, SMALLEST


def is_straight(snapshot: Snapshot) -> bool:
    """Whether nothing but gains happens to the sources, and there is nothing but sources."""
    scene = (snapshot.room, snapshot.binaural, snapshot.width)
    return (
        all(part is None for part in scene)
        and not snapshot.beds
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
        channels = sum(encoder.channels for encoder in snapshot.encoders.values())
        self._bus = np.zeros((channels, HOP_SAMPLES), dtype=np.float32)
        self._work = np.zeros((4, HOP_SAMPLES), dtype=np.float32)
        self._work[2] = (np.arange(HOP_SAMPLES) + 0.5) / HOP_SAMPLES
        self._envelope = np.zeros(HOP_SAMPLES, dtype=np.float32)
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
            table.weights, table.longest, table.faults, self._envelope, self._work.ravel(),
            self._bus, peaks, out,
        )  # fmt: skip


@numba.njit(inline="always")
def _take_in(work):
    """Make numbers of a hop of dry sound, and what rises of it. (Its peak, whether it had none)."""
    high = changed = spread(np.float32(0.0))
    for n in range(0, HOP_SAMPLES, LANES):
        value = load(work, n)
        kept = within(value, SMALLEST, LARGEST)
        changed = changed + magnitude(value - kept)
        high = larger(high, magnitude(kept))
        store(work, n, kept)
        store(work, HOP_SAMPLES + n, kept * load(work, 2 * HOP_SAMPLES + n))
    store(work, 3 * HOP_SAMPLES, high)
    store(work, 3 * HOP_SAMPLES + LANES, changed)
    peak, bad = np.float32(0.0), False
    for lane in range(3 * HOP_SAMPLES, 3 * HOP_SAMPLES + LANES):
        peak = max(peak, work[lane])
        bad |= not work[lane + LANES] <= LARGEST
    return peak, bad


@numba.njit(inline="always")
def _add(work, level, rise, bus, row):
    """Add a hop to a channel, with a gain that rises from `level` by `rise`."""
    g, d = spread(level), spread(rise)
    for n in range(0, HOP_SAMPLES, LANES):
        mixed = fma(load(work, HOP_SAMPLES + n), d, load(bus, row + n))
        store(bus, row + n, fma(load(work, n), g, mixed))


@numba.njit(inline="always")
def _dry(samples, level, n, changed):
    """Sixteen samples with their gain, made numbers; what that changed is added to `changed`."""
    value = load(samples, n) * level
    kept = within(value, SMALLEST, LARGEST)
    return kept, changed + magnitude(value - kept)


@numba.njit(inline="always")
def _add_to_channels(samples, level, fade, bus, rows, gains, count, changed):
    """Add a hop to `count` channels, whose gains are levels and rises by turns."""
    gain = spread(level)
    for n in range(0, HOP_SAMPLES, 4 * LANES):
        k, m, o = n + LANES, n + 2 * LANES, n + 3 * LANES
        xa, changed = _dry(samples, gain, n, changed)
        xb, changed = _dry(samples, gain, k, changed)
        xc, changed = _dry(samples, gain, m, changed)
        xd, changed = _dry(samples, gain, o, changed)
        ya, yb = xa * load(fade, n), xb * load(fade, k)
        yc, yd = xc * load(fade, m), xd * load(fade, o)
        for i in range(count):
            row, g, d = rows[i], spread(gains[2 * i]), spread(gains[2 * i + 1])
            store(bus, row + n, fma(xa, g, fma(ya, d, load(bus, row + n))))
            store(bus, row + k, fma(xb, g, fma(yb, d, load(bus, row + k))))
            store(bus, row + m, fma(xc, g, fma(yc, d, load(bus, row + m))))
            store(bus, row + o, fma(xd, g, fma(yd, d, load(bus, row + o))))
    return changed


@numba.njit(inline="always")
def _mix_quickly(
    hop, first, gains, channel_gains, strip_of, strips, clips, bounds, weights, longest, faults,
    envelope, work, bus, rows, levels,
):  # fmt: skip
    """Mix a hop into `bus`, each source in one pass. Whether all of it were numbers."""
    start = first + hop * HOP_SAMPLES
    dry, fade = work[:HOP_SAMPLES], work[2 * HOP_SAMPLES : 3 * HOP_SAMPLES]
    changed = spread(np.float32(0.0))
    bus[:] = np.float32(0.0)
    for s in range(len(strip_of)):
        if s + 1 < len(strip_of):
            fetch_ahead(clips, bounds[s + 1], bounds[s + 2], start, HOP_SAMPLES)
        gain_0 = gains[hop, s] * strips[min(hop, 1), strip_of[s]]
        gain_1 = gains[hop + 1, s] * strips[1, strip_of[s]]
        count = 0
        for c in range(channel_gains.shape[1]):
            old = channel_gains[hop, c, s] * gain_0
            new = channel_gains[hop + 1, c, s] * gain_1
            rows[count] = c * HOP_SAMPLES
            levels[2 * count], levels[2 * count + 1] = old, new - old
            count += (old != 0.0) | (new != 0.0)
        clip = only_clip(s, start, HOP_SAMPLES, clips, bounds, longest)
        if clip == SILENT:
            continue
        if clip == MIXED:
            fill_chunk(s, start, clips, bounds, weights, longest, faults, envelope, dry)
            one = np.float32(1.0)
            changed = _add_to_channels(dry, one, fade, bus, rows, levels, count, changed)
        else:
            plain = clips[clip]
            level = plain.gain * weights[plain.first_weight]
            place = plain.address + 4 * (plain.offset + start - plain.start)
            samples = floats_at(place, HOP_SAMPLES)
            changed = _add_to_channels(samples, level, fade, bus, rows, levels, count, changed)
    store(work, 3 * HOP_SAMPLES, changed)
    good = True
    for change in work[3 * HOP_SAMPLES : 3 * HOP_SAMPLES + LANES]:
        good &= change <= LARGEST
    return good


@numba.njit(cache=True, nogil=True)
def mix_hops(
    first, gains, channel_gains, strip_of, strips, clips, bounds, weights, longest, faults,
    envelope, work, bus, peaks, out,
):  # fmt: skip
    """Compiled part of `StraightSources.mix`; hops that held no numbers are counted.

    `work` holds a hop as it is, a hop that rises, and the rise; `bus` one hop of all channels. The
    last hop, which is measured, and hops that do not hold numbers alone take the long way.
    """
    hops, sources = len(gains) - 1, gains.shape[1]
    channels, bad_hops = len(bus), 0
    mixed = bus.reshape(-1)
    rows = np.empty(channels + 1, dtype=np.int64)
    levels = np.empty(2 * channels + 2, dtype=np.float32)
    for hop in range(hops):
        start = first + hop * HOP_SAMPLES
        known = faults.copy()
        if hop < hops - 1 and _mix_quickly(
            hop,
            first,
            gains,
            channel_gains,
            strip_of,
            strips,
            clips,
            bounds,
            weights,
            longest,
            faults,
            envelope,
            work,
            mixed,
            rows,
            levels,
        ):
            out[:, hop * HOP_SAMPLES : (hop + 1) * HOP_SAMPLES] = bus
            continue
        faults[:] = known
        mixed[:] = np.float32(0.0)
        for s in range(sources):
            if s + 1 < sources:
                fetch_ahead(clips, bounds[s + 1], bounds[s + 2], start, HOP_SAMPLES)
            if not fill_chunk(
                s, start, clips, bounds, weights, longest, faults, envelope, work[:HOP_SAMPLES]
            ):
                continue
            peak, bad = _take_in(work)
            bad_hops += bad
            gain_0 = gains[hop, s] * strips[min(hop, 1), strip_of[s]]
            gain_1 = gains[hop + 1, s] * strips[1, strip_of[s]]
            if peak == 0.0:
                continue
            if hop == hops - 1:
                loud = peak * max(gain_0, gain_1)
                peaks[strip_of[s]] = max(peaks[strip_of[s]], loud)
            for c in range(channels):
                old = channel_gains[hop, c, s] * gain_0
                new = channel_gains[hop + 1, c, s] * gain_1
                if old != 0.0 or new != 0.0:
                    _add(work, np.float32(old), np.float32(new - old), mixed, c * HOP_SAMPLES)
        out[:, hop * HOP_SAMPLES : (hop + 1) * HOP_SAMPLES] = bus
    return bad_hops
