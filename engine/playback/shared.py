"""The memory block the window and the engine process share: its whole layout is in this file.

Each field has one writer. The engine writes the clock, the meters and the counters; the window
writes the faders. Nothing here waits: the clock is guarded by a sequence number (odd while it is
being written) and everything else is a single aligned number that may be read at any moment.
"""

from __future__ import annotations

import contextlib
import math
import os
import struct
import sys
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, replace
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_TRACKS = 4096
"""Tracks whose faders are heard at once; those of more are heard as edits are."""
MAX_METERS = 64
MAX_DIRECTIONS = 64
SCOPE_SAMPLES = 512
LAYOUT_VERSION = 7

_CLOCK = struct.Struct("<qdddddqqq")
_SEQUENCE = struct.Struct("<Q")
_READ_ATTEMPTS = 50

_LAYOUT = np.dtype(
    [
        ("version", "<i8"),
        ("clock_sequence", "<u8"),
        ("clock", f"V{_CLOCK.size}"),
        # engine -> window
        ("heartbeat_ns", "<i8"),
        ("underruns", "<i8"),
        ("faulty_blocks", "<i8"),
        ("late_rewrites", "<i8"),
        ("disk_dropouts", "<i8"),
        ("device_underflows", "<i8"),
        ("fill_s", "<f8"),
        ("lowest_fill_s", "<f8"),
        ("ahead_s", "<f8"),
        ("render_load", "<f8"),
        ("peak_load", "<f8"),
        ("latency_s", "<f8"),
        ("jumped_ns", "<i8"),
        ("landed_ns", "<i8"),
        ("taken_ns", "<i8"),
        ("scheduling", "<i8"),
        ("meter_channels", "<i8"),
        ("meter_peak", "<f4", (MAX_METERS,)),
        ("meter_clips", "<i8", (MAX_METERS,)),
        ("meter_rms", "<f4", (MAX_METERS,)),
        ("true_peak", "<f4"),
        ("momentary_lufs", "<f8"),
        ("short_term_lufs", "<f8"),
        ("integrated_lufs", "<f8"),
        ("correlation", "<f8"),
        ("scope", "<f4", (2, SCOPE_SAMPLES)),
        ("track_peak", "<f4", (MAX_TRACKS,)),
        ("direction_count", "<i8"),
        ("direction_energy", "<f4", (MAX_DIRECTIONS,)),
        # window -> engine
        ("fader_db", "<f4", (MAX_TRACKS,)),
        ("fader_muted", "<u1", (MAX_TRACKS,)),
        ("fader_soloed", "<u1", (MAX_TRACKS,)),
        ("master_db", "<f4"),
        ("master_muted", "<i4"),
        ("monitor_db", "<f4"),
        ("head_deg", "<f4", (3,)),
        ("clips_cleared", "<i4"),
    ],
    align=True,
)


@dataclass(frozen=True)
class ClockReading:
    """What is being heard at one moment, and how it goes on until the next reading.

    Attributes
    ----------
    anchor_ns : int
        `time.monotonic_ns()` of the reading.
    position_s : float
        Project time heard at the anchor.
    speed : float
        Project seconds per second from there on; 0 while stopped.
    turn_s, resume_s, resume_speed : float
        Where this run of the timeline ends (loop end, scene end; infinity: nowhere yet), where it
        continues, how fast.
    epoch : int
        Counts jumps (locate, loop, restart); within one epoch the position never goes back.
    serial : int
        The last transport command that is already heard.
    playing : bool
        Whether the transport runs.
    """

    anchor_ns: int = 0
    position_s: float = 0.0
    speed: float = 0.0
    turn_s: float = float("inf")
    resume_s: float = 0.0
    resume_speed: float = 0.0
    epoch: int = 0
    serial: int = 0
    playing: bool = False

    def at(self, now_ns: int) -> float:
        """Project time in seconds heard at a monotonic time."""
        elapsed_s = max(now_ns - self.anchor_ns, 0) * 1e-9
        position_s = self.position_s + self.speed * elapsed_s
        turns = math.isfinite(self.turn_s)
        if turns and (position_s - self.turn_s) * self.speed > 0.0:
            beyond_s = (position_s - self.turn_s) / self.speed
            return self.resume_s + beyond_s * self.resume_speed
        return position_s


class SharedBlock:
    """The block itself; the window creates it, engines attach to it by name.

    Parameters
    ----------
    name : str, optional
        Attach to the block of that name; without it a new one is created.
    """

    def __init__(self, name: str | None = None) -> None:
        self._owner = name is None
        if name is None:
            self._memory = SharedMemory(create=True, size=_LAYOUT.itemsize)
            self._remove = weakref.finalize(self, _unlink, self._memory, os.getpid())
        else:
            self._memory = _attached(name)
        buffer = self._memory.buf
        assert buffer is not None
        self._buffer: memoryview = buffer
        self._fields: NDArray[np.void] = np.ndarray((1,), _LAYOUT, buffer)
        self._clock_offset = _offset("clock")
        self._sequence_offset = _offset("clock_sequence")
        if self._owner:
            self._fields["version"] = LAYOUT_VERSION
            self._silence_loudness()
        elif int(self._fields["version"][0]) != LAYOUT_VERSION:
            raise ValueError("the shared block was made by another version of Foleystage")

    @property
    def name(self) -> str:
        return self._memory.name

    def array(self, field: str) -> NDArray[Any]:
        """A live view of an array field, (n,)."""
        return self._fields[field][0]

    def get(self, field: str) -> float:
        """The number in a scalar field."""
        return self._fields[field][0].item()

    def put(self, numbers: Mapping[str, float]) -> None:
        """Write scalar fields."""
        for field, number in numbers.items():
            self._fields[field] = number

    def write_clock(self, reading: ClockReading) -> None:
        """Publish a clock reading (engine only)."""
        buffer = self._buffer
        (sequence,) = _SEQUENCE.unpack_from(buffer, self._sequence_offset)
        sequence |= 1
        _SEQUENCE.pack_into(buffer, self._sequence_offset, sequence)
        _CLOCK.pack_into(
            buffer,
            self._clock_offset,
            reading.anchor_ns,
            reading.position_s,
            reading.speed,
            reading.turn_s,
            reading.resume_s,
            reading.resume_speed,
            reading.epoch,
            reading.serial,
            int(reading.playing),
        )
        _SEQUENCE.pack_into(buffer, self._sequence_offset, sequence + 1)

    def read_clock(self) -> ClockReading | None:
        """The latest whole clock reading; None in the rare case that each try met a write."""
        buffer = self._buffer
        for _ in range(_READ_ATTEMPTS):
            (before,) = _SEQUENCE.unpack_from(buffer, self._sequence_offset)
            values = _CLOCK.unpack_from(buffer, self._clock_offset)
            (after,) = _SEQUENCE.unpack_from(buffer, self._sequence_offset)
            if before == after and before % 2 == 0:
                reading = ClockReading(*values)
                return replace(reading, playing=bool(reading.playing))
        return None

    def reset_engine_fields(self) -> None:
        """Forget what an earlier engine wrote."""
        self.write_clock(ClockReading())
        counters = (
            "underruns",
            "device_underflows",
            "faulty_blocks",
            "late_rewrites",
            "disk_dropouts",
        )
        gauges = ("render_load", "peak_load", "fill_s", "lowest_fill_s", "latency_s")
        self.put(dict.fromkeys((*counters, *gauges), 0.0))
        self._fields["meter_peak"] = 0.0
        self._fields["meter_clips"] = 0
        for field in ("meter_rms", "true_peak", "track_peak", "correlation", "direction_energy"):
            self._fields[field] = 0.0
        self._silence_loudness()

    def _silence_loudness(self) -> None:
        for field in ("momentary_lufs", "short_term_lufs", "integrated_lufs"):
            self._fields[field] = -np.inf

    def close(self) -> None:
        """Let go of the block; its creator removes it."""
        del self._fields, self._buffer
        with contextlib.suppress(BufferError):  # a view of it is still held somewhere
            self._memory.close()
        if self._owner:
            self._remove()


def remove_block(name: str) -> None:
    """Remove a block in place of its creator, which has ended without doing so.

    Else Python's resource tracker does, and writes about it on the creator's terminal.
    """
    with contextlib.suppress(FileNotFoundError):  # it is removed, or another engine was quicker
        memory = _attached(name)
        memory.close()
        memory.unlink()


def _attached(name: str) -> SharedMemory:
    """A block that another process has made and will remove.

    Python before 3.13 lets whoever attaches answer for it, too: an engine that starts while the
    window closes would leave a block that is gone in the list of those to be removed.
    """
    if sys.version_info >= (3, 13):
        return SharedMemory(name=name, track=False)
    register = resource_tracker.register
    resource_tracker.register = lambda *_: None
    try:
        return SharedMemory(name=name)
    finally:
        resource_tracker.register = register


def _unlink(memory: SharedMemory, creator: int) -> None:
    """Remove a block, also when a script ends without closing it; forks of the creator do not."""
    if os.getpid() == creator:
        with contextlib.suppress(FileNotFoundError):
            memory.unlink()


def _offset(field: str) -> int:
    fields = _LAYOUT.fields
    assert fields is not None
    return int(fields[field][1])
